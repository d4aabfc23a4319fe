use std::collections::BTreeMap;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, HttpResponseBuilder};
use serde::Serialize;
use store::{BrokenRule, Code, Kind, RequestId};
use utoipa::openapi::{Content, Ref, RefOr, Response, ResponseBuilder};
use utoipa::{IntoResponses, ToSchema};

use crate::failure::{Change, Failure, status_of};
use crate::faults;

/// Why nothing was done (RFC 9457). What the command line writes to stderr, with the number of the request.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Problem {
    /// `urn:igc-sante:problem:` and the code.
    r#type: String,
    /// The HTTP status.
    status: u16,
    /// Our stable code: `order-stale-version`.
    code: &'static str,
    /// What happened, in English.
    detail: String,
    /// Who can help, and how.
    help: &'static str,
    /// The number of the request, for the operator's log.
    request: String,
    /// Every rule of eligibility that is broken.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    rules: Vec<Rule>,
    /// Of a 412: who has done what since the version that If-Match names, as far as the caller is told; oldest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    changes: Vec<Changed>,
}

/// What somebody did to what the caller had read.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Change)]
pub(super) struct Changed {
    /// approved, refused, taken-back, given-back, question-asked, question-answered, document-attached, refreshed or withdrawn.
    what: &'static str,
    /// The officer's login, where it is told.
    #[serde(skip_serializing_if = "Option::is_none")]
    by: Option<String>,
    /// When, RFC 3339.
    at: String,
    /// To which version.
    version: i64,
}

/// A rule of eligibility that is broken.
#[derive(Debug, Serialize, ToSchema)]
struct Rule {
    /// `R-CPS-03`.
    rule: String,
    /// The code of the refusal.
    code: &'static str,
    /// What it says, in French.
    sentence: String,
    /// Who can help, in French.
    helper: String,
}

/// What an act on a version that was read may be refused with: a problem object, whatever the status.
pub(super) struct Refusals;

impl IntoResponses for Refusals {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        let statuses = ["403", "404", "409", "412", "422", "428"];
        statuses.into_iter().map(|status| (status.to_owned(), RefOr::T(described()))).collect()
    }
}

/// An answer that says why nothing was done, as the description has it.
pub(super) fn described() -> Response {
    let problem = Content::new(Some(Ref::from_schema_name("Problem")));
    ResponseBuilder::new().content("application/problem+json", problem).build()
}

impl Problem {
    /// The answer to a failure. What failed inside is told to the log, not to the caller.
    pub(super) fn answer(failure: &Failure, request: &RequestId) -> HttpResponse {
        let (code, detail) = match failure {
            Failure::SignedOut => (faults::CERTIFICATE_ABSENT, failure.to_string()),
            Failure::Coded { code, detail, .. } => match code.kind {
                Kind::Failed | Kind::Integrity | Kind::Unavailable => (*code, code.help.to_owned()),
                _ => (*code, detail.clone()),
            },
        };
        let status = status(code);
        let rules = failure.rules().iter().map(Rule::of).collect();
        let problem = Self {
            r#type: format!("urn:igc-sante:problem:{}", code.name),
            status: status.as_u16(),
            code: code.name,
            detail,
            help: code.help,
            request: request.0.clone(),
            rules,
            changes: failure.changes().iter().map(Changed::of).collect(),
        };
        HttpResponseBuilder::new(status)
            .content_type("application/problem+json")
            .body(serde_json::to_string(&problem).expect("texts and numbers"))
    }
}

impl Changed {
    pub(super) fn of(change: &Change) -> Self {
        let Change { what, by, at, version } = change.clone();
        Self { what, by, at: at.to_string(), version }
    }
}

impl Rule {
    fn of(broken: &BrokenRule) -> Self {
        Self {
            rule: broken.rule.to_string(),
            code: broken.code,
            sentence: broken.sentence.to_string(),
            helper: broken.helper.to_string(),
        }
    }
}

/// The HTTP status of a code. What HTTP has a word of its own for is said with that.
fn status(code: Code) -> StatusCode {
    use registration_authority::faults as rules;
    match code {
        faults::API_VERSION_CHANGED
        | rules::ORDER_STALE_VERSION
        | rules::REQUEST_STALE_VERSION
        | rules::RELEASE_STALE_VERSION => StatusCode::PRECONDITION_FAILED,
        faults::API_VERSION_MISSING => StatusCode::PRECONDITION_REQUIRED,
        faults::API_NOT_JSON => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        faults::API_TOO_LARGE => StatusCode::PAYLOAD_TOO_LARGE,
        faults::PAGE_METHOD => StatusCode::METHOD_NOT_ALLOWED,
        code => status_of(code),
    }
}
