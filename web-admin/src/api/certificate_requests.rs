#![expect(unused_qualifications, reason = "the macro of utoipa writes `self::`")]

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use ca_core::certificate::CertificateStatus;
use professional_registry::{ImportedRegister, Profession};
use registration_authority::approval::{Decidable, SubjectKind, Verdict};
use registration_authority::certificate_request::{self, NewCertificateRequest, RequestState};
use registration_authority::views::{self, RequestPage, SoftwareCertificate};
use serde::{Deserialize, Serialize};
use store::{Act, CryptoRng, Database, Timestamp};
use utoipa::{IntoParams, ToSchema};

use super::body::{Body, field};
use super::caller::Caller;
use super::certificate_revocations::RequestedRevocation;
use super::decided::{self, Given, Subject, Words};
use super::once::{IdempotencyKey, send};
use super::orders::Nothing;
use super::problem::{Problem, Refusals};
use super::version::IfMatch;
use super::{BASE, listing};
use crate::failure::Failure;

/// Where a request may stand.
const STATUSES: [&str; 5] = ["submitted", "approved", "refused", "withdrawn", "issued"];

/// A request for a software certificate.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CertificateRequest)]
pub(super) struct Request {
    /// `CR-2026-000001`
    number: String,
    /// The version that a decision is on.
    version: i64,
    /// submitted, approved, refused, withdrawn or issued.
    status: &'static str,
    /// `el-org-serv-ssl`
    profile: String,
    /// Whose certificate it will be, or of whose staff the person is.
    #[serde(skip_serializing_if = "Option::is_none")]
    structure: Option<String>,
    /// Whose it will be, where it is a person's.
    #[serde(skip_serializing_if = "Option::is_none")]
    person: Option<Person>,
    /// The commonName to be certified; of a person, his IdNat_PS.
    common_name: String,
    /// The host names to be certified.
    dns_names: Vec<String>,
    /// The address to be certified.
    #[serde(skip_serializing_if = "Option::is_none")]
    email_address: Option<String>,
    /// Who submitted it.
    submitted_by: String,
    /// When, RFC 3339.
    submitted_at: String,
    /// The certificate, where it is issued.
    #[serde(skip_serializing_if = "Option::is_none")]
    certificate: Option<Issued>,
}

/// A person, as the certificate will name him.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CertifiedPerson)]
struct Person {
    /// Family name.
    family_name: String,
    /// Given name.
    given_name: String,
    /// Of a professional: the code of his profession in TRE_G15.
    #[serde(skip_serializing_if = "Option::is_none")]
    profession: Option<&'static str>,
    /// Of one of the staff of a structure: the title.
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<String>,
    /// Of one of the staff of a structure: the mandate by which its agent asks.
    #[serde(skip_serializing_if = "Option::is_none")]
    mandate: Option<String>,
}

/// Which certificate, and where it stands.
#[derive(Debug, Serialize, ToSchema)]
struct Issued {
    /// Short name of the authority.
    issuer: String,
    /// Its serial number, hexadecimal.
    serial: String,
    /// good, held or revoked; absent where nothing is recorded of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<&'static str>,
    /// Since when it is revoked, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    revoked_at: Option<String>,
    /// Why, by its name in RFC 5280 §5.3.1.
    #[serde(skip_serializing_if = "Option::is_none")]
    revocation_reason: Option<String>,
    /// The revocation that an officer asked for last, here or on a page.
    #[serde(skip_serializing_if = "Option::is_none")]
    requested: Option<RequestedRevocation>,
}

/// A page of requests, by number.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CertificateRequests)]
pub(super) struct Requests {
    /// The requests that the caller may read.
    certificate_requests: Vec<Request>,
    /// How many in this state he may not, on whatever page, for they are outside his scope.
    hidden: usize,
    /// Where the next page begins: `after` of the next request. Absent at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// Which requests.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Which {
    /// In this state; in any where absent.
    status: Option<String>,
    /// After this number.
    after: Option<String>,
    /// At most so many: 1 to 200, 50 where absent.
    limit: Option<i64>,
}

/// What is asked for: for a structure (`structure`), one of its staff (`structure`, `member`), or a professional (`holder`,
/// `profession`), as the offer of the profile has it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = WantedCertificate)]
pub(super) struct Wanted {
    /// `el-org-serv-ssl`
    profile: String,
    /// The technical identifier of the register: `F0B0193488`.
    structure: Option<String>,
    /// The local number under which the structure's agent declared the person.
    member: Option<String>,
    /// IdNat_PS of a professional: `899700000123`.
    holder: Option<String>,
    /// The code of his profession in TRE_G15: `60`.
    profession: Option<String>,
    /// The PKCS#10 request, PEM.
    csr: String,
}

