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
use crate::posted::Posted;

/// The page that says how to sign in.
pub(crate) const ADDRESS: &str = "/ra/sign-in";

pub(super) const ADDRESSES: &[Address] = &[
    Address::at(ADDRESS).get(|| web::get().to(show)),
    Address::at("/ra/sign-out").post(|| web::post().to(sign_out)),
];

#[derive(Template)]
#[template(path = "sign_in.html")]
struct SignInPage {
    frame: Frame,
    signed_out: bool,
}

impl SignInPage {
    fn section(&self) -> &'static str {
        ""
    }
}

/// Opening a link signs in, by one click and once; without one, the page says how to sign in.
async fn show(
    request: HttpRequest,
    query: web::Query<HashMap<String, String>>,
) -> Result<HttpResponse, Failure> {
    if let Some(token) = query.get("token") {
        return sign_in(&request, token).await;
    }
    let frame = Frame::outside(state_of(&request).is_demo());
    page(actix_web::http::StatusCode::OK, &SignInPage { frame, signed_out: query.contains_key("fin") })
}

async fn sign_in(request: &HttpRequest, token: &str) -> Result<HttpResponse, Failure> {
    let state = state_of(request);
    let Moment { at, request: number } = Moment::of(request);
    let login = state.links().redeem(token, at);
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
