use ca_core::serial::SerialNumber;
use diesel::prelude::*;
use professional_registry::identifiers::TechnicalStructureId;
use professional_registry::{Category, Profession};
use store::schema::certificate_requests;
use store::{Act, Code, Database, Fault, Timestamp};
use thiserror::Error;

use super::CanonicalRequest;
use super::subject::{Person, Subject};
use crate::approval::{Concerned, Decidable, SubjectKind};
use crate::faults;
use crate::officers::Reach;
use crate::order::{StaffTie, Tie};
use crate::outbox::Recipient;

/// Requests of a structure that its page shows.
const OF_STRUCTURE: i64 = 50;

/// A request for one certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CertificateRequest {
    /// `CR-2026-000001`.
    pub number: String,
    /// The version that a decision is on.
    pub version: i64,
    /// Identifier of the profile.
    pub profile: String,
    /// Whose certificate it will be.
    pub subject: Subject,
    /// The commonName to be certified; of a person, his IdNat_PS.
    pub common_name: String,
    /// The host names to be certified, the common name among them; empty for what is not a server.
    pub dns_names: Vec<String>,
    /// The address to be certified, of a person whose profile has one.
    pub email_address: Option<String>,
    /// The PKCS#10 request, DER.
    pub csr: Vec<u8>,
    /// The key to be certified, SubjectPublicKeyInfo in DER.
    pub public_key: Vec<u8>,
    /// The officer's login.
    pub submitted_by: String,
    /// When.
    pub submitted_at: Timestamp,
    /// Where it stands.
    pub state: RequestState,
}

/// Where a request stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RequestState {
    /// Waits for its decision.
    Submitted,
    /// Waits for the worker.
    Approved {
        /// When it was approved.
        at: Timestamp,
    },
    /// Ended, for a reason that the decision names.
    Refused {
        /// When.
        at: Timestamp,
    },
    /// Taken back.
    Withdrawn {
        /// When.
        at: Timestamp,
    },
    /// It has its certificate.
    Issued {
        /// When.
        at: Timestamp,
        /// Short name of the authority.
        issuer: String,
        /// The serial number.
        serial: SerialNumber,
    },
}

impl RequestState {
    /// As stored: `submitted`.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Submitted => "submitted",
            Self::Approved { .. } => "approved",
            Self::Refused { .. } => "refused",
            Self::Withdrawn { .. } => "withdrawn",
            Self::Issued { .. } => "issued",
        }
    }
}

impl CertificateRequest {
    /// What an officer decides on.
    pub fn decidable(&self) -> Decidable {
        Decidable {
            kind: SubjectKind::CertificateRequest,
            number: self.number.clone(),
            version: self.version,
            state: self.state.name(),
            submitted_by: self.submitted_by.clone(),
            reach: self.reach(),
            concerns: self.subject.person().map(|person| Concerned {
                holder: Some(person.holder.clone()),
                family_name: person.family_name.clone(),
                given_name: person.given_name.clone(),
            }),
            canonical: CanonicalRequest::of(self).into_der(),
        }
    }

    /// Who is told what becomes of it: its submitter, and the professional whom it names. The register has no address of the
    /// staff of a structure: their agent tells them.
    pub(crate) fn recipients(&self) -> Vec<Recipient<'_>> {
        let professional = self.subject.person().filter(|person| person.tie.staff().is_none());
        let submitter = Recipient::Officer(&self.submitted_by);
        [submitter].into_iter().chain(professional.map(|_| Recipient::Holder(&self.common_name))).collect()
    }

    /// Who has it in his scope. Where a professional practises does not count: the certificate names no place.
    pub fn reach(&self) -> Reach {
        match &self.subject {
            Subject::Structure(structure) => Reach::structure(structure),
            Subject::Person(Person { tie: Tie::Structure(staff), .. }) => Reach::structure(&staff.structure),
            Subject::Person(Person { tie: Tie::Exercise { profession, .. }, .. }) => {
                Reach::Exercise { profession: *profession, structures: Vec::new(), kind: None }
            }
        }
    }

    /// Every name in it that a structure must be allowed: all of its own certificate's, of one of its staff the address.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let (own, address) = match &self.subject {
            Subject::Structure(_) => (Some(&self.common_name), None),
            Subject::Person(person) => {
                (None, self.email_address.as_ref().filter(|_| person.tie.staff().is_some()))
            }
        };
        own.into_iter().chain(&self.dns_names).chain(address).map(String::as_str)
    }
}

