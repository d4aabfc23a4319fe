use std::collections::BTreeMap;

use card::CardNumber;
use professional_registry::identifiers::TechnicalStructureId;
use professional_registry::{Registry, RegistryError, StructureRecord};
use store::{Act, Code, Database, Fault, Timestamp};
use thiserror::Error;

use crate::certificate_request::{self, CertificateRequest};
use crate::faults;
use crate::mandate::{self, Mandate, MandateError};
use crate::officers::{self, NotAuthorised, Reach, Right, Role, Within};
use crate::opposition::request::{self, OppositionRequest, OppositionRequestError};
use crate::order::{self, OrderError};
use crate::queue::{OrderSummary, lease};
use crate::retrieval;
use crate::staff::{self, StaffError, StaffMember};
use crate::suspension::{self, CardState};

/// Members of one page.
pub const MEMBERS_SHOWN: i64 = 200;

/// A structure: who speaks for it, its staff, their cards.
#[derive(Clone, Debug)]
pub struct StructureView {
    /// Which.
    pub id: TechnicalStructureId,
    /// What the register says of it; `None` where it does not know it.
    pub record: Option<StructureRecord>,
    /// Who speaks for it, or did, or may; newest first. An agent sees his own.
    pub mandates: Vec<Mandate>,
    /// The mandate by which the reader speaks for it now.
    pub own: Option<Mandate>,
    /// Its staff by local number, a page of it.
    pub members: Vec<MemberView>,
    /// Whether there are more after them.
    pub more: bool,
    /// The newest oppositions that were asked for from here, and what the worker answered.
    pub oppositions: Vec<OppositionRequest>,
    /// The newest requests for software certificates of it and of its staff, and whether anybody has fetched what they led to.
    pub certificates: Vec<(CertificateRequest, bool)>,
}

/// One of the staff, and what was asked for him.
#[derive(Clone, Debug)]
pub struct MemberView {
    /// As declared.
    pub member: StaffMember,
    /// His orders, newest first, each with its card and where that stands.
    pub orders: Vec<AskedCard>,
}

/// An order, and its card with where that stands, once there is one.
pub type AskedCard = (OrderSummary, Option<(CardNumber, CardState)>);

