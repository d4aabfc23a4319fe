//! Opposition by the holder himself, at any hour: with his opposition code, with a one-time code, or by asking to be called back.
//! Nobody signs in for it, and it needs no script. What it answers is the same whether a card exists or not.

mod forms;
mod one_time;

use std::net::{IpAddr, Ipv4Addr};

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use registration_authority::opposition::declaration::{self, Answer, HolderReceipt};
use registration_authority::opposition::{Publication, ticket};
use store::{Act, Actor, Code, Database, Fault, Kind};

use self::forms::{FormsPage, Said, Way};
use super::{Address, FieldError, page, to};
use crate::connections::Visitor;
use crate::exchange::{Moment, state_of};
use crate::failure::{Failure, status_of};
use crate::faults;
use crate::frame::Frame;
use crate::messages::Key;
use crate::posted::Fields;
use crate::state::WebState;
use crate::throttle::Throttle;
use crate::typography::Shown;
use crate::words;

/// Declarations without a code of everybody in a minute: each may be a ticket for an officer. Those with a code have no such bound,
/// or a few addresses would close the page to every holder; what keeps guessers out is that the worker counts wrong codes by card.
pub(crate) const CALL_BACKS_BY_ALL: u32 = 120;

/// One-time codes that everybody asks for in a minute: each may be a mail to somebody.
pub(crate) const CODES_BY_ALL: u32 = 30;

/// How often the page of a declaration that waits is loaded again, in seconds.
const LOOK_AGAIN: u8 = 2;

pub(super) const ADDRESSES: &[Address] = &[
    Address::at("/opposition").get(|| web::get().to(show)).post(|| web::post().to(confirm)),
    Address::at("/opposition/declaration").post(|| web::post().to(declare)),
    Address::at("/opposition/declaration/{id}").get(|| web::get().to(follow)),
    Address::at("/opposition/code-unique").post(|| web::post().to(one_time::ask)),
    Address::at("/opposition/code-unique/{demande}")
        .get(|| web::get().to(one_time::show))
        .post(|| web::post().to(one_time::declare)),
    Address::at("/opposition/rappel").get(|| web::get().to(noted)).post(|| web::post().to(call_back)),
];

#[derive(Template)]
#[template(path = "holder_confirmation.html")]
struct ConfirmationPage {
    frame: Frame,
    /// Where the declaration goes, and where back.
    action: String,
    back: String,
    /// The number of the card or of the person; with a one-time code it was typed on the page before.
    declared: Option<String>,
    is_card: bool,
    ground: Key,
    ground_code: &'static str,
    /// In a hidden field of a page that nobody keeps: it is not stored before the holder has confirmed.
    code: String,
}

impl ConfirmationPage {
    fn section(&self) -> &'static str {
        ""
    }
}

#[derive(Template)]
#[template(path = "holder_declaration.html")]
struct DeclarationPage {
    frame: Frame,
    id: String,
    answer: Answer,
    receipt: Option<Receipt>,
    shown_at: Shown,
}

struct Receipt {
    number: String,
    card: String,
    opposed_at: Shown,
    published: bool,
}

impl DeclarationPage {
    fn section(&self) -> &'static str {
        ""
    }

    fn waits(&self) -> bool {
        self.answer == Answer::Waiting
    }
}

#[derive(Template)]
#[template(path = "holder_call_back.html")]
struct NotedPage {
    frame: Frame,
    shown_at: Shown,
}

impl NotedPage {
    fn section(&self) -> &'static str {
        ""
    }
}

async fn show(request: HttpRequest) -> Result<HttpResponse, Failure> {
    page(StatusCode::OK, &FormsPage::of(&request, Vec::new(), Way::Code, &Fields::default()))
}

/// The form with a code: nothing is done before the holder has read that there is no way back.
async fn confirm(request: HttpRequest, fields: Fields) -> Result<HttpResponse, Failure> {
    match Said::read_with_code(&fields) {
        Ok((said, code)) => {
            let template = ConfirmationPage {
                frame: Frame::outside(&request),
                action: "/opposition/declaration".to_owned(),
                back: "/opposition".to_owned(),
                is_card: said.declared.is_card(),
                declared: Some(said.declared.to_string()),
                ground: words::ground(said.ground),
                ground_code: said.ground.as_str(),
                code: code.grouped().to_string(),
            };
            page(StatusCode::OK, &template)
        }
        Err(errors) => {
            let template = FormsPage::of(&request, errors, Way::Code, &fields);
            page(StatusCode::UNPROCESSABLE_ENTITY, &template)
        }
    }
}

async fn declare(request: HttpRequest, fields: Fields) -> Result<HttpResponse, Failure> {
    let read = Said::read_with_code(&fields).and_then(|read| match fields.text("definitif") {
        "oui" => Ok(read),
        _ => Err(vec![FieldError::new("numero", faults::OPPOSITION_NOT_CONFIRMED)]),
    });
    let (said, code) = match read {
        Ok(read) => read,
        Err(errors) => {
            let template = FormsPage::of(&request, errors, Way::Code, &fields);
            return page(StatusCode::UNPROCESSABLE_ENTITY, &template);
        }
    };
    let digest = code.digest();
    let done = act(&request, WebState::declarations_throttle, move |db, state, act| {
        let rng = &mut *state.rng();
        declaration::declare(db, &said.declared, &digest, said.ground, rng, act).map_err(|error| error.code())
    });
    match done.await? {
        Ok(id) => Ok(to(&format!("/opposition/declaration/{id}"))),
        Err(refused) => answer_refused(&request, refused, Way::Code, &fields),
    }
}

