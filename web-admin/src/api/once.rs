use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::{StatusCode, header};
use actix_web::{FromRequest, HttpRequest, HttpResponse, HttpResponseBuilder};
use registration_authority::replies::{self, Asked, KEY_BOUND, Reply};
use serde::Serialize;
use store::{Act, CryptoRng, Database};

use crate::desk::Work;
use crate::failure::Failure;
use crate::faults;

/// The `Idempotency-Key` of a request; without one, each request is an act of its own.
pub(super) struct IdempotencyKey(Option<String>);

/// An act that is done once, however often this request comes.
pub(super) struct Once {
    key: Option<String>,
    digest: String,
}

impl IdempotencyKey {
    /// Of the request with this digest.
    pub(super) fn of(self, digest: String) -> Once {
        Once { key: self.0, digest }
    }
}

impl Once {
    /// What was answered to this very request, or what `act` answers now, in one transaction with it. Of two that come at once the
    /// second fails at what the first has done, and is given the first one's answer.
    pub(super) fn in_one_write(
        &self,
        work: &mut Work<'_>,
        act: impl FnOnce(&mut Database, &mut dyn CryptoRng, &Act) -> Result<Reply, Failure>,
    ) -> Result<Reply, Failure> {
        let (rng, the_act) = (&mut *work.rng, work.act);
        let done = work.db.write(|db| {
            if let Some(reply) = self.before(db, the_act)? {
                return Ok(reply);
            }
            let reply = act(db, rng, the_act)?;
            self.keep(db, &reply, the_act)?;
            Ok(reply)
        });
        match done {
            Err(failure) => self.before(work.db, the_act)?.ok_or(failure),
            done => done,
        }
    }

    /// The same for an act that has a transaction of its own, which a full disk may not stop: its answer is kept after it. Of two that
    /// come at once to this node the second waits until the first one's answer is kept: its caller comes
    /// [in turn](super::caller::Caller::in_turn). Where the program ends between the two, or the second came to another node, the same
    /// request hears what the act says the second time.
    pub(super) fn beside_its_own_write(
        &self,
        work: &mut Work<'_>,
        act: impl FnOnce(&mut Work<'_>) -> Result<Reply, Failure>,
    ) -> Result<Reply, Failure> {
        if let Some(reply) = self.before(work.db, work.act)? {
            return Ok(reply);
        }
        let reply = match act(work) {
            Ok(reply) => reply,
            Err(failure) => return self.before(work.db, work.act)?.ok_or(failure),
        };
        // What is done is said, whether its answer could be kept or not.
        if let Err(failure) = work.db.write(|db| self.keep(db, &reply, work.act)) {
            tracing::error!("the answer to an act was not kept: {failure}");
        }
        Ok(reply)
    }

    /// Whether the caller may send it again.
    pub(super) fn is_keyed(&self) -> bool {
        self.key.is_some()
    }

    /// By what the caller calls it, where he may send it again.
    pub(super) fn key(&self) -> Option<&str> {
        self.key.as_deref()
    }

    /// What was answered to this very request.
    fn before(&self, db: &mut Database, act: &Act) -> Result<Option<Reply>, Failure> {
        match self.asked(act) {
            Some(asked) => Ok(replies::find(db, &asked, act.at)?),
            None => Ok(None),
        }
    }

    /// Keeps what was answered.
    fn keep(&self, db: &mut Database, reply: &Reply, act: &Act) -> Result<(), Failure> {
        match self.asked(act) {
            Some(asked) => Ok(replies::keep(db, &asked, reply, act.at)?),
            None => Ok(()),
        }
    }

    fn asked<'a>(&'a self, act: &'a Act) -> Option<Asked<'a>> {
        Some(Asked { login: act.actor.officer()?, key: self.key.as_deref()?, request: &self.digest })
    }
}

/// An answer in JSON.
pub(super) fn reply(
    status: StatusCode,
    location: Option<String>,
    etag: Option<String>,
    shown: &impl Serialize,
) -> Reply {
    let body = serde_json::to_string(shown).expect("texts and numbers");
    Reply { status: status.as_u16(), location, etag, body }
}

/// Sends it.
pub(super) fn send(reply: Reply) -> HttpResponse {
    let status = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::OK);
    let mut answer = HttpResponseBuilder::new(status);
    if let Some(location) = reply.location {
        answer.insert_header((header::LOCATION, location));
    }
    if let Some(etag) = reply.etag {
        answer.insert_header((header::ETAG, etag));
    }
    answer.content_type("application/json").body(reply.body)
}

impl FromRequest for IdempotencyKey {
    type Error = Failure;
    type Future = Ready<Result<Self, Failure>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let Some(value) = request.headers().get("idempotency-key") else { return ready(Ok(Self(None))) };
        let key = value.to_str().ok().filter(|key| {
            (1..=KEY_BOUND).contains(&key.len()) && key.bytes().all(|octet| octet.is_ascii_graphic())
        });
        ready(match key {
            Some(key) => Ok(Self(Some(key.to_owned()))),
            None => Err(Failure::coded(
                faults::API_BODY_INVALID,
                "Idempotency-Key: must have 1 to 255 visible ASCII characters".to_owned(),
            )),
        })
    }
}
