//! The machine: its clock, the room on its disk, its own TLS certificate.

use std::time::Duration;

use openssl::x509::X509;
use store::database::{RESERVE, Reserve};
use store::{Database, Timestamp};

use super::{Finding, Findings, Verdict};
use crate::installation::Installation;
use crate::problem::Problem;

/// How long before its end something is worth a warning.
const SOON: Duration = Duration::from_secs(30 * 86_400);

pub(super) fn clocks(db: &mut Database, now: Timestamp, findings: &mut Findings) -> Result<(), Problem> {
    let away = (db.now()?.millis() - now.millis()).unsigned_abs();
    findings.push(if away < 5_000 {
        Finding::well("clock", format!("{away} ms from the database's"))
    } else {
        let found = format!("{} s from the database's", away / 1000);
        Finding::new(Verdict::Warning, "clock", found, "set this machine's clock by NTP")
    });
    Ok(())
}

/// What a full disk leaves to oppositions.
pub(super) fn reserve(db: &mut Database, findings: &mut Findings) -> Result<(), Problem> {
    let mebibytes = RESERVE / (1024 * 1024);
    let what = "room for oppositions";
    findings.push(match db.reserve()? {
        Reserve::Held => Finding::well(what, format!("{mebibytes} MiB kept on the disk")),
        Reserve::Used => Finding::new(
            Verdict::Broken,
            what,
            "the disk is full, the room is in use and nothing is issued",
            "free space; the worker keeps it again by itself",
        ),
        Reserve::None if db.is_on_server() => {
            Finding::well(what, "on the disk of the database server, whose operator keeps it")
        }
        Reserve::None => Finding::new(Verdict::Warning, what, "not kept", "igc job run reserve"),
    });
    Ok(())
}

/// The installation's own TLS certificate: forgetting it has kept other systems from starting.
pub(super) fn own_certificate(installation: &Installation, now: Timestamp, findings: &mut Findings) {
    const RENEW: &str = "put a new certificate and key in its place";
    let path = &installation.config.tls.certificate;
    let what = format!("TLS certificate {}", path.display());
    let days_left =
        std::fs::read(path).ok().and_then(|pem| X509::from_pem(&pem).ok()).and_then(|certificate| {
            let now = openssl::asn1::Asn1Time::from_unix(now.seconds()).ok()?;
            now.diff(certificate.not_after()).ok().map(|left| left.days)
        });
    findings.push(match days_left {
        None => Finding::new(Verdict::Broken, what, "does not read", RENEW),
        Some(days) if days < 0 => Finding::new(Verdict::Broken, what, "has ended", RENEW),
        Some(days) if u64::from(days.unsigned_abs()) * 86_400 < SOON.as_secs() => {
            Finding::new(Verdict::Warning, what, format!("ends in {days} days"), RENEW)
        }
        Some(days) => Finding::well(what, format!("ends in {days} days")),
    });
}
