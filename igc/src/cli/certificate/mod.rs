//! `igc certificate`

mod answer;
mod compromised_key;
mod history;
mod lapses;
mod profile;
mod relint;
mod requests;
mod revoke;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use ca_core::certificate::{self, Certificate};
use ca_core::revocation::RevocationReason;
use ca_core::serial::SerialNumber;
use clap::Subcommand;
use openssl::x509::X509;
use professional_registry::TechnicalStructureId;
use registration_authority::certificate_request::structure_names;
use serde::Serialize;
use serde_json::json;
use store::DatabaseRole;

use crate::cli::Global;
use crate::cli::remote::{Remote, SignedRemote};
use crate::faults;
use crate::installation::{Installation, system_rng};
use crate::officer::AsOfficer;
use crate::output::{self, Row};
use crate::problem::Problem;
use crate::setup::read_bounded;

/// The longest certificate that is read.
const LONGEST_CERTIFICATE: u64 = 1024 * 1024;

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Ask for a software certificate with a PKCS#10 request.
    Request {
        /// Identifier of the profile: el-org-serv-ssl, el-org-sign, el-org-auth-cli, el-org-test, el-org-test-short; of a
        /// professional el-pp-soft-auth, el-pp-soft-sign; of one of a structure's staff el-pp-pro-auth, el-pp-pro-sign.
        #[arg(long)]
        profile: String,
        /// The PKCS#10 request, PEM or DER.
        #[arg(long, value_name = "FILE")]
        csr: PathBuf,
        #[command(flatten)]
        whose: requests::Whose,
        #[command(flatten)]
        officer: AsOfficer,
        #[command(flatten)]
        remote: Remote,
    },
    /// Approve a request that somebody else submitted.
    Approve {
        /// The request's number.
        number: String,
        #[command(flatten)]
        officer: AsOfficer,
        #[command(flatten)]
        remote: SignedRemote,
    },
    /// Take back the officer's own decision on a request, before it has taken effect.
    TakeBack {
        /// The request's number.
        number: String,
        #[command(flatten)]
        officer: AsOfficer,
        #[command(flatten)]
        remote: Remote,
    },
    /// Refuse a request, with a reason.
    Reject {
        /// The request's number.
        number: String,
        /// The reason's code.
        #[arg(long, value_name = "CODE")]
        reason: String,
        /// The officer's own sentence.
        #[arg(long, value_name = "TEXT")]
        text: Option<String>,
        #[command(flatten)]
        officer: AsOfficer,
        #[command(flatten)]
        remote: SignedRemote,
    },
    /// Allow a structure a name in its certificates.
    Allow {
        /// The structure's technical identifier.
        #[arg(long, value_name = "ID")]
        structure: TechnicalStructureId,
        /// The host name, the free name of a service, or the address of one of its staff.
        name: String,
        #[command(flatten)]
        officer: AsOfficer,
    },
    /// The certificates, by authority and serial number.
    List {
        /// At most this many.
        #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(i64).range(1..=1000))]
        limit: i64,
        /// After this authority and serial number: `ACI-FO-PP/63DA…`.
        #[arg(long, value_name = "ISSUER/SERIAL")]
        after: Option<String>,
    },
    /// One certificate of the database, as PEM.
    Show {
        /// Short name of its authority.
        issuer: String,
        /// Its serial number, hexadecimal.
        serial: SerialNumber,
    },
    /// What was answered of a certificate at a moment: status log, CRLs, OCSP, each with its proof in the audit log.
    History(history::Args),
    /// Revoke a certificate that no card carries.
    Revoke {
        /// Short name of its authority.
        issuer: String,
        /// Its serial number, hexadecimal.
        serial: SerialNumber,
        /// keyCompromise, affiliationChanged, superseded or cessationOfOperation.
        #[arg(long)]
        reason: RevocationReason,
        #[command(flatten)]
        officer: AsOfficer,
        #[command(flatten)]
        remote: Remote,
    },
    /// Keys that somebody else has, whatever became of their certificates.
    #[command(subcommand)]
    CompromisedKey(compromised_key::Command),
    /// The software certificates of professionals that the register no longer supports.
    Lapses,
    /// Read a certificate from a file; needs no installation.
    Inspect {
        /// PEM or DER.
        file: PathBuf,
    },
    /// Read the stored certificates again with the lint of this program, each at the moment it was made; exit 9
    /// and the holders where a rule that changed since would not let one be signed.
    Relint(relint::Args),
    /// The profiles.
    #[command(subcommand)]
    Profile(profile::Command),
}

