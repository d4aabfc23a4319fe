use ca_core::certificate::{self, CertificateStatus};
use diesel::QueryResult;
use store::{Database, Timestamp};

use crate::certificate_request::{self, CertificateRequest, RequestState};
use crate::officers::{Officer, Within};

/// A software certificate, and for what it was asked.
#[derive(Clone, Debug)]
pub struct SoftwareCertificate {
    /// The request that led to it.
    pub request: CertificateRequest,
    /// Where it stands; `None` where nothing is recorded of it.
    pub status: Option<CertificateStatus>,
    /// Until when it is valid, that second included.
    pub not_after: Option<Timestamp>,
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
        shown.push(standing(db, request)?);
    }
    Ok(Within { shown, hidden: requests.hidden })
}

fn standing(db: &mut Database, request: CertificateRequest) -> QueryResult<SoftwareCertificate> {
    let recorded = match &request.state {
        RequestState::Issued { issuer, serial, .. } => certificate::find(db, issuer, serial)?,
        _ => None,
    };
    let (status, not_after) = recorded.map(|one| (one.status, one.not_after)).unzip();
    Ok(SoftwareCertificate { request, status, not_after })
}
