//! `igc officer`: what administrators propose of officers' keys, through the API of another machine. Two of them sign for each
//! (`igc decision`).

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Subcommand};
use registration_authority::officers::{OfficerEmail, Role, Scope};
use serde_json::{Value, json};

use super::Global;
use super::remote::{self, Remote};
use crate::faults;
use crate::problem::Problem;
use crate::setup::read_bounded;

/// The longest credential that is read.
const LONGEST_CREDENTIAL: u64 = 16 * 1024;

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Propose that a key, or a certificate, be an officer's.
    Enrol {
        /// His login.
        #[arg(long, value_name = "LOGIN")]
        login: String,
        /// His name, for people.
        #[arg(long, value_name = "NAME")]
        name: String,
        /// certification-agent, registration-officer, revocation-officer, administrator or auditor.
        #[arg(long)]
        role: Role,
        /// For which orders: "profession:60 department:44"; for all without it.
        #[arg(long, value_name = "SCOPE", default_value = "")]
        scope: Scope,
        /// Where he is written to.
        #[arg(long, value_name = "ADDRESS")]
        email: Option<OfficerEmail>,
        /// The two lines that the page of a new key gave him, or his certificate, PEM.
        #[arg(long, value_name = "FILE")]
        credential: PathBuf,
        #[command(flatten)]
        remote: Remote,
    },
    /// Propose that a key, or a certificate, count no more.
    Revoke {
        #[command(flatten)]
        which: Which,
        #[command(flatten)]
        remote: Remote,
    },
    /// Propose that the officer who has a key, or a certificate, be written to elsewhere.
    Readdress {
        #[command(flatten)]
        which: Which,
        /// Where.
        #[arg(long, value_name = "ADDRESS")]
        email: OfficerEmail,
        #[command(flatten)]
        remote: Remote,
    },
}

/// Which key, or which certificate.
#[derive(Debug, Args)]
#[group(id = "credential_that_counts", required = true, multiple = false)]
pub struct Which {
    /// The authenticator's name for the passkey, base64url: `credential_id` of its enrolment.
    #[arg(long, value_name = "ID")]
    passkey: Option<String>,
    /// SHA-256 of the certificate, in hexadecimal: `fingerprint` of its enrolment.
    #[arg(long, value_name = "SHA256")]
    certificate: Option<String>,
}

pub fn run(global: &Global, command: &Command) -> Result<ExitCode, Problem> {
    let (remote, proposed) = match command {
        Command::Enrol { login, name, role, scope, email, credential, remote } => {
            let mut new = json!({
                "action": "enrol", "login": login, "display_name": name, "role": role.as_str(),
                "scope": scope.to_string(), "credential": text(credential)?,
            });
            if let Some(email) = email {
                new["email"] = json!(email.as_str());
            }
            (remote, new)
        }
        Command::Revoke { which, remote } => (remote, which.named(json!({ "action": "revoke" }))),
        Command::Readdress { which, email, remote } => {
            (remote, which.named(json!({ "action": "readdress", "email": email.as_str() })))
        }
    };
    remote::post(global, &remote.required()?, "/enrolments", &proposed)
}

impl Which {
    fn named(&self, mut proposed: Value) -> Value {
        match (&self.passkey, &self.certificate) {
            (Some(id), _) => proposed["passkey"] = json!(id),
            (None, digest) => proposed["certificate"] = json!(digest),
        }
        proposed
    }
}

fn text(file: &Path) -> Result<String, Problem> {
    String::from_utf8(read_bounded(file, LONGEST_CREDENTIAL)?)
        .map_err(|_| Problem::new(faults::ARGUMENT, format!("{}: no text", file.display())))
}
