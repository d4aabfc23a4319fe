//! What was answered of one certificate at one moment, for a prescription that somebody disputes.
//!
//! Told from what stands for good: the status log, the recorded CRLs as they were signed, and when each face was first
//! seen from outside. Which OCSP answers were sent is recorded nowhere; what they said follows from the log.

use std::time::Duration;

use ca_core::authority::{self, AuthorityError};
use ca_core::certificate;
use ca_core::serial::SerialNumber;
use diesel::QueryResult;
use openssl::error::ErrorStack;
use openssl::x509::X509;
use serde::Serialize;
use sha2::{Digest, Sha256};
use store::{Code, Database, Fault, Timestamp};
use thiserror::Error;

use crate::check::reason;
use crate::faults;
use crate::lifetimes::OcspLifetimes;
use crate::logged::{self, Logged};
use crate::readers::Malformed;
use crate::readers::crl::Crl;
use crate::recorded::{self, CrlKind, RecordedCrl};
use crate::scope::Scope;
use crate::sightings;

/// What is known of one certificate at one moment.
#[derive(Clone, Debug, Serialize)]
pub struct History {
    /// Short name of its authority.
    pub issuer: String,
    /// Its serial number.
    pub serial: String,
    /// Its profile.
    pub profile: String,
    /// Valid from.
    pub not_before: Timestamp,
    /// Valid until, that second included.
    pub not_after: Timestamp,
    /// The moment that is asked about.
    pub at: Timestamp,
    /// How it ended, before that moment or after; nothing where it has not.
    pub ended: Option<Ended>,
    /// When it was held, oldest first.
    pub holds: Vec<Hold>,
    /// What OCSP said then.
    pub ocsp: Ocsp,
    /// The CRLs and deltas that were the newest that had been recorded then: each was published a moment after that, and
    /// seen from outside when it says so.
    pub crls: Vec<CrlThen>,
    /// Until when somebody elsewhere may have held an answer that does not say that it ended.
    pub held_elsewhere: HeldElsewhere,
}

/// The end of a certificate.
#[derive(Clone, Debug, Serialize)]
pub struct Ended {
    /// Its place in the status log.
    pub sequence: i64,
    /// When it was revoked.
    pub at: Timestamp,
    /// The revocation date on CRLs and in OCSP: earlier, where it was held then.
    pub dated: Timestamp,
    /// The reason's name in RFC 5280 §5.3.1.
    pub reason: String,
    /// When OCSP was first seen, from outside, to say so: at the latest then whoever answers at the one address that is looked at
    /// did. Of another node it proves nothing ([`HeldElsewhere::ocsp_good_until`]).
    pub seen_in_ocsp_at: Option<Timestamp>,
}

/// A time for which a certificate was held: OCSP said revoked, for certificateHold.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Hold {
    /// The place of its beginning in the status log.
    pub sequence: i64,
    /// Since when.
    pub since: Timestamp,
    /// When it was lifted, or became final; nothing while it lasts.
    pub until: Option<Timestamp>,
    /// When OCSP was first seen, from outside, to say that it is held.
    pub seen_in_ocsp_at: Option<Timestamp>,
    /// The same of what it says since it was lifted.
    pub lift_seen_in_ocsp_at: Option<Timestamp>,
}

/// What OCSP says of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ocsp {
    /// There was no certificate with a signature yet.
    Unknown,
    /// The log did not end it.
    Good,
    /// It had ended before, and OCSP was not seen to say so yet: answers of that moment say one or the other.
    GoodOrRevoked,
    /// The log had ended it, and OCSP was seen to say so at the one address that is looked at, or no earlier answer lasted.
    Revoked,
    /// It had been held, or its hold lifted, and OCSP was not seen to say so yet: answers of that moment say one or the other.
    GoodOrHeld,
    /// It was held.
    Held,
    /// It had been held and had ended, and OCSP was not seen to say so yet.
    HeldOrRevoked,
    /// It had been held and had ended soon after, and OCSP was seen to say neither.
    GoodHeldOrRevoked,
}

/// A CRL as it stood.
#[derive(Clone, Debug, Serialize)]
pub struct CrlThen {
    /// `all`, or `shard-<number>`.
    pub scope: String,
    /// `full` or `delta`.
    pub kind: &'static str,
    /// CRLNumber.
    pub number: i64,
    /// Of a delta.
    pub base_number: Option<i64>,
    /// thisUpdate.
    pub this_update: Timestamp,
    /// nextUpdate.
    pub next_update: Timestamp,
    /// When it was recorded, once it was signed and read back: it was published after that.
    pub recorded_at: Timestamp,
    /// When it was first seen from outside; nothing where nobody looked while it stood.
    pub seen_at: Option<Timestamp>,
    /// SHA-256 over it, lower-case hexadecimal.
    pub sha256: String,
    /// The subject of its event in the audit log, which holds that digest.
    pub audit_subject: String,
    /// The revocation date of the certificate on it; nothing where it does not stand on it.
    pub revoked_at: Option<Timestamp>,
    /// Why it stands on it (RFC 5280 §5.3.1): `removeFromCRL` says that it is held no longer.
    pub reason: Option<&'static str>,
}

