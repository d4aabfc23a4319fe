use professional_registry::{Registry, RegistryError, StructureRecord};
use store::{Act, Code, Database, Fault};
use thiserror::Error;

use super::dossier::Comparison;
use super::requests::{RequestViewError, request};
use super::software::SoftwareCertificate;
use crate::approval::SubjectKind;
use crate::certificate_request::{CertificateRequest, Person, Subject, structure_names};
use crate::decision::{self, Decision, Retraction};
use crate::order::Tie;
use crate::staff::{self, StaffError};

/// All that an officer reads before he decides on a request for a software certificate.
#[derive(Clone, Debug)]
pub struct RequestDossier {
    /// The request, and where the certificate stands that it led to.
    pub certificate: SoftwareCertificate,
    /// What the register says of its structure now; `None` where it has none, or does not know it.
    pub structure: Option<StructureRecord>,
    /// Request and register, or what the agent declares now, side by side.
    pub comparison: Vec<Comparison>,
    /// Each name that a structure must be allowed, and whether it is.
    pub names: Vec<(String, bool)>,
    /// What was decided, oldest first.
    pub decisions: Vec<Decision>,
    /// Decisions that were taken back, oldest first.
    pub retractions: Vec<Retraction>,
}

/// Why such a dossier cannot be shown.
#[derive(Debug, Error)]
pub enum RequestDossierError {
    /// The request cannot be shown.
    #[error(transparent)]
    Request(#[from] RequestViewError),
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

impl Fault for RequestDossierError {
    fn code(&self) -> Code {
        match self {
            Self::Request(error) => error.code(),
            Self::Staff(error) => error.code(),
            Self::Registry(error) => error.code(),
            Self::Database(_) => store::fault::DATABASE,
        }
    }
}

/// The dossier of a request, for who may read it. Inside `db.snapshot(…)`, so that its parts agree.
pub fn request_dossier(
    db: &mut Database,
    registry: &mut dyn Registry,
    number: &str,
    act: &Act,
) -> Result<RequestDossier, RequestDossierError> {
    let request = request(db, number, act)?;
    let structure = match request.subject.structure() {
        Some(id) => registry.structure(db, id)?,
        None => None,
    };
    let comparison = compare(db, registry, &request, structure.as_ref())?;
    let mut names = Vec::new();
    if let Some(structure) = request.subject.structure() {
        for name in request.names() {
            names.push((
                name.to_owned(),
                structure_names::is_allowed(db, structure, &name.to_ascii_lowercase())?,
            ));
        }
        names.dedup_by(|one, other| one.0 == other.0);
    }
    Ok(RequestDossier {
        structure,
        comparison,
        names,
        decisions: decision::of(db, SubjectKind::CertificateRequest, number)?,
        retractions: decision::retractions(db, SubjectKind::CertificateRequest, number)?,
        certificate: SoftwareCertificate::of(db, request)?,
    })
}

fn compare(
    db: &mut Database,
    registry: &mut dyn Registry,
    request: &CertificateRequest,
    structure: Option<&StructureRecord>,
) -> Result<Vec<Comparison>, RequestDossierError> {
    let of = |field, asked: &str, register: Option<&str>| Comparison {
        field,
        order: asked.to_owned(),
        register: register.map(str::to_owned),
    };
    let known = structure.map(|structure| structure.technical_id.as_str());
    Ok(match &request.subject {
        Subject::Structure(id) => vec![of("structure", id.as_str(), known)],
        Subject::Person(Person {
            holder,
            family_name,
            given_name,
            tie: Tie::Exercise { profession, category },
        }) => {
            let record = registry.professional(db, holder)?;
            let exercise = record.as_ref().and_then(|record| record.living_exercise(*profession));
            vec![
                of("family-name", family_name, exercise.map(|e| e.practice_family_name.as_str())),
                of("given-name", given_name, exercise.map(|e| e.practice_given_name.as_str())),
                of("profession", profession.label(), exercise.map(|e| e.profession.label())),
                of("category", category.label(), exercise.map(|e| e.category.label())),
            ]
        }
        Subject::Person(Person { holder, family_name, given_name, tie: Tie::Structure(tie) }) => {
            let member = staff::find(db, &tie.structure, holder.local_id().unwrap_or_default())?;
            let there = member.as_ref().filter(|one| one.left_at.is_none());
            vec![
                of("family-name", family_name, there.map(|member| member.family_name.as_str())),
                of("given-name", given_name, there.map(|member| member.given_name.as_str())),
                of("structure", tie.structure.as_str(), known),
            ]
        }
    })
}
