//! Who may have what: the rules as data, and a pure function from facts to *permitted* or to every rule that is broken.
//!
//! `rules/*.toml` holds one table a product, for a reviewer; [`rulebook`] reads them. [`judge_card`], [`judge_offer`] and their like look at
//! facts alone; [`check`], `check_order` and `check_request` gather the facts from the register and the tables, at submission, at decision, at
//! certification and at renewal, and remember nothing. [`change`] says what a change of the register leads to.
//! `docs/eligibility.md` explains the rules, `tests/golden/eligibility.txt` lists them by cases.

mod card;
mod change;
mod condition;
mod offer;
mod product;
mod refusal;
mod rulebook;
mod software;
mod staff;
mod standing;

#[cfg(test)]
mod tests;

use ::card::{CardKind, CardNumber};
use professional_registry::identifiers::{IdNatPs, TechnicalStructureId};
use professional_registry::{
    Exercise, InForce, Profession, ProfessionalRecord, Registry, RegistryError, StructureRecord, is_named,
};
use store::{Database, Timestamp};

pub use card::{Asker, CardFacts, Decider, Named, judge_card, judge_delivery};
pub use change::{
    Change, ChangeRule, Consequence, StaffNow, StaffThen, change, change_of_staff, change_of_structure,
};
pub use condition::Condition;
pub use offer::{OfferFacts, RequestFacts, judge_member, judge_offer, judge_professional};
pub use product::{Offer, Product};
pub use refusal::{NotEligible, Refusal, Refusals};
pub use rulebook::{
    Automatic, BadRules, KnownBy, OfferedProfile, ProductRules, RegisterOf, Rule, StaffRules, rulebook,
    rules_of,
};
pub(crate) use software::{
    Asked, MemberClaim, ProfessionalClaim, address_refused, check_member, check_professional, check_request,
    check_structure, member_holder, not_offered, offer_of, speaks_for,
};
pub(crate) use staff::{StaffClaim, StaffEntitlement, check_staff, check_staff_renewal, check_staff_wish};
pub use staff::{StaffFacts, StaffNamed, judge_staff};
pub use standing::{Place, PlacedCard, Replaced, Standing};

use crate::order::{CardOrder, Tie, exercise_key};

/// What is claimed.
#[derive(Clone, Copy, Debug)]
pub struct Claim<'a> {
    /// A card of this kind,
    pub kind: CardKind,
    /// for this person,
    pub holder: &'a IdNatPs,
    /// for the exercise of this profession: a card is tied to an exercise, not to a person
    /// (\[S\] domain.md §1.7).
    pub profession: Profession,
}

/// What the register says that supports a claim. Made by this module alone.
#[derive(Clone, Debug)]
pub struct Entitlement {
    record: ProfessionalRecord,
    exercise: Exercise,
}

impl Entitlement {
    /// All that the register says of the person.
    pub fn record(&self) -> &ProfessionalRecord {
        &self.record
    }

    /// The exercise the card is tied to.
    pub fn exercise(&self) -> &Exercise {
        &self.exercise
    }
}

/// Asks the register whether `claim` holds at `at`, whoever asks and whatever cards there are.
pub fn check(
    db: &mut Database,
    registry: &mut dyn Registry,
    claim: Claim<'_>,
    at: Timestamp,
) -> Result<Entitlement, NotEligible> {
    judge(db, registry, claim, at, Circumstances::default())
}

/// Asks whether `asker` may order this card now, in the place of `replaces`.
pub(crate) fn check_wish(
    db: &mut Database,
    registry: &mut dyn Registry,
    claim: Claim<'_>,
    replaces: Option<&CardNumber>,
    asker: Asker,
    at: Timestamp,
) -> Result<Entitlement, NotEligible> {
    let key = exercise_key(claim.profession);
    let place = Place { kind: claim.kind, holder: claim.holder, exercise: &key, replaces, except: "" };
    let circumstances = Circumstances { asker: Some(asker), place: Some(place), ..Circumstances::default() };
    judge(db, registry, claim, at, circumstances)
}

