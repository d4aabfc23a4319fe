//! The desk of the officer who is signed in: his session, his act, and a connection to work on.

use std::future::{Ready, ready};

use actix_web::cookie::{Cookie, SameSite};
use actix_web::dev::Payload;
use actix_web::http::Method;
use actix_web::{FromRequest, HttpMessage, HttpRequest, web};
use registration_authority::enrolment::{self, CertificateRefused};
use registration_authority::inbox;
use registration_authority::officers::{self, Officer, Right};
use store::{Act, Actor, CryptoRng, Database, Fault, RequestId, Timestamp};

use crate::WebState;
use crate::connections::Visitor;
use crate::exchange::{Moment, state_of};
use crate::failure::Failure;
use crate::faults;
use crate::frame::{Awaiting, Frame};
use crate::pages;
use crate::peer::Peer;
use crate::sessions::{Means, Origin, Session};
use crate::shortcuts::Shortcuts;

/// `__Host-`: the browser takes it only over TLS, for this host alone and all its paths.
const COOKIE: &str = "__Host-igc";

/// A request of somebody who is signed in. A handler that takes it is never reached by another.
pub(crate) struct Desk {
    pub(crate) state: web::Data<WebState>,
    pub(crate) session: Session,
    pub(crate) at: Timestamp,
    /// How keys act in his browser.
    pub(crate) shortcuts: Shortcuts,
    request: RequestId,
    /// Whether a page is asked for, beside whose name stands how much waits.
    reads: bool,
    /// What the connection was opened with.
    peer: Option<Vec<u8>>,
    /// What stands around a page, but for how keys act.
    frame: Frame,
}

/// What a page works with, on one connection.
pub(crate) struct Work<'a> {
    pub(crate) db: &'a mut Database,
    pub(crate) rng: &'a mut dyn CryptoRng,
    pub(crate) act: &'a Act,
    pub(crate) officer: &'a Officer,
    pub(crate) state: &'a WebState,
    /// What began the session.
    pub(crate) means: &'a Means,
    /// How much waits for his signature: written down here by whoever has counted it, else when the work is done.
    pub(crate) awaiting: &'a Awaiting,
}

impl Desk {
    /// Who is signed in with this request.
    pub(crate) fn of(request: &HttpRequest) -> Result<Self, Failure> {
        let state = state_of(request);
        let Moment { at, request: number } = Moment::of(request);
        let cookie = request.cookie(COOKIE).ok_or(Failure::SignedOut)?;
        let session = state.sessions().find(cookie.value(), &Origin::of(request), at);
        let session = session.ok_or(Failure::SignedOut)?;
        let (shortcuts, peer) = (Shortcuts::of(request), Peer::of(request));
        let frame = Frame::inside(request, &session, shortcuts);
        let reads = request.method() == Method::GET;
        let desk = Self { state, session, at, shortcuts, request: number, reads, peer, frame };
        request.extensions_mut().insert(desk.frame());
        Ok(desk)
    }

    /// What stands around a page of this officer.
    pub(crate) fn frame(&self) -> Frame {
        self.frame.clone().answering(self.shortcuts)
    }

    /// Runs `work` off the event loop, on one connection. Whether the officer still stands enrolled is read
    /// first, and whether what began the session still stands: what ended ends the session too.
    pub(crate) async fn work<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Work<'_>) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, Failure> {
        let state = self.state.clone();
        let login = self.session.login.clone();
        let (means, peer) = (self.session.means.clone(), self.peer.clone());
        let (awaiting, reads) = (self.frame.awaits().clone(), self.reads);
        let act = Act { at: self.at, actor: Actor::Officer(login.clone()), request: self.request.clone() };
        let done = web::block(move || {
            state.on_connection(Visitor::Officer, |db| {
                let officer = standing(db, &login, act.at)?.ok_or(Failure::SignedOut)?;
                if !still_stands(db, &state, &means, peer.as_deref(), &act, &login)? {
                    return Err(Failure::SignedOut);
                }
                let (mut rng, means) = (state.rng(), &means);
                let (rng, awaiting) = (&mut *rng, &awaiting);
                let mut desk = Work { db, rng, act: &act, officer: &officer, state: &state, means, awaiting };
                let done = work(&mut desk)?;
                if reads {
                    count_awaiting(&mut desk);
                }
                Ok(done)
            })
        })
        .await
        .map_err(|_| Failure::of(faults::PAGE_FAILED))?;
        if matches!(done, Err(Failure::SignedOut)) {
            self.state.sessions().end(&self.session.key);
        }
        done
    }
}

/// Counts what waits for the officer's signature, where nobody has. The number stands beside the name of a page: where it cannot be
/// had, it is missing there, and nothing else is.
fn count_awaiting(work: &mut Work<'_>) {
    if work.awaiting.get().is_some() || !work.officer.role.may(Right::ReadInbox) {
        return;
    }
    match inbox::count(work.db, work.act) {
        Ok(count) => drop(work.awaiting.set(pages::inbox::counted(count))),
        Err(error) => tracing::warn!(code = error.code().name, "what waits is not counted: {error}"),
    }
}

/// Whether what began the session is this officer's now. A card must be there: its certificate opened the connection, and
/// it is neither opposed nor over, as the database says at this moment.
fn still_stands(
    db: &mut Database,
    state: &WebState,
    means: &Means,
    peer: Option<&[u8]>,
    act: &Act,
    login: &str,
) -> Result<bool, Failure> {
    match means {
        Means::Link => Ok(true),
        Means::Passkey(id) => {
            let roster = state.verifier().roster(db)?;
            Ok(roster.key(id).is_some_and(|key| key.login == login && key.counts(act.at)))
        }
        Means::Certificate(fingerprint) => {
            let Some(der) = peer else { return Ok(false) };
            let roster = state.verifier().roster(db)?;
            match enrolment::whose(db, &roster, der, act.at) {
                Ok(it) => Ok(it.login == login && it.certificate.fingerprint == *fingerprint),
                Err(CertificateRefused::Database(error)) => Err(CertificateRefused::Database(error).into()),
                Err(_) => Ok(false),
            }
        }
    }
}

/// The officer of this login, when he stands enrolled at `at`.
pub(crate) fn standing(db: &mut Database, login: &str, at: Timestamp) -> Result<Option<Officer>, Failure> {
    let officer = officers::find(db, login)?.filter(|officer| officer.stood(at));
    Ok(officer.map(|officer| officers::with_delegated(db, officer, at)).transpose()?)
}

/// The cookie of a session.
pub(crate) fn cookie(token: &str) -> Cookie<'static> {
    Cookie::build(COOKIE, token.to_owned())
        .path("/")
        .secure(true)
        .http_only(true)
        .same_site(SameSite::Strict)
        .finish()
}

/// The cookie that takes the session's away.
pub(crate) fn no_cookie() -> Cookie<'static> {
    let mut cookie = cookie("");
    cookie.make_removal();
    cookie
}

impl FromRequest for Desk {
    type Error = Failure;
    type Future = Ready<Result<Self, Failure>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Self::of(request))
    }
}
