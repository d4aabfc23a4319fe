use card::Card;
use professional_registry::{IdNatPs, Registry, merges};
use store::{Code, Database};

use super::LapseError;
use crate::eligibility::{self, Product};
use crate::renewal::claim_of;

/// Why the register no longer supports the card; `None` where it does, and of a card that is not tied to the exercise of a
/// profession. A holder whose ADELI number became an RPPS number keeps his card while the register supports either.
pub(super) fn of(
    db: &mut Database,
    registry: &mut dyn Registry,
    card: &Card,
) -> Result<Option<Code>, LapseError> {
    let Some((holder, _)) = claim_of(card) else { return Ok(None) };
    match (under(db, registry, card, &holder)?, merges::successor(db, &holder)?) {
        (Some(_), Some(successor)) => under(db, registry, card, &successor),
        (ended, _) => Ok(ended),
    }
}

/// The same, where its holder goes by this number.
pub(super) fn under(
    db: &mut Database,
    registry: &mut dyn Registry,
    card: &Card,
    holder: &IdNatPs,
) -> Result<Option<Code>, LapseError> {
    let Some((_, profession)) = claim_of(card) else { return Ok(None) };
    let rules = eligibility::rules_of(Product::Card(card.kind))?;
    let record = registry.professional(db, holder)?;
    let change = eligibility::change(rules, profession, None, record.as_ref());
    Ok(change.and_then(|rule| rule.change.code()))
}
