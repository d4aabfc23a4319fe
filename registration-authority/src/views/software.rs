use ca_core::certificate::{self, CertificateStatus};
use diesel::QueryResult;
use store::{Database, Timestamp};

use crate::certificate_request::{
    self, CertificateRequest, RequestState, RevocationAnswer, RevocationRequest,
};
use crate::officers::{Officer, Within};

/// A request for a software certificate, and where the certificate stands that it led to.
#[derive(Clone, Debug)]
pub struct SoftwareCertificate {
    /// The request.
    pub request: CertificateRequest,
    /// Where the certificate stands; `None` where none was issued, or nothing is recorded of it.
    pub status: Option<CertificateStatus>,
    /// Until when it is valid, that second included.
    pub not_after: Option<Timestamp>,
    /// The revocation that an officer asked for last.
    pub revocation: Option<RevocationRequest>,
}

impl SoftwareCertificate {
    /// Whether a revocation was asked for that the worker has not answered yet.
    pub fn is_being_revoked(&self) -> bool {
        self.revocation.as_ref().is_some_and(|asked| asked.answer == RevocationAnswer::Waiting)
    }

    /// That of a request, whoever may read it.
    pub fn of(db: &mut Database, request: CertificateRequest) -> QueryResult<Self> {
        let recorded = match &request.state {
            RequestState::Issued { issuer, serial, .. } => certificate::find(db, issuer, serial)?,
            _ => None,
        };
        let (status, not_after) = recorded.map(|one| (one.status, one.not_after)).unzip();
        let revocation = match status {
            Some(_) => certificate_request::newest_revocation(db, &request.number)?,
            None => None,
        };
        Ok(Self { request, status, not_after, revocation })
    }
}

/// The software certificates of the person who has these numbers, newest first, as far as the reader may read them.
pub(super) fn of_person(
    db: &mut Database,
    reader: &Officer,
    numbers: &[String],
) -> QueryResult<Within<SoftwareCertificate>> {
    let mut requests = Vec::new();
    for number in numbers {
        requests.extend(certificate_request::issued_to(db, number)?);
    }
    requests.sort_by(|one, other| other.number.cmp(&one.number));
    let requests = Within::of(requests, |one| reader.reads(db, &one.submitted_by, &one.reach()))?;
    let mut shown = Vec::new();
    for request in requests.shown {
        shown.push(SoftwareCertificate::of(db, request)?);
    }
    Ok(Within { shown, hidden: requests.hidden })
}
