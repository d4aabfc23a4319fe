//! What ends one day, and must be renewed by somebody before: certificates of authorities, listeners, responders and officers. Doctor and the
//! operations page go by the same list and the same thresholds.

use std::path::Path;
use std::time::Duration;

use ca_core::authority::{self, Authority};
use ca_core::responder;
use ca_core::{authority_end, certificate};
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

/// Those of the authorities whose end was not decided. Only the newest generation of a key needs a next one.
pub(super) fn of_authorities(
    db: &mut Database,
    now: Timestamp,
    findings: &mut Findings,
) -> Result<(), Problem> {
    for one in authorities(db, now)? {
        let what = format!("certificate of authority {}", one.name);
        let end = "hold the ceremony of its end, which destroys its key (docs/ceremonies.md)";
        let (action, why) = match one.kind {
            ExpiryKind::FollowedAuthority => (end, "; a later generation issues"),
            ExpiryKind::RevokedAuthority => (end, "; it is revoked, and issues nothing"),
            _ => ("plan the ceremony of its next key (docs/ceremonies.md)", ""),
        };
        let mut finding = found(&one, what, now, action);
        finding.found.push_str(why);
        findings.push(finding);
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

/// An authority that another generation follows issues nothing more, and no certificate outlives its issuer: its end keeps nobody waiting,
/// and its CRLs, which it signs until then, are looked at by themselves. After it nothing is left but to destroy its key.
fn authorities(db: &mut Database, now: Timestamp) -> Result<Vec<Expiry>, Problem> {
    let mut going_on = Vec::new();
    for one in authority::readable(db)?.authorities {
        if authority_end::find(db, &one.short_name)?.is_none() {
            going_on.push(one);
        }
    }
    let of = |one: &Authority| {
        let (name, end) = (one.short_name.clone(), one.not_after);
        if one.revoked_at.is_some() {
            let (kind, urgency) = (ExpiryKind::RevokedAuthority, Urgency::Warning);
            return Expiry { kind, urgency, ends_at: Some(end), name };
        }
        match one.is_followed_by_one_of(&going_on) {
            false => ending(ExpiryKind::Authority, name, Some(end), AUTHORITY_SOON, now),
            true => Expiry {
                kind: ExpiryKind::FollowedAuthority,
                urgency: if end < now { Urgency::Warning } else { Urgency::Well },
                ends_at: Some(end),
                name,
            },
        }
    };
    Ok(going_on.iter().map(of).collect())
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
