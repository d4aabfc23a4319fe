use card::{Card, CardFilter};
use professional_registry::{ProfessionalRecord, Registry, RegistryError};
use serde::Serialize;
use store::{Act, Code, Database, Fault};
use thiserror::Error;

use crate::approval::SubjectKind;
use crate::decision::{self, Decision};
use crate::officers::{self, NotAuthorised, Right};
use crate::order::{self, CardOrder, OrderError, Question};
use crate::queue::OrderSummary;
use crate::risk::{self, RaisedFlag, RiskError};

/// How many earlier cards and orders a dossier shows.
const EARLIER_BOUND: usize = 100;

/// All that an officer reads before he decides.
#[derive(Clone, Debug)]
pub struct Dossier {
    /// The order.
    pub order: CardOrder,
    /// What the register said when it was submitted; `None` when the stored text cannot be read.
    pub register_then: Option<ProfessionalRecord>,
    /// What it says now; `None` when it does not know the person.
    pub register_now: Option<ProfessionalRecord>,
    /// Order and register side by side.
    pub comparison: Vec<Comparison>,
    /// What makes one look twice at it, the gravest first.
    pub flags: Vec<RaisedFlag>,
    /// What the applicant was asked, oldest first.
    pub questions: Vec<Question>,
    /// What was decided, oldest first.
    pub decisions: Vec<Decision>,
    /// The holder's other orders, newest first.
    pub other_orders: Vec<OrderSummary>,
    /// The holder's cards, by number.
    pub cards: Vec<Card>,
}

/// One field of the order beside the register's of now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Comparison {
    /// Which.
    pub field: &'static str,
    /// As the order says.
    pub order: String,
    /// As the register says now; `None` when it says nothing.
    pub register: Option<String>,
}

impl Dossier {
    /// Whether two officers must approve it.
    pub fn asks_for_two(&self) -> bool {
        self.flags.iter().any(|flag| flag.second_officer)
    }

    /// Who has approved its current version.
    pub fn approved_by(&self) -> impl Iterator<Item = &str> {
        let standing =
            self.decisions.iter().filter(|one| one.subject_version == self.order.version && one.approves());
        standing.map(|one| one.decided_by.as_str())
    }
}

impl Comparison {
    /// Whether both say the same.
    pub fn agrees(&self) -> bool {
        self.register.as_ref() == Some(&self.order)
    }
}

/// Why a dossier cannot be shown.
#[derive(Debug, Error)]
pub enum DossierError {
    /// The actor may not read it.
    #[error(transparent)]
    NotAuthorised(#[from] NotAuthorised),
    /// The order cannot be had.
    #[error(transparent)]
    Order(#[from] OrderError),
    /// What is to be looked at cannot be known.
    #[error(transparent)]
    Risk(#[from] RiskError),
    /// The register does not answer.
    #[error(transparent)]
    Registry(#[from] RegistryError),
    /// The database refused.
    #[error("database: {0}")]
    Database(#[from] diesel::result::Error),
}

impl Fault for DossierError {
    fn code(&self) -> Code {
        match self {
            Self::NotAuthorised(error) => error.code(),
            Self::Order(error) => error.code(),
            Self::Risk(error) => error.code(),
            Self::Registry(error) => error.code(),
            Self::Database(_) => store::fault::DATABASE,
        }
    }
}

/// The order of a dossier. Who submitted it may read it, and who reads every dossier of its scope.
pub fn order(db: &mut Database, number: &str, act: &Act) -> Result<CardOrder, DossierError> {
    let order = order::get(db, number)?;
    let own = act.actor.officer() == Some(order.submitted_by.as_str());
    let right = if own { Right::ReadOwnDossier } else { Right::ReadDossier };
    let officer = officers::require(db, right, act)?;
    if !own {
        officer.require_within(&order.reach())?;
    }
    Ok(order)
}

/// The dossier of an order. Inside `db.snapshot(…)`, so that its parts agree.
pub fn dossier(
    db: &mut Database,
    registry: &mut dyn Registry,
    number: &str,
    act: &Act,
) -> Result<Dossier, DossierError> {
    let order = order(db, number, act)?;
    let holder = order.holder.to_string();
    let register_now = registry.professional(db, &order.holder)?;
    let comparison = compare(&order, register_now.as_ref());
    let flags = risk::shown(db, registry, &order, act.at)?;
    let questions = order::questions(db, number)?;
    let decisions = decision::of(db, SubjectKind::CardOrder, number)?;
    let mut other_orders = order::of_holder(db, &holder)?;
    other_orders.retain(|other| other.number != order.number);
    other_orders.truncate(EARLIER_BOUND);
    let filter = CardFilter { holder: Some(holder), ..CardFilter::default() };
    let cards = card::list(db, &filter, EARLIER_BOUND)?;
    Ok(Dossier {
        register_then: order.register.record(),
        register_now,
        comparison,
        flags,
        questions,
        decisions,
        other_orders: other_orders.iter().map(OrderSummary::from).collect(),
        cards,
        order,
    })
}

fn compare(order: &CardOrder, record: Option<&ProfessionalRecord>) -> Vec<Comparison> {
    let exercise = record.and_then(|record| record.living_exercise(order.profession));
    let of = |field, order: &str, register: Option<&str>| Comparison {
        field,
        order: order.to_owned(),
        register: register.map(str::to_owned),
    };
    vec![
        of("family-name", &order.family_name, exercise.map(|e| e.practice_family_name.as_str())),
        of("given-name", &order.given_name, exercise.map(|e| e.practice_given_name.as_str())),
        of("profession", order.profession.label(), exercise.map(|e| e.profession.label())),
        of("category", order.category.label(), exercise.map(|e| e.category.label())),
    ]
}
