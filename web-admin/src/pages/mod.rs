//! One file a page.

mod accessibility;
mod bulk;
mod card;
mod card_sign_in;
mod cards;
mod decision;
mod delegations;
mod diagnostic;
mod documents;
mod dossier;
mod enrolment;
mod filters;
mod help;
mod hidden;
pub(crate) mod holder_opposition;
mod holder_overview;
pub(crate) mod inbox;
mod keys;
mod lapses;
mod letter;
mod mandates;
pub(crate) mod new_key;
mod new_order;
mod operations;
mod opposition;
mod outcome;
pub(crate) mod pki;
mod plans;
mod question;
mod queue;
mod register;
mod release;
mod request;
mod requests;
mod retrieval;
mod reviews;
mod revocation;
pub(crate) mod sessions;
pub(crate) mod sign_in;
mod signing;
mod software;
mod stale;
mod structure;
mod structures;
mod suspension;
mod tickets;
mod trail;

#[cfg(test)]
pub(crate) use new_key::grouped;

use actix_web::http::{Method, StatusCode, header};
use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse, Responder, Route};
use askama::Template;
use registration_authority::faults as rules;
use registration_authority::officers::Right;
use store::{BrokenRule, Code, Kind, RequestId};

use crate::desk::Desk;
use crate::exchange::Moment;
use crate::failure::{Failure, status_of};
use crate::faults;
use crate::frame::Frame;
use crate::language::Language;
use crate::messages::{Key, Message};
use crate::words::{self, Refusal};

/// Every page, by address. What is not here is not served; whose role gets what answer is written down for
/// each of them in `tests/routes.txt`.
pub(crate) const ADDRESSES: [&[Address]; 41] = [
    &[Address::at("/").get(|| web::get().to(home))],
    sign_in::ADDRESSES,
    card_sign_in::ADDRESSES,
    sessions::ADDRESSES,
    queue::ADDRESSES,
    inbox::ADDRESSES,
    bulk::ADDRESSES,
    dossier::ADDRESSES,
    decision::ADDRESSES,
    question::ADDRESSES,
    documents::ADDRESSES,
    letter::ADDRESSES,
    new_order::ADDRESSES,
    cards::ADDRESSES,
    card::ADDRESSES,
    opposition::ADDRESSES,
    suspension::ADDRESSES,
    holder_opposition::ADDRESSES,
    pki::ADDRESSES,
    accessibility::ADDRESSES,
    register::ADDRESSES,
    lapses::ADDRESSES,
    tickets::ADDRESSES,
    reviews::ADDRESSES,
    new_key::ADDRESSES,
    keys::ADDRESSES,
    enrolment::ADDRESSES,
    operations::ADDRESSES,
    help::ADDRESSES,
    diagnostic::ADDRESSES,
    holder_overview::ADDRESSES,
    trail::ADDRESSES,
    structures::ADDRESSES,
    structure::ADDRESSES,
    mandates::ADDRESSES,
    delegations::ADDRESSES,
    requests::ADDRESSES,
    request::ADDRESSES,
    revocation::ADDRESSES,
    retrieval::ADDRESSES,
    plans::ADDRESSES,
];

/// Pages that are not written in English yet: whoever wants English reads French there, and is told so.
const FRENCH_ONLY: &[&[Address]] = &[];

/// Whether the page of this request is not written in English yet.
pub(crate) fn is_french_only(request: &HttpRequest) -> bool {
    let pattern = request.match_pattern();
    FRENCH_ONLY.iter().copied().flatten().any(|address| pattern.as_deref() == Some(address.path))
}

/// Whether this page is written in English too.
#[cfg(test)]
pub(crate) fn has_english(address: &Address) -> bool {
    !FRENCH_ONLY.iter().copied().flatten().any(|one| one.path == address.path)
}

/// The path of the page that a request was sent from: its own where it shows one, else the next one above that does.
pub(crate) fn shown_from(request: &HttpRequest) -> &str {
    let pattern = request.match_pattern().unwrap_or_default();
    let (mut pattern, mut path) = (pattern.as_str(), request.path());
    while !pattern.is_empty() {
        let shows = |address: &Address| address.path == pattern && address.get.is_some();
        if ADDRESSES.into_iter().flatten().any(shows) {
            return path;
        }
        let parent = |path: &str| path.rfind('/').unwrap_or_default();
        (pattern, path) = (&pattern[..parent(pattern)], &path[..parent(path)]);
    }
    "/"
}

/// An address, and what it does by each method that it answers.
pub(crate) struct Address {
    pub(crate) path: &'static str,
    pub(crate) get: Option<fn() -> Route>,
    pub(crate) post: Option<fn() -> Route>,
    /// What its readers need, and whoever acts there where nothing else is said.
    needs: Option<Right>,
    /// What whoever acts there needs.
    acts: Option<Right>,
}

impl Address {
    const fn at(path: &'static str) -> Self {
        Self { path, get: None, post: None, needs: None, acts: None }
    }

    const fn get(self, page: fn() -> Route) -> Self {
        Self { get: Some(page), ..self }
    }

    const fn post(self, act: fn() -> Route) -> Self {
        Self { post: Some(act), ..self }
    }

    const fn needs(self, right: Right) -> Self {
        Self { needs: Some(right), ..self }
    }

    const fn acts(self, right: Right) -> Self {
        Self { acts: Some(right), ..self }
    }

