//! Who of the staff of a structure may have a card of it.

use ::card::{CardKind, CardNumber};
use professional_registry::identifiers::{IdNatPs, TechnicalStructureId};
use professional_registry::{InForce, Registry, StructureRecord, feed_of_structure};
use store::{Act, Database, Timestamp};

use super::card::{Asker, Decider, approver_refused, asker_refused, card_type_in_force};
use super::condition::Condition;
use super::refusal::{NotEligible, Refusal};
use super::rulebook::{Automatic, KnownBy, ProductRules, StaffRules, rules_of};
use super::standing::{Place, Standing};
use super::{Product, refused_by};
use crate::certification::structure_identifier;
use crate::mandate;
use crate::order::{CardOrder, Origin, StaffTie, structure_key};
use crate::staff::{self, StaffMember};

/// What is claimed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct StaffClaim<'a> {
    /// A card of this kind,
    pub(crate) kind: CardKind,
    /// for one of the staff of this structure,
    pub(crate) structure: &'a TechnicalStructureId,
    /// who has this local number.
    pub(crate) local_id: &'a str,
}

/// What supports a claim. Made by this module alone.
#[derive(Clone, Debug)]
pub(crate) struct StaffEntitlement {
    /// What the register says of the structure.
    pub(crate) structure: StructureRecord,
    /// SHA-256 of the feed that says so.
    pub(crate) feed: String,
    /// As declared.
    pub(crate) member: StaffMember,
    /// IdNat_PS of the holder.
    pub(crate) holder: IdNatPs,
    /// What stands in `title`.
    pub(crate) title: String,
    /// The number of the mandate by which it is asked; empty where nobody asks.
    pub(crate) mandate: String,
}

/// What an order says of its holder.
#[derive(Clone, Copy, Debug)]
pub struct StaffNamed<'a> {
    /// Empty of a service.
    pub family_name: &'a str,
    /// Empty of a service.
    pub given_name: &'a str,
}

/// All that the rules of a card of the staff look at.
#[derive(Clone, Copy, Debug)]
pub struct StaffFacts<'a> {
    /// The codes that are given when it is looked at.
    pub in_force: InForce,
    /// Who asks; nobody, where an order stands.
    pub asker: Option<Asker>,
    /// Whether he spoke for the structure when he asked.
    pub mandated: bool,
    /// The structure, as it was asked for.
    pub structure: &'a str,
    /// What the register says of it; `None` where it does not know it.
    pub record: Option<&'a StructureRecord>,
    /// The local number, as it was asked for.
    pub local_id: &'a str,
    /// Who was declared under it.
    pub member: Option<&'a StaffMember>,
    /// What the order says of him.
    pub named: Option<StaffNamed<'a>>,
    /// The orders and cards there are.
    pub standing: Option<&'a Standing>,
    /// Who decides.
    pub decider: Option<Decider>,
}

/// Judges: every rule that is broken, in the order of the table; none where it is permitted.
pub fn judge_staff(rules: &ProductRules, facts: &StaffFacts<'_>) -> Vec<Refusal> {
    let broken = |condition| rules.staff.as_ref().and_then(|staff| broken(rules, staff, facts, condition));
    rules
        .rules
        .iter()
        .filter_map(|rule| broken(rule.needs).map(|detail| Refusal::new(rule, detail)))
        .collect()
}

