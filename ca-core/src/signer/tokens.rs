//! `tokens.toml`: which library speaks to the HSM, and which tokens it holds.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::SignerError;

const LONGEST_FILE: u64 = 64 * 1024;

/// The tokens of an installation. PINs are named by file and never stand here.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tokens {
    /// The PKCS#11 library, an absolute path.
    pub library: PathBuf,
    /// The tokens.
    #[serde(rename = "token")]
    pub tokens: Vec<Token>,
}

/// One token.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Token {
    /// What the rest of the installation calls it: `roots`, `issuing`, `status`.
    pub name: String,
    /// The label the token carries itself (at most 32 octets, PKCS#11 §3.2).
    pub label: String,
    /// Where the user PIN stands. Relative to the folder of `tokens.toml`; absolute once read.
    pub pin_file: PathBuf,
    /// Where the security officer's PIN stands: read by a key ceremony only.
    pub so_pin_file: PathBuf,
}

impl Tokens {
    /// Reads `file`.
    pub fn read(file: &Path) -> Result<Self, SignerError> {
        let unreadable = |error: std::io::Error| invalid(file, error.to_string());
        let mut text = String::new();
        File::open(file)
            .and_then(|opened| opened.take(LONGEST_FILE + 1).read_to_string(&mut text))
            .map_err(unreadable)?;
        Self::parse(&text, file)
    }

    /// Parses the text of `file`, whose folder relative paths begin at.
    pub fn parse(text: &str, file: &Path) -> Result<Self, SignerError> {
        if text.len() as u64 > LONGEST_FILE {
            return Err(invalid(file, format!("is longer than {LONGEST_FILE} octets")));
        }
        // The parser's message names line, column and field.
        let mut tokens: Self = toml::from_str(text).map_err(|error| invalid(file, error.to_string()))?;
        tokens.refuse_ambiguity().map_err(|detail| invalid(file, detail))?;
        let folder = file.parent().unwrap_or(Path::new(""));
        for token in &mut tokens.tokens {
            token.pin_file = folder.join(&token.pin_file);
            token.so_pin_file = folder.join(&token.so_pin_file);
        }
        Ok(tokens)
    }

    /// The token called `name`.
    pub fn named(&self, name: &str) -> Result<&Token, SignerError> {
        self.tokens
            .iter()
            .find(|token| token.name == name)
            .ok_or_else(|| SignerError::UnknownToken { name: name.to_owned() })
    }

    /// The token called `name` and no other: for a process that must not reach the rest.
    pub fn only(mut self, name: &str) -> Result<Self, SignerError> {
        self.named(name)?;
        self.tokens.retain(|token| token.name == name);
        Ok(self)
    }

    /// Every token but the one called `name`, which may not even be named.
    pub fn without(mut self, name: &str) -> Self {
        self.tokens.retain(|token| token.name != name);
        self
    }

    fn refuse_ambiguity(&self) -> Result<(), String> {
        if !self.library.is_absolute() {
            return Err(format!("library {:?}: must be an absolute path", self.library));
        }
        let (mut names, mut labels, mut pin_files) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
        for token in &self.tokens {
            let Token { name, label, .. } = token;
            let word = |text: &str| {
                (1..=32).contains(&text.len())
                    && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
            };
            if !word(name) {
                return Err(format!(
                    "token name {name:?}: must be 1 to 32 lower-case letters, digits and dashes"
                ));
            }
            if !(1..=32).contains(&label.len()) || !label.bytes().all(|b| b.is_ascii_graphic()) {
                return Err(format!(
                    "token {name:?}, label {label:?}: must be 1 to 32 printable ASCII characters"
                ));
            }
            if !names.insert(name) {
                return Err(format!("token name {name:?} stands twice"));
            }
            if !labels.insert(label) {
                return Err(format!("token label {label:?} stands twice"));
            }
            for file in [&token.pin_file, &token.so_pin_file] {
                if !pin_files.insert(file) {
                    return Err(format!("token {name:?}: {file:?} is the PIN file of something else too"));
                }
            }
        }
        Ok(())
    }
}

fn invalid(file: &Path, detail: String) -> SignerError {
    SignerError::Tokens { file: file.to_owned(), detail }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHIPPED: &str = include_str!("../../../hsm-config/tokens.toml");

    fn refusal(text: &str) -> String {
        Tokens::parse(text, Path::new("/etc/igc/tokens.toml")).unwrap_err().to_string()
    }

    #[test]
    fn the_shipped_file_names_four_tokens_beside_it() {
        let tokens = Tokens::parse(SHIPPED, Path::new("/etc/igc/tokens.toml")).unwrap();
        let names: Vec<_> = tokens.tokens.iter().map(|token| token.name.as_str()).collect();
        assert_eq!(names, ["roots", "issuing", "services", "status"]);
        assert!(tokens.named("roots").unwrap().pin_file.starts_with("/etc/igc"));
        assert!(matches!(tokens.named("other"), Err(SignerError::UnknownToken { .. })));
    }

    #[test]
    fn a_process_is_given_the_tokens_it_needs_and_no_others() {
        let tokens = || Tokens::parse(SHIPPED, Path::new("/etc/igc/tokens.toml")).unwrap();
        let names = |tokens: Tokens| tokens.tokens.into_iter().map(|token| token.name).collect::<Vec<_>>();
        assert_eq!(names(tokens().only("status").unwrap()), ["status"]);
        assert_eq!(names(tokens().without("status")), ["roots", "issuing", "services"]);
        assert!(matches!(tokens().only("other"), Err(SignerError::UnknownToken { .. })));
    }

    #[test]
    fn an_unknown_field_is_refused_with_its_line() {
        let text = SHIPPED.replacen("pin_file", "pin", 1);
        let message = refusal(&text);
        assert!(message.contains("line ") && message.contains("pin"), "{message}");
    }

    #[test]
    fn two_tokens_never_share_a_name_a_label_or_a_pin() {
        for (from, to, rule) in [
            ("name = \"issuing\"", "name = \"roots\"", "name \"roots\" stands twice"),
            ("label = \"igc-issuing\"", "label = \"igc-roots\"", "label \"igc-roots\" stands twice"),
            ("pin/issuing\"", "pin/roots\"", "PIN file of something else"),
        ] {
            assert!(SHIPPED.contains(from), "{from}");
            let message = refusal(&SHIPPED.replace(from, to));
            assert!(message.contains(rule), "{message}");
        }
    }

    #[test]
    fn a_relative_library_is_refused() {
        let message = refusal("library = \"libsofthsm2.so\"\ntoken = []\n");
        assert!(message.contains("absolute"), "{message}");
    }
}