    /// The right that a request here needs, for the page that refuses it. The rule is asked where the act is.
    pub(crate) fn right(&self, method: &Method) -> Option<Right> {
        self.acts.filter(|_| method == Method::POST).or(self.needs)
    }
}

/// Mounts every page.
pub(crate) fn routes(config: &mut ServiceConfig) {
    for address in ADDRESSES.into_iter().flatten() {
        let methods = [address.get, address.post].into_iter().flatten();
        let resource = web::resource(address.path);
        config.service(methods.fold(resource, |resource, route| resource.route(route())));
    }
}

/// No page at this address.
pub(crate) async fn unknown(desk: Result<Desk, Failure>) -> Result<HttpResponse, Failure> {
    // Who is signed in keeps his menu: the desk leaves its frame in the request.
    drop(desk);
    Err(Failure::of(faults::PAGE_UNKNOWN))
}

/// To where the officer's work begins.
async fn home(desk: Desk) -> impl Responder {
    let role = desk.session.role;
    to(match () {
        () if role.may(Right::ReadQueue) => "/ra/file",
        () if role.may(Right::Submit) => "/ra/nouvelle",
        () if role.may(Right::ReadKeys) => "/ra/cles",
        () => "/ra/file",
    })
}

/// Leads elsewhere, by GET.
pub(crate) fn to(address: &str) -> HttpResponse {
    HttpResponse::SeeOther().insert_header((header::LOCATION, address)).finish()
}

/// A page, written.
fn page<T: Template>(status: StatusCode, template: &T) -> Result<HttpResponse, Failure> {
    let html = template.render().map_err(|error| Failure::coded(faults::PAGE_FAILED, error.to_string()))?;
    let mut response = HttpResponse::build(status);
    // So that a test can say which templates it has read.
    #[cfg(test)]
    response.insert_header(("x-template", std::any::type_name::<T>()));
    Ok(response.content_type("text/html; charset=utf-8").body(html))
}

#[derive(Template)]
#[template(path = "failure.html")]
struct FailurePage<'a> {
    frame: Frame,
    title: Message,
    refusal: Refusal,
    code: &'static str,
    /// The roles that may, where the officer's may not.
    roles: Vec<Key>,
    request: &'a RequestId,
}

impl FailurePage<'_> {
    fn section(&self) -> &'static str {
        ""
    }
}

/// The page that says what happened and who can help; never a trace. Where a role is missing it says which would do.
pub(crate) fn failure(frame: Frame, code: Code, request: &HttpRequest) -> HttpResponse {
    let title = match code.kind {
        Kind::NotFound => "failure-not-found",
        Kind::NotAuthorised => "failure-not-allowed",
        Kind::Unavailable => "failure-unavailable",
        Kind::Failed | Kind::Integrity => "failure-error",
        Kind::Invalid | Kind::Refused | Kind::AwaitsApproval => "failure-refused",
    };
    let template = FailurePage {
        title: frame.say(title),
        refusal: frame.refusal(code.name),
        code: code.name,
        roles: roles(code, request),
        request: &Moment::of(request).request,
        frame,
    };
    page(status_of(code), &template).unwrap_or_else(|_| {
        HttpResponse::InternalServerError().content_type("text/plain").body("page-failed")
    })
}

/// The same for who asks too often, with after how many seconds to ask again.
pub(crate) fn too_often(request: &HttpRequest, code: Code, seconds: i64) -> HttpResponse {
    let mut refused = failure(Frame::outside(request), code, request);
    *refused.status_mut() = StatusCode::TOO_MANY_REQUESTS;
    refused.headers_mut().insert(header::RETRY_AFTER, header::HeaderValue::from(seconds));
    refused
}

fn roles(code: Code, request: &HttpRequest) -> Vec<Key> {
    if ![rules::OFFICER_ROLE_MISSING, rules::READING_NOT_ALLOWED].contains(&code) {
        return Vec::new();
    }
    let pattern = request.match_pattern();
    let here = ADDRESSES.into_iter().flatten().find(|address| pattern.as_deref() == Some(address.path));
    let right = here.and_then(|address| address.right(request.method()));
    right.map_or(Vec::new(), |right| right.roles().iter().map(|role| words::role(*role)).collect())
}

/// Why an officer does not see the buttons of an act, for a code of a rule; with the roles that may, where his may not.
fn barred(language: Language, code: Code, right: Right) -> String {
    let Refusal { what, who } = words::refusal(language, code.name);
    if code != rules::OFFICER_ROLE_MISSING {
        return format!("{what} {who}");
    }
    let roles = right.roles().iter().map(|role| language.say(words::role(*role)).to_string());
    let roles = roles.collect::<Vec<_>>().join(&language.say("base-or").to_string());
    language.say("base-barred-by-role").with("what", what).with("roles", roles).with("who", who).to_string()
}

/// An error in a form, beside the field it is about.
#[derive(Clone, Debug)]
pub(crate) struct FieldError {
    field: &'static str,
    code: &'static str,
    rule: Option<BrokenRule>,
}

impl FieldError {
    fn new(field: &'static str, code: Code) -> Self {
        Self { field, code: code.name, rule: None }
    }

    /// Of a rule that what was typed breaks.
    fn of_rule(field: &'static str, rule: BrokenRule) -> Self {
        Self { field, code: rule.code, rule: Some(rule) }
    }
}
