use diesel::prelude::*;
use professional_registry::identifiers::TechnicalStructureId;
use professional_registry::{IdNatPs, Registry, RegistryError};
use rand_core::CryptoRng;
use serde_json::json;
use store::schema::structure_mandates;
use store::{Act, Code, Database, Fault, Timestamp, audit};
use thiserror::Error;

use super::{END, Mandate, MandateError, MandateState, Quality, of_structure};
use crate::certification::structure_identifier;
use crate::eligibility;
use crate::faults;
use crate::numbering::{self, Series};
use crate::officers::{self, NotAuthorised, OfficerError, Reach, Right, Role};

/// Longest reference of a document, in characters.
pub const REFERENCE_BOUND: usize = 200;

/// What an officer proposes.
#[derive(Clone, Debug)]
pub struct NewMandate {
    /// For which structure.
    pub structure: TechnicalStructureId,
    /// The agent's login.
    pub login: String,
    /// As whom he speaks.
    pub quality: Quality,
    /// Who he is in the register, where he speaks as a professional.
    pub identifier: Option<IdNatPs>,
    /// What the document is called.
    pub reference: String,
    /// Its SHA-256, in hexadecimal.
    pub document: String,
    /// Until when at most.
    pub until: Option<Timestamp>,
}

/// Why nothing is proposed.
#[derive(Debug, Error)]
pub enum ProposeMandateError {
    /// The actor may not propose.
    #[error(transparent)]
    NotAuthorised(#[from] NotAuthorised),
    /// A field is not of the form it must have.
    #[error("{field}: {rule}")]
    Field {
        /// Which.
        field: &'static str,
        /// The rule.
        rule: &'static str,
    },
    /// Nobody of this login stands enrolled as an agent.
    #[error("{0} is not enrolled as a certification agent")]
    NoAgent(String),
    /// The register knows no such structure, or no number of it that a certificate carries.
    #[error("structure {0}: {1}")]
    Structure(TechnicalStructureId, &'static str),
    /// The register does not say that the professional practises there.
    #[error("the register does not say that {0} practises at {1}")]
    NotThere(IdNatPs, TechnicalStructureId),
    /// He speaks for it already, or it waits for its decision.
    #[error("mandate {0} of the same agent for the same structure stands, or waits")]
    Stands(String),
    /// A mandate that is there cannot be read.
    #[error(transparent)]
    Mandate(#[from] MandateError),
    /// The officers' table cannot be read.
    #[error(transparent)]
    Officer(#[from] OfficerError),
    /// The register does not answer.
    #[error(transparent)]
    Registry(#[from] RegistryError),
    /// The database refused.
    #[error("database: {0}")]
    Database(#[from] diesel::result::Error),
}

impl Fault for ProposeMandateError {
    fn code(&self) -> Code {
        match self {
            Self::NotAuthorised(error) => error.code(),
            Self::Field { .. } => faults::MANDATE_FIELD_INVALID,
            Self::NoAgent(_) => faults::MANDATE_NO_AGENT,
            Self::Structure(..) => faults::MANDATE_STRUCTURE_REFUSED,
            Self::NotThere(..) => faults::MANDATE_NOT_THERE,
            Self::Stands(_) => faults::MANDATE_STANDS,
            Self::Mandate(error) => error.code(),
            Self::Officer(error) => error.code(),
            Self::Registry(error) => error.code(),
            Self::Database(_) => store::fault::DATABASE,
        }
    }
}

/// Proposes that an agent speak for a structure, in the name of the registration officer who holds the document. Inside the
/// caller's write transaction.
pub fn propose(
    db: &mut Database,
    registry: &mut dyn Registry,
    new: NewMandate,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<Mandate, ProposeMandateError> {
    let officer = officers::require(db, Right::Decide, act)?;
    officer.require_within(db, &Reach::structure(&new.structure))?;
    check_fields(&new, act.at)?;
    let agent = officers::find(db, &new.login)?
        .filter(|agent| agent.role == Role::CertificationAgent && agent.stood(act.at));
    let Some(agent) = agent else { return Err(ProposeMandateError::NoAgent(new.login)) };
    check_register(db, registry, &new)?;
    let stands = |mandate: &Mandate| {
        mandate.login == new.login
            && (mandate.state(act.at) == MandateState::Proposed || mandate.stood(act.at))
    };
    if let Some(mandate) = of_structure(db, &new.structure)?.into_iter().find(stands) {
        return Err(ProposeMandateError::Stands(mandate.number));
    }
    let mandate = Mandate {
        number: numbering::next(db, Series::StructureMandate, act.at)?,
        structure: new.structure,
        login: new.login,
        agent_name: agent.display_name,
        quality: new.quality,
        identifier: new.identifier,
        reference: new.reference,
        document: new.document,
        until: new.until,
        proposed_by: officer.login,
        proposed_at: act.at,
        ended_at: None,
        decisions: Vec::new(),
        end_version: END,
        proven: false,
        end_signed: None,
    };
    insert(db, &mandate)?;
    let event = audit::Event {
        action: "structure.mandate-proposed",
        subject: format!("structure {}", mandate.structure),
        payload: json!({
            "mandate": mandate.number, "agent": mandate.login, "quality": mandate.quality.as_str(),
            "identifier": mandate.identifier, "reference": mandate.reference, "document": mandate.document,
            "until": mandate.until,
        }),
    };
    audit::record(db, event, rng, act)?;
    Ok(mandate)
}

fn check_fields(new: &NewMandate, at: Timestamp) -> Result<(), ProposeMandateError> {
    let field = |field, rule| Err(ProposeMandateError::Field { field, rule });
    let length = new.reference.chars().count();
    let text = (1..=REFERENCE_BOUND).contains(&length) && !new.reference.chars().any(char::is_control);
    if !text || new.reference.trim() != new.reference {
        return field("reference", "1 to 200 characters, none of them a control, no space around");
    }
    let hexadecimal = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    if new.document.len() != 64 || !new.document.bytes().all(hexadecimal) {
        return field("document", "the SHA-256 of the document, 64 hexadecimal digits in lower case");
    }
    if (new.quality == Quality::Professional) != new.identifier.is_some() {
        return field("identifier", "IdNat_PS of who speaks as a professional, and of nobody else");
    }
    if new.until.is_some_and(|until| until <= at) {
        return field("until", "a moment to come");
    }
    Ok(())
}

fn check_register(
    db: &mut Database,
    registry: &mut dyn Registry,
    new: &NewMandate,
) -> Result<(), ProposeMandateError> {
    let refused = |why| ProposeMandateError::Structure(new.structure.clone(), why);
    let structure = eligibility::structure_of(db, registry, &new.structure)?
        .ok_or_else(|| refused("the register does not know it"))?;
    structure_identifier(&structure).ok_or_else(|| refused("it has neither FINESS nor SIRET"))?;
    let Some(id) = &new.identifier else { return Ok(()) };
    let record = registry.professional(db, id)?.filter(|record| record.ceased_at.is_none());
    let exercises = record.iter().flat_map(|record| &record.exercises);
    let mut activities = exercises.flat_map(|exercise| &exercise.activities);
    match activities.any(|activity| activity.structure.as_ref() == Some(&new.structure)) {
        true => Ok(()),
        false => Err(ProposeMandateError::NotThere(id.clone(), new.structure.clone())),
    }
}

fn insert(db: &mut Database, mandate: &Mandate) -> QueryResult<usize> {
    diesel::insert_into(structure_mandates::table)
        .values((
            structure_mandates::number.eq(&mandate.number),
            structure_mandates::structure.eq(mandate.structure.to_string()),
            structure_mandates::login.eq(&mandate.login),
            structure_mandates::quality.eq(mandate.quality.as_str()),
            structure_mandates::identifier.eq(mandate.identifier.as_ref().map(ToString::to_string)),
            structure_mandates::reference.eq(&mandate.reference),
            structure_mandates::document.eq(&mandate.document),
            structure_mandates::until.eq(mandate.until),
            structure_mandates::proposed_by.eq(&mandate.proposed_by),
            structure_mandates::proposed_at.eq(mandate.proposed_at),
        ))
        .execute(db)
}
