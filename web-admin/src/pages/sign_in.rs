//! Signing in, by a passkey or by a one-time link, and out. By a card: `card_sign_in`.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr};

use actix_web::web;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use registration_authority::officers::{SessionEvent, record_sessions};
use store::{Act, Actor};

use super::{Address, card_sign_in, page, to, too_often};
use crate::connections::Visitor;
use crate::desk::{cookie, no_cookie, standing};
use crate::exchange::{Moment, state_of};
use crate::failure::Failure;
use crate::faults;
use crate::frame::Frame;
use crate::passkey_answer::{assertion, challenge, encode};
use crate::peer::Peer;
use crate::posted::{Fields, Posted};
use crate::sessions::{Begun, Means, Origin, id_of, key_of};

/// The page that says how to sign in.
pub(crate) const ADDRESS: &str = "/ra/sign-in";

/// What one address sends to sign in with a key, or to make one, in a minute: an authority's whole shift may come from one, its proxy's.
/// All together are held by no such bound: nobody keeps officers out who sign in to oppose.
pub(crate) const BY_ADDRESS: u16 = 600;
/// How often one officer signs in with his key or his card in a minute.
pub(crate) const BY_LOGIN: u16 = 10;

pub(super) const ADDRESSES: &[Address] = &[
    Address::at(ADDRESS).get(|| web::get().to(show)).post(|| web::post().to(by_passkey)),
    Address::at("/ra/sign-out").post(|| web::post().to(sign_out)),
];

#[derive(Template)]
#[template(path = "sign_in.html")]
struct SignInPage {
    frame: Frame,
    signed_out: bool,
    /// What a passkey is asked to sign; none where no passkey counts.
    passkey: Option<Asked>,
    /// Where a card signs in.
    card: Option<String>,
}

struct Asked {
    challenge: String,
    rp_id: String,
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
    let state = state_of(&request);
    // On the listener for cards a passkey would sign for another origin.
    let with_card = Peer::of(&request).is_some();
    let relying_party = state.verifier().relying_party().filter(|_| !with_card);
    let passkey = relying_party.map(|relying_party| Asked {
        challenge: encode(&state.challenges().draw(&mut *state.rng(), Moment::of(&request).at)),
        rp_id: relying_party.id().to_owned(),
    });
    let (frame, signed_out) = (Frame::outside(&request), query.contains_key("fin"));
    let card = match with_card {
        true => Some(card_sign_in::ADDRESS.to_owned()),
        false => state.card_origin().map(|origin| format!("{origin}{}", card_sign_in::ADDRESS)),
    };
    page(actix_web::http::StatusCode::OK, &SignInPage { frame, signed_out, passkey, card })
}

async fn sign_in(request: &HttpRequest, token: &str) -> Result<HttpResponse, Failure> {
    let state = state_of(request);
    let login = state.links().redeem(token, Moment::of(request).at);
    let login = login.ok_or(Failure::of(faults::SIGN_IN_LINK_SPENT))?;
    begin(request, login, Means::Link).await
}

/// Who signs our challenge with the key of an officer is that officer.
async fn by_passkey(request: HttpRequest, fields: Fields) -> Result<HttpResponse, Failure> {
    if let Some(refused) = refused(&request) {
        return Ok(refused);
    }
    let state = state_of(&request);
    let at = Moment::of(&request).at;
    let relying_party = state.verifier().relying_party().ok_or(Failure::of(faults::PASSKEYS_ABSENT))?.clone();
    let (challenge, assertion) = (challenge(&fields)?, assertion(&fields)?);
    if !state.challenges().redeem(&challenge, at) {
        return Err(Failure::of(faults::PASSKEY_CHALLENGE_SPENT));
    }
    let of_roster = state.clone();
    let roster = web::block(move || {
        of_roster.on_connection(Visitor::Arriving, |db| Ok(of_roster.verifier().roster(db)?))
    })
    .await
    .map_err(|_| Failure::of(faults::PAGE_FAILED))??;
    let key = roster.key(&assertion.credential_id).filter(|key| key.counts(at));
    let key = key.ok_or(Failure::of(faults::PASSKEY_UNKNOWN))?;
    assertion.verify(&key.key, &challenge, &relying_party)?;
    begin(&request, key.login.clone(), Means::Passkey(assertion.credential_id)).await
}

