use card::Card;
use professional_registry::{ExerciseMode, IdNatPs, Registry, RegistryError};
use store::{Act, BrokenRule, Code, Database, Fault};
use thiserror::Error;

use super::judge::{Bond, OppositionFacts, judge};
use super::{Requested, Requester};
use crate::faults;
use crate::mandate::{self, Mandate, MandateError};
use crate::opposition::Ground;
use crate::opposition::table::{BadTable, RequesterRule, table};
use crate::order::{self, OrderError, structure_key};

/// Who asks, as whoever writes it down names him.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Claim {
    /// The holder of the card, whoever that is.
    Holder,
    /// Whoever has proved to know its opposition code: the holder; of the card of a service, whose letter the structure gets, the
    /// authorised person.
    Code,
    /// Who speaks for a structure, by the number of his mandate: its head or agent, or the authorised person of a card of a service.
    Mandate(String),
    /// The professional who employs, by his IdNat_PS.
    Employer(IdNatPs),
    /// Nobody but the registration authority.
    Authority,
}

/// A requester that cannot be read.
#[derive(Debug, Error, PartialEq, Eq)]
#[error(
    "requester: authority, holder, structure with the number of its mandate, or employing-professional with an RPPS number or IdNat_PS"
)]
pub struct ClaimUnreadable;

impl Fault for ClaimUnreadable {
    fn code(&self) -> Code {
        faults::OPPOSITION_REQUESTER_UNREADABLE
    }
}

impl Claim {
    /// As it is typed: `structure` and `MA-2026-000001`, `employing-professional` and an RPPS number or an IdNat_PS; nothing beside
    /// `authority` and `holder`.
    pub fn read(requester: &str, identity: &str) -> Result<Self, ClaimUnreadable> {
        let identity = identity.trim();
        match (requester.parse(), identity) {
            (Ok(Requester::Authority), "") => Ok(Self::Authority),
            (Ok(Requester::Holder), "") => Ok(Self::Holder),
            (Ok(Requester::Structure | Requester::AuthorisedPerson), number) if is_mandate(number) => {
                Ok(Self::Mandate(number.to_owned()))
            }
            (Ok(Requester::EmployingProfessional), number) => {
                let number = if number.len() == 11 { format!("8{number}") } else { number.to_owned() };
                number.parse().map(Self::Employer).map_err(|_| ClaimUnreadable)
            }
            _ => Err(ClaimUnreadable),
        }
    }
}

fn is_mandate(text: &str) -> bool {
    let plain = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    text.starts_with("MA-") && text.len() <= 20 && plain
}

/// Somebody who may not ask for this, and every rule that says so.
#[derive(Debug, Error)]
#[error("{}: not as {requester}", rules.iter().map(|rule| rule.id.as_str()).collect::<Vec<_>>().join(", "))]
pub struct NotEntitled {
    requester: Requester,
    rules: Vec<&'static RequesterRule>,
}

impl NotEntitled {
    /// The first rule that is broken.
    pub(crate) fn first_rule(&self) -> Option<&str> {
        self.rules.first().map(|rule| rule.id.as_str())
    }
}