/// nextUpdate of the last answer of each kind that does not say that the certificate ended; nothing where there is none.
#[derive(Clone, Debug, Default, Serialize)]
pub struct HeldElsewhere {
    /// A good OCSP answer, of a node too that was cut off from its database.
    pub ocsp_good_until: Option<Timestamp>,
    /// A complete CRL without it.
    pub crl_without_until: Option<Timestamp>,
    /// A delta without it.
    pub delta_without_until: Option<Timestamp>,
}

/// A history that cannot be told.
#[derive(Debug, Error)]
pub enum HistoryError {
    /// No such certificate.
    #[error("no certificate {serial} of {issuer}")]
    Unknown {
        /// The authority asked for.
        issuer: String,
        /// The serial number asked for.
        serial: String,
    },
    /// A recorded CRL is not what its authority signed.
    #[error("the recorded {0} is not what its authority signed: {1}")]
    CrlAltered(String, Malformed),
    /// The authority's record does not read.
    #[error(transparent)]
    Authority(#[from] AuthorityError),
    /// OpenSSL refused to work.
    #[error("OpenSSL: {0}")]
    OpenSsl(#[from] ErrorStack),
    /// The database failed.
    #[error("database: {0}")]
    Database(#[from] diesel::result::Error),
}

impl Fault for HistoryError {
    fn code(&self) -> Code {
        match self {
            Self::Unknown { .. } => ca_core::faults::CERTIFICATE_UNKNOWN,
            Self::CrlAltered(..) => faults::HISTORY_CRL_ALTERED,
            Self::Authority(error) => error.code(),
            Self::OpenSsl(_) => faults::COHERENCE_LOOK,
            Self::Database(_) => store::fault::DATABASE,
        }
    }
}

/// How long after an event's date the status role has read it, where it ran and its database answered: it reads the log ten
/// times a second, and a transaction takes a moment to commit.
const LOG_READ: Duration = Duration::from_secs(2);

/// What is known of a certificate at `at`. `issued_at` is when its signature was recorded, by the audit log;
/// `ocsp_validity` is how long an OCSP answer may be used by the configuration, where nothing else is written down.
pub fn tell(
    db: &mut Database,
    (issuer, serial): (&str, &SerialNumber),
    issued_at: Option<Timestamp>,
    ocsp_validity: Duration,
    at: Timestamp,
) -> Result<History, HistoryError> {
    let unknown = || HistoryError::Unknown { issuer: issuer.to_owned(), serial: serial.to_string() };
    let found = certificate::find(db, issuer, serial)?.ok_or_else(unknown)?;
    let authority = authority::load(db, issuer)?;
    let signer = X509::from_der(&authority.certificate)?;
    let event = logged::ended(db, issuer, &serial.to_string())?;
    let ended = match &event {
        None => None,
        Some(event) => Some(Ended {
            sequence: event.sequence,
            at: event.occurred_at,
            dated: event.dated(),
            reason: event.reason.clone(),
            seen_in_ocsp_at: sightings::in_ocsp(db, issuer, event.sequence)?,
        }),
    };
    let logged = logged::holds(db, issuer, &serial.to_string())?;
    let holds = holds(db, logged, ended.as_ref())?;
    let now = db.now()?;
    let lives = OcspLifetimes::load(db, ocsp_validity, now)?;
    let mut crls = Vec::new();
    let mut held_elsewhere = HeldElsewhere {
        ocsp_good_until: ended.as_ref().map(|ended| lives.ended(read(ended.at, None))),
        ..HeldElsewhere::default()
    };
    for scope in Scope::of_certificate(db, issuer, &found.serial.to_string())? {
        for kind in [CrlKind::Full, CrlKind::Delta] {
            if let Some((recorded, der)) = recorded::crl_recorded_until(db, &scope, kind, at)? {
                crls.push(crl_then(db, (&scope, kind), &recorded, &der, &signer, serial)?);
            }
            let Some(event) = &event else { continue };
            let without = recorded::kept_without_until(db, &scope, kind, event.sequence)?;
            let held = match kind {
                CrlKind::Full => &mut held_elsewhere.crl_without_until,
                CrlKind::Delta => &mut held_elsewhere.delta_without_until,
            };
            *held = without.max(*held);
        }
    }
    Ok(History {
        ocsp: said(ended.as_ref(), &holds, issued_at, &lives, at),
        issuer: issuer.to_owned(),
        serial: serial.to_string(),
        profile: found.profile,
        not_before: found.not_before,
        not_after: found.not_after,
        at,
        ended,
        holds,
        crls,
        held_elsewhere,
    })
}

fn crl_then(
    db: &mut Database,
    (scope, kind): (&Scope, CrlKind),
    recorded: &RecordedCrl,
    der: &[u8],
    signer: &X509,
    serial: &SerialNumber,
) -> Result<CrlThen, HistoryError> {
    let audit_subject = scope.audit_subject(kind, recorded.number);
    let altered = |why| HistoryError::CrlAltered(audit_subject.clone(), why);
    let crl = Crl::read(der).map_err(altered)?;
    if !crl.is_of(signer) {
        return Err(altered(Malformed("signed by its authority")));
    }
    let entry = crl.entry(serial.octets());
    Ok(CrlThen {
        scope: scope.name.clone(),
        kind: kind.name(),
        number: recorded.number,
        base_number: recorded.base_number,
        this_update: Timestamp::from_seconds(crl.this_update),
        next_update: Timestamp::from_seconds(crl.next_update),
        recorded_at: recorded.recorded_at,
        seen_at: sightings::of_crl(db, kind, scope, recorded.number)?,
        sha256: hex::encode(Sha256::digest(der)),
        revoked_at: entry.map(|entry| Timestamp::from_seconds(entry.revoked_at)),
        reason: entry.and_then(|entry| reason(entry.reason)),
        audit_subject,
    })
}

/// When the status role had read an event, as far as anybody saw.
fn read(event: Timestamp, seen: Option<Timestamp>) -> Timestamp {
    seen.unwrap_or(event).max(event.plus(LOG_READ))
}

/// From when on OCSP certainly said what the log says, at the address that is looked at: since somebody saw it there, or since no
/// answer of before was of use any more. A node that was cut off from its database may have answered by what it knew until then; so may
/// another node than the one that was seen, of which only the end of its answers is certain.
fn certainly(event: Timestamp, seen: Option<Timestamp>, lives: &OcspLifetimes) -> Timestamp {
    let ended = lives.ended(read(event, None));
    seen.map_or(ended, |seen| read(event, Some(seen)).min(ended))
}

/// Each hold with its end: the event after it, or the end of the certificate.
fn holds(db: &mut Database, events: Vec<Logged>, ended: Option<&Ended>) -> QueryResult<Vec<Hold>> {
    let mut holds: Vec<Hold> = Vec::new();
    for event in events {
        let seen = sightings::in_ocsp(db, &event.issuer, event.sequence)?;
        match holds.last_mut().filter(|_| event.is_release()) {
            Some(hold) => (hold.until, hold.lift_seen_in_ocsp_at) = (Some(event.occurred_at), seen),
            None => holds.push(Hold {
                sequence: event.sequence,
                since: event.occurred_at,
                until: None,
                seen_in_ocsp_at: seen,
                lift_seen_in_ocsp_at: None,
            }),
        }
    }
    if let Some(hold) = holds.last_mut() {
        hold.until = hold.until.or(ended.map(|ended| ended.at));
    }
    Ok(holds)
}

/// What the log says since a moment, and when somebody saw that in OCSP.
type Said = (Timestamp, Option<Timestamp>, Ocsp);

/// What may have been said at `at`: the last of the log, and of what was before it as much as it had not certainly replaced by then.
fn said(
    ended: Option<&Ended>,
    holds: &[Hold],
    issued_at: Option<Timestamp>,
    lives: &OcspLifetimes,
    at: Timestamp,
) -> Ocsp {
    let mut log: Vec<Said> = Vec::new();
    for hold in holds {
        log.push((hold.since, hold.seen_in_ocsp_at, Ocsp::Held));
        let lifted = hold.until.filter(|until| ended.is_none_or(|ended| ended.at != *until));
        log.extend(lifted.map(|until| (until, hold.lift_seen_in_ocsp_at, Ocsp::Good)));
    }
    log.extend(ended.map(|ended| (ended.at, ended.seen_in_ocsp_at, Ocsp::Revoked)));
    log.retain(|(since, ..)| *since <= at);
    if log.is_empty() && issued_at.is_none_or(|issued| at < issued) {
        return Ocsp::Unknown;
    }
    let certain = log.iter().rposition(|(since, seen, _)| at >= certainly(*since, *seen, lives));
    let mut possible: Vec<Ocsp> = log[certain.unwrap_or(0)..].iter().map(|(.., said)| *said).collect();
    if certain.is_none() {
        possible.push(Ocsp::Good);
    }
    match [Ocsp::Good, Ocsp::Held, Ocsp::Revoked].map(|one| possible.contains(&one)) {
        [true, true, true] => Ocsp::GoodHeldOrRevoked,
        [true, true, false] => Ocsp::GoodOrHeld,
        [true, false, true] => Ocsp::GoodOrRevoked,
        [false, true, true] => Ocsp::HeldOrRevoked,
        [false, true, false] => Ocsp::Held,
        [false, false, true] => Ocsp::Revoked,
        [_, false, false] => Ocsp::Good,
    }
}

#[cfg(test)]
mod tests;