/// Why a stored request cannot be had.
#[derive(Debug, Error)]
pub enum RequestError {
    /// There is none of this number.
    #[error("no certificate request {0}")]
    Unknown(String),
    /// The row is not what this program writes.
    #[error("certificate request {0}: {1} cannot be read")]
    RowAltered(String, &'static str),
    /// The sentence of its refusal is not the one that its officer signed.
    #[error("certificate request {0}: the sentence of its refusal is not the one that was signed")]
    SentenceAltered(String),
    /// The database refused.
    #[error("database: {0}")]
    Database(#[from] diesel::result::Error),
}

impl Fault for RequestError {
    fn code(&self) -> Code {
        match self {
            Self::Unknown(_) => faults::REQUEST_UNKNOWN,
            Self::RowAltered(..) => faults::REQUEST_ROW_ALTERED,
            Self::SentenceAltered(_) => faults::REQUEST_SENTENCE_ALTERED,
            Self::Database(_) => store::fault::DATABASE,
        }
    }
}

/// The request of this number.
pub fn get(db: &mut Database, number: &str) -> Result<CertificateRequest, RequestError> {
    let row: Option<Row> =
        certificate_requests::table.find(number).select(Row::as_select()).first(db).optional()?;
    row.ok_or_else(|| RequestError::Unknown(number.to_owned()))?.try_into()
}

/// The newest requests for this structure and its staff, newest first.
pub(crate) fn of_structure(
    db: &mut Database,
    structure: &TechnicalStructureId,
) -> QueryResult<Vec<CertificateRequest>> {
    let rows: Vec<Row> = certificate_requests::table
        .filter(certificate_requests::structure.eq(structure.as_str()))
        .order(certificate_requests::number.desc())
        .limit(OF_STRUCTURE)
        .select(Row::as_select())
        .load(db)?;
    Ok(readable(rows))
}

/// Those that can be read; one that cannot is logged, and hides no other.
fn readable(rows: Vec<Row>) -> Vec<CertificateRequest> {
    let read = |row: Row| {
        let unreadable = |error: &RequestError| {
            tracing::error!(code = error.code().name, "{error}, and is not shown");
        };
        CertificateRequest::try_from(row).inspect_err(unreadable).ok()
    };
    rows.into_iter().filter_map(read).collect()
}

/// The requests that led to a certificate of the person of this number, who may be of the staff of a structure; newest first, 200 at most.
pub(crate) fn issued_to(db: &mut Database, holder: &str) -> QueryResult<Vec<CertificateRequest>> {
    let issued = certificate_requests::table
        .filter(certificate_requests::common_name.eq(holder))
        .filter(certificate_requests::status.eq("issued"))
        .order(certificate_requests::number.desc())
        .limit(200)
        .select(Row::as_select());
    // In the words of the partial index.
    let rows = match holder.contains('/') {
        true => issued.filter(certificate_requests::title.is_not_null()).load(db)?,
        false => issued.filter(certificate_requests::profession.is_not_null()).load(db)?,
    };
    Ok(readable(rows))
}

/// The requests of this profile for this commonName, the newest first; 200 at most.
pub(crate) fn of_common_name(
    db: &mut Database,
    profile: &str,
    common_name: &str,
) -> Result<Vec<CertificateRequest>, RequestError> {
    let rows: Vec<Row> = certificate_requests::table
        .filter(certificate_requests::profile.eq(profile))
        .filter(certificate_requests::common_name.eq(common_name))
        .order(certificate_requests::number.desc())
        .limit(200)
        .select(Row::as_select())
        .load(db)?;
    rows.into_iter().map(CertificateRequest::try_from).collect()
}

pub(super) fn insert(db: &mut Database, request: &CertificateRequest) -> QueryResult<usize> {
    let dns_names = serde_json::to_string(&request.dns_names).expect("texts");
    let person = request.subject.person();
    let staff = person.and_then(|person| person.tie.staff());
    diesel::insert_into(certificate_requests::table)
        .values((
            certificate_requests::number.eq(&request.number),
            certificate_requests::version.eq(request.version),
            certificate_requests::profile.eq(&request.profile),
            certificate_requests::structure.eq(request.subject.structure().map_or("", |one| one.as_str())),
            certificate_requests::common_name.eq(&request.common_name),
            certificate_requests::dns_names.eq(dns_names),
            certificate_requests::csr.eq(&request.csr),
            certificate_requests::public_key.eq(&request.public_key),
            certificate_requests::submitted_by.eq(&request.submitted_by),
            certificate_requests::submitted_at.eq(request.submitted_at),
            certificate_requests::status.eq(request.state.name()),
            certificate_requests::changed_at.eq(request.submitted_at),
            (
                certificate_requests::family_name.eq(person.map(|person| &person.family_name)),
                certificate_requests::given_name.eq(person.map(|person| &person.given_name)),
                certificate_requests::profession
                    .eq(person.and_then(|person| person.tie.profession()).map(|one| one.code())),
                certificate_requests::category
                    .eq(person.and_then(|person| person.tie.category()).map(|one| one.code())),
                certificate_requests::title.eq(staff.map(|staff| &staff.title)),
                certificate_requests::mandate.eq(staff.map(|staff| &staff.mandate)),
                certificate_requests::email_address.eq(&request.email_address),
            ),
        ))
        .execute(db)
}

/// Moves a request from one state to another, at this version; false when it is not there any more.
pub(crate) fn set_status(
    db: &mut Database,
    number: &str,
    version: i64,
    from: &str,
    to: &str,
    act: &Act,
) -> QueryResult<bool> {
    let moved = diesel::update(certificate_requests::table)
        .filter(certificate_requests::number.eq(number))
        .filter(certificate_requests::version.eq(version))
        .filter(certificate_requests::status.eq(from))
        .set((certificate_requests::status.eq(to), certificate_requests::changed_at.eq(act.at)))
        .execute(db)?;
    Ok(moved == 1)
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = certificate_requests)]
pub(super) struct Row {
    number: String,
    version: i64,
    profile: String,
    structure: String,
    common_name: String,
    dns_names: String,
    csr: Vec<u8>,
    public_key: Vec<u8>,
    submitted_by: String,
    submitted_at: Timestamp,
    status: String,
    changed_at: Timestamp,
    issuer: Option<String>,
    serial: Option<String>,
    family_name: Option<String>,
    given_name: Option<String>,
    profession: Option<String>,
    category: Option<String>,
    title: Option<String>,
    mandate: Option<String>,
    email_address: Option<String>,
}

impl Row {
    fn subject(&self) -> Result<Subject, &'static str> {
        let tie =
            match (self.structure.as_str(), &self.profession, &self.category, &self.title, &self.mandate) {
                (structure, None, None, None, None) => {
                    let whole = self.family_name.is_none() && self.given_name.is_none();
                    let read = structure.parse().ok().filter(|_| whole);
                    return read.map(Subject::Structure).ok_or("structure");
                }
                ("", Some(profession), Some(category), None, None) => Tie::Exercise {
                    profession: Profession::from_code(profession).ok_or("profession")?,
                    category: Category::from_code(category).ok_or("category")?,
                },
                (structure, None, None, Some(title), Some(mandate)) => Tie::Structure(StaffTie {
                    structure: structure.parse().map_err(|_| "structure")?,
                    title: title.clone(),
                    mandate: mandate.clone(),
                }),
                _ => return Err("subject"),
            };
        let (Some(family_name), Some(given_name)) = (&self.family_name, &self.given_name) else {
            return Err("names");
        };
        Ok(Subject::Person(Person {
            holder: self.common_name.parse().map_err(|_| "common_name")?,
            family_name: family_name.clone(),
            given_name: given_name.clone(),
            tie,
        }))
    }
}

impl TryFrom<Row> for CertificateRequest {
    type Error = RequestError;

    fn try_from(row: Row) -> Result<Self, RequestError> {
        let altered = |what| RequestError::RowAltered(row.number.clone(), what);
        let subject = row.subject().map_err(altered)?;
        let at = row.changed_at;
        let state = match (row.status.as_str(), row.issuer, row.serial) {
            ("submitted", None, None) => RequestState::Submitted,
            ("approved", None, None) => RequestState::Approved { at },
            ("refused", None, None) => RequestState::Refused { at },
            ("withdrawn", None, None) => RequestState::Withdrawn { at },
            ("issued", Some(issuer), Some(serial)) => {
                let serial = serial.parse().map_err(|_| altered("serial"))?;
                RequestState::Issued { at, issuer, serial }
            }
            _ => return Err(altered("status")),
        };
        Ok(Self {
            subject,
            dns_names: serde_json::from_str(&row.dns_names).map_err(|_| altered("dns_names"))?,
            number: row.number,
            version: row.version,
            profile: row.profile,
            common_name: row.common_name,
            email_address: row.email_address,
            csr: row.csr,
            public_key: row.public_key,
            submitted_by: row.submitted_by,
            submitted_at: row.submitted_at,
            state,
        })
    }
}