pub(super) fn broken(
    rules: &ProductRules,
    staff: &StaffRules,
    facts: &StaffFacts<'_>,
    condition: Condition,
) -> Option<String> {
    let StaffFacts { structure, local_id, .. } = facts;
    let there = facts.member.filter(|member| member.left_at.is_none());
    match condition {
        Condition::Mandated => {
            (!facts.mandated).then(|| format!("whoever asks has no mandate for structure {structure}"))
        }
        Condition::Asker => facts.asker.and_then(|asker| asker_refused(rules, asker)),
        Condition::StructureKnown => {
            facts.record.is_none().then(|| format!("the register knows no structure {structure}"))
        }
        Condition::StructureIdentified => {
            let record = facts.record?;
            let fits = match staff.known_by {
                KnownBy::Finess => record.finess.is_some(),
                KnownBy::Siret => record.finess.is_none() && record.siret.is_some(),
                KnownBy::Either => record.finess.is_some() || record.siret.is_some(),
            };
            (!fits).then(|| format!("structure {structure} is not known by its number: {:?}", staff.known_by))
        }
        Condition::MemberDeclared => match facts.member {
            None => Some(format!("nobody of number {local_id} is declared at structure {structure}")),
            Some(member) => {
                let left = member.left_at?;
                Some(format!("member {local_id} of structure {structure} left at {left}"))
            }
        },
        Condition::PostFits => {
            let post = there?.post;
            let product = rules.product;
            (!staff.posts.contains(&post)).then(|| format!("a {product} is for no {post}"))
        }
        Condition::NamedAsDeclared => {
            let (named, member) = (facts.named?, there?);
            let same = named.family_name == member.family_name && named.given_name == member.given_name;
            (!same).then(|| format!("member {local_id} is now declared under other names"))
        }
        Condition::CodesInForce => {
            card_type_in_force(rules, facts.in_force).err().map(|refused| refused.to_string())
        }
        Condition::NoOpenOrder => {
            let open = facts.standing?.open_order.as_ref()?;
            Some(format!("order {open} for the same holder and kind is open"))
        }
        Condition::ReplacesOwn => facts.standing?.replaces_another(),
        Condition::ReplacesLast => facts.standing?.replaced_already(),
        Condition::NoActiveCard => facts.standing?.active_card(),
        Condition::NoCardOnItsWay => facts.standing?.card_on_its_way(),
        Condition::Approver => approver_refused(rules, facts.decider?),
        Condition::SecondOfficer => {
            let approved = facts.decider?.approved_it;
            approved.then(|| "this officer has approved it, and another must too".to_owned())
        }
        // Asked when the card is handed over: `judge_delivery`.
        Condition::TermsAccepted
        | Condition::Offered
        | Condition::ProfessionActive
        | Condition::HolderKnown
        | Condition::HolderPresent
        | Condition::Exercised
        | Condition::Category
        | Condition::Training
        | Condition::ExerciseLiving
        | Condition::NamedAsRegister
        | Condition::NamesCertifiable
        | Condition::NamesAllowed
        | Condition::AddressKnown
        | Condition::NoOpenRequest
        | Condition::KeyUnshared => None,
    }
}

/// Asks whether `asker`, who acts, may order this card now, in the place of `replaces`.
pub(crate) fn check_staff_wish(
    db: &mut Database,
    registry: &mut dyn Registry,
    claim: StaffClaim<'_>,
    replaces: Option<&CardNumber>,
    asker: Asker,
    act: &Act,
) -> Result<StaffEntitlement, NotEligible> {
    let mandate = mandate::standing(db, claim.structure, act)?;
    let circumstances = Circumstances {
        asker: Some(asker),
        mandate: mandate.map(|mandate| mandate.number),
        replaces,
        among_others: true,
        ..Circumstances::default()
    };
    judge(db, registry, claim, circumstances, act.at)
}

/// Asks whether a renewal plan may have the card of `former` made anew, in the place of `replaces` where it is ordered now: under a
/// mandate for the structure that stands, whoever of its agents has it today, and in the names of `former`. A plan holds no names, and
/// the list of a structure's staff is written by the pages: who is declared under others is for an officer to decide on.
pub(crate) fn check_staff_renewal(
    db: &mut Database,
    registry: &mut dyn Registry,
    claim: StaffClaim<'_>,
    former: &CardOrder,
    replaces: Option<&CardNumber>,
    at: Timestamp,
) -> Result<StaffEntitlement, NotEligible> {
    let mandate = mandate::in_force(db, claim.structure, at)?;
    let circumstances = Circumstances {
        asker: Some(Asker::Automatic(Automatic::Renewal)),
        mandate: mandate.map(|mandate| mandate.number),
        named: Some(StaffNamed { family_name: &former.family_name, given_name: &former.given_name }),
        replaces,
        among_others: replaces.is_some(),
        ..Circumstances::default()
    };
    judge(db, registry, claim, circumstances, at)
}

/// Asks whether the order of `tie` is supported, whatever names it bears and whatever cards there are.
pub(crate) fn check_staff(
    db: &mut Database,
    registry: &mut dyn Registry,
    order: &CardOrder,
    tie: &StaffTie,
    at: Timestamp,
) -> Result<StaffEntitlement, NotEligible> {
    let mandate = mandate_of(db, order, tie, at)?;
    judge(db, registry, claim_of(order, tie), Circumstances { mandate, ..Circumstances::default() }, at)
}

