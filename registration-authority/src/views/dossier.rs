use std::collections::BTreeSet;

use card::{Card, CardFilter};
use professional_registry::{ProfessionalRecord, Registry, RegistryError, StructureRecord};
use rand_core::CryptoRng;
use serde::Serialize;
use store::{Act, Code, Database, Fault};
use thiserror::Error;

use super::software::{self, SoftwareCertificate};
use crate::approval::SubjectKind;
use crate::decision::{self, Decision, Retraction};
use crate::mandate::{self, Mandate, MandateError};
use crate::officers::{self, NotAuthorised, Officer, Right, Within};
use crate::order::{
    self, BirthNames, CardOrder, Document, DocumentError, GivenBack, Note, NoteError, OrderError, Question,
    Tie,
};
use crate::queue::OrderSummary;
use crate::queue::lease::{self, Examination, Lease};
use crate::risk::{self, RaisedFlag, RiskError};
use crate::staff::{self, StaffError, StaffMember};
use crate::suspension::{self, CardState};

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
    /// What stands behind it, where it is for the staff of a structure.
    pub of_structure: Option<OfStructure>,
    /// Order and register, or what the agent declares now, side by side.
    pub comparison: Vec<Comparison>,
    /// Under which names its holder was born, where the restricted feed says so; nothing for an applicant.
    pub birth_names: Option<BirthNames>,
    /// What makes one look twice at it, the gravest first.
    pub flags: Vec<RaisedFlag>,
    /// What the applicant was asked, oldest first.
    pub questions: Vec<Question>,
    /// What was decided, oldest first.
    pub decisions: Vec<Decision>,
    /// Decisions that were taken back, oldest first.
    pub retractions: Vec<Retraction>,
    /// When the worker gave it back, and why, oldest first.
    pub given_back: Vec<GivenBack>,
    /// Which officers took it up, oldest first.
    pub examinations: Vec<Examination>,
    /// Who is on it now: it is under review.
    pub lease: Option<Lease>,
    /// What officers wrote for each other, oldest first; nothing for who may not read it.
    pub notes: Vec<Note>,
    /// What was attached to it, in the order in which it came.
    pub documents: Vec<Document>,
    /// The holder's other orders, newest first, as far as the reader may read them.
    pub other_orders: Within<OrderSummary>,
    /// The holder's cards, by number, and where each stands.
    pub cards: Vec<(Card, CardState)>,
    /// His software certificates, newest first, as far as the reader may read them.
    pub certificates: Within<SoftwareCertificate>,
}

/// What stands behind an order for the staff of a structure.
#[derive(Clone, Debug)]
pub struct OfStructure {
    /// What the register says of it; `None` where it does not know it.
    pub structure: Option<StructureRecord>,
    /// Who is declared under the holder's local number now.
    pub member: Option<StaffMember>,
    /// By which mandate it was asked.
    pub mandate: Mandate,
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

    /// Whether this officer could be the second of two who approve: then he looks for himself, and is shown neither whether there was a
    /// first nor who, before he has decided.
    pub fn is_blind_for(&self, officer: &Officer) -> bool {
        self.order.is_undecided()
            && self.asks_for_two()
            && officer.role.may(Right::Decide)
            && self.order.submitted_by != officer.login
            && !self.approved_by().any(|login| login == officer.login)
    }

