use card::Card;
use professional_registry::{
    IdNatPs, Profession, Registry, TechnicalStructureId, ended_by, merges, unnamed_since,
};
use store::{Code, Database, Timestamp};

use super::LapseError;
use super::certificate_tie::CertificateTie;
use super::structures::Structures;
use crate::eligibility::{self, ChangeRule, Consequence, Offer, Product, ProductRules, StaffNow};
use crate::faults;
use crate::renewal::claim_of;
use crate::staff;

/// Why the register no longer supports the card; `None` where it does. A holder whose ADELI number became an RPPS number keeps his card
/// while the register supports either; one of the staff of a structure while it names the structure, somebody speaks for it, and its agent
/// declares him in a post of the card.
pub(super) fn of(
    db: &mut Database,
    registry: &mut dyn Registry,
    structures: &mut Structures,
    card: &Card,
    at: Timestamp,
) -> Result<Option<Code>, LapseError> {
    let rules = eligibility::rules_of(Product::Card(card.kind))?;
    if let Some(structure) = structure_of(card) {
        return of_staff(db, registry, structures, rules, (&structure, &card.holder), at);
    }
    let Some((holder, profession)) = claim_of(card) else { return Ok(None) };
    under_either(db, registry, rules, &holder, profession)
}

/// The same of the software certificate of `request`, which names this holder.
pub(super) fn of_certificate(
    db: &mut Database,
    registry: &mut dyn Registry,
    structures: &mut Structures,
    request: &str,
    (holder, tie): (&str, &CertificateTie),
    at: Timestamp,
) -> Result<Option<Code>, LapseError> {
    let rules_of = |offer| eligibility::rules_of(Product::Offer(offer));
    match tie {
        CertificateTie::Exercise(profession) => {
            let altered = |_| LapseError::RowAltered(request.to_owned(), "the holder");
            let holder: IdNatPs = holder.parse().map_err(altered)?;
            under_either(db, registry, rules_of(Offer::Ps)?, &holder, *profession)
        }
        CertificateTie::Staff(structure) => {
            of_staff(db, registry, structures, rules_of(Offer::Pro)?, (structure, holder), at)
        }
        // No mandate stands behind it. The tables of ORG and SERV say the same of what ends one.
        CertificateTie::Structure(structure) => {
            let record = eligibility::structure_of(db, registry, structure)?;
            Ok(end_by(eligibility::change_of_structure(rules_of(Offer::Org)?, record.as_ref())))
        }
    }
}

/// Whether a feed after that of the place `since` named again what the card is tied to, though the newest does not: then the one is no first
/// reading of what the other says, whether or not anybody has looked in between.
pub(super) fn was_named_since(db: &mut Database, card: &Card, since: i64) -> Result<bool, LapseError> {
    if let Some(structure) = structure_of(card) {
        return Ok(unnamed_since(db, &structure)?.is_some_and(|feed| feed > since));
    }
    let Some((holder, profession)) = claim_of(card) else { return Ok(false) };
    let rules = eligibility::rules_of(Product::Card(card.kind))?;
    ended_since(db, rules, &holder, profession, since)
}

/// The same of what the software certificate of `request` is tied to, which names this holder.
pub(super) fn of_certificate_was_named_since(
    db: &mut Database,
    request: &str,
    (holder, tie): (&str, &CertificateTie),
    since: i64,
) -> Result<bool, LapseError> {
    match tie {
        CertificateTie::Exercise(profession) => {
            let altered = |_| LapseError::RowAltered(request.to_owned(), "the holder");
            let holder: IdNatPs = holder.parse().map_err(altered)?;
            ended_since(db, eligibility::rules_of(Product::Offer(Offer::Ps))?, &holder, *profession, since)
        }
        CertificateTie::Staff(structure) | CertificateTie::Structure(structure) => {
            Ok(unnamed_since(db, structure)?.is_some_and(|feed| feed > since))
        }
    }
}

/// Whether the exercise, under either of his numbers, was ended by a later feed: it had been named until then.
fn ended_since(
    db: &mut Database,
    rules: &ProductRules,
    holder: &IdNatPs,
    profession: Profession,
    since: i64,
) -> Result<bool, LapseError> {
    for number in [Some(holder.clone()), merges::successor(db, holder)?].into_iter().flatten() {
        if ended_by(db, &number, profession, &rules.categories)?.is_some_and(|feed| feed > since) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whether it is the register that says so by saying nothing: of a feed that does not say who is no longer there, an ended mandate or a
/// departure is true all the same.
pub(super) fn needs_a_feed_that_speaks(cause: &str) -> bool {
    let true_all_the_same =
        [faults::ORDER_NOT_MANDATED, faults::ORDER_MEMBER_UNKNOWN, faults::ORDER_POST_REFUSED];
    true_all_the_same.iter().all(|code| code.name != cause)
}

fn of_staff(
    db: &mut Database,
    registry: &mut dyn Registry,
    structures: &mut Structures,
    rules: &ProductRules,
    (structure, holder): (&TechnicalStructureId, &str),
    at: Timestamp,
) -> Result<Option<Code>, LapseError> {
    let record = eligibility::structure_of(db, registry, structure)?;
    let local_id = holder.split_once('/').map_or("", |(_, local_id)| local_id);
    let member = staff::find(db, structure, local_id)?;
    let now = StaffNow {
        structure: record.as_ref(),
        spoken_for: !structures.is_silent(db, structure, at)?,
        member: member.as_ref(),
    };
    Ok(end_by(eligibility::change_of_staff(rules, None, now)))
}

/// The code of the end, where the table says that it is one.
fn end_by(rule: Option<&ChangeRule>) -> Option<Code> {
    rule.filter(|rule| rule.leads_to == Consequence::End).and_then(|rule| rule.change.code())
}

/// The structure whose staff the card is for.
fn structure_of(card: &Card) -> Option<TechnicalStructureId> {
    card.exercise.strip_prefix("structure:")?.parse().ok()
}

/// Why the register no longer supports the card, where its holder goes by this number.
pub(super) fn under(
    db: &mut Database,
    registry: &mut dyn Registry,
    card: &Card,
    holder: &IdNatPs,
) -> Result<Option<Code>, LapseError> {
    let Some((_, profession)) = claim_of(card) else { return Ok(None) };
    ended(db, registry, eligibility::rules_of(Product::Card(card.kind))?, holder, profession)
}

fn under_either(
    db: &mut Database,
    registry: &mut dyn Registry,
    rules: &ProductRules,
    holder: &IdNatPs,
    profession: Profession,
) -> Result<Option<Code>, LapseError> {
    match (ended(db, registry, rules, holder, profession)?, merges::successor(db, holder)?) {
        (Some(_), Some(successor)) => ended(db, registry, rules, &successor, profession),
        (ended, _) => Ok(ended),
    }
}

fn ended(
    db: &mut Database,
    registry: &mut dyn Registry,
    rules: &ProductRules,
    holder: &IdNatPs,
    profession: Profession,
) -> Result<Option<Code>, LapseError> {
    let record = registry.professional(db, holder)?;
    let change = eligibility::change(rules, profession, None, record.as_ref());
    Ok(end_by(change))
}
