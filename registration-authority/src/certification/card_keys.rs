use card::personalisation::attestation::{self, MadeKey};
use card::personalisation::{KeyPlace, find_batch, proof};
use diesel::prelude::*;
use openssl::x509::X509;
use store::Database;
use store::schema::card_keys;

use super::CertifyCardError;

/// A row of `card_keys`, as somebody wrote it.
#[derive(Queryable, Selectable)]
#[diesel(table_name = card_keys)]
struct KeyRow {
    batch: String,
    public_key: Vec<u8>,
    proof: Vec<u8>,
    attestation: Vec<u8>,
}

/// The public key of a card for one use. Whoever can write the row can write a key of his own with a valid
/// proof, so two signatures are verified again: the chip's, that it made this key in this batch, for this card,
/// this use, and the very order that was approved; and over that the attestation, with a pinned key of the
/// bureau the batch was sent to.
pub(super) fn attested_key(
    db: &mut Database,
    bureaus: &[X509],
    place: &KeyPlace<'_>,
) -> Result<Vec<u8>, CertifyCardError> {
    let KeyPlace { batch, card, usage, .. } = *place;
    let missing = || CertifyCardError::KeyMissing(*card, usage);
    let row: Option<KeyRow> = card_keys::table
        .find((card.to_string(), usage.as_str()))
        .select(KeyRow::as_select())
        .first(db)
        .optional()?;
    let row = row.ok_or_else(missing)?;
    if row.batch != batch.as_str() || !proof::holds(place, &row.public_key, &row.proof) {
        return Err(CertifyCardError::KeyUnproven(*card, usage));
    }
    let sent_to = find_batch(db, batch)?.ok_or_else(missing)?.bureau;
    let made = MadeKey { place: *place, public_key: &row.public_key, proof: &row.proof };
    if !attestation::holds(bureaus, &sent_to, &made, &row.attestation) {
        return Err(CertifyCardError::KeyUnattested(*card, usage));
    }
    Ok(row.public_key)
}