    /// The same, without what whoever looks for himself is not shown: what others decided and took back, who took it up, in whatever version, and what
    /// those who decided noted. An order that comes back is looked at as if for the first time.
    pub fn as_shown_to(mut self, officer: &Officer) -> Self {
        if self.is_blind_for(officer) {
            let others = |login: &str| login != officer.login;
            let decided: BTreeSet<String> = self
                .decisions
                .iter()
                .map(|one| one.decided_by.clone())
                .filter(|login| others(login))
                .collect();
            self.notes.retain(|note| !decided.contains(&note.written_by));
            self.decisions.retain(|one| !others(&one.decided_by));
            self.retractions.retain(|one| !others(&one.decided_by));
            // His own too: his lease ends once it is decided on, and begins anew when that is taken back.
            self.examinations.clear();
            self.lease = None;
        }
        self
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
    /// The notes cannot be had.
    #[error(transparent)]
    Note(#[from] NoteError),
    /// The documents cannot be had.
    #[error(transparent)]
    Document(#[from] DocumentError),
    /// The mandate cannot be had.
    #[error(transparent)]
    Mandate(#[from] MandateError),
    /// The staff cannot be had.
    #[error(transparent)]
    Staff(#[from] StaffError),
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
            Self::Note(error) => error.code(),
            Self::Document(error) => error.code(),
            Self::Mandate(error) => error.code(),
            Self::Staff(error) => error.code(),
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
        officer.require_within(db, &order.reach())?;
    }
    Ok(order)
}

/// A document of an order with its octets, for who may read the order; that he has read it is an event. Inside the caller's write
/// transaction.
pub fn document(
    db: &mut Database,
    (number, id): (&str, &str),
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<(Document, Vec<u8>), DossierError> {
    order(db, number, act)?;
    Ok(order::content(db, (number, id), rng, act)?)
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
    let of_structure = of_structure(db, registry, &order)?;
    let comparison = compare(&order, register_now.as_ref(), of_structure.as_ref());
    let flags = risk::shown(db, registry, &order, act.at)?;
    let questions = order::questions(db, number)?;
    let decisions = decision::of(db, SubjectKind::CardOrder, number)?;
    let retractions = decision::retractions(db, SubjectKind::CardOrder, number)?;
    let given_back = order::given_back(db, number)?;
    let examinations = lease::examinations(db, number)?;
    let lease = lease::of(db, &[number], act.at)?.remove(number);
    let notes = match order::notes(db, number, act) {
        Ok(notes) => notes,
        Err(NoteError::NotAuthorised(_)) => Vec::new(),
        Err(error) => return Err(error.into()),
    };
    let documents = order::documents(db, number)?;
    let reader = officers::require(db, Right::ReadOwnDossier, act)?;
    let birth_names = match reader.role.may(Right::ReadDossier) {
        true => order::birth_names(db, number)?,
        false => None,
    };
    let mut other_orders = order::of_holder(db, &holder)?;
    other_orders.retain(|other| other.number != order.number);
    other_orders.truncate(EARLIER_BOUND);
    let other_orders =
        Within::of(other_orders, |other| reader.reads(db, &other.submitted_by, &other.reach()))?;
    let filter = CardFilter { holder: Some(holder), ..CardFilter::default() };
    let mut cards = Vec::new();
    for card in card::list(db, &filter, EARLIER_BOUND)? {
        let state = suspension::state_of(db, &card)?;
        cards.push((card, state));
    }
    let certificates = software::of_person(db, &reader, &[order.holder.to_string()])?;
    Ok(Dossier {
        register_then: order.register.record(),
        register_now,
        of_structure,
        comparison,
        birth_names,
        flags,
        questions,
        decisions,
        retractions,
        given_back,
        examinations,
        lease,
        notes,
        documents,
        other_orders: other_orders.map(|other| OrderSummary::from(&other)),
        cards,
        certificates,
        order,
    })
}

fn compare(
    order: &CardOrder,
    record: Option<&ProfessionalRecord>,
    of_structure: Option<&OfStructure>,
) -> Vec<Comparison> {
    let of = |field, order: &str, register: Option<&str>| Comparison {
        field,
        order: order.to_owned(),
        register: register.map(str::to_owned),
    };
    match &order.tie {
        Tie::Exercise { profession, category } => {
            let exercise = record.and_then(|record| record.living_exercise(*profession));
            vec![
                of("family-name", &order.family_name, exercise.map(|e| e.practice_family_name.as_str())),
                of("given-name", &order.given_name, exercise.map(|e| e.practice_given_name.as_str())),
                of("profession", profession.label(), exercise.map(|e| e.profession.label())),
                of("category", category.label(), exercise.map(|e| e.category.label())),
            ]
        }
        Tie::Structure(staff) => {
            let there = of_structure.and_then(|of| of.member.as_ref()).filter(|one| one.left_at.is_none());
            let structure = of_structure.and_then(|of| of.structure.as_ref());
            let known = structure.map(|structure| structure.technical_id.as_str());
            let structure = of("structure", staff.structure.as_str(), known);
            if order.names_nobody() {
                return vec![structure];
            }
            vec![
                of("family-name", &order.family_name, there.map(|member| member.family_name.as_str())),
                of("given-name", &order.given_name, there.map(|member| member.given_name.as_str())),
                structure,
            ]
        }
    }
}

/// What stands behind an order for the staff of a structure.
fn of_structure(
    db: &mut Database,
    registry: &mut dyn Registry,
    order: &CardOrder,
) -> Result<Option<OfStructure>, DossierError> {
    let Some(tie) = order.tie.staff() else { return Ok(None) };
    Ok(Some(OfStructure {
        structure: registry.structure(db, &tie.structure)?,
        member: staff::find(db, &tie.structure, order.holder.local_id().unwrap_or_default())?,
        mandate: mandate::get(db, &tie.mandate)?,
    }))
}
