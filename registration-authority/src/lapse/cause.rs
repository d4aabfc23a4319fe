use card::Card;
use professional_registry::{IdNatPs, Profession, Registry, TechnicalStructureId, merges};
use store::{Code, Database, Timestamp};

use super::LapseError;
use super::structures::Structures;
use crate::eligibility::{self, Offer, Product, ProductRules};
use crate::renewal::claim_of;

/// Why the register no longer supports the card; `None` where it does. A holder whose ADELI number became an RPPS number keeps his card
/// while the register supports either; one of the staff of a structure while it names the structure and somebody speaks for it.
pub(super) fn of(
    db: &mut Database,
    registry: &mut dyn Registry,
    structures: &mut Structures,
    card: &Card,
    at: Timestamp,
) -> Result<Option<Code>, LapseError> {
    if let Some(structure) = structure_of(card) {
        return structures.against_staff(db, &structure, at);
    }
    let Some((holder, profession)) = claim_of(card) else { return Ok(None) };
    under_either(db, registry, eligibility::rules_of(Product::Card(card.kind))?, &holder, profession)
}

/// The structure whose staff the card is for.
fn structure_of(card: &Card) -> Option<TechnicalStructureId> {
    card.exercise.strip_prefix("structure:")?.parse().ok()
}

/// The same of a professional's software certificate.
pub(super) fn of_certificate(
    db: &mut Database,
    registry: &mut dyn Registry,
    holder: &IdNatPs,
    profession: Profession,
) -> Result<Option<Code>, LapseError> {
    under_either(db, registry, eligibility::rules_of(Product::Offer(Offer::Ps))?, holder, profession)
}

/// The same, where its holder goes by this number.
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
    Ok(change.and_then(|rule| rule.change.code()))
}
