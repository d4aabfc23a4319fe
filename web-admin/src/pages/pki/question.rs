use ca_core::authority::{self, AuthorityError};
use ca_core::certificate::{self, CertificateStatus};
use ca_core::serial::SerialNumber;
use card::{CardLife, CardNumber};
use openssl::x509::X509;
use store::{Code, Database, Timestamp};

use crate::failure::Failure;
use crate::faults;
use crate::pages::new_order::digits;
use crate::posted::Fields;

/// Longest certificate that is read, in characters of its text.
const CERTIFICATE_BOUND: usize = 16 * 1024;
/// Longest short name of an authority.
const NAME_BOUND: usize = 64;
/// Longest serial number, in characters: twenty octets, apart.
const SERIAL_BOUND: usize = 64;

/// All that the world is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Known {
    /// In use, within its dates, not opposed.
    Valid,
    /// A card in opposition, a revoked certificate; also past its dates.
    Opposed,
    /// Everything else: never issued, not in use yet, ended. Which of them is nobody's to learn here.
    Unknown,
}

/// What is asked about.
#[derive(Debug)]
pub(super) enum Question {
    Card(CardNumber),
    /// A certificate, DER: the very one, not another of its number.
    Certificate(Vec<u8>, SerialNumber),
    /// By its authority's short name and its serial number.
    Serial(String, SerialNumber),
}

impl Question {
    /// Reads the one thing that was filled in; else the field that is wrong, and the rule.
    pub(super) fn read(fields: &Fields) -> Result<Self, (&'static str, Code)> {
        let (card, certificate) = (fields.text("carte"), fields.text("certificat"));
        let (name, serial) = (fields.text("autorite"), fields.text("serie"));
        match (card.is_empty(), certificate.is_empty(), serial.is_empty()) {
            (false, true, true) => {
                let number = digits(card).parse().map_err(|_| ("carte", faults::CHECK_CARD_NUMBER))?;
                Ok(Self::Card(number))
            }
            (true, false, true) => {
                let (der, serial) =
                    read_certificate(certificate).ok_or(("certificat", faults::CHECK_CERTIFICATE))?;
                Ok(Self::Certificate(der, serial))
            }
            (true, true, false) => {
                let serial = read_serial(serial).ok_or(("serie", faults::CHECK_SERIAL))?;
                match (1..=NAME_BOUND).contains(&name.len()) {
                    true => Ok(Self::Serial(name.to_owned(), serial)),
                    false => Err(("autorite", faults::CHECK_SERIAL)),
                }
            }
            _ => Err(("carte", faults::CHECK_ONE_QUESTION)),
        }
    }

    /// What is known at `at`.
    pub(super) fn answer(self, db: &mut Database, at: Timestamp) -> Result<Known, Failure> {
        match self {
            Self::Card(number) => card_of(db, &number, at),
            Self::Serial(issuer, serial) => certificate_of(db, &issuer, &serial, None, at),
            Self::Certificate(der, serial) => match issuer_of(db, &der)? {
                Some(issuer) => certificate_of(db, &issuer, &serial, Some(&der), at),
                None => Ok(Known::Unknown),
            },
        }
    }
}

fn card_of(db: &mut Database, number: &CardNumber, at: Timestamp) -> Result<Known, Failure> {
    let found = card::find(db, number).map_err(database)?;
    Ok(found.map_or(Known::Unknown, |card| match card.life {
        CardLife::Opposed { .. } => Known::Opposed,
        CardLife::Active { expires_at, .. } if at < expires_at => Known::Valid,
        _ => Known::Unknown,
    }))
}

fn certificate_of(
    db: &mut Database,
    issuer: &str,
    serial: &SerialNumber,
    itself: Option<&[u8]>,
    at: Timestamp,
) -> Result<Known, Failure> {
    let found = certificate::find(db, issuer, serial).map_err(database)?;
    // Whoever shows a certificate is told of that one: a forgery may bear the number of a good one.
    let found = found.filter(|found| match (found.status.der(), itself) {
        (Some(der), Some(itself)) => der == itself,
        (der, None) => der.is_some(),
        (None, Some(_)) => false,
    });
    Ok(found.map_or(Known::Unknown, |found| match found.status {
        CertificateStatus::Revoked { .. } => Known::Opposed,
        CertificateStatus::Good { .. } if (found.not_before..=found.not_after).contains(&at) => Known::Valid,
        _ => Known::Unknown,
    }))
}

/// The authority whose name the certificate bears as its issuer's, and whose key signed it.
fn issuer_of(db: &mut Database, der: &[u8]) -> Result<Option<String>, AuthorityError> {
    let Ok(certificate) = X509::from_der(der) else { return Ok(None) };
    let issuer = certificate.issuer_name().to_der().unwrap_or_default();
    let signed_by = |key: &[u8]| {
        let key = openssl::pkey::PKey::public_key_from_der(key);
        key.and_then(|key| certificate.verify(&key)).unwrap_or(false)
    };
    let authorities = authority::all(db)?;
    let found = authorities.into_iter().find(|one| one.subject == issuer && signed_by(&one.public_key));
    Ok(found.map(|found| found.short_name))
}

/// PEM, or the base64 of DER; nothing behind it.
fn read_certificate(text: &str) -> Option<(Vec<u8>, SerialNumber)> {
    if text.len() > CERTIFICATE_BOUND {
        return None;
    }
    let certificate = match text.starts_with("-----BEGIN") {
        true => X509::from_pem(text.as_bytes()),
        false => {
            let plain: String = text.split_ascii_whitespace().collect();
            X509::from_der(&openssl::base64::decode_block(&plain).ok()?)
        }
    };
    let certificate = certificate.ok()?;
    let serial = certificate.serial_number().to_bn().ok()?.to_vec();
    Some((certificate.to_der().ok()?, SerialNumber::from_octets(&serial).ok()?))
}

/// Hexadecimal, octets apart or not: `1D5DE2`, `1d:5d:e2`.
fn read_serial(text: &str) -> Option<SerialNumber> {
    if text.len() > SERIAL_BOUND {
        return None;
    }
    let plain: String = text.chars().filter(|sign| !matches!(sign, ':' | ' ')).collect();
    plain.to_ascii_uppercase().parse().ok()
}

fn database(error: impl std::fmt::Display) -> Failure {
    Failure::Coded { code: store::fault::DATABASE, detail: error.to_string() }
}