/// Asks whether the card of the order may still be made; where `decider` decides, among the holder's other orders and cards.
pub(super) fn judge_order(
    db: &mut Database,
    registry: &mut dyn Registry,
    order: &CardOrder,
    tie: &StaffTie,
    decider: Option<Decider>,
    at: Timestamp,
) -> Result<(), NotEligible> {
    let circumstances = Circumstances {
        mandate: mandate_of(db, order, tie, at)?,
        named: Some(StaffNamed { family_name: &order.family_name, given_name: &order.given_name }),
        replaces: order.replaces.as_ref(),
        among_others: decider.is_some(),
        except: &order.number,
        decider,
        ..Circumstances::default()
    };
    let entitled = judge(db, registry, claim_of(order, tie), circumstances, at)?;
    // What the card would say of him, and not only his local number.
    if entitled.holder != order.holder || entitled.title != tie.title {
        let detail =
            format!("order {} names another holder or title than the structure gives him", order.number);
        return Err(refused_by(Product::Card(order.kind), Condition::NamedAsDeclared, detail));
    }
    Ok(())
}

fn claim_of<'a>(order: &'a CardOrder, tie: &'a StaffTie) -> StaffClaim<'a> {
    let local_id = order.holder.local_id().unwrap_or_default();
    StaffClaim { kind: order.kind, structure: &tie.structure, local_id }
}

/// The mandate that the order names, where its submitter spoke by it for this structure when he asked; of a plan's, where it was for
/// this structure. Once the order is decided, its end does not undo what was decided; until then it must stand.
fn mandate_of(
    db: &mut Database,
    order: &CardOrder,
    tie: &StaffTie,
    at: Timestamp,
) -> Result<Option<String>, NotEligible> {
    let moments = [order.submitted_at, if order.is_undecided() { at } else { order.submitted_at }];
    let agent = match order.origin {
        Origin::Plan(_) => None,
        Origin::Officer | Origin::Register => Some(order.submitted_by.as_str()),
    };
    mandate_held(db, tie, agent, moments)
}

/// The mandate of the tie, where it is this agent's, if one asks, for this structure, and [spoke](mandate::Mandate::spoke) at these moments.
pub(super) fn mandate_held(
    db: &mut Database,
    tie: &StaffTie,
    agent: Option<&str>,
    moments: [Timestamp; 2],
) -> Result<Option<String>, NotEligible> {
    let mandate = mandate::get(db, &tie.mandate)?;
    let his = agent.is_none_or(|agent| mandate.login == agent) && mandate.structure == tie.structure;
    let stood = mandate.spoke(moments);
    Ok((his && stood).then_some(mandate.number))
}

/// What is asked for beside the claim.
#[derive(Default)]
struct Circumstances<'a> {
    asker: Option<Asker>,
    mandate: Option<String>,
    named: Option<StaffNamed<'a>>,
    replaces: Option<&'a CardNumber>,
    among_others: bool,
    except: &'a str,
    decider: Option<Decider>,
}

fn judge(
    db: &mut Database,
    registry: &mut dyn Registry,
    claim: StaffClaim<'_>,
    circumstances: Circumstances<'_>,
    at: Timestamp,
) -> Result<StaffEntitlement, NotEligible> {
    let StaffClaim { kind, structure, local_id } = claim;
    let rules = rules_of(Product::Card(kind))?;
    let Some(title) = rules.staff.as_ref().map(|staff| staff.title.clone()) else {
        return Err(NotEligible::NotOfStaff(kind));
    };
    let record = super::structure_of(db, registry, structure)?;
    let holder = record.as_ref().and_then(structure_identifier).and_then(|id| staff::holder(&id, local_id));
    let member = staff::find(db, structure, local_id)?;
    let key = structure_key(structure);
    let standing = match (&holder, circumstances.among_others) {
        (Some(holder), true) => {
            let Circumstances { replaces, except, .. } = circumstances;
            Some(Standing::at(db, &Place { kind, holder, exercise: &key, replaces, except })?)
        }
        _ => None,
    };
    let facts = StaffFacts {
        in_force: InForce::at(at),
        asker: circumstances.asker,
        mandated: circumstances.mandate.is_some(),
        structure: structure.as_str(),
        record: record.as_ref(),
        local_id,
        member: member.as_ref(),
        named: circumstances.named,
        standing: standing.as_ref(),
        decider: circumstances.decider,
    };
    let refusals = judge_staff(rules, &facts);
    if !refusals.is_empty() {
        return Err(NotEligible::of(refusals));
    }
    let feed = feed_of_structure(db, structure)?;
    let (Some(structure), Some(feed), Some(member), Some(holder)) = (record, feed, member, holder) else {
        let detail = format!("{local_id:?} names nobody of structure {}", claim.structure);
        return Err(refused_by(Product::Card(kind), Condition::MemberDeclared, detail));
    };
    let mandate = circumstances.mandate.unwrap_or_default();
    Ok(StaffEntitlement { structure, feed, member, holder, title, mandate })
}