/// Why a requester is not heard.
#[derive(Debug, Error)]
pub enum RequesterError {
    /// He may not ask for it.
    #[error(transparent)]
    NotEntitled(#[from] NotEntitled),
    /// The table cannot be read.
    #[error(transparent)]
    Table(#[from] BadTable),
    /// The order of the card, which says whom it names, cannot be had.
    #[error(transparent)]
    Order(#[from] OrderError),
    /// The mandate cannot be had.
    #[error(transparent)]
    Mandate(#[from] MandateError),
    /// The register does not answer.
    #[error(transparent)]
    Registry(#[from] RegistryError),
    /// The database refused.
    #[error("database: {0}")]
    Database(#[from] diesel::result::Error),
}

impl Fault for RequesterError {
    fn code(&self) -> Code {
        match self {
            Self::NotEntitled(_) => faults::OPPOSITION_REQUESTER_REFUSED,
            Self::Table(error) => error.code(),
            Self::Order(error) => error.code(),
            Self::Mandate(error) => error.code(),
            Self::Registry(error) => error.code(),
            Self::Database(_) => store::fault::DATABASE,
        }
    }

    fn broken_rules(&self) -> Vec<BrokenRule> {
        let Self::NotEntitled(refused) = self else { return Vec::new() };
        let told = |rule: &&RequesterRule| BrokenRule {
            rule: rule.id.clone(),
            code: self.code().name,
            sentence: rule.sentence.clone(),
            helper: rule.helper.clone(),
        };
        refused.rules.iter().map(told).collect()
    }
}

/// Asks whether who claims may have this card opposed for this ground now. Of the register and of the mandate as their rows say:
/// whether an officer has signed for the mandate, the worker verifies besides.
pub(crate) fn entitled(
    db: &mut Database,
    registry: &mut dyn Registry,
    (card, ground): (&Card, Ground),
    claim: &Claim,
    act: &Act,
) -> Result<Requested, RequesterError> {
    let names_somebody = names_somebody(db, card, claim)?;
    let (requester, by, mandate, bond) = match claim {
        Claim::Authority => (Requester::Authority, act.actor.to_string(), None, Bond::default()),
        Claim::Holder => {
            let own = Bond { own_card: true, ..Bond::default() };
            (Requester::Holder, card.holder.clone(), None, own)
        }
        Claim::Code => {
            let as_what = if names_somebody { Requester::Holder } else { Requester::AuthorisedPerson };
            let bond = Bond { own_card: true, speaks_for: true, ..Bond::default() };
            (as_what, card.holder.clone(), None, bond)
        }
        Claim::Mandate(number) => {
            let mandate = known(mandate::get(db, number))?;
            let speaks_for = mandate.as_ref().is_some_and(|mandate| {
                mandate.stood(act.at) && card.exercise == structure_key(&mandate.structure)
            });
            let as_what = if names_somebody { Requester::Structure } else { Requester::AuthorisedPerson };
            let by = mandate.map(|mandate| mandate.login).unwrap_or_default();
            (as_what, by, Some(number.clone()), Bond { speaks_for, ..Bond::default() })
        }
        Claim::Employer(id) => {
            let bond = employs(db, registry, card, id)?;
            (Requester::EmployingProfessional, id.to_string(), None, bond)
        }
    };
    let facts = OppositionFacts { requester, kind: card.kind, names_somebody, ground, bond };
    let rules = judge(table()?, &facts);
    if rules.is_empty() {
        return Ok(Requested { requester, by, mandate });
    }
    Err(NotEntitled { requester, rules }.into())
}

impl Requested {
    /// The same employer, who signed in as who speaks for his practice by this mandate.
    pub(crate) fn under(self, mandate: &Mandate) -> Self {
        Self { mandate: Some(mandate.number.clone()), ..self }
    }
}

/// Whether the register says that this professional practises, on his own account, in the structure of the card, and that this is a
/// practice, a pharmacy or a laboratory.
fn employs(
    db: &mut Database,
    registry: &mut dyn Registry,
    card: &Card,
    id: &IdNatPs,
) -> Result<Bond, RequesterError> {
    let table = table()?;
    let sectors = table.of(Requester::EmployingProfessional).map(|rules| rules.sectors.as_slice());
    let record = registry.professional(db, id)?.filter(|record| record.ceased_at.is_none());
    let exercises = record.into_iter().flat_map(|record| record.exercises);
    let living = exercises.filter(|exercise| exercise.ceased_at.is_none());
    let mut bond = Bond::default();
    for activity in living.flat_map(|exercise| exercise.activities) {
        let there = activity.structure.is_some_and(|place| structure_key(&place) == card.exercise);
        if there && activity.mode == Some(ExerciseMode::SelfEmployed) {
            bond.practises_there = true;
            bond.in_a_practice |=
                activity.sector.is_some_and(|sector| sectors.is_some_and(|all| all.contains(&sector)));
        }
    }
    Ok(bond)
}

/// Whether the card names its holder: its order does. A professional's card always does, and the registration authority need not ask:
/// an order that cannot be read keeps no stolen card alive. For the same reason the code of a card whose order cannot be read is its
/// holder's.
fn names_somebody(db: &mut Database, card: &Card, claim: &Claim) -> Result<bool, RequesterError> {
    if *claim == Claim::Authority || !card.exercise.starts_with("structure:") {
        return Ok(true);
    }
    match order::get(db, &card.order_number) {
        Ok(order) => Ok(!order.names_nobody()),
        Err(error @ (OrderError::Unknown(_) | OrderError::RowAltered { .. })) if *claim == Claim::Code => {
            tracing::error!(code = error.code().name, "card {} counts as its holder's: {error}", card.number);
            Ok(true)
        }
        Err(error) => Err(error.into()),
    }
}

/// None where there is no such mandate: a rule says so.
fn known(mandate: Result<Mandate, MandateError>) -> Result<Option<Mandate>, MandateError> {
    match mandate {
        Err(MandateError::Unknown(_)) => Ok(None),
        found => found.map(Some),
    }
}