pub fn run(global: &Global, command: &Command) -> Result<ExitCode, Problem> {
    match command {
        Command::Inspect { file } => inspect(global, file)?,
        Command::Profile(command) => profile::run(global, command)?,
        Command::Relint(args) => return relint::run(global, args),
        Command::History(args) => return history::run(global, args),
        Command::List { limit, after } => list(global, *limit, after.as_deref())?,
        Command::CompromisedKey(command) => compromised_key::run(global, command)?,
        Command::Lapses => lapses::run(global)?,
        Command::Show { issuer, serial } => show(global, issuer, serial)?,
        Command::Revoke { issuer, serial, reason, officer, remote } => {
            return revoke::run(global, (issuer, serial), *reason, officer, remote);
        }
        Command::Request { profile, csr, whose, officer, remote } => {
            return requests::submit(global, (profile, csr, whose), officer, remote);
        }
        Command::Approve { number, officer, remote } => {
            return match remote.decide(global, number, None)? {
                Some(done) => Ok(done),
                None => requests::decide(global, number, None, officer),
            };
        }
        Command::TakeBack { number, officer, remote } => {
            return requests::take_back(global, number, officer, remote);
        }
        Command::Reject { number, reason, text, officer, remote } => {
            let refusal = Some((reason.as_str(), text.as_deref()));
            return match remote.decide(global, number, refusal)? {
                Some(done) => Ok(done),
                None => requests::decide(global, number, refusal, officer),
            };
        }
        Command::Allow { structure, name, officer } => {
            let installation = Installation::open(global)?;
            let act = officer.act(&installation)?;
            let mut db = installation.database(DatabaseRole::Owner)?;
            db.write(|db| structure_names::allow(db, structure, name, &mut system_rng(), &act))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn list(global: &Global, limit: i64, after: Option<&str>) -> Result<(), Problem> {
    let installation = Installation::open(global)?;
    let mut db = installation.database(DatabaseRole::Owner)?;
    let after = match after {
        Some(text) => Some(text.split_once('/').ok_or_else(|| {
            Problem::new(faults::ARGUMENT, format!("--after {text:?}: write ISSUER/SERIAL"))
        })?),
        None => None,
    };
    let rows: Vec<CertificateRow> =
        certificate::list(&mut db, after, limit)?.iter().map(CertificateRow::of).collect();
    output::list(global.output, &rows)
}

fn show(global: &Global, issuer: &str, serial: &SerialNumber) -> Result<(), Problem> {
    let installation = Installation::open(global)?;
    let mut db = installation.database(DatabaseRole::Owner)?;
    let found = certificate::find(&mut db, issuer, serial)?.ok_or_else(|| unknown(issuer, serial))?;
    let pem = match found.status.der() {
        Some(der) => pem(der)?,
        None => String::new(),
    };
    let row = CertificateRow::of(&found);
    output::one(global.output, &json!({ "certificate": row, "pem": pem }), || pem.clone())
}

fn inspect(global: &Global, file: &Path) -> Result<(), Problem> {
    let bytes = read_bounded(file, LONGEST_CERTIFICATE)?;
    let certificate =
        if bytes.starts_with(b"-----BEGIN") { X509::from_pem(&bytes) } else { X509::from_der(&bytes) };
    let text = certificate.and_then(|certificate| certificate.to_text()).map_err(|_| {
        Problem::new(faults::CERTIFICATE_MALFORMED, format!("{}: no certificate, PEM or DER", file.display()))
    })?;
    let text = String::from_utf8_lossy(&text).into_owned();
    output::one(global.output, &json!({ "text": text }), || text.clone())
}

fn pem(der: &[u8]) -> Result<String, Problem> {
    let pem = X509::from_der(der).and_then(|certificate| certificate.to_pem());
    let pem =
        pem.map_err(|error| Problem::new(faults::TOOL, format!("a certificate does not read: {error}")))?;
    Ok(String::from_utf8_lossy(&pem).into_owned())
}

fn unknown(issuer: &str, serial: &SerialNumber) -> Problem {
    Problem::new(ca_core::faults::CERTIFICATE_UNKNOWN, format!("no certificate {serial} of {issuer}"))
}

#[derive(Serialize)]
struct CertificateRow {
    issuer: String,
    serial: String,
    profile: String,
    status: &'static str,
    not_before: String,
    not_after: String,
}

impl CertificateRow {
    fn of(certificate: &Certificate) -> Self {
        Self {
            issuer: certificate.issuer.clone(),
            serial: certificate.serial.to_string(),
            profile: certificate.profile.clone(),
            status: certificate.status.word(),
            not_before: certificate.not_before.to_string(),
            not_after: certificate.not_after.to_string(),
        }
    }
}

impl Row for CertificateRow {
    const HEADINGS: &'static [&'static str] = &["ISSUER", "SERIAL", "PROFILE", "STATUS", "FROM", "UNTIL"];

    fn cells(&self) -> Vec<String> {
        vec![
            self.issuer.clone(),
            self.serial.clone(),
            self.profile.clone(),
            self.status.to_owned(),
            self.not_before.clone(),
            self.not_after.clone(),
        ]
    }
}
