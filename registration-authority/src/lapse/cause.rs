use card::Card;
use professional_registry::Registry;
use store::{Code, Database};

use super::LapseError;
use crate::eligibility::{self, Product};
use crate::renewal::claim_of;

/// Why the register no longer supports the card; `None` where it does, and of a card that is not tied to the exercise of a
/// profession.
pub(super) fn of(
    db: &mut Database,
    registry: &mut dyn Registry,
    card: &Card,
) -> Result<Option<Code>, LapseError> {
    let Some((holder, profession)) = claim_of(card) else { return Ok(None) };
    let rules = eligibility::rules_of(Product::Card(card.kind))?;
    let record = registry.professional(db, &holder)?;
    let change = eligibility::change(rules, profession, None, record.as_ref());
    Ok(change.and_then(|rule| rule.change.code()))
}
