use ca_core::certificate::{self, CertificateStatus};
use card::certificates;
use card::opposition::OppositionEntry;
use card::{Card, CardNumber, GetError, KeyUsage};
use professional_registry::identifiers::IdNatPs;
use professional_registry::{ProfessionalRecord, Registry, RegistryError};
use store::{Act, Code, Database, Fault};
use thiserror::Error;

use crate::eligibility::{BadRules, ChangeRule};
use crate::lapse;
use crate::officers::{self, NotAuthorised, Right};
use crate::order::OrderError;
use crate::renumbered;
use crate::staff::StaffError;
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
    let change = lapse::change_since::<CardViewError>(db, registry, &card, holder.as_ref(), act.at)?;
    let suspension = suspension::of_card(db, number)?;
    let state = suspension::state_of(db, &card)?;
    Ok(CardView { state, certificates: attached(db, number, act)?, card, holder, change, suspension })
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
