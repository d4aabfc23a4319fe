use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, web};
use registration_authority::faults as rules;
use sha2::{Digest, Sha256};
use store::{Act, Actor, RequestId, Timestamp};

use super::once::Once;
use crate::WebState;
use crate::connections::Visitor;
use crate::desk::{Work, standing};
use crate::exchange::{Moment, state_of};
use crate::failure::Failure;
use crate::faults;
use crate::frame::Awaiting;
use crate::peer::{self, Peer};
use crate::sessions::Means;

/// A request with a certificate: whose it is, is asked of the database when it works.
pub(super) struct Caller {
    state: web::Data<WebState>,
    at: Timestamp,
    request: RequestId,
    certificate: Vec<u8>,
    /// Of the act that waits for its turn.
    key: Option<String>,
}

impl Caller {
    /// The same, whose work waits until another one of this certificate with the same key is done.
    pub(super) fn in_turn(self, once: &Once) -> Self {
        Self { key: once.key().map(str::to_owned), ..self }
    }

    /// Runs `work` off the event loop, on one connection, in the name of the officer, or the system, whose certificate it is.
    pub(super) async fn work<T: Send + 'static>(
        self,
        work: impl FnOnce(&mut Work<'_>) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, Failure> {
        let Self { state, at, request, certificate, key } = self;
        web::block(move || {
            // Before a connection is lent: who waits for himself keeps none from others.
            let turn = key.map(|key| {
                let caller = hex::encode(Sha256::digest(&certificate));
                let turn = state.under_way().turn(&caller, &key);
                turn.ok_or(Failure::coded(faults::PAGES_BUSY, "too many wait for their own acts".to_owned()))
            });
            let _turn = turn.transpose()?;
            state.on_connection(Visitor::System, |db| {
                let moment = Moment { at, request: request.clone() };
                let enrolled = peer::whose(&state, db, &certificate, moment)?;
                let officer = standing(db, &enrolled.login, at)?;
                let officer = officer.ok_or(Failure::of(rules::OFFICER_UNKNOWN))?;
                let act = Act { at, actor: Actor::Officer(enrolled.login), request };
                let means = Means::Certificate(enrolled.certificate.fingerprint);
                let mut rng = state.rng();
                work(&mut Work {
                    db,
                    rng: &mut *rng,
                    act: &act,
                    officer: &officer,
                    state: &state,
                    means: &means,
                    awaiting: &Awaiting::default(),
                })
            })
        })
        .await
        .map_err(|_| Failure::of(faults::PAGE_FAILED))?
    }
}

impl FromRequest for Caller {
    type Error = Failure;
    type Future = Ready<Result<Self, Failure>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let Moment { at, request: number } = Moment::of(request);
        let certificate = Peer::of(request).ok_or(Failure::of(faults::CERTIFICATE_ABSENT));
        ready(certificate.map(|certificate| Self {
            state: state_of(request),
            at,
            request: number,
            certificate,
            key: None,
        }))
    }
}