async fn call_back(request: HttpRequest, fields: Fields) -> Result<HttpResponse, Failure> {
    let said = match Said::read(&fields) {
        Ok(said) => said,
        Err(errors) => {
            let template = FormsPage::of(&request, errors, Way::CallBack, &fields);
            return page(StatusCode::UNPROCESSABLE_ENTITY, &template);
        }
    };
    let done = act(&request, WebState::call_backs_throttle, move |db, state, act| {
        ticket::open(db, &said.declared, said.ground, &mut *state.rng(), act).map_err(|error| error.code())
    });
    match done.await? {
        Ok(()) => Ok(to("/opposition/rappel")),
        Err(refused) => answer_refused(&request, refused, Way::CallBack, &fields),
    }
}

async fn noted(request: HttpRequest) -> Result<HttpResponse, Failure> {
    page(
        StatusCode::OK,
        &NotedPage { frame: Frame::outside(&request), shown_at: Shown(Moment::of(&request).at) },
    )
}

async fn follow(request: HttpRequest, id: web::Path<String>) -> Result<HttpResponse, Failure> {
    let (state, id) = (state_of(&request), id.into_inner());
    let asked = id.clone();
    let (answer, published) = web::block(move || {
        state.on_connection(Visitor::Holder, |db| {
            let answer = declaration::look(db, &asked).map_err(database)?;
            let published = match &answer {
                Some(Answer::Opposed(HolderReceipt { status_sequence, .. })) => {
                    state.publication(*status_sequence) == Publication::Published
                }
                _ => false,
            };
            Ok::<_, Failure>((answer, published))
        })
    })
    .await
    .map_err(|_| Failure::of(faults::PAGE_FAILED))??;
    let answer = answer.ok_or(Failure::of(faults::DECLARATION_UNKNOWN))?;
    let receipt = match &answer {
        Answer::Opposed(receipt) => Some(Receipt {
            number: receipt.receipt.clone(),
            card: receipt.card.to_string(),
            opposed_at: Shown(receipt.opposed_at),
            published,
        }),
        Answer::Waiting | Answer::NotRecognised => None,
    };
    let shown_at = Shown(Moment::of(&request).at);
    let template = DeclarationPage { frame: Frame::outside(&request), id, answer, receipt, shown_at };
    let mut response = page(StatusCode::OK, &template)?;
    if template.waits() {
        let refresh = header::HeaderName::from_static("refresh");
        response.headers_mut().insert(refresh, header::HeaderValue::from(u16::from(LOOK_AGAIN)));
    }
    Ok(response)
}

/// What came of an act: its value, or the code of why not, with the seconds after which to try again where that is known.
type Done<T> = Result<T, (Code, Option<i64>)>;

/// Counts the act, and does it off the event loop as nobody in particular.
async fn act<T: Send + 'static>(
    request: &HttpRequest,
    throttle: fn(&WebState) -> &Throttle,
    work: impl FnOnce(&mut Database, &WebState, &Act) -> Result<T, Code> + Send + 'static,
) -> Result<Done<T>, Failure> {
    let (state, moment) = (state_of(request), Moment::of(request));
    // The peer of the connection, never what a header says.
    let peer = request.peer_addr().map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.ip());
    if let Err(seconds) = throttle(&state).ask(peer, moment.at) {
        return Ok(Err((faults::OPPOSITION_TOO_OFTEN, Some(seconds))));
    }
    let act = Act { at: moment.at, actor: Actor::Anyone, request: moment.request };
    web::block(move || {
        state.on_connection(Visitor::Holder, |db| match work(db, &state, &act) {
            Ok(done) => Ok(Ok(done)),
            Err(code) if matches!(code.kind, Kind::Invalid | Kind::Unavailable) => Ok(Err((code, None))),
            Err(code) => Err(Failure::of(code)),
        })
    })
    .await
    .map_err(|_| Failure::of(faults::PAGE_FAILED))?
}

fn answer_refused(
    request: &HttpRequest,
    (code, after): (Code, Option<i64>),
    way: Way,
    fields: &Fields,
) -> Result<HttpResponse, Failure> {
    refused(&FormsPage::of(request, vec![FieldError::new("numero", code)], way, fields), (code, after))
}

/// The form again, with why not, and after how many seconds it may be sent again.
fn refused(template: &impl Template, (code, after): (Code, Option<i64>)) -> Result<HttpResponse, Failure> {
    let status = if after.is_some() { StatusCode::TOO_MANY_REQUESTS } else { status_of(code) };
    let mut response = page(status, template)?;
    if let Some(seconds) = after {
        response.headers_mut().insert(header::RETRY_AFTER, header::HeaderValue::from(seconds));
    }
    Ok(response)
}

fn database(error: impl std::fmt::Display) -> Failure {
    Failure::coded(store::fault::DATABASE, error.to_string())
}
