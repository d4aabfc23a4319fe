//! Signing in by a one-time link, and out.

use std::collections::HashMap;

use actix_web::web;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use super::{Address, filters, page, to};
use crate::desk::{cookie, no_cookie, standing};
use crate::exchange::{Moment, state_of};
use crate::failure::Failure;
use crate::faults;
use crate::frame::Frame;
use crate::posted::{Fields, Posted};

/// The page that says how to sign in.
pub(crate) const ADDRESS: &str = "/ra/sign-in";

pub(super) const ADDRESSES: &[Address] = &[
    Address::at(ADDRESS).get(|| web::get().to(show)).post(|| web::post().to(sign_in)),
    Address::at("/ra/sign-out").post(|| web::post().to(sign_out)),
];

#[derive(Template)]
#[template(path = "sign_in.html")]
struct SignInPage {
    frame: Frame,
    token: Option<String>,
    signed_out: bool,
}

impl SignInPage {
    fn section(&self) -> &'static str {
        ""
    }
}

/// Opening the link uses nothing up: programs that preview links would burn it.
async fn show(
    request: HttpRequest,
    query: web::Query<HashMap<String, String>>,
) -> Result<HttpResponse, Failure> {
    let frame = Frame::outside(state_of(&request).is_demo());
    let token = query.get("token").filter(|token| is_token(token)).cloned();
    page(actix_web::http::StatusCode::OK, &SignInPage { frame, token, signed_out: query.contains_key("fin") })
}

async fn sign_in(request: HttpRequest, fields: Fields) -> Result<HttpResponse, Failure> {
    let state = state_of(&request);
    let Moment { at, request: number } = Moment::of(&request);
    let login = state.links().redeem(fields.text("token"), at);
    let login = login.ok_or(Failure::of(faults::SIGN_IN_LINK_SPENT))?;
    let desk_state = state.clone();
    let officer = web::block(move || desk_state.on_connection(|db| standing(db, &login, at)))
        .await
        .map_err(|_| Failure::of(faults::PAGE_FAILED))??;
    let officer = officer.ok_or(Failure::of(registration_authority::faults::OFFICER_UNKNOWN))?;
    let token = state.sessions().begin(&officer, &mut *state.rng(), at);
    tracing::info!(request = %number, officer.login, "officer {} signed in", officer.login);
    let mut answer = to("/");
    answer.add_cookie(&cookie(&token)).map_err(|_| Failure::of(faults::PAGE_FAILED))?;
    Ok(answer)
}

async fn sign_out(posted: Posted) -> Result<HttpResponse, Failure> {
    let Posted { desk, .. } = posted;
    desk.state.sessions().end(&desk.session.key);
    let mut answer = to("/ra/sign-in?fin=1");
    answer.add_cookie(&no_cookie()).map_err(|_| Failure::of(faults::PAGE_FAILED))?;
    Ok(answer)
}

/// 32 octets, hexadecimal.
fn is_token(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}
