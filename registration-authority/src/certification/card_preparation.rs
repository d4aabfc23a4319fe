use ca_core::issuance::{Bearer, IssuanceRequest, Preparation, Prepared};
use ca_core::subject::Facts;
use card::personalisation::KeyPlace;
use card::{Card, CardLife, CardNumber, KeyUsage};
use openssl::x509::X509;
use rand_core::CryptoRng;
use store::{Act, Database};

use super::card_conclusion::{DONE, good_certificate};
use super::card_keys::attested_key;
use super::card_profiles::card_profile;
use super::evidence::{ApprovedOrder, verify_evidence};
use super::{CertificationContext, CertifyCardError, facts};
use crate::eligibility;
use crate::order::CanonicalOrder;

/// Prepares a certificate for each key of the card that has no good one; none for a card that is certified already.
///
/// Under the card's lock: on this row opposition and certification meet (invariant 15).
pub(super) fn prepare(
    db: &mut Database,
    context: &mut CertificationContext<'_>,
    preparation: &mut Preparation<'_>,
    number: &CardNumber,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<Vec<Prepared>, CertifyCardError> {
    if DONE.contains(&card::get(db, number)?.life.status()) {
        return Ok(Vec::new());
    }
    let card = card::lock_for_certification(db, number)?;
    let approved = approved_order(db, context, &card, act)?;
    let facts = facts::of_card(db, context.registry, approved.order(), &card)?;
    let approved = (&approved, &facts);
    let mut prepared = Vec::with_capacity(KeyUsage::ALL.len());
    for usage in KeyUsage::ALL {
        if good_certificate(db, number, usage)?.is_none() {
            prepared.push(prepare_key(db, context.bureaus, preparation, &card, approved, usage, rng, act)?);
        }
    }
    Ok(prepared)
}

#[expect(clippy::too_many_arguments, reason = "the house's parameter order")]
fn prepare_key(
    db: &mut Database,
    bureaus: &[X509],
    preparation: &mut Preparation<'_>,
    card: &Card,
    (approved, facts): (&ApprovedOrder, &Facts),
    usage: KeyUsage,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<Prepared, CertifyCardError> {
    let number = &card.number;
    let line = card_profile(approved.order(), usage).ok_or(CertifyCardError::NoProfile(card.kind, usage))?;
    let CardLife::Personalised { batch } = &card.life else {
        return Err(CertifyCardError::KeyMissing(*number, usage));
    };
    let order = CanonicalOrder::of(approved.order()).digest();
    let place = KeyPlace { batch, card: number, order: &order, usage };
    let public_key = attested_key(db, bureaus, &place)?;
    let issuer = preparation.newest_generation(db, line.issuer, act.at)?;
    let request = IssuanceRequest {
        profile: line.profile,
        issuer: &issuer,
        bearer: Bearer::EndEntity,
        facts,
        public_key: &public_key,
        not_after: None,
    };
    let prepared = preparation
        .prepare(db, &request, approved.evidence(), rng, act)
        .map_err(|why| CertifyCardError::of_key(*number, usage, why))?;
    card::certificates::attach(db, number, usage, prepared.issuer(), &prepared.serial().to_string())?;
    Ok(prepared)
}

/// The order behind the card, its approval verified and its holder looked up again; and the card is its card.
fn approved_order(
    db: &mut Database,
    context: &mut CertificationContext<'_>,
    card: &Card,
    act: &Act,
) -> Result<ApprovedOrder, CertifyCardError> {
    let approved = verify_evidence(db, context.registry, context.verifier, &card.order_number, act.at)?;
    let order = approved.order();
    let same = order.kind == card.kind
        && order.holder.to_string() == card.holder
        && order.tie.key() == card.exercise
        && order.replaces == card.replaces;
    if !same {
        return Err(CertifyCardError::CardAltered(card.number, order.number.clone()));
    }
    eligibility::check_order(db, context.registry, order, act.at)?;
    Ok(approved)
}
