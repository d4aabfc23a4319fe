//! Who may have a software certificate: the facts, gathered when one is asked for, decided on and certified.

use professional_registry::identifiers::{IdNatPs, TechnicalStructureId};
use professional_registry::{InForce, Profession, Registry, StructureRecord, mailbox_holders};
use store::{Database, Timestamp};

use super::card::{Asker, CardFacts, Decider, Named};
use super::offer::{OfferFacts, RequestFacts, judge_member, judge_offer, judge_professional};
use super::refusal::{NotEligible, Refusal};
use super::rulebook::{OfferedProfile, ProductRules, rules_of};
use super::staff::{StaffFacts, StaffNamed, mandate_held};
use super::{BadRules, Condition, Entitlement, Offer, Product};
use crate::certificate_request::{CertificateRequest, Person, RequestState, Subject, structure_names};
use crate::certification::structure_identifier;
use crate::mandate;
use crate::officers::{self, OfficerError, Role};
use crate::order::{StaffTie, Tie};
use crate::staff::{self, StaffMember};

/// Who asks, who decides, and on what: of a request that stands nobody asks any more, and while it is asked for nobody decides.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Asked<'a> {
    /// Who asks.
    pub(crate) asker: Option<Asker>,
    /// Who decides.
    pub(crate) decider: Option<Decider>,
    /// For what.
    pub(crate) request: RequestFacts<'a>,
}

/// A professional, and how a request names him.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ProfessionalClaim<'a> {
    pub(crate) holder: &'a IdNatPs,
    pub(crate) profession: Profession,
    pub(crate) named: Option<Named<'a>>,
}

/// One of the staff of a structure, how a request names him, and the mandate by which it was asked for.
#[derive(Clone, Debug)]
pub(crate) struct MemberClaim<'a> {
    pub(crate) structure: &'a TechnicalStructureId,
    pub(crate) local_id: &'a str,
    pub(crate) named: Option<StaffNamed<'a>>,
    pub(crate) mandate: Option<String>,
}

/// What supports it. Made by this module alone.
#[derive(Clone, Debug)]
pub(crate) struct MemberEntitlement {
    /// What the register says of the structure.
    pub(crate) structure: StructureRecord,
    /// As declared.
    pub(crate) member: StaffMember,
    /// IdNat_PS of the holder.
    pub(crate) holder: IdNatPs,
    /// What stands in `title`.
    pub(crate) title: String,
    /// The number of the mandate by which it is asked.
    pub(crate) mandate: String,
}

/// The offer that a profile belongs to, and the profile in it; `None` where it is requested no such way.
pub(crate) fn offer_of(
    profile: &str,
) -> Result<Option<(&'static ProductRules, &'static OfferedProfile)>, BadRules> {
    let in_offer = |rules: &'static ProductRules| {
        let found = rules.profiles.iter().find(|offered| offered.id == profile);
        found.map(|offered| (rules, offered))
    };
    Ok(super::rulebook()?.iter().find_map(in_offer))
}

/// The refusal of what cannot be made here, whoever asks.
pub(crate) fn not_offered(rules: &ProductRules) -> NotEligible {
    let refusal = |rule| Refusal::new(rule, format!("offer {} cannot be asked for here", rules.product));
    NotEligible::of(rules.rule(Condition::Offered).map(refusal).into_iter().collect())
}

/// Asks whether `structure` may have a software certificate of this offer: what the register says of it. `mandated`: whether whoever asks, or
/// has asked, [speaks for it](speaks_for).
pub(crate) fn check_structure(
    db: &mut Database,
    registry: &mut dyn Registry,
    rules: &ProductRules,
    (structure, mandated): (&TechnicalStructureId, bool),
    asked: Asked<'_>,
) -> Result<StructureRecord, NotEligible> {
    let record = super::structure_of(db, registry, structure)?;
    let Asked { asker, decider, request } = asked;
    let facts = OfferFacts {
        asker,
        mandated,
        structure: structure.as_str(),
        record: record.as_ref(),
        decider,
        request,
    };
    let refusals = judge_offer(rules, &facts);
    record.filter(|_| refusals.is_empty()).ok_or_else(|| NotEligible::of(refusals))
}

