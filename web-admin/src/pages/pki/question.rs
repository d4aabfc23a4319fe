//! What is asked on the public page, and the one word that answers it.

use std::collections::BTreeSet;

use ca_core::authority;
use ca_core::certificate::{self, CertificateStatus};
use ca_core::serial::SerialNumber;
use card::{CardLife, CardNumber};
use openssl::x509::X509;
use registration_authority::suspension::{self, CardState};
use registration_authority::unrecorded::{self, ShownAt, issuer_of};
use store::{Act, Code, CryptoRng, Database, Timestamp};

use crate::failure::Failure;
use crate::faults;
use crate::pages::new_order::digits;
use crate::posted::Fields;

/// Longest certificate that is read, in octets of its text or file.
pub(super) const CERTIFICATE_BOUND: usize = 16 * 1024;
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
    /// Everything else: never issued, not in use yet, suspended, ended. Which of them is nobody's to learn here.
    Unknown,
}

/// What is asked about.
#[derive(Debug)]
pub(super) enum Question {
    Card(CardNumber),
    /// A certificate, DER: the very one, not another of its number, if it has one that may be.
    Certificate(Vec<u8>, Option<SerialNumber>),
    /// By its authority's short name and its serial number.
    Serial(String, SerialNumber),
}

/// What a question is about, as far as the words of its answer go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Subject {
    Card,
    Certificate,
}

/// The field that is wrong, and the rule.
pub(super) type Refused = (&'static str, Code);

impl Question {
    /// Reads the one thing that a form asks about.
    pub(super) fn read(fields: &Fields) -> Result<Self, Refused> {
        let asked = ["carte", "certificat", "serie"].map(|name| fields.has(name));
        match asked {
            [true, false, false] => {
                let number = digits(fields.text("carte")).parse();
                Ok(Self::Card(number.map_err(|_| ("carte", faults::CHECK_CARD_NUMBER))?))
            }
            [false, true, false] => {
                let text = fields.text("certificat").as_bytes();
                Self::of_certificate(text).ok_or(("certificat", faults::CHECK_CERTIFICATE))
            }
            [false, false, true] => {
                let serial = read_serial(fields.text("serie")).ok_or(("serie", faults::CHECK_SERIAL))?;
                let name = fields.text("autorite");
                match (1..=NAME_BOUND).contains(&name.len()) {
                    true => Ok(Self::Serial(name.to_owned(), serial)),
                    false => Err(("autorite", faults::CHECK_SERIAL)),
                }
            }
            _ => Err(("verifier", faults::CHECK_ONE_QUESTION)),
        }
    }

    /// Reads an uploaded certificate; nothing is one that was too long.
    pub(super) fn read_file(file: Option<&[u8]>) -> Result<Self, Refused> {
        file.and_then(Self::of_certificate).ok_or(("fichier", faults::CHECK_CERTIFICATE))
    }

    fn of_certificate(bytes: &[u8]) -> Option<Self> {
        let certificate = read_certificate(bytes)?;
        let serial = certificate.serial_number().to_bn().ok()?.to_vec();
        Some(Self::Certificate(certificate.to_der().ok()?, SerialNumber::from_octets(&serial).ok()))
    }

    pub(super) const fn subject(&self) -> Subject {
        match self {
            Self::Card(_) => Subject::Card,
            Self::Certificate(..) | Self::Serial(..) => Subject::Certificate,
        }
    }

    /// What is known at the moment of `act`. A certificate of ours that nothing is recorded of raises an alarm, which whoever
    /// shows it is not told.
    pub(super) fn answer(
        self,
        db: &mut Database,
        rng: &mut dyn CryptoRng,
        act: &Act,
    ) -> Result<Known, Failure> {
        let at = act.at;
        match self {
            Self::Card(number) => card_of(db, &number, at),
            Self::Serial(issuer, serial) => certificate_of(db, &issuer, &serial, None, at),
            Self::Certificate(der, serial) => {
                let Ok(shown) = X509::from_der(&der) else { return Ok(Known::Unknown) };
                let Some(issuer) = issuer_of(db, &shown).map_err(database)? else {
                    return Ok(Known::Unknown);
                };
                let known = match serial {
                    Some(serial) => certificate_of(db, &issuer, &serial, Some(&der), at)?,
                    // A serial number that this program gives to nothing, under a signature of ours.
                    None => Known::Unknown,
                };
                if known == Known::Unknown {
                    unrecorded::look(db, &der, ShownAt::PublicPage, rng, act).map_err(database)?;
                }
                Ok(known)
            }
        }
    }
}

fn card_of(db: &mut Database, number: &CardNumber, at: Timestamp) -> Result<Known, Failure> {
    let found = card::find(db, number).map_err(database)?;
    let Some(card) = found else { return Ok(Known::Unknown) };
    // What is suspended is not told: "opposed" is for ever.
    let state = suspension::state_of(db, &card).map_err(database)?;
    let certificates = card::certificates::of_card(db, number).map_err(database)?;
    for issuer in certificates.iter().map(|one| &one.issuer).collect::<BTreeSet<_>>() {
        if !matches!(card.life, CardLife::Opposed { .. }) && is_revoked(db, issuer)? {
            return Ok(Known::Unknown);
        }
    }
    Ok(match (state, card.life) {
        (CardState::In(_), CardLife::Opposed { .. }) => Known::Opposed,
        (CardState::In(_), CardLife::Active { expires_at, .. }) if at < expires_at => Known::Valid,
        _ => Known::Unknown,
    })
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
    let known = found.map_or(Known::Unknown, |found| match found.status {
        CertificateStatus::Revoked { .. } => Known::Opposed,
        CertificateStatus::Good { .. } if (found.not_before..=found.not_after).contains(&at) => Known::Valid,
        _ => Known::Unknown,
    });
    match known {
        Known::Valid if is_revoked(db, issuer)? => Ok(Known::Unknown),
        known => Ok(known),
    }
}

/// Whether its root has revoked this authority: whoever verifies a chain finds nothing valid under it (RFC 5280 §6.1.3).
fn is_revoked(db: &mut Database, authority: &str) -> Result<bool, Failure> {
    Ok(authority::load(db, authority).map_err(database)?.revoked_at.is_some())
}

/// PEM, DER, or the base64 of DER.
fn read_certificate(bytes: &[u8]) -> Option<X509> {
    if bytes.len() > CERTIFICATE_BOUND {
        return None;
    }
    let certificate = match bytes.trim_ascii_start() {
        pem if pem.starts_with(b"-----BEGIN") => X509::from_pem(pem),
        // A SEQUENCE (X.690 §8.9): no text begins with it that base64 can be.
        [0x30, 0x82, ..] => X509::from_der(bytes),
        text => {
            let plain: String = std::str::from_utf8(text).ok()?.split_ascii_whitespace().collect();
            X509::from_der(&openssl::base64::decode_block(&plain).ok()?)
        }
    };
    certificate.ok()
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
    Failure::coded(store::fault::DATABASE, error.to_string())
}