impl From<&SoftwareCertificate> for Request {
    fn from(SoftwareCertificate { request, status, revocation, .. }: &SoftwareCertificate) -> Self {
        let revoked = match status {
            Some(CertificateStatus::Revoked { at, reason, .. }) => Some((at.to_string(), reason.clone())),
            _ => None,
        };
        let (revoked_at, revocation_reason) = revoked.unzip();
        Self {
            number: request.number.clone(),
            version: request.version,
            status: request.state.name(),
            profile: request.profile.clone(),
            structure: request.subject.structure().map(ToString::to_string),
            person: request.subject.person().map(|person| Person {
                family_name: person.family_name.clone(),
                given_name: person.given_name.clone(),
                profession: person.tie.profession().map(|profession| profession.code()),
                title: person.tie.staff().map(|staff| staff.title.clone()),
                mandate: person.tie.staff().map(|staff| staff.mandate.clone()),
            }),
            common_name: request.common_name.clone(),
            dns_names: request.dns_names.clone(),
            email_address: request.email_address.clone(),
            submitted_by: request.submitted_by.clone(),
            submitted_at: request.submitted_at.to_string(),
            certificate: match &request.state {
                RequestState::Issued { issuer, serial, .. } => Some(Issued {
                    issuer: issuer.clone(),
                    serial: serial.to_string(),
                    status: status.as_ref().map(CertificateStatus::word),
                    revoked_at,
                    revocation_reason,
                    requested: revocation.as_ref().map(RequestedRevocation::from),
                }),
                _ => None,
            },
        }
    }
}

/// The requests, page after page.
#[utoipa::path(get, path = "/certificate-requests", tag = "certificate requests", params(Which), responses(
    (status = 200, body = Requests, headers(("Link" = String, description = "rel=\"next\""))),
    (status = 403, body = Problem, content_type = "application/problem+json"),
    (status = 422, body = Problem, content_type = "application/problem+json")
))]
pub(super) async fn list(caller: Caller, which: web::Query<Which>) -> Result<HttpResponse, Failure> {
    let Which { status, after, limit } = which.into_inner();
    let known = |slug: &str| STATUSES.into_iter().find(|one| *one == slug);
    let status = status.as_deref().map(|slug| field("status", slug, known)).transpose()?;
    let limit = listing::length(limit);
    let found = caller
        .work(move |work| {
            let RequestPage { requests, next } =
                views::requests(work.db, status, after.as_deref(), limit, work.act)?;
            let mut shown = Vec::new();
            for request in requests.shown {
                shown.push(Request::from(&SoftwareCertificate::of(work.db, request)?));
            }
            Ok((shown, requests.hidden, next))
        })
        .await?;
    let (certificate_requests, hidden, next) = found;
    let status = status.map_or(String::new(), |status| format!("status={status}&"));
    let follows =
        next.as_ref().map(|next| format!("/certificate-requests?{status}after={next}&limit={limit}"));
    Ok(listing::send_page(&Requests { certificate_requests, hidden, next }, follows))
}

/// Submits a request.
#[utoipa::path(post, path = "/certificate-requests", tag = "certificate requests", request_body = Wanted,
    params(("Idempotency-Key" = Option<String>, Header)), responses(
    (status = 201, body = Request, headers(("Location" = String), ("ETag" = String))),
    (status = 403, body = Problem, content_type = "application/problem+json"),
    (status = 409, body = Problem, content_type = "application/problem+json"),
    (status = 422, body = Problem, content_type = "application/problem+json")
))]
pub(super) async fn submit(
    caller: Caller,
    key: IdempotencyKey,
    wanted: Body<Wanted>,
) -> Result<HttpResponse, Failure> {
    let once = key.of(wanted.digest);
    let wanted = wanted.value;
    let for_whom = for_whom(&wanted)?;
    let Wanted { profile, csr, .. } = wanted;
    let new = NewCertificateRequest { profile, wanted: for_whom, csr: csr.into_bytes() };
    let reply = caller
        .work(move |work| {
            let submit = work.state.submit_request();
            once.in_one_write(work, |db, rng, act| {
                let submitted =
                    submit(db, new, rng, act).map_err(|(code, detail)| Failure::coded(code, detail))??;
                let location = format!("{BASE}/certificate-requests/{}", submitted.number);
                let submitted = SoftwareCertificate::of(db, submitted)?;
                Ok(decided::answer(StatusCode::CREATED, Some(location), &submitted, act.at))
            })
        })
        .await?;
    Ok(send(reply))
}

