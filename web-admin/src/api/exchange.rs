//! One request to the API and its answer: what the pages' exchange does, with problem objects for pages.

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage};

use super::problem::Problem;
use crate::exchange::{Moment, is_too_long, moment, protect, state_of, tell};
use crate::failure::Failure;
use crate::faults;

/// Wraps every address of the API.
pub(super) async fn exchange(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let state = state_of(request.request());
    request.extensions_mut().insert(moment(&state));
    let response = match is_too_long(&request) {
        true => request.error_response(Failure::of(faults::PAGE_ADDRESS_TOO_LONG)),
        false => next.call(request).await?.map_into_boxed_body(),
    };
    let mut response = with_problem(response);
    protect(response.headers_mut(), state.is_demo());
    Ok(response)
}

/// Where no handler wrote an answer, a problem object that says what happened.
fn with_problem(response: ServiceResponse) -> ServiceResponse {
    let status = response.status();
    let failure = response.response().error().and_then(|error| error.as_error::<Failure>());
    let moment = Moment::of(response.request());
    let answer = match failure {
        Some(failure) => {
            if let Failure::Coded { code, detail, .. } = failure {
                tell(&response, *code, detail);
            }
            Problem::answer(failure, &moment.request)
        }
        None if !(status.is_client_error() || status.is_server_error()) => return response,
        None => {
            let code = match status.as_u16() {
                404 => faults::PAGE_UNKNOWN,
                405 => faults::PAGE_METHOD,
                413 => faults::API_TOO_LARGE,
                400..=499 => faults::API_BODY_INVALID,
                _ => faults::PAGE_FAILED,
            };
            Problem::answer(&Failure::of(code), &moment.request)
        }
    };
    response.into_response(answer)
}