/// Whether `login`, of this role, [speaks](mandate::Mandate::spoke) for the structure at these moments: an agent by a mandate; an officer does so in the place of
/// who has signed for it.
pub(crate) fn speaks_for(
    db: &mut Database,
    structure: &TechnicalStructureId,
    (login, role): (&str, Option<Role>),
    moments: [Timestamp; 2],
) -> Result<bool, NotEligible> {
    if role == Some(Role::RegistrationOfficer) {
        return Ok(true);
    }
    let his = mandate::of_agent(db, login)?;
    Ok(his.iter().any(|mandate| mandate.structure == *structure && mandate.spoke(moments)))
}

/// The moments at which a mandate must have stood: when it was asked, and as long as nobody has decided, now. What was decided before its
/// end stands.
fn moments_of(request: &CertificateRequest, at: Timestamp) -> [Timestamp; 2] {
    let undecided = matches!(request.state, RequestState::Submitted);
    [request.submitted_at, if undecided { at } else { request.submitted_at }]
}

/// Asks whether the professional may have one (offer PS).
pub(crate) fn check_professional(
    db: &mut Database,
    registry: &mut dyn Registry,
    claim: ProfessionalClaim<'_>,
    asked: Asked<'_>,
    at: Timestamp,
) -> Result<Entitlement, NotEligible> {
    let rules = rules_of(Product::Offer(Offer::Ps))?;
    let ProfessionalClaim { holder, profession, named } = claim;
    let record = registry.professional(db, holder)?;
    let facts = CardFacts {
        at,
        in_force: InForce::at(at),
        asker: asked.asker,
        holder,
        profession,
        record: record.as_ref(),
        named,
        standing: None,
        decider: asked.decider,
    };
    let exercise = judge_professional(rules, &facts, &asked.request).map_err(NotEligible::of)?.clone();
    record.map(|record| Entitlement { record, exercise }).ok_or_else(|| NotEligible::of(Vec::new()))
}

/// Asks whether one of the staff of a structure may have one (offer PRO).
pub(crate) fn check_member(
    db: &mut Database,
    registry: &mut dyn Registry,
    claim: MemberClaim<'_>,
    asked: Asked<'_>,
    at: Timestamp,
) -> Result<MemberEntitlement, NotEligible> {
    let rules = rules_of(Product::Offer(Offer::Pro))?;
    let record = super::structure_of(db, registry, claim.structure)?;
    let member = staff::find(db, claim.structure, claim.local_id)?;
    let facts = StaffFacts {
        in_force: InForce::at(at),
        asker: asked.asker,
        mandated: claim.mandate.is_some(),
        structure: claim.structure.as_str(),
        record: record.as_ref(),
        local_id: claim.local_id,
        member: member.as_ref(),
        named: claim.named,
        standing: None,
        decider: asked.decider,
    };
    let refusals = judge_member(rules, &facts, &asked.request);
    if !refusals.is_empty() {
        return Err(NotEligible::of(refusals));
    }
    let title = rules.staff.as_ref().map(|staff| staff.title.clone());
    let holder = record.as_ref().and_then(|record| holder_of(record, claim.local_id));
    let MemberClaim { mandate, .. } = &claim;
    match (record, member, holder, title, mandate) {
        (Some(structure), Some(member), Some(holder), Some(title), Some(mandate)) => {
            Ok(MemberEntitlement { structure, member, holder, title, mandate: mandate.clone() })
        }
        _ => {
            let detail = format!("{:?} names nobody of structure {}", claim.local_id, claim.structure);
            Err(refused(rules, Condition::MemberDeclared, detail))
        }
    }
}

/// IdNat_PS of who has this local number, where the register gives the structure a number.
pub(crate) fn member_holder(
    db: &mut Database,
    registry: &mut dyn Registry,
    structure: &TechnicalStructureId,
    local_id: &str,
) -> Result<Option<IdNatPs>, NotEligible> {
    Ok(super::structure_of(db, registry, structure)?.and_then(|record| holder_of(&record, local_id)))
}

