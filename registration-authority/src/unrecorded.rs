//! Certificates that bear a good signature of one of our authorities, and that no row explains.
//!
//! Somebody has signed with the key past this program, or the database has forgotten, as after a restored backup. OCSP sees
//! a serial number only and says what it says of one that was never issued; a whole certificate is seen where somebody shows
//! one: on the public page, and where people and systems sign in. There it raises the alarm `certificate-unrecorded`: a line
//! of the log, an event of the audit trail, a finding of `igc doctor`.

use std::time::Duration;

use ca_core::authority;
use ca_core::certificate::{self, CertificateStatus};
use ca_core::serial::SerialNumber;
use der::asn1::Any;
use der::{Decode, Encode};
use diesel::QueryResult;
use openssl::asn1::Asn1IntegerRef;
use openssl::pkey::PKey;
use openssl::x509::{X509, X509Ref};
use rand_core::CryptoRng;
use serde_json::json;
use sha2::{Digest, Sha256};
use store::audit::{self, Event, search};
use store::{Act, Database, Timestamp};

use crate::faults;

/// The subject of its event begins so; the short name of the authority and the serial number follow.
const SUBJECT: &str = "unrecorded certificate ";

/// How long after it was shown an alarm is told of.
const TOLD_FOR: Duration = Duration::from_secs(30 * 86_400);

/// The same certificate makes one event in this time, however often it is shown.
const ONCE_IN: Duration = Duration::from_secs(86_400);

/// Most alarms that are told of at once.
const MOST: i64 = 100;

/// The octets of the longest serial number (RFC 5280 §4.1.2.2).
const LONGEST_SERIAL: usize = 20;

/// Where a certificate was shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ShownAt {
    /// The question about a certificate on the public page.
    PublicPage,
    /// A connection that was opened with it.
    SignIn,
}

impl ShownAt {
    const fn name(self) -> &'static str {
        match self {
            Self::PublicPage => "public page",
            Self::SignIn => "sign-in",
        }
    }
}

/// A certificate of ours that was never recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unrecorded {
    /// Short name of the authority whose key signed it.
    pub issuer: String,
    /// Its serial number, hexadecimal; cut where it is longer than any may be.
    pub serial: String,
}

/// What was shown, and when it was seen last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alarm {
    /// The authority and the serial number.
    pub certificate: String,
    /// When its newest event happened.
    pub at: Timestamp,
}

/// The authority whose name a certificate bears as its issuer's, and whose key signed it.
pub fn issuer_of(db: &mut Database, certificate: &X509Ref) -> QueryResult<Option<String>> {
    let issuer = certificate.issuer_name().to_der().unwrap_or_default();
    let signed_by =
        |key: &[u8]| PKey::public_key_from_der(key).and_then(|key| certificate.verify(&key)).unwrap_or(false);
    let authorities = authority::readable(db)?.authorities;
    let found = authorities.into_iter().find(|one| one.subject == issuer && signed_by(&one.public_key));
    Ok(found.map(|found| found.short_name))
}

/// Whether a certificate that somebody shows (DER) is one of ours that no row explains; then the alarm is raised. Runs its own
/// transaction.
///
/// A row explains what is signed in it: whoever writes the signature itself in another way, as anybody can with ECDSA, has
/// made no other certificate. One without a certificate explains what may have been signed while a worker died.
pub fn look(
    db: &mut Database,
    der: &[u8],
    shown_at: ShownAt,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> QueryResult<Option<Unrecorded>> {
    let Ok(certificate) = X509::from_der(der) else { return Ok(None) };
    let Some(issuer) = issuer_of(db, &certificate)? else { return Ok(None) };
    if is_explained(db, &issuer, &certificate)? {
        return Ok(None);
    }
    let unrecorded = Unrecorded { issuer, serial: written(certificate.serial_number()) };
    raise(db, &unrecorded, &Sha256::digest(der), shown_at, rng, act)?;
    Ok(Some(unrecorded))
}

/// The alarms of the last thirty days, the newest of each certificate, once the sequencer has given their events a place.
pub fn alarms(db: &mut Database, at: Timestamp) -> QueryResult<Vec<Alarm>> {
    let mut alarms: Vec<Alarm> = Vec::new();
    for event in search::beginning_with(db, SUBJECT, at.minus(TOLD_FOR), MOST)? {
        let Some(certificate) = event.subject.strip_prefix(SUBJECT).map(str::to_owned) else { continue };
        if !alarms.iter().any(|alarm| alarm.certificate == certificate) {
            alarms.push(Alarm { certificate, at: Timestamp::from_millis(event.occurred_at) });
        }
    }
    Ok(alarms)
}

/// A serial number that this program gives, and those that it does not, such as zero: no row has any of these.
fn written(serial: &Asn1IntegerRef) -> String {
    let Ok(number) = serial.to_bn() else { return "?".to_owned() };
    let mut text = if number.is_negative() { "-".to_owned() } else { String::new() };
    let octets = number.to_vec();
    text += &hex::encode_upper(&octets[..octets.len().min(LONGEST_SERIAL)]);
    match octets.len() {
        0 => "00".to_owned(),
        1..=LONGEST_SERIAL => text,
        _ => text + "...",
    }
}

fn serial_of(certificate: &X509Ref) -> Option<SerialNumber> {
    let number = certificate.serial_number().to_bn().ok().filter(|number| !number.is_negative())?;
    SerialNumber::from_octets(&number.to_vec()).ok()
}

fn is_explained(db: &mut Database, issuer: &str, certificate: &X509Ref) -> QueryResult<bool> {
    let Some(serial) = serial_of(certificate) else { return Ok(false) };
    let Some(recorded) = certificate::find(db, issuer, &serial)? else { return Ok(false) };
    Ok(match (recorded.status.der(), &recorded.status) {
        (Some(recorded), _) => signed_part(recorded).is_some_and(|recorded| {
            certificate.to_der().ok().and_then(|shown| signed_part(&shown)) == Some(recorded)
        }),
        // Nothing of it was ever sent to be signed.
        (None, CertificateStatus::Abandoned) => false,
        (None, _) => true,
    })
}

/// The DER of the TBSCertificate, of a certificate's (RFC 5280 §4.1).
fn signed_part(certificate: &[u8]) -> Option<Vec<u8>> {
    let parts = Vec::<Any>::from_der(certificate).ok()?;
    parts.first()?.to_der().ok()
}

fn raise(
    db: &mut Database,
    unrecorded: &Unrecorded,
    sha256: &[u8],
    shown_at: ShownAt,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> QueryResult<()> {
    let Unrecorded { issuer, serial } = unrecorded;
    tracing::error!(
        code = faults::CERTIFICATE_UNRECORDED.name,
        "certificate {serial} bears a good signature of {issuer}, and no row explains it"
    );
    let subject = format!("{SUBJECT}{issuer} {serial}");
    let since = act.at.minus(ONCE_IN).millis();
    if search::newest_about(db, &subject)?.is_some_and(|event| event.occurred_at >= since) {
        return Ok(());
    }
    let payload = json!({ "sha256": hex::encode(sha256), "shown_at": shown_at.name() });
    let event = Event { action: "certificate.unrecorded", subject, payload };
    db.write(|db| audit::record(db, event, rng, act))
}

#[cfg(test)]
mod tests;
