//! An OCSP answer that somebody kept, brought to a dispute.

use std::path::Path;

use ca_core::authority::{self, AuthorityKind};
use ca_core::serial::SerialNumber;
use ca_core::signer::ledger::{Entry, follow};
use coherence::readers::ocsp::{Question, Status, Trust, signed_digest};
use openssl::error::ErrorStack;
use openssl::x509::X509;
use serde::Serialize;
use store::{Database, Timestamp};

use crate::faults;
use crate::problem::Problem;
use crate::setup::read_bounded;

/// The longest file that is read.
const LONGEST: u64 = 64 * 1024;

/// Lines of the ledger that are read at once.
const LINES: usize = 10_000;

/// What was brought: signed by one of our responders, about the certificate.
#[derive(Serialize)]
pub(super) struct Brought {
    /// `good`, `revoked` or `unknown`.
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    revoked_at: Option<Timestamp>,
    this_update: Timestamp,
    next_update: Timestamp,
    /// The line of the answers' ledger with its digest; nothing where the ledger does not reach back so far, since only
    /// the newest two files of it are kept.
    ledger: Option<Line>,
}

#[derive(Serialize)]
struct Line {
    sequence: u64,
    signed_at: Timestamp,
}

impl Brought {
    pub(super) fn words(&self) -> String {
        let line = match &self.ledger {
            Some(line) => format!("signed {}, line {} of the answers' ledger", line.signed_at, line.sequence),
            None => "not in what is kept of the answers' ledger".to_owned(),
        };
        let revoked = self.revoked_at.map_or(String::new(), |at| format!(" at {at}"));
        let Self { status, this_update, next_update, .. } = self;
        format!("{status}{revoked}, as of {this_update}, to be used until {next_update}; {line}")
    }
}

/// Reads it. Its responder's certificate must have been valid at `at`.
pub(super) fn read(
    db: &mut Database,
    file: &Path,
    ledger: &Path,
    (issuer, serial): (&str, &SerialNumber),
    at: Timestamp,
) -> Result<Brought, Problem> {
    let octets = read_bounded(file, LONGEST)?;
    let not_ours = |why: String| Problem::new(faults::ANSWER_NOT_OURS, format!("{}: {why}", file.display()));
    let (mut roots, mut below, mut giver) = (Vec::new(), Vec::new(), None);
    let read = |der: &[u8]| -> Result<X509, ErrorStack> { X509::from_der(der) };
    for one in authority::all(db)? {
        let certificate = read(&one.certificate).map_err(|error| not_ours(error.to_string()))?;
        if one.short_name == issuer {
            giver = Some(certificate.clone());
        }
        let of_kind = if one.kind == AuthorityKind::Root { &mut roots } else { &mut below };
        of_kind.push(certificate);
    }
    let giver = giver.ok_or_else(|| super::unknown(issuer, serial))?;
    let question = Question::about(&giver, serial.octets()).map_err(|error| not_ours(error.to_string()))?;
    let trust = Trust::of(&roots, &below, at).map_err(|error| not_ours(error.to_string()))?;
    let answer = question.read(&octets, &trust).map_err(|why| not_ours(why.to_string()))?;
    let digest = signed_digest(&octets).map_err(|why| not_ours(why.to_string()))?;
    let (status, revoked_at) = match answer.status {
        Status::Good => ("good", None),
        Status::Unknown => ("unknown", None),
        Status::Revoked { at, .. } => ("revoked", Some(Timestamp::from_seconds(at))),
    };
    let [this_update, next_update] = [answer.this_update, answer.next_update].map(Timestamp::from_seconds);
    Ok(Brought { status, revoked_at, this_update, next_update, ledger: line_with(ledger, &digest)? })
}

fn line_with(ledger: &Path, digest: &[u8]) -> Result<Option<Line>, Problem> {
    for file in [ledger.to_owned(), ledger.with_extension("before")] {
        let mut position = None;
        while let Some(followed) = follow(&file, position.as_ref(), LINES)
            .map_err(|error| Problem::new(ca_core::faults::SIGNER_LEDGER, error.to_string()))?
        {
            let found = followed.entries.iter().find(|entry: &&Entry| entry.digest == digest);
            if let Some(entry) = found {
                return Ok(Some(Line { sequence: entry.sequence, signed_at: entry.at }));
            }
            if followed.entries.len() < LINES {
                break;
            }
            position = Some(followed.position);
        }
    }
    Ok(None)
}
