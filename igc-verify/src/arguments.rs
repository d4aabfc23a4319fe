//! The command line.

use std::ffi::OsString;
use std::path::PathBuf;

const USAGE: &str = "\
Checks an audit bundle that `igc audit export` wrote, or a selection of the log that an auditor took from the pages.

Usage: igc-verify [OPTIONS] BUNDLE
       igc-verify [--key FILE] [--json] SELECTION

  --key FILE               the log's verifier key, kept from an earlier time
  --since-checkpoint FILE  checkpoints kept from an earlier time: finds a rollback
  --root FILE              a root certificate, DER or PEM; may be given again
  --bureau FILE            a bureau's certificate, DER or PEM; may be given again
  --approval-key FILE      the key of officers' proofs, SubjectPublicKeyInfo in DER; may be given again
  --ceremony FILE          the file of a key ceremony that was witnessed; may be given again
  --officers FILE          the roots of the officers' keys, as officers.json of a bundle, kept from an earlier time
  --json                   one JSON document
  --help

What is not given is taken from the bundle, and said so: whoever made the bundle chose it.
Exit: 0 it holds, 8 it does not, 2 usage, 1 unreadable.
";

/// What was asked.
#[derive(Debug, Default)]
pub struct Arguments {
    /// The folder of the bundle, or the file of a selection.
    pub bundle: PathBuf,
    /// The log's verifier key, kept from an earlier time.
    pub key: Option<PathBuf>,
    /// Checkpoints kept from an earlier time.
    pub since: Option<PathBuf>,
    /// Root certificates, DER or PEM.
    pub roots: Vec<PathBuf>,
    /// Bureaus' certificates, DER or PEM.
    pub bureaus: Vec<PathBuf>,
    /// Keys of officers' proofs, SubjectPublicKeyInfo in DER.
    pub approval_keys: Vec<PathBuf>,
    /// Files of key ceremonies.
    pub ceremonies: Vec<PathBuf>,
    /// The roots of the officers' keys.
    pub officers: Option<PathBuf>,
    /// Whether the answer is one JSON document.
    pub json: bool,
}

/// What is said instead of an answer.
pub struct Usage {
    /// What is wrong, and the usage.
    pub text: String,
    /// 0 where it was asked for, 2 where the words are no command.
    pub exit: u8,
}

impl Arguments {
    /// Reads the words behind the program's name.
    pub fn parse(mut words: impl Iterator<Item = OsString>) -> Result<Self, Usage> {
        let wrong = |what: &str| Usage { text: format!("{what}\n\n{USAGE}"), exit: 2 };
        let (mut read, mut bundle) = (Self::default(), None);
        while let Some(word) = words.next() {
            let option = word.to_str().unwrap_or_default().to_owned();
            let mut file = || words.next().map(PathBuf::from).ok_or_else(|| wrong(&format!("{option} FILE")));
            match option.as_str() {
                "--key" => read.key = Some(file()?),
                "--officers" => read.officers = Some(file()?),
                "--since-checkpoint" => read.since = Some(file()?),
                "--root" => read.roots.push(file()?),
                "--bureau" => read.bureaus.push(file()?),
                "--approval-key" => read.approval_keys.push(file()?),
                "--ceremony" => read.ceremonies.push(file()?),
                "--json" => read.json = true,
                "--help" | "-h" => return Err(Usage { text: USAGE.to_owned(), exit: 0 }),
                other if other.starts_with('-') => return Err(wrong(&format!("no option {other}"))),
                _ if bundle.is_none() => bundle = Some(PathBuf::from(word)),
                _ => return Err(wrong("one BUNDLE")),
            }
        }
        Ok(Self { bundle: bundle.ok_or_else(|| wrong("which BUNDLE?"))?, ..read })
    }
}