/// The answer to who sends too much from where he is, before anything is done for him.
pub(super) fn refused(request: &HttpRequest) -> Option<HttpResponse> {
    // The peer of the connection, never what a header says.
    let peer = request.peer_addr().map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.ip());
    let asked = state_of(request).sign_ins_throttle().ask(peer, Moment::of(request).at);
    asked.err().map(|seconds| too_often(request, faults::SIGN_IN_TOO_OFTEN, seconds))
}

/// Opens the session of an officer who proved who he is. One too many makes room by ending another, which the trail says first.
pub(super) async fn begin(
    request: &HttpRequest,
    login: String,
    means: Means,
) -> Result<HttpResponse, Failure> {
    let state = state_of(request);
    let Moment { at, request: number } = Moment::of(request);
    // A link is good once anyway.
    if means != Means::Link
        && let Err(seconds) = state.sign_ins_of_throttle().ask_as(&login, at)
    {
        return Ok(too_often(request, faults::SIGN_IN_TOO_OFTEN, seconds));
    }
    let (origin, kept) = (Origin::of(request), state.clone());
    let token = web::block(move || {
        kept.on_connection(Visitor::Arriving, |db| {
            let officer = standing(db, &login, at)?;
            let officer = officer.ok_or(Failure::of(registration_authority::faults::OFFICER_UNKNOWN))?;
            let by = means.as_str();
            let Begun { token, leaves } =
                kept.sessions().begin(&officer, (means, origin), &mut *kept.rng(), at);
            let act = Act { at, actor: Actor::Officer(officer.login.clone()), request: number.clone() };
            let key = key_of(&token);
            let session = id_of(&key);
            let left = leaves.as_ref().map(|one| (id_of(&one.key), one.login.as_str()));
            let mut events = vec![SessionEvent::Begun { session: &session, means: by }];
            events.extend(left.as_ref().map(|(left, of)| SessionEvent::MadeRoom {
                session: left,
                of,
                to: &session,
            }));
            if let Err(error) = record_sessions(db, &events, &mut *kept.rng(), &act) {
                // Nobody is signed in of whom the trail does not say so, and nobody out.
                kept.sessions().end(&key);
                kept.sessions().stays(leaves.as_ref());
                return Err(error.into());
            }
            if let Some(one) = &leaves {
                kept.sessions().end(&one.key);
            }
            tracing::info!(request = %number, officer.login, "officer {} signed in by {by}", officer.login);
            Ok::<_, Failure>(token)
        })
    });
    let token = token.await.map_err(|_| Failure::of(faults::PAGE_FAILED))??;
    let mut answer = to("/");
    answer.add_cookie(&cookie(&token)).map_err(|_| Failure::of(faults::PAGE_FAILED))?;
    Ok(answer)
}

/// Whoever leaves is out, even where that cannot be written down. Where it can, it is written first: no crash loses it.
async fn sign_out(posted: Posted) -> Result<HttpResponse, Failure> {
    let Posted { desk, .. } = posted;
    let key = desk.session.key;
    let recorded = desk.work(move |work| {
        let ended = [SessionEvent::SignedOut { session: &id_of(&key) }];
        record_sessions(work.db, &ended, &mut *work.rng, work.act)?;
        // Here, because a browser that hangs up ends the handler and not this.
        work.state.sessions().end(&key);
        Ok(())
    });
    let recorded = recorded.await;
    if recorded.is_err() {
        desk.state.sessions().end(&key);
    }
    match recorded {
        // What began it had ended before.
        Ok(()) | Err(Failure::SignedOut) => {}
        Err(failure) => return Err(failure),
    }
    let mut answer = to("/ra/sign-in?fin=1");
    answer.add_cookie(&no_cookie()).map_err(|_| Failure::of(faults::PAGE_FAILED))?;
    Ok(answer)
}
