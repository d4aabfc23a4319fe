//! What officers decide on by a signature: one thing as it stands, what the officer's passkey must sign, and the signed decision.
//! Each kind is read behind its right, and decided on by its own rule; what it says of itself mounts and describes its three
//! addresses ([`kind`]).

pub(super) mod changes;
mod kind;

use std::borrow::Cow;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use registration_authority::approval::{ApprovalProof, ApprovalVerifier, Decidable, SubjectKind, Verdict};
use registration_authority::decision::Standing;
use registration_authority::officers;
use registration_authority::replies::Reply;
use serde::Serialize;
use store::{Act, CryptoRng, Database, Timestamp};
use utoipa::ToSchema;

pub(super) use kind::Kind;

use super::body::{Body, field};
use super::caller::Caller;
use super::decision::{self, Asked, Signed};
use super::once::{IdempotencyKey, reply, send};
use super::version::{IfMatch, etag};
use crate::failure::Failure;
use crate::faults;

/// One of what is decided on.
pub(super) trait Subject: Sized + 'static {
    /// As the API shows it.
    type Shown: Serialize + ToSchema;

    /// What sort of thing it is.
    const KIND: SubjectKind;

    /// Where one stands, below [`BASE`](super::BASE): `/mandates/{number}`.
    const ADDRESS: &str;

    /// Under what the description lists it.
    const TAG: &str;

    /// What its addresses do, as the description says it.
    const WORDS: Words;

    /// Whether there is a no: a renewal plan is approved or lies.
    const IS_REFUSED: bool = true;

    /// The one that stands at this number, for whom may read it.
    fn read(db: &mut Database, number: &str, act: &Act) -> Result<Self, Failure>;

    /// What an officer signs for.
    fn decidable(&self) -> Decidable;

    /// Where it stands at that moment: another word wherever something else is shown.
    fn state(&self, at: Timestamp) -> &'static str;

    /// The same in its tag; with its own number, where another may stand at the same address.
    fn tagged(&self, at: Timestamp) -> Cow<'static, str> {
        self.state(at).into()
    }

    /// As the API shows it at that moment.
    fn shown(&self, at: Timestamp) -> Self::Shown;

    /// Decides, by the rule of its kind, inside the write transaction of the answer.
    fn decide(
        db: &mut Database,
        given: &Given<'_>,
        rng: &mut dyn CryptoRng,
        act: &Act,
    ) -> Result<Self, Failure>;
}

/// What the addresses of a kind do, a sentence each.
pub(super) struct Words {
    pub(super) show: &'static str,
    pub(super) challenge: &'static str,
    pub(super) decide: &'static str,
}

/// A signed decision, as it was handed in.
pub(super) struct Given<'a> {
    /// On what.
    pub(super) number: &'a str,
    /// On which version of it.
    pub(super) version: i64,
    pub(super) verdict: Verdict,
    pub(super) proof: &'a ApprovalProof,
    /// The officer's own sentence; for a refusal.
    pub(super) text: Option<&'a str>,
    pub(super) verifier: &'a ApprovalVerifier,
}

/// One, as it stands.
async fn show<S: Subject>(caller: Caller, number: web::Path<String>) -> Result<HttpResponse, Failure> {
    let shown = caller
        .work(move |work| {
            let found = S::read(work.db, &number, work.act)?;
            Ok(answer(StatusCode::OK, None, &found, work.act.at))
        })
        .await?;
    Ok(send(shown))
}

/// What must be signed to decide on the version that the caller has read.
async fn challenge<S: Subject>(
    caller: Caller,
    number: web::Path<String>,
    seen: IfMatch,
    asked: Body<Asked>,
) -> Result<HttpResponse, Failure> {
    let reply = caller
        .work(move |work| {
            let subject = S::read(work.db, &number, work.act)?;
            current(work.db, &seen, &subject, work.act)?;
            if !S::IS_REFUSED && asked.value.refuses() {
                return field("decision", "refuse", |_| None);
            }
            decision::challenge(work, &subject.decidable(), &asked.value)
        })
        .await?;
    Ok(send(reply))
}

/// Takes a signed decision on the version that the caller has read.
async fn decide<S: Subject>(
    caller: Caller,
    number: web::Path<String>,
    seen: IfMatch,
    key: IdempotencyKey,
    signed: Body<Signed>,
) -> Result<HttpResponse, Failure> {
    let once = key.of(signed.digest);
    let reply = caller
        .work(move |work| {
            officers::require(work.db, S::KIND.right(), work.act)?;
            let (read, text) = (signed.value.read()?, signed.value.reason_text);
            let given = Given {
                number: &number,
                version: read.version,
                verdict: read.verdict,
                proof: &read.proof,
                text: text.as_deref(),
                verifier: work.state.verifier(),
            };
            once.in_one_write(work, |db, rng, act| {
                let subject = S::read(db, given.number, act)?;
                current(db, &seen, &subject, act)?;
                let decided = S::decide(db, &given, rng, act)?;
                Ok(answer(StatusCode::OK, None, &decided, act.at))
            })
        })
        .await?;
    Ok(send(reply))
}

/// An act on the version that the caller has read, which needs no signature.
pub(super) async fn act_on<S: Subject>(
    caller: Caller,
    number: String,
    seen: IfMatch,
    (key, digest): (IdempotencyKey, String),
    act: impl FnOnce(&mut Database, S, &ApprovalVerifier, &mut dyn CryptoRng, &Act) -> Result<S, Failure>
    + Send
    + 'static,
) -> Result<HttpResponse, Failure> {
    let once = key.of(digest);
    let reply = caller
        .work(move |work| {
            let verifier = work.state.verifier();
            once.in_one_write(work, |db, rng, who| {
                let subject = S::read(db, &number, who)?;
                current(db, &seen, &subject, who)?;
                let after = act(db, subject, verifier, rng, who)?;
                Ok(answer(StatusCode::OK, None, &after, who.at))
            })
        })
        .await?;
    Ok(send(reply))
}

/// That the caller has read what stands; who comes too late is told who did what, and when.
fn current<S: Subject>(db: &mut Database, seen: &IfMatch, subject: &S, act: &Act) -> Result<(), Failure> {
    match seen.check(&tag(subject, act.at)) {
        Err(failure) if failure.code() == Some(faults::API_VERSION_CHANGED) => {
            Err(failure.after(changes::since(db, subject, &seen.read(), act)?))
        }
        checked => checked,
    }
}

/// The answer that shows one.
pub(super) fn answer<S: Subject>(
    status: StatusCode,
    location: Option<String>,
    subject: &S,
    at: Timestamp,
) -> Reply {
    reply(status, location, Some(tag(subject, at)), &subject.shown(at))
}

fn tag<S: Subject>(subject: &S, at: Timestamp) -> String {
    etag(subject.decidable().version, &subject.tagged(at))
}

/// Where something stands that two officers release: the first one's yes is shown, so it is another state to read.
pub(super) fn state_of_two(standing: &Standing) -> &'static str {
    match standing {
        Standing::Held { approved_by: Some(_) } => "held-for-the-second",
        standing => standing.as_str(),
    }
}

/// Who has approved it, where it waits for the second.
pub(super) fn approved_by(standing: Standing) -> Option<String> {
    match standing {
        Standing::Held { approved_by } => approved_by,
        Standing::Released | Standing::Refused => None,
    }
}