/// Why a structure cannot be shown.
#[derive(Debug, Error)]
pub enum StructureError {
    /// The actor may not read it.
    #[error(transparent)]
    NotAuthorised(#[from] NotAuthorised),
    /// An agent reads the structures that he speaks for.
    #[error("{0} has no mandate for structure {1}")]
    NotMandated(String, TechnicalStructureId),
    /// The mandates cannot be had.
    #[error(transparent)]
    Mandate(#[from] MandateError),
    /// The staff cannot be had.
    #[error(transparent)]
    Staff(#[from] StaffError),
    /// An order cannot be had.
    #[error(transparent)]
    Order(#[from] OrderError),
    /// A request for an opposition cannot be had.
    #[error(transparent)]
    Opposition(#[from] OppositionRequestError),
    /// The register does not answer.
    #[error(transparent)]
    Registry(#[from] RegistryError),
    /// The database refused.
    #[error("database: {0}")]
    Database(#[from] diesel::result::Error),
}

impl Fault for StructureError {
    fn code(&self) -> Code {
        match self {
            Self::NotAuthorised(error) => error.code(),
            Self::NotMandated(..) => faults::ORDER_NOT_MANDATED,
            Self::Mandate(error) => error.code(),
            Self::Staff(error) => error.code(),
            Self::Order(error) => error.code(),
            Self::Opposition(error) => error.code(),
            Self::Registry(error) => error.code(),
            Self::Database(_) => store::fault::DATABASE,
        }
    }
}

/// The mandates that concern the reader: an agent's own; for everybody else those that wait for a decision and are of his scope.
pub fn mandates(db: &mut Database, act: &Act) -> Result<Within<Mandate>, StructureError> {
    let officer = officers::require(db, Right::ReadStructures, act)?;
    if officer.role != Role::CertificationAgent {
        return Ok(mandate::waiting(db, &officer.scopes())?);
    }
    let his = mandate::of_agent(db, &officer.login)?;
    Ok(Within::of(his, |mandate| officer.covers(db, &mandate.reach()))?)
}

/// One mandate: an agent's own, and for everybody else one of his scope.
pub fn mandate(db: &mut Database, number: &str, act: &Act) -> Result<Mandate, StructureError> {
    let officer = officers::require(db, Right::ReadStructures, act)?;
    let mandate = mandate::get(db, number)?;
    officer.require_within(db, &mandate.reach())?;
    if officer.role == Role::CertificationAgent && officer.login != mandate.login {
        return Err(StructureError::NotMandated(officer.login, mandate.structure));
    }
    Ok(mandate)
}

/// A structure of the reader's scope, and a page of its staff after the local number `after`. Inside `db.snapshot(…)`, so that its parts agree.
pub fn structure(
    db: &mut Database,
    registry: &mut dyn Registry,
    id: &TechnicalStructureId,
    after: &str,
    act: &Act,
) -> Result<StructureView, StructureError> {
    let officer = officers::require(db, Right::ReadStructures, act)?;
    officer.require_within(db, &Reach::structure(id))?;
    let own = mandate::standing(db, id, act)?;
    let mut mandates = mandate::of_structure(db, id)?;
    if officer.role == Role::CertificationAgent {
        if own.is_none() {
            return Err(StructureError::NotMandated(officer.login, id.clone()));
        }
        mandates.retain(|mandate| mandate.login == officer.login);
    }
    let mut staff = staff::list(db, id, after, MEMBERS_SHOWN + 1)?;
    let shown = usize::try_from(MEMBERS_SHOWN).unwrap_or(usize::MAX);
    let more = staff.len() > shown;
    staff.truncate(shown);
    let mut orders = asked_cards(db, id, act.at)?;
    let member = |member: StaffMember| {
        let orders = orders.remove(&member.local_id).unwrap_or_default();
        MemberView { member, orders }
    };
    let mut certificates = Vec::new();
    for request in certificate_request::of_structure(db, id)? {
        let retrieved = retrieval::is_retrieved(db, &request.number)?;
        certificates.push((request, retrieved));
    }
    Ok(StructureView {
        certificates,
        record: registry.structure(db, id)?,
        oppositions: request::of_structure(db, id)?,
        members: staff.into_iter().map(member).collect(),
        id: id.clone(),
        mandates,
        own,
        more,
    })
}

/// One of the staff of a structure of the reader's scope, for whom an agent speaks; `None` where nobody has this local number. Inside
/// `db.snapshot(…)`.
pub fn member(
    db: &mut Database,
    id: &TechnicalStructureId,
    local_id: &str,
    act: &Act,
) -> Result<Option<MemberView>, StructureError> {
    let officer = officers::require(db, Right::ReadStructures, act)?;
    officer.require_within(db, &Reach::structure(id))?;
    if officer.role == Role::CertificationAgent && mandate::standing(db, id, act)?.is_none() {
        return Err(StructureError::NotMandated(officer.login, id.clone()));
    }
    let Some(member) = staff::find(db, id, local_id)? else { return Ok(None) };
    let orders = asked_cards(db, id, act.at)?.remove(local_id).unwrap_or_default();
    Ok(Some(MemberView { member, orders }))
}

/// What was asked for the staff of a structure, by local number, newest first.
fn asked_cards(
    db: &mut Database,
    id: &TechnicalStructureId,
    at: Timestamp,
) -> Result<BTreeMap<String, Vec<AskedCard>>, StructureError> {
    let mut orders: BTreeMap<String, Vec<AskedCard>> = BTreeMap::new();
    let asked = order::of_structure(db, id)?;
    let numbers: Vec<&str> = asked.iter().map(|order| order.number.as_str()).collect();
    let leases = lease::of(db, &numbers, at)?;
    for order in &asked {
        let local_id = order.holder.local_id().unwrap_or_default().to_owned();
        let card = match card::of_order(db, &order.number)? {
            Some(card) => Some((card.number, suspension::state_of(db, &card)?)),
            None => None,
        };
        let status = lease::stage(order.state.status(), leases.get(&order.number));
        let summary = OrderSummary { status, ..OrderSummary::from(order) };
        orders.entry(local_id).or_default().push((summary, card));
    }
    Ok(orders)
}
