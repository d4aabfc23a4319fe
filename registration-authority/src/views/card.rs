use ca_core::certificate::{self, CertificateStatus};
use card::certificates;
use card::opposition::OppositionEntry;
use card::{Card, CardNumber, CardStatus, GetError, KeyUsage};
use professional_registry::identifiers::IdNatPs;
use professional_registry::{ProfessionalRecord, Registry, RegistryError};
use store::{Act, Code, Database, Fault};
use thiserror::Error;

use crate::eligibility::{self, BadRules, ChangeRule, Product, StaffNamed, StaffNow, StaffThen};
use crate::mandate;
use crate::officers::{self, NotAuthorised, Right};
use crate::order::{self, OrderError};
use crate::renewal::claim_of;
use crate::renumbered;
use crate::staff::{self, StaffError};
use crate::suspension::{self, CardState, Suspension};

/// A card as an officer reads it.
#[derive(Clone, Debug)]
pub struct CardView {
    /// The card.
    pub card: Card,
    /// Where it stands.
    pub state: CardState,
    /// What the register says of its holder now; `None` where it knows nobody.
    pub holder: Option<ProfessionalRecord>,
    /// What has changed in the register since it was ordered, and what that leads to; nothing where it is over.
    pub change: Option<&'static ChangeRule>,
    /// What was certified for it, good or not, by use.
    pub certificates: Vec<AttachedCertificate>,
    /// Its suspension, where it is suspended.
    pub suspension: Option<Suspension>,
}

/// A certificate of a card.
#[derive(Clone, Debug)]
pub struct AttachedCertificate {
    /// Which key it is for.
    pub usage: KeyUsage,
    /// Short name of its authority.
    pub issuer: String,
    /// Its serial number.
    pub serial: String,
    /// Where it stands; `None` where nothing is recorded of it.
    pub status: Option<CertificateStatus>,
}

/// Why a card cannot be shown.
#[derive(Debug, Error)]
pub enum CardViewError {
    /// The actor may not read it.
    #[error(transparent)]
    NotAuthorised(#[from] NotAuthorised),
    /// The card cannot be had.
    #[error(transparent)]
    Card(#[from] GetError),
    /// Its order cannot be had.
    #[error(transparent)]
    Order(#[from] OrderError),
    /// The staff of its structure cannot be had.
    #[error(transparent)]
    Staff(#[from] StaffError),
    /// The tables of rules cannot be read.
    #[error(transparent)]
    Rules(#[from] BadRules),
    /// The register does not answer.
    #[error(transparent)]
    Registry(#[from] RegistryError),
    /// The database refused.
    #[error("database: {0}")]
    Database(#[from] diesel::result::Error),
}

impl Fault for CardViewError {
    fn code(&self) -> Code {
        match self {
            Self::NotAuthorised(error) => error.code(),
            Self::Card(error) => error.code(),
            Self::Order(error) => error.code(),
            Self::Staff(error) => error.code(),
            Self::Rules(error) => error.code(),
            Self::Registry(error) => error.code(),
            Self::Database(_) => store::fault::DATABASE,
        }
    }
}

/// The card of this number, if there is one.
pub fn find_card(db: &mut Database, number: &CardNumber, act: &Act) -> Result<Option<Card>, CardViewError> {
    officers::require(db, Right::ReadCard, act)?;
    Ok(card::find(db, number)?)
}

/// The entries of the opposition list after this sequence, by sequence; `limit` at most.
pub fn oppositions(
    db: &mut Database,
    after: i64,
    limit: i64,
    act: &Act,
) -> Result<Vec<OppositionEntry>, CardViewError> {
    officers::require(db, Right::ReadCard, act)?;
    Ok(card::opposition::page(db, after, limit)?)
}

/// A card with its holder and its certificates. Inside `db.snapshot(…)`, so that its parts agree.
pub fn card(
    db: &mut Database,
    registry: &mut dyn Registry,
    number: &CardNumber,
    act: &Act,
) -> Result<CardView, CardViewError> {
    let card = find_card(db, number, act)?.ok_or(GetError::NotFound(*number))?;
    let holder = match card.holder.parse::<IdNatPs>() {
        Ok(id) => renumbered::record_now(db, registry, &id)?,
        Err(_) => None,
    };
    let change = change_since(db, registry, &card, holder.as_ref(), act)?;
    let suspension = suspension::of_card(db, number)?;
    let state = suspension::state_of(db, &card)?;
    Ok(CardView { state, certificates: attached(db, number, act)?, card, holder, change, suspension })
}

fn change_since(
    db: &mut Database,
    registry: &mut dyn Registry,
    card: &Card,
    now: Option<&ProfessionalRecord>,
    act: &Act,
) -> Result<Option<&'static ChangeRule>, CardViewError> {
    let over = [CardStatus::Opposed, CardStatus::Expired, CardStatus::Cancelled];
    if over.contains(&card.life.status()) {
        return Ok(None);
    }
    let order = match order::get(db, &card.order_number) {
        Ok(order) => Some(order),
        // What cannot be read is another page's matter; the register's of now still says who has left it.
        Err(OrderError::RowAltered { .. }) => None,
        Err(error) => return Err(error.into()),
    };
    let rules = eligibility::rules_of(Product::Card(card.kind))?;
    if let Some(tie) = order.as_ref().and_then(|order| order.tie.staff()) {
        let then = order.as_ref().map(|order| (order, order.register.structure()));
        let then = then.as_ref().map(|(order, structure)| StaffThen {
            structure: structure.as_ref(),
            named: StaffNamed { family_name: &order.family_name, given_name: &order.given_name },
        });
        let structure = eligibility::structure_of(db, registry, &tie.structure)?;
        let local_id = card.holder.split_once('/').map_or("", |(_, local_id)| local_id);
        let member = staff::find(db, &tie.structure, local_id)?;
        let spoken_for = mandate::in_force(db, &tie.structure, act.at)?.is_some();
        let now = StaffNow { structure: structure.as_ref(), spoken_for, member: member.as_ref() };
        return Ok(eligibility::change_of_staff(rules, then, now));
    }
    let Some((_, profession)) = claim_of(card) else { return Ok(None) };
    let then = order.and_then(|order| order.register.record());
    let then = then.as_ref().and_then(|record| record.living_exercise(profession));
    Ok(eligibility::change(rules, profession, then, now))
}

pub(super) fn attached(
    db: &mut Database,
    number: &CardNumber,
    act: &Act,
) -> Result<Vec<AttachedCertificate>, CardViewError> {
    officers::require(db, Right::ReadCertificates, act)?;
    let mut attached = Vec::new();
    for one in certificates::of_card(db, number)? {
        let recorded = match one.serial.parse() {
            Ok(serial) => certificate::find(db, &one.issuer, &serial)?,
            Err(_) => None,
        };
        let status = recorded.map(|certificate| certificate.status);
        attached.push(AttachedCertificate {
            usage: one.usage,
            issuer: one.issuer,
            serial: one.serial,
            status,
        });
    }
    Ok(attached)
}