fn for_whom(wanted: &Wanted) -> Result<certificate_request::Wanted, Failure> {
    let structure = wanted
        .structure
        .as_deref()
        .map(|text| field("structure", text, |text| text.parse().ok()))
        .transpose()?;
    let holder =
        wanted.holder.as_deref().map(|text| field("holder", text, |text| text.parse().ok())).transpose()?;
    let profession = wanted
        .profession
        .as_deref()
        .map(|code| field("profession", code, Profession::from_code))
        .transpose()?;
    match (structure, wanted.member.clone(), holder, profession) {
        (Some(structure), None, None, None) => Ok(certificate_request::Wanted::Structure(structure)),
        (Some(structure), Some(local_id), None, None) => {
            Ok(certificate_request::Wanted::Member { structure, local_id })
        }
        (None, None, Some(holder), Some(profession)) => {
            Ok(certificate_request::Wanted::Professional { holder, profession })
        }
        _ => field("structure", wanted.structure.as_deref().unwrap_or_default(), |_| None),
    }
}

/// Takes back the caller's own decision, before it has taken effect: the request is open again, in its next version.
#[utoipa::path(post, path = "/certificate-requests/{number}/retraction", tag = "certificate requests",
    request_body = Nothing, params(("number" = String, Path), ("If-Match" = String, Header),
        ("Idempotency-Key" = Option<String>, Header)),
    responses((status = 200, body = Request, headers(("ETag" = String))), Refusals))]
pub(super) async fn take_back(
    caller: Caller,
    number: web::Path<String>,
    seen: IfMatch,
    key: IdempotencyKey,
    nothing: Body<Nothing>,
) -> Result<HttpResponse, Failure> {
    let request = (key, nothing.digest);
    decided::act_on(
        caller,
        number.into_inner(),
        seen,
        request,
        |db, one: SoftwareCertificate, verifier, rng, act| {
            let (number, version) = (&one.request.number, one.request.version);
            let open = certificate_request::take_back(db, verifier, number, version, rng, act)?;
            Ok(SoftwareCertificate::of(db, open)?)
        },
    )
    .await
}

/// Takes a request back before it has a certificate.
#[utoipa::path(post, path = "/certificate-requests/{number}/withdrawal", tag = "certificate requests",
    request_body = Nothing, params(("number" = String, Path), ("If-Match" = String, Header),
        ("Idempotency-Key" = Option<String>, Header)),
    responses((status = 200, body = Request, headers(("ETag" = String))), Refusals))]
pub(super) async fn withdraw(
    caller: Caller,
    number: web::Path<String>,
    seen: IfMatch,
    key: IdempotencyKey,
    nothing: Body<Nothing>,
) -> Result<HttpResponse, Failure> {
    let request = (key, nothing.digest);
    decided::act_on(
        caller,
        number.into_inner(),
        seen,
        request,
        |db, one: SoftwareCertificate, _, rng, act| {
            let withdrawn = certificate_request::withdraw(db, &one.request.number, rng, act)?;
            Ok(SoftwareCertificate::of(db, withdrawn)?)
        },
    )
    .await
}

impl Subject for SoftwareCertificate {
    type Shown = Request;

    const KIND: SubjectKind = SubjectKind::CertificateRequest;
    const ADDRESS: &str = "/certificate-requests/{number}";
    const TAG: &str = "certificate requests";
    const WORDS: Words = Words {
        show: "One request.",
        challenge: "Gives what an officer's passkey must sign to decide on the version that he has read.",
        decide: "Takes the officer's signed decision.",
    };

    fn read(db: &mut Database, number: &str, act: &Act) -> Result<Self, Failure> {
        let request = views::request(db, number, act)?;
        Ok(Self::of(db, request)?)
    }

    fn decidable(&self) -> Decidable {
        self.request.decidable()
    }

    fn state(&self, _: Timestamp) -> &'static str {
        match &self.status {
            Some(CertificateStatus::Revoked { .. }) => "issued-revoked",
            _ if self.is_being_revoked() => "issued-revoking",
            Some(CertificateStatus::Held { .. }) => "issued-held",
            _ => match &self.revocation {
                Some(_) => "issued-not-revoked",
                None => self.request.state.name(),
            },
        }
    }

    fn shown(&self, _: Timestamp) -> Request {
        Request::from(self)
    }

    fn decide(
        db: &mut Database,
        given: &Given<'_>,
        rng: &mut dyn CryptoRng,
        act: &Act,
    ) -> Result<Self, Failure> {
        let Given { number, version, proof, text, verifier, .. } = *given;
        let registry = &mut ImportedRegister;
        let decided = match given.verdict {
            Verdict::Approve => {
                certificate_request::approve(db, registry, verifier, number, version, proof, rng, act)?
            }
            Verdict::Refuse => {
                certificate_request::refuse(db, verifier, number, version, proof, text, rng, act)?
            }
        };
        Ok(Self::of(db, decided)?)
    }
}
