//! What ends one day, and must be renewed by somebody before: certificates of authorities, listeners, responders and officers. Doctor and the
//! operations page go by the same list and the same thresholds.

use std::path::Path;
use std::time::Duration;

use ca_core::certificate;
use ca_core::responder;
use ca_core::{authority, authority_end};
use openssl::asn1::Asn1Time;
use openssl::x509::X509;
use sha2::{Digest, Sha256};
use store::{Database, Timestamp};
use web_admin::{Expiry, ExpiryKind, Urgency};

use super::{Finding, Findings, Verdict};
use crate::installation::Installation;
use crate::officer;
use crate::problem::Problem;

/// How long before its end a file or a card is worth a warning.
const SOON: Duration = Duration::from_secs(30 * 86_400);

/// The same of an authority: its successor needs a ceremony, and issues nothing that outlives it.
const AUTHORITY_SOON: Duration = Duration::from_secs(365 * 86_400);

/// Everything that ends, soonest first; what does not read stands before all.
pub fn list(installation: &Installation, db: &mut Database, now: Timestamp) -> Result<Vec<Expiry>, Problem> {
    let mut list = listeners(installation, now);
    list.extend(authorities(db, now)?);
    list.extend(responders(db, now)?);
    list.extend(officers(installation, db, now)?);
    list.sort_by_key(|one| (one.ends_at, one.kind, one.name.clone()));
    Ok(list)
}

/// The TLS certificates of the listeners: forgetting them has kept other systems from starting.
pub(super) fn of_listeners(installation: &Installation, now: Timestamp, findings: &mut Findings) {
    for one in listeners(installation, now) {
        let what = format!("TLS certificate {}", one.name);
        findings.push(found(&one, what, now, "put a new certificate and key in its place"));
    }
}

/// Those of the authorities that go on.
pub(super) fn of_authorities(
    db: &mut Database,
    now: Timestamp,
    findings: &mut Findings,
) -> Result<(), Problem> {
    for one in authorities(db, now)? {
        let what = format!("certificate of authority {}", one.name);
        findings.push(found(&one, what, now, "plan the ceremony of its next key (docs/ceremonies.md)"));
    }
    Ok(())
}

fn found(one: &Expiry, what: String, now: Timestamp, action: &'static str) -> Finding {
    let words = match one.ends_at {
        None => "does not read".to_owned(),
        Some(end) if end < now => "has ended".to_owned(),
        Some(end) => format!("ends in {} days", (end.seconds() - now.seconds()) / 86_400),
    };
    match one.urgency {
        Urgency::Well => Finding::well(what, words),
        Urgency::Warning => Finding::new(Verdict::Warning, what, words, action),
        Urgency::Alarm => Finding::new(Verdict::Broken, what, words, action),
    }
}

fn ending(
    kind: ExpiryKind,
    name: String,
    ends_at: Option<Timestamp>,
    soon: Duration,
    now: Timestamp,
) -> Expiry {
    let urgency = match ends_at {
        None => Urgency::Alarm,
        Some(end) if end < now => Urgency::Alarm,
        Some(end) if end < now.plus(soon) => Urgency::Warning,
        Some(_) => Urgency::Well,
    };
    Expiry { kind, name, ends_at, urgency }
}

/// That of the pages, and that of the listener for cards where it has one of its own.
fn listeners(installation: &Installation, now: Timestamp) -> Vec<Expiry> {
    let pages = &installation.config.tls.certificate;
    let cards = installation.config.client_certificates.as_ref().map(|section| &section.tls.certificate);
    let files = [Some(pages), cards.filter(|file| *file != pages)].into_iter().flatten();
    let of = |file: &std::path::PathBuf| {
        ending(ExpiryKind::Listener, file.display().to_string(), end_of_file(file), SOON, now)
    };
    files.map(of).collect()
}

fn end_of_file(file: &Path) -> Option<Timestamp> {
    let certificate = X509::from_pem(&std::fs::read(file).ok()?).ok()?;
    let left = Asn1Time::from_unix(0).ok()?.diff(certificate.not_after()).ok()?;
    Some(Timestamp::from_seconds(i64::from(left.days) * 86_400 + i64::from(left.secs)))
}

fn authorities(db: &mut Database, now: Timestamp) -> Result<Vec<Expiry>, Problem> {
    let mut list = Vec::new();
    for one in authority::readable(db)?.authorities {
        if authority_end::find(db, &one.short_name)?.is_none() {
            list.push(ending(
                ExpiryKind::Authority,
                one.short_name,
                Some(one.not_after),
                AUTHORITY_SOON,
                now,
            ));
        }
    }
    Ok(list)
}

/// The status role renews them by itself: what says when that is late is theirs.
fn responders(db: &mut Database, now: Timestamp) -> Result<Vec<Expiry>, Problem> {
    let of = |outlook: responder::Outlook| Expiry {
        kind: ExpiryKind::Responder,
        urgency: match (outlook.has_ended(now), outlook.is_trouble(now)) {
            (true, _) => Urgency::Alarm,
            (false, true) => Urgency::Warning,
            (false, false) => Urgency::Well,
        },
        ends_at: outlook.until,
        name: outlook.authority,
    };
    Ok(responder::outlook(db)?.into_iter().map(of).collect())
}

/// The certificates that officers sign in with and that have not ended: of a passkey nothing ends by itself.
fn officers(installation: &Installation, db: &mut Database, now: Timestamp) -> Result<Vec<Expiry>, Problem> {
    let roster = officer::verifier(installation)?.roster(db)?;
    let mut list = Vec::new();
    for one in roster.certificates().filter(|one| one.counts(now)) {
        let of_key = certificate::with_key(db, &one.certificate.public_key)?;
        let is_his = |der: &[u8]| Sha256::digest(der).as_slice() == one.certificate.fingerprint;
        let his = of_key.into_iter().find(|found| found.status.der().is_some_and(is_his));
        if let Some(end) = his.map(|found| found.not_after).filter(|end| *end >= now) {
            list.push(ending(ExpiryKind::Officer, one.login.clone(), Some(end), SOON, now));
        }
    }
    Ok(list)
}