/// Asks whether the card of `order` may still be made, under the names that it bears.
pub(crate) fn check_order(
    db: &mut Database,
    registry: &mut dyn Registry,
    order: &CardOrder,
    at: Timestamp,
) -> Result<(), NotEligible> {
    judge_order(db, registry, order, None, at)
}

/// The same, among the holder's other orders and cards, and whether `decider` may approve it.
pub(crate) fn check_decision(
    db: &mut Database,
    registry: &mut dyn Registry,
    order: &CardOrder,
    decider: Decider,
    at: Timestamp,
) -> Result<(), NotEligible> {
    judge_order(db, registry, order, Some(decider), at)
}

fn judge_order(
    db: &mut Database,
    registry: &mut dyn Registry,
    order: &CardOrder,
    decider: Option<Decider>,
    at: Timestamp,
) -> Result<(), NotEligible> {
    let (profession, category) = match &order.tie {
        Tie::Exercise { profession, category } => (*profession, *category),
        Tie::Structure(tie) => return staff::judge_order(db, registry, order, tie, decider, at),
    };
    let claim = Claim { kind: order.kind, holder: &order.holder, profession };
    let named = Named { family_name: &order.family_name, given_name: &order.given_name, category };
    let key = order.tie.key();
    let place = decider.map(|_| Place {
        kind: order.kind,
        holder: &order.holder,
        exercise: &key,
        replaces: order.replaces.as_ref(),
        except: &order.number,
    });
    judge(db, registry, claim, at, Circumstances { named: Some(named), place, decider, asker: None })
        .map(drop)
}

/// The rule of this card that an exclusion of a renewal plan, the code of a refusal, names; `None` for what is no rule's.
pub fn rule_of_exclusion(kind: CardKind, code: &str) -> Option<&'static Rule> {
    rules_of(Product::Card(kind)).ok()?.rules.iter().find(|rule| rule.code.name == code)
}

/// What is asked for beside the register.
#[derive(Default)]
struct Circumstances<'a> {
    asker: Option<Asker>,
    named: Option<Named<'a>>,
    place: Option<Place<'a>>,
    decider: Option<Decider>,
}

fn judge(
    db: &mut Database,
    registry: &mut dyn Registry,
    claim: Claim<'_>,
    at: Timestamp,
    circumstances: Circumstances<'_>,
) -> Result<Entitlement, NotEligible> {
    let rules = rules_of(Product::Card(claim.kind))?;
    if rules.register == RegisterOf::Structures {
        let detail = format!("a {} is for the staff of a structure, whose agent asks for it", claim.kind);
        return Err(refused_by(Product::Card(claim.kind), Condition::Mandated, detail));
    }
    let record = registry.professional(db, claim.holder)?;
    let standing = circumstances.place.map(|place| Standing::at(db, &place)).transpose()?;
    let facts = CardFacts {
        at,
        in_force: InForce::at(at),
        asker: circumstances.asker,
        holder: claim.holder,
        profession: claim.profession,
        record: record.as_ref(),
        named: circumstances.named,
        standing: standing.as_ref(),
        decider: circumstances.decider,
    };
    let exercise = judge_card(rules, &facts).map_err(NotEligible::of)?.clone();
    record.map(|record| Entitlement { record, exercise }).ok_or_else(|| NotEligible::of(Vec::new()))
}

/// What the register says of a structure that it still names: the one question about a structure that is asked when a mandate is proposed,
/// when anything is asked for, decided, certified or renewed, and when what lives is looked at again. `None` where it has never known it, and
/// where nobody practises at it any more.
pub(crate) fn structure_of(
    db: &mut Database,
    registry: &mut dyn Registry,
    structure: &TechnicalStructureId,
) -> Result<Option<StructureRecord>, RegistryError> {
    if !is_named(db, structure)? {
        return Ok(None);
    }
    registry.structure(db, structure)
}

/// Refused by the rule of this product that asks for `condition`, which something else than the facts has shown to be broken: a
/// constraint of the database, or whoever checks the decision.
pub(crate) fn refused_by(product: Product, condition: Condition, detail: String) -> NotEligible {
    match rules_of(product) {
        Ok(rules) => NotEligible::of(
            rules.rule(condition).map(|rule| Refusal::new(rule, detail)).into_iter().collect(),
        ),
        Err(error) => error.into(),
    }
}
