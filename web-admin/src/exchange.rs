//! One request and its answer: the moment it came, the headers it leaves with, and the page of a failure.

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage, HttpRequest, HttpResponse, web};
use store::{Code, Kind, RequestId, Timestamp};

use crate::failure::Failure;
use crate::frame::Frame;
use crate::language::{self, Language};
use crate::{WebState, faults, pages};

/// Longest address with its query, in octets.
const ADDRESS_BOUND: usize = 2048;

const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; \
     connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; \
     trusted-types 'none'";

/// When a request came, and its number. The clock is read here and nowhere else.
#[derive(Clone, Debug)]
pub(crate) struct Moment {
    pub(crate) at: Timestamp,
    pub(crate) request: RequestId,
}

impl Moment {
    /// The moment of this request.
    pub(crate) fn of(request: &HttpRequest) -> Self {
        request.extensions().get::<Self>().cloned().expect("exchange puts the moment into every request")
    }
}

/// Wraps every page.
pub(crate) async fn exchange(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let state = state_of(request.request());
    request.extensions_mut().insert(moment(&state));
    let response = if is_too_long(&request) {
        let answer = failure_page(request.request(), faults::PAGE_ADDRESS_TOO_LONG);
        request.into_response(answer)
    } else if let Some(chosen) = language::chosen(request.request()) {
        request.into_response(chosen)
    } else {
        next.call(request).await?.map_into_boxed_body()
    };
    let mut response = with_failure_page(response);
    tell_language(&mut response);
    protect(response.headers_mut(), state.is_demo());
    Ok(response)
}

/// Says what a page is written in, and what that depends on (RFC 9110 §12.5.5), for whoever would keep it.
fn tell_language(response: &mut ServiceResponse) {
    let is_page = |value: &HeaderValue| value.as_bytes().starts_with(b"text/html");
    if !response.headers().get(header::CONTENT_TYPE).is_some_and(is_page) {
        return;
    }
    let language = Language::of(response.request()).tag();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_LANGUAGE, HeaderValue::from_static(language));
    headers.insert(header::VARY, HeaderValue::from_static("accept-language, cookie"));
}

/// Whether the address with its query is longer than any of ours.
pub(crate) fn is_too_long(request: &ServiceRequest) -> bool {
    request.uri().path_and_query().is_some_and(|address| address.as_str().len() > ADDRESS_BOUND)
}

/// The pages' state.
pub(crate) fn state_of(request: &HttpRequest) -> web::Data<WebState> {
    request.app_data::<web::Data<WebState>>().cloned().expect("configure asks for a WebState in the data")
}

pub(crate) fn moment(state: &WebState) -> Moment {
    let mut drawn = [0; 8];
    state.rng().fill_bytes(&mut drawn);
    Moment { at: state.now(), request: RequestId(hex::encode(drawn)) }
}

/// Where nothing wrote a page, one that says what happened.
fn with_failure_page(response: ServiceResponse) -> ServiceResponse {
    let status = response.status();
    let failure = response.response().error().and_then(|error| error.as_error::<Failure>());
    let code = match failure {
        Some(Failure::SignedOut) => {
            let answer = pages::to(pages::sign_in::ADDRESS);
            return response.into_response(answer);
        }
        Some(Failure::Coded { code, detail, .. }) => {
            tell(&response, *code, detail);
            *code
        }
        None if !(status.is_client_error() || status.is_server_error()) => return response,
        None if response.headers().contains_key(header::CONTENT_TYPE)
            && response.response().error().is_none() =>
        {
            return response;
        }
        None if status == 404 => faults::PAGE_UNKNOWN,
        None if status == 405 => faults::PAGE_METHOD,
        None if status.is_client_error() => faults::FORM_UNREADABLE,
        None => faults::PAGE_FAILED,
    };
    let mut answer = failure_page(response.request(), code);
    if status == 405 {
        *answer.status_mut() = status;
    }
    response.into_response(answer)
}

fn failure_page(request: &HttpRequest, code: Code) -> HttpResponse {
    let frame = request.extensions().get::<Frame>().cloned();
    let frame = frame.unwrap_or_else(|| Frame::outside(request));
    pages::failure(frame, code, request)
}

pub(crate) fn tell(response: &ServiceResponse, code: Code, detail: &str) {
    let request = Moment::of(response.request()).request;
    match code.kind {
        Kind::Failed | Kind::Integrity | Kind::Unavailable => {
            tracing::error!(%request, code = code.name, "request {request} failed: {detail}");
        }
        _ => tracing::info!(%request, code = code.name, "request {request} was refused: {code}"),
    }
}

pub(crate) fn protect(headers: &mut HeaderMap, is_demo: bool) {
    let mut set = |name: HeaderName, value: &'static str| {
        headers.insert(name, HeaderValue::from_static(value));
    };
    set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(header::REFERRER_POLICY, "no-referrer");
    set(HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    // A demonstration lives on localhost, which other programs of the machine serve without TLS.
    if !is_demo {
        set(header::STRICT_TRANSPORT_SECURITY, "max-age=31536000");
    }
    // What is taken away to be read elsewhere has a policy of its own, and a stricter one.
    if !headers.contains_key(header::CONTENT_SECURITY_POLICY) {
        let policy = HeaderValue::from_static(CONTENT_SECURITY_POLICY);
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    if !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
}
