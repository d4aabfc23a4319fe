use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// `[mail]`
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MailSection {
    /// The host that takes mail.
    pub server: String,
    /// Its port.
    #[serde(default = "submission")]
    pub port: u16,
    /// How the way is protected.
    #[serde(default)]
    pub security: MailSecurity,
    /// The user, where the server wants one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// The file with the password, mode 0600.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password_file: Option<PathBuf>,
    /// PEM roots that its certificate must lead to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub roots: Option<PathBuf>,
    /// From whom notices are.
    pub from: String,
    /// Seconds that one answer of the server may take.
    #[serde(default = "patience")]
    pub timeout_seconds: u32,
}

/// RFC 6409.
fn submission() -> u16 {
    587
}

fn patience() -> u32 {
    30
}

/// How the way to the mail server is protected.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MailSecurity {
    /// TLS from the first octet.
    Tls,
    /// STARTTLS, or nothing is sent.
    #[default]
    Starttls,
    /// Not: for a server on this machine.
    None,
}

/// How notices are sent.
#[derive(Clone, Debug, Serialize)]
pub struct Mail {
    /// The host that takes mail.
    pub server: String,
    /// Its port.
    pub port: u16,
    /// How the way is protected.
    pub security: MailSecurity,
    /// The user, and the file with the password.
    pub login: Option<(String, PathBuf)>,
    /// PEM roots that its certificate must lead to.
    pub roots: Option<PathBuf>,
    /// From whom notices are.
    pub from: String,
    /// How long one answer of the server may take.
    pub patience: Duration,
}

impl MailSection {
    /// Relative paths begin at `folder`.
    pub(super) fn understand(self, folder: &Path) -> Result<Mail, String> {
        if !(1..=120).contains(&self.timeout_seconds) {
            return Err("mail.timeout_seconds: must be between 1 and 120".to_owned());
        }
        let login = match (self.user, self.password_file) {
            (Some(user), Some(file)) => Some((user, folder.join(file))),
            (None, None) => None,
            _ => return Err("mail.user and mail.password_file: both, or neither".to_owned()),
        };
        Ok(Mail {
            server: self.server,
            port: self.port,
            security: self.security,
            login,
            roots: self.roots.map(|roots| folder.join(roots)),
            from: self.from,
            patience: Duration::from_secs(u64::from(self.timeout_seconds)),
        })
    }
}
