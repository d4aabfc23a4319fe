//! Which certificates a card carries, by issuer and serial: this crate knows no more of them.

use std::collections::{BTreeSet, HashMap};

use diesel::prelude::*;
use diesel::result::Error as DieselError;
use serde::Serialize;
use store::schema::{card_certificates, cards};
use store::{Code, Database, Fault};
use thiserror::Error;

use crate::record::parsed;
use crate::{CardNumber, CardStatus, KeyUsage, faults};

/// One certificate of one card. A usage has several where a signature failed and was tried again.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct CardCertificate {
    /// The short name of the authority.
    pub issuer: String,
    /// The serial number: upper-case hexadecimal, two digits an octet.
    pub serial: String,
    /// Which key of the card it is for.
    pub usage: KeyUsage,
}

/// Why a certificate was not attached.
#[derive(Debug, Error)]
pub enum AttachError {
    /// The card is not waiting for certificates, or is not there.
    #[error("card {0}: certificates are attached to a personalised card, under its lock")]
    NotPersonalised(CardNumber),
    /// The database failed.
    #[error("database: {0}")]
    Database(#[from] DieselError),
}

impl Fault for AttachError {
    fn code(&self) -> Code {
        match self {
            Self::NotPersonalised(_) => faults::WRONG_STATE,
            Self::Database(_) => store::fault::DATABASE,
        }
    }
}

/// Ties a certificate to a card. Called inside the transaction that records the certificate's
/// intention, after [`crate::lock_for_certification`]; that intention leaves the audit event.
pub fn attach(
    db: &mut Database,
    number: &CardNumber,
    usage: KeyUsage,
    issuer: &str,
    serial: &str,
) -> Result<(), AttachError> {
    let waiting = cards::table
        .find(number.to_string())
        .filter(cards::status.eq(CardStatus::Personalised.as_str()))
        .count()
        .get_result::<i64>(db)?;
    if waiting != 1 {
        return Err(AttachError::NotPersonalised(*number));
    }
    diesel::insert_into(card_certificates::table)
        .values((
            card_certificates::issuer.eq(issuer),
            card_certificates::serial.eq(serial),
            card_certificates::card_number.eq(number.to_string()),
            card_certificates::key_usage.eq(usage.as_str()),
        ))
        .execute(db)?;
    Ok(())
}

/// The certificates of a card, good or not.
pub fn of_card(db: &mut Database, number: &CardNumber) -> QueryResult<Vec<CardCertificate>> {
    let rows: Vec<(String, String, String)> = card_certificates::table
        .filter(card_certificates::card_number.eq(number.to_string()))
        .order((card_certificates::key_usage, card_certificates::issuer, card_certificates::serial))
        .select((card_certificates::issuer, card_certificates::serial, card_certificates::key_usage))
        .load(db)?;
    rows.into_iter()
        .map(|(issuer, serial, usage)| Ok(CardCertificate { issuer, serial, usage: parsed(&usage)? }))
        .collect()
}

/// The card that carries a certificate, if a card does.
pub fn card_of(db: &mut Database, issuer: &str, serial: &str) -> QueryResult<Option<CardNumber>> {
    let number: Option<String> = card_certificates::table
        .find((issuer, serial))
        .select(card_certificates::card_number)
        .first(db)
        .optional()?;
    number.as_deref().map(parsed).transpose()
}

/// The cards that carry these certificates, each given and found by issuer and serial number: one query for all of them, of
/// which there may be thousands. A certificate that no card carries is absent.
pub fn cards_of(
    db: &mut Database,
    certificates: &[(&str, &str)],
) -> QueryResult<HashMap<(String, String), CardNumber>> {
    if certificates.is_empty() {
        return Ok(HashMap::new());
    }
    let (issuers, serials): (BTreeSet<&str>, Vec<&str>) = certificates.iter().copied().unzip();
    // Of two authorities that gave one serial number, both are found: who asks looks under the pair.
    let rows: Vec<(String, String, String)> = card_certificates::table
        .filter(card_certificates::issuer.eq_any(issuers))
        .filter(card_certificates::serial.eq_any(serials))
        .select((card_certificates::issuer, card_certificates::serial, card_certificates::card_number))
        .load(db)?;
    rows.into_iter().map(|(issuer, serial, number)| Ok(((issuer, serial), parsed(&number)?))).collect()
}
