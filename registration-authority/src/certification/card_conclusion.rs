use ca_core::certificate::{self, CertificateStatus};
use ca_core::serial::SerialNumber;
use card::{CardNumber, CardStatus, KeyUsage, RecordCertifiedError};
use rand_core::CryptoRng;
use store::{Act, Database, Timestamp};

use super::{CertifiedCard, CertifyCardError};
use crate::opposition::code_letter;

/// The good certificate of a card for this use; an error while one is under way.
pub(super) fn good_certificate(
    db: &mut Database,
    number: &CardNumber,
    usage: KeyUsage,
) -> Result<Option<(String, SerialNumber, Timestamp)>, CertifyCardError> {
    let mut good = None;
    for attached in card::certificates::of_card(db, number)? {
        if attached.usage != usage {
            continue;
        }
        let unrecorded = || CertifyCardError::Unrecorded(*number);
        let serial: SerialNumber = attached.serial.parse().map_err(|_| unrecorded())?;
        let found = certificate::find(db, &attached.issuer, &serial)?.ok_or_else(unrecorded)?;
        match found.status {
            CertificateStatus::Good { .. } | CertificateStatus::Held { .. } => {
                good = Some((found.issuer, found.serial, found.not_after))
            }
            CertificateStatus::Intended | CertificateStatus::Signing => {
                let (card, issuer, serial) = (*number, attached.issuer, attached.serial);
                return Err(CertifyCardError::UnderWay { card, issuer, serial });
            }
            CertificateStatus::Revoked { .. } | CertificateStatus::Abandoned => {}
        }
    }
    Ok(good)
}

/// Where a card stands once it is certified, and in use.
pub(super) const DONE: [CardStatus; 3] = [CardStatus::Certified, CardStatus::Delivered, CardStatus::Active];

/// Records the card as certified; one that is already is answered as it stands.
pub(super) fn conclude(
    db: &mut Database,
    number: &CardNumber,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<CertifiedCard, CertifyCardError> {
    let mut card = card::get(db, number)?;
    let done = DONE.contains(&card.life.status());
    if !done {
        // An opposition came first, or waits: a card that ended is never said to be certified.
        card::lock_for_certification(db, number)?;
    }
    let mut certificates = Vec::with_capacity(KeyUsage::ALL.len());
    let mut ends = Vec::with_capacity(KeyUsage::ALL.len());
    for usage in KeyUsage::ALL {
        let (issuer, serial, not_after) = good_certificate(db, number, usage)?
            .ok_or(RecordCertifiedError::Incomplete { number: *number, usage })?;
        certificates.push((usage, issuer, serial));
        ends.push(not_after);
    }
    if !done {
        let expires_at = ends.into_iter().min().expect("a card has keys");
        card = card::record_certified(db, number, expires_at, rng, act)?;
        code_letter::make_due(db, number, act)?;
    }
    Ok(CertifiedCard { card, certificates })
}