fn holder_of(record: &StructureRecord, local_id: &str) -> Option<IdNatPs> {
    staff::holder(&structure_identifier(record)?, local_id)
}

/// Asks whether the certificate of `request` may still be made, under the names that it bears: what the register says of its
/// structure, where it has one; and whether `decider`, if somebody decides, may approve it.
pub(crate) fn check_request(
    db: &mut Database,
    registry: &mut dyn Registry,
    rules: &ProductRules,
    (request, decider): (&CertificateRequest, Option<Decider>),
    at: Timestamp,
) -> Result<Option<StructureRecord>, NotEligible> {
    let name_refused = match request.subject.structure() {
        Some(structure) => structure_names::refused(db, structure, request.names())?,
        None => None,
    };
    let facts = RequestFacts { name_refused, ..RequestFacts::default() };
    let asked = |request| Asked { asker: None, decider, request };
    match &request.subject {
        Subject::Structure(structure) => {
            let login = request.submitted_by.as_str();
            let role = match officers::find(db, login) {
                Ok(found) => found.map(|officer| officer.role),
                Err(OfficerError::Database(error)) => return Err(error.into()),
                // Who cannot be read is no officer, and speaks by his mandate or not at all.
                Err(_) => None,
            };
            let mandated = speaks_for(db, structure, (login, role), moments_of(request, at))?;
            check_structure(db, registry, rules, (structure, mandated), asked(facts)).map(Some)
        }
        Subject::Person(person) => match &person.tie {
            Tie::Exercise { profession, category } => {
                let address_refused = address_refused(db, &person.holder, request.email_address.as_deref())?;
                let named = Named {
                    family_name: &person.family_name,
                    given_name: &person.given_name,
                    category: *category,
                };
                let claim =
                    ProfessionalClaim { holder: &person.holder, profession: *profession, named: Some(named) };
                let asked = asked(RequestFacts { address_refused, ..facts });
                check_professional(db, registry, claim, asked, at).map(|_| None)
            }
            Tie::Structure(tie) => {
                still_of_staff(db, registry, rules, (request, person, tie), asked(facts), at).map(Some)
            }
        },
    }
}

/// The address, where the extract of the MSSanté gives it to nobody, or to somebody else.
pub(crate) fn address_refused<'a>(
    db: &mut Database,
    holder: &IdNatPs,
    address: Option<&'a str>,
) -> Result<Option<&'a str>, NotEligible> {
    let Some(address) = address else { return Ok(None) };
    let holder = holder.to_string();
    let his = mailbox_holders(db, address)?.contains(&holder);
    Ok((!his).then_some(address))
}

/// Whether he is still declared so, and was asked for by a mandate.
fn still_of_staff(
    db: &mut Database,
    registry: &mut dyn Registry,
    rules: &ProductRules,
    (request, person, tie): (&CertificateRequest, &Person, &StaffTie),
    asked: Asked<'_>,
    at: Timestamp,
) -> Result<StructureRecord, NotEligible> {
    let moments = moments_of(request, at);
    let claim = MemberClaim {
        structure: &tie.structure,
        local_id: person.holder.local_id().unwrap_or_default(),
        named: Some(StaffNamed { family_name: &person.family_name, given_name: &person.given_name }),
        mandate: mandate_held(db, tie, Some(&request.submitted_by), moments)?,
    };
    let entitled = check_member(db, registry, claim, asked, at)?;
    if entitled.holder != person.holder || entitled.title != tie.title {
        let detail = format!("request {} names another holder or title than he is given", request.number);
        return Err(refused(rules, Condition::NamedAsDeclared, detail));
    }
    Ok(entitled.structure)
}

fn refused(rules: &ProductRules, condition: Condition, detail: String) -> NotEligible {
    NotEligible::of(rules.rule(condition).map(|rule| Refusal::new(rule, detail)).into_iter().collect())
}
