use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use registration_authority::approval::{Decidable, SubjectKind};
use registration_authority::delegation::{self, Delegation, NewDelegation};
use registration_authority::views;
use serde::{Deserialize, Serialize};
use store::{Act, CryptoRng, Database, Timestamp};
use utoipa::ToSchema;

use super::BASE;
use super::body::{Body, field};
use super::caller::Caller;
use super::decided::{self, Given, Subject, Words};
use super::listing::{self, Which};
use super::once::{IdempotencyKey, send};
use super::orders::Nothing;
use super::problem::{Problem, Refusals};
use super::version::IfMatch;
use crate::failure::Failure;

/// That an officer decides within another's scope, from one day to another.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Delegation)]
pub(super) struct Shown {
    /// `DG-2026-000001`
    number: String,
    /// proposed, until who delegates has signed; signed, until the worker has seen it; refused, where his signature is worth nothing; to-come;
    /// standing; ended.
    status: &'static str,
    /// The login of who delegates.
    delegator: String,
    /// The login of who acts within it.
    delegate: String,
    /// For which orders, as it is signed.
    scope: String,
    /// From when on, RFC 3339.
    begins_at: String,
    /// Until when, RFC 3339.
    ends_at: String,
    /// When it was written down, RFC 3339.
    proposed_at: String,
    /// When it was ended before its time, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    ended_at: Option<String>,
    /// Who ended it.
    #[serde(skip_serializing_if = "Option::is_none")]
    ended_by: Option<String>,
}

/// A page of delegations.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Delegations {
    /// What the caller gave and received, of the last two hundred; for an administrator or an auditor every officer's; by number.
    delegations: Vec<Shown>,
    /// Where the next page begins: `after` of the next request. Absent at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// What the caller means to delegate: worth nothing until he has signed for it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ProposedDelegation)]
pub(super) struct Proposed {
    /// To whom: the login of another registration officer.
    delegate: String,
    /// For which orders, within his own scope: `profession:60 department:44`; for all where absent.
    #[serde(default)]
    scope: String,
    /// The first day, by the clocks of Paris: `2026-12-20`.
    first: String,
    /// The last one: 31 days at most.
    last: String,
}

/// The delegations that concern the caller, page after page.
#[utoipa::path(get, path = "/delegations", tag = "officers", params(Which), responses(
    (status = 200, body = Delegations, headers(("Link" = String, description = "rel=\"next\""))),
    (status = 403, body = Problem, content_type = "application/problem+json"),
    (status = 422, body = Problem, content_type = "application/problem+json")
))]
pub(super) async fn list(caller: Caller, which: web::Query<Which>) -> Result<HttpResponse, Failure> {
    let Which { after, limit } = which.into_inner();
    let limit = listing::length(limit);
    let (found, at) = caller.work(|work| Ok((views::delegations(work.db, work.act)?, work.act.at))).await?;
    let (shown, next) = listing::cut(found, |one| &one.number, after.as_deref(), limit);
    let follows = next.as_ref().map(|next| format!("/delegations?after={next}&limit={limit}"));
    let delegations = shown.iter().map(|one| Shown::of(one, at)).collect();
    Ok(listing::send_page(&Delegations { delegations, next }, follows))
}

/// Writes down what the caller means to delegate. His passkey signs for it as for any decision.
#[utoipa::path(post, path = "/delegations", tag = "officers", request_body = Proposed,
    params(("Idempotency-Key" = Option<String>, Header)), responses(
    (status = 201, body = Shown, headers(("Location" = String), ("ETag" = String))),
    (status = 403, body = Problem, content_type = "application/problem+json"),
    (status = 409, body = Problem, content_type = "application/problem+json"),
    (status = 422, body = Problem, content_type = "application/problem+json")
))]
pub(super) async fn propose(
    caller: Caller,
    key: IdempotencyKey,
    proposed: Body<Proposed>,
) -> Result<HttpResponse, Failure> {
    let once = key.of(proposed.digest);
    let new = proposed.value.read()?;
    let reply = caller
        .work(move |work| {
            once.in_one_write(work, |db, rng, act| {
                let delegation = delegation::propose(db, new, rng, act)?;
                let location = format!("{BASE}/delegations/{}", delegation.number);
                Ok(decided::answer(StatusCode::CREATED, Some(location), &delegation, act.at))
            })
        })
        .await?;
    Ok(send(reply))
}

/// Ends a delegation before its time: either of the two whom it is between, or an administrator.
#[utoipa::path(post, path = "/delegations/{number}/end", tag = "officers", request_body = Nothing,
    params(("number" = String, Path), ("If-Match" = String, Header),
        ("Idempotency-Key" = Option<String>, Header)),
    responses((status = 200, body = Shown, headers(("ETag" = String))), Refusals))]
pub(super) async fn end(
    caller: Caller,
    number: web::Path<String>,
    seen: IfMatch,
    key: IdempotencyKey,
    nothing: Body<Nothing>,
) -> Result<HttpResponse, Failure> {
    let request = (key, nothing.digest);
    decided::act_on(caller, number.into_inner(), seen, request, |db, one: Delegation, _, rng, act| {
        Ok(delegation::end(db, &one.number, rng, act)?)
    })
    .await
}

impl Subject for Delegation {
    type Shown = Shown;

    const KIND: SubjectKind = SubjectKind::OfficerDelegation;
    const ADDRESS: &str = "/delegations/{number}";
    const TAG: &str = "officers";
    const IS_REFUSED: bool = false;
    const WORDS: Words = Words {
        show: "One delegation.",
        challenge: "Gives what the passkey of who delegates must sign. There is no refusal: what nobody signs for is worth nothing.",
        decide: "Takes the signature of who delegates, and nobody else's.",
    };

    fn read(db: &mut Database, number: &str, act: &Act) -> Result<Self, Failure> {
        Ok(views::delegation(db, number, act)?)
    }

    fn decidable(&self) -> Decidable {
        self.decidable()
    }

    fn state(&self, at: Timestamp) -> &'static str {
        self.state(at).name()
    }

    fn shown(&self, at: Timestamp) -> Shown {
        Shown::of(self, at)
    }

    fn decide(
        db: &mut Database,
        given: &Given<'_>,
        rng: &mut dyn CryptoRng,
        act: &Act,
    ) -> Result<Self, Failure> {
        let Given { number, proof, verifier, .. } = *given;
        Ok(delegation::decide(db, verifier, number, proof, rng, act)?)
    }
}

impl Shown {
    fn of(one: &Delegation, at: Timestamp) -> Self {
        Self {
            number: one.number.clone(),
            status: one.state(at).name(),
            delegator: one.delegator.clone(),
            delegate: one.delegate.clone(),
            scope: one.scope.to_string(),
            begins_at: one.begins_at.to_string(),
            ends_at: one.ends_at.to_string(),
            proposed_at: one.proposed_at.to_string(),
            ended_at: one.ended.as_ref().map(|(at, _)| at.to_string()),
            ended_by: one.ended.as_ref().map(|(_, by)| by.clone()),
        }
    }
}

impl Proposed {
    fn read(self) -> Result<NewDelegation, Failure> {
        let Self { delegate, scope, first, last } = self;
        let (begins_at, ends_at) = field("last", &last, |last| delegation::days(&first, last))?;
        Ok(NewDelegation { delegate, scope: scope.parse()?, begins_at, ends_at })
    }
}
