//! A one-time code: asked for by a number, mailed by the worker to whom the register says, typed into a page whose address only its
//! asker knows.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use registration_authority::opposition::Ground;
use registration_authority::opposition::one_time::code::{NotAOneTimeCode, OneTimeCode, RequestSecret};
use registration_authority::opposition::one_time::{self, AskError};
use store::Fault;

use super::forms::{Choice, FormsPage, Way, declared, ground};
use super::{ConfirmationPage, act, answer_refused, refused};
use crate::exchange::{Moment, state_of};
use crate::failure::Failure;
use crate::faults;
use crate::frame::Frame;
use crate::pages::{FieldError, page, to};
use crate::posted::Fields;
use crate::state::WebState;
use crate::typography::Shown;
use crate::words;

/// The page of a request: the same whether somebody is written to or not, which it does not know.
#[derive(Template)]
#[template(path = "holder_one_time.html")]
struct CodePage {
    frame: Frame,
    address: String,
    errors: Vec<FieldError>,
    grounds: Vec<Choice>,
    shown_at: Shown,
}

impl CodePage {
    fn of(request: &HttpRequest, secret: &RequestSecret, errors: Vec<FieldError>, fields: &Fields) -> Self {
        Self {
            frame: Frame::outside(request),
            address: address(secret),
            errors,
            grounds: Choice::all(fields),
            shown_at: Shown(Moment::of(request).at),
        }
    }

    fn section(&self) -> &'static str {
        ""
    }

    /// The error of this field. A code is never written back into a form.
    fn error(&self, field: &str) -> Option<&FieldError> {
        self.errors.iter().find(|error| error.field == field)
    }
}

fn address(secret: &RequestSecret) -> String {
    format!("/opposition/code-unique/{}", *secret.in_address())
}

/// The request of this address, or an address that is none.
fn secret_of(demande: &str) -> Result<RequestSecret, Failure> {
    demande.parse().map_err(|_| Failure::of(registration_authority::faults::ONE_TIME_REQUEST_UNKNOWN))
}

pub(super) async fn ask(request: HttpRequest, fields: Fields) -> Result<HttpResponse, Failure> {
    if !state_of(&request).codes_by_mail() {
        return Err(Failure::of(faults::CODES_NOT_MAILED));
    }
    let said = match declared(&fields) {
        Ok(said) => said,
        Err(error) => {
            let template = FormsPage::of(&request, vec![error], Way::Mail, &fields);
            return page(StatusCode::UNPROCESSABLE_ENTITY, &template);
        }
    };
    let done = act(&request, WebState::codes_throttle, move |db, state, act| {
        one_time::ask(db, &said, &mut *state.rng(), act).map_err(|error: AskError| error.code())
    });
    match done.await? {
        Ok(secret) => Ok(to(&address(&secret))),
        Err(code) => answer_refused(&request, code, Way::Mail, &fields),
    }
}

pub(super) async fn show(request: HttpRequest, demande: web::Path<String>) -> Result<HttpResponse, Failure> {
    let secret = secret_of(&demande)?;
    page(StatusCode::OK, &CodePage::of(&request, &secret, Vec::new(), &Fields::default()))
}

/// Declares what the holder has confirmed; nothing is done before he has read that there is no way back.
pub(super) async fn declare(
    request: HttpRequest,
    demande: web::Path<String>,
    fields: Fields,
) -> Result<HttpResponse, Failure> {
    let secret = secret_of(&demande)?;
    let (ground, code) = match read(&fields) {
        Ok(read) => read,
        Err(errors) => {
            let template = CodePage::of(&request, &secret, errors, &fields);
            return page(StatusCode::UNPROCESSABLE_ENTITY, &template);
        }
    };
    if fields.text("definitif") != "oui" {
        return page(StatusCode::OK, &confirmation(&request, &secret, ground, &code));
    }
    let presented = secret.clone();
    let done = act(&request, WebState::declarations_throttle, move |db, state, act| {
        one_time::declare(db, &presented, &code, ground, &mut *state.rng(), act).map_err(|error| error.code())
    });
    match done.await? {
        Ok(id) => Ok(to(&format!("/opposition/declaration/{id}"))),
        Err((code, after)) => {
            let errors = vec![FieldError::new("code", code)];
            refused(&CodePage::of(&request, &secret, errors, &fields), (code, after))
        }
    }
}

fn confirmation(
    request: &HttpRequest,
    secret: &RequestSecret,
    ground: Ground,
    code: &OneTimeCode,
) -> ConfirmationPage {
    ConfirmationPage {
        frame: Frame::outside(request),
        action: address(secret),
        back: address(secret),
        is_card: false,
        declared: None,
        ground: words::ground(ground),
        ground_code: ground.as_str(),
        code: code.grouped().to_string(),
    }
}

fn read(fields: &Fields) -> Result<(Ground, OneTimeCode), Vec<FieldError>> {
    let code = fields.text("code").parse::<OneTimeCode>();
    let code = code.map_err(|error: NotAOneTimeCode| FieldError::new("code", error.code()));
    match (code, ground(fields)) {
        (Ok(code), Ok(ground)) => Ok((ground, code)),
        (code, ground) => Err(code.err().into_iter().chain(ground.err()).collect()),
    }
}
