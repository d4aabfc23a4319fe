use std::collections::BTreeSet;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use professional_registry::ImportedRegister;
use registration_authority::approval::{BulkBound, BulkStatement, Decidable, SubjectKind, Verdict};
use registration_authority::officers::{self, Right};
use registration_authority::order::bulk::{self, Chosen};
use registration_authority::queue::leases_shown;
use registration_authority::{faults as rules, views};
use serde::{Deserialize, Serialize};
use store::{Act, Code, Database};
use utoipa::ToSchema;

use super::body::{Body, field};
use super::caller::Caller;
use super::decided::changes;
use super::decision::{self, Challenge, Signed, Wish};
use super::once::{IdempotencyKey, reply, send};
use super::problem::{Changed, Problem};
use crate::desk::Work;
use crate::failure::Failure;
use crate::order_number::order_number;

/// What the officer means to decide on several orders: one verdict, one reason, for all of them.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AskedOfSeveral)]
pub(super) struct Asked {
    /// Yes or no.
    decision: Wish,
    /// The code of why not; for a refusal.
    reason: Option<String>,
    /// The officer's own sentence, of refusals: it is signed, and sent once more with the signature.
    reason_text: Option<String>,
    /// Each as he has read it; as many as the installation takes with one signature, 25 at most.
    orders: Vec<Read>,
}

/// An order as it was read.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ReadOrder)]
struct Read {
    /// `CO-2026-000001`
    number: String,
    /// The version that was read.
    version: i64,
}

/// What his authenticator must sign, once for all rows that can be decided on so, and which cannot.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = BulkChallenge)]
pub(super) struct BulkChallenge {
    #[serde(flatten)]
    challenge: Challenge,
    /// What the signature covers.
    rows: Vec<Row>,
    /// What it does not, and why.
    left_out: Vec<Row>,
}

/// What becomes of each order of a bulk.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = BulkDecision)]
pub(super) struct Decided {
    /// Each that was signed for, by number.
    rows: Vec<Row>,
}

/// An order of a bulk.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = BulkRow)]
struct Row {
    /// `CO-2026-000001`
    number: String,
    /// The version that was read.
    version: i64,
    /// Where it stands; absent where the caller may not read it.
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<&'static str>,
    /// The code of why it is not decided on.
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'static str>,
    /// Who is on it, by login, where that is why; of an order that two must approve, nobody is named to who could be one of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    on: Option<String>,
    /// Who has done what since it was read, where that is why, as far as the caller is told; oldest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    changes: Vec<Changed>,
}

/// Gives what an officer's passkey must sign, once, to decide on several orders. What a flag was raised about is approved alone, and
/// what a colleague is on is left out.
#[utoipa::path(post, path = "/bulk-decisions/challenge", tag = "orders", request_body = Asked, responses(
    (status = 200, body = BulkChallenge),
    (status = 403, body = Problem, content_type = "application/problem+json"),
    (status = 409, body = Problem, content_type = "application/problem+json"),
    (status = 422, body = Problem, content_type = "application/problem+json")
))]
pub(super) async fn challenge(caller: Caller, asked: Body<Asked>) -> Result<HttpResponse, Failure> {
    let reply = caller
        .work(move |work| {
            officers::require(work.db, Right::Decide, work.act)?;
            let Asked { decision, reason, reason_text, orders } = asked.value;
            let chosen = chosen(orders, work.state.verifier().bulk_bound())?;
            let (verdict, reason) = decision.read(reason.as_deref(), SubjectKind::CardOrder)?;
            let (subjects, rows, left_out) = examined(work, chosen, verdict)?;
            if subjects.is_empty() {
                return Err(Failure::of(rules::BULK_EMPTY));
            }
            let (login, at) = (work.officer.login.clone(), work.act.at);
            let challenge = decision::ask(work, |nonce| {
                let statement = BulkStatement::over_nonce(&subjects, verdict, reason, &login, nonce, at);
                let statement = statement.ok_or(Failure::of(rules::BULK_EMPTY))?;
                Ok(statement.saying(reason_text.as_deref()).encode())
            })?;
            Ok(reply(StatusCode::OK, None, None, &BulkChallenge { challenge, rows, left_out }))
        })
        .await?;
    Ok(send(reply))
}

/// Takes the officer's signature over several orders, which counts whole or not at all: where one stands as it was signed and cannot be decided
/// on so, none is, and the others say `bulk-not-whole`. What has gone on meanwhile, or has a colleague on it, is left out alone. Each is taken
/// back by itself. Where something is found of one after this answer, none counts: they are open again, in their next version.
#[utoipa::path(post, path = "/bulk-decisions", tag = "orders", request_body = Signed,
    params(("Idempotency-Key" = Option<String>, Header)), responses(
    (status = 200, body = Decided),
    (status = 403, body = Problem, content_type = "application/problem+json"),
    (status = 409, body = Problem, content_type = "application/problem+json"),
    (status = 422, body = Problem, content_type = "application/problem+json")
))]
pub(super) async fn decide(
    caller: Caller,
    key: IdempotencyKey,
    signed: Body<Signed>,
) -> Result<HttpResponse, Failure> {
    let once = key.of(signed.digest);
    let reply = caller
        .in_turn(&once)
        .work(move |work| {
            officers::require(work.db, Right::Decide, work.act)?;
            let (statement, proof) = signed.value.read_bulk()?;
            let (verdict, text) = (statement.verdict(), signed.value.reason_text.as_deref());
            once.beside_its_own_write(work, |work| {
                let orders = statement.rows().iter();
                let orders: Vec<_> =
                    orders.map(|row| Chosen { number: row.number.clone(), version: row.version }).collect();
                let act = work.act;
                let kept_back = work
                    .db
                    .snapshot(|db| bulk::kept_back(db, &mut ImportedRegister, &orders, verdict, act))?;
                let (mut rows, mut refused) = (Vec::new(), None);
                let handed_in = if kept_back.is_empty() { orders } else { Vec::new() };
                for (chosen, error) in kept_back {
                    let failure = Failure::from(error);
                    rows.push(Row::of(work, chosen, failure.code())?);
                    refused = refused.or(Some(failure));
                }
                for chosen in handed_in {
                    let (verifier, rng) = (work.state.verifier(), &mut *work.rng);
                    let registry = &mut ImportedRegister;
                    let decided = work.db.write(|db| {
                        bulk::decide(db, registry, verifier, &chosen, (verdict, text), &proof, rng, act)
                    });
                    let failure = decided.err().map(Failure::from);
                    rows.push(Row::of(work, chosen, failure.as_ref().and_then(Failure::code))?);
                    refused = refused.or(failure);
                }
                // None of them, all for one reason: it is the whole that was refused.
                match refused {
                    Some(failure)
                        if rows.iter().all(|row| row.code == failure.code().map(|code| code.name)) =>
                    {
                        Err(failure)
                    }
                    _ => Ok(reply(StatusCode::OK, None, None, &Decided { rows })),
                }
            })
        })
        .await?;
    Ok(send(reply))
}

/// What was chosen: within the bound, none twice.
fn chosen(orders: Vec<Read>, bound: BulkBound) -> Result<Vec<Chosen>, Failure> {
    if orders.len() > bound.orders() {
        return Err(Failure::of(rules::BULK_TOO_MANY));
    }
    let mut seen = BTreeSet::new();
    let read = |Read { number, version }: Read| {
        let number =
            field("orders", &number, |text| order_number(text).filter(|it| seen.insert(it.clone())))?;
        Ok(Chosen { number, version })
    };
    orders.into_iter().map(read).collect()
}

/// What is decided on, its rows, and those that are left out.
type Examined = (Vec<Decidable>, Vec<Row>, Vec<Row>);

/// Which can be decided on so, and which cannot, on one picture of the database.
fn examined(work: &mut Work<'_>, chosen: Vec<Chosen>, verdict: Verdict) -> Result<Examined, Failure> {
    let act = work.act;
    work.db.snapshot(|db| {
        let (mut subjects, mut rows, mut left_out) = (Vec::new(), Vec::new(), Vec::new());
        for Chosen { number, version } in chosen {
            let chosen = Chosen { number, version };
            let order = match views::order(db, &chosen.number, act) {
                Ok(order) => order,
                Err(error) => {
                    let code = told(error.into())?;
                    left_out.push(Row::new(db, chosen, None, Some(code), act)?);
                    continue;
                }
            };
            let status = Some(order.state.name());
            match bulk::examine(db, &mut ImportedRegister, &chosen, verdict, act) {
                Ok(order) => {
                    subjects.push(order.decidable());
                    rows.push(Row::new(db, chosen, status, None, act)?);
                }
                Err(error) => {
                    let code = told(error.into())?;
                    left_out.push(Row::new(db, chosen, status, Some(code), act)?);
                }
            }
        }
        Ok((subjects, rows, left_out))
    })
}

fn told(failure: Failure) -> Result<Code, Failure> {
    failure.code().ok_or(failure)
}

impl Row {
    fn of(work: &mut Work<'_>, chosen: Chosen, refusal: Option<Code>) -> Result<Self, Failure> {
        let act = work.act;
        work.db.snapshot(|db| {
            let order = views::order(db, &chosen.number, act);
            let status = order.ok().map(|order| order.state.name());
            Self::new(db, chosen, status, refusal, act)
        })
    }

    /// With who is why; nothing of what the caller may not read.
    fn new(
        db: &mut Database,
        Chosen { number, version }: Chosen,
        status: Option<&'static str>,
        refusal: Option<Code>,
        act: &Act,
    ) -> Result<Self, Failure> {
        let (mut on, mut told) = (None, Vec::new());
        match refusal.filter(|_| status.is_some()) {
            Some(rules::ORDER_TAKEN) => {
                let (order, reader) =
                    (views::order(db, &number, act)?, officers::require(db, Right::ReadOwnDossier, act)?);
                on = leases_shown(db, &reader, &[&order], act.at)?.remove(&number).map(|lease| lease.officer);
            }
            Some(rules::ORDER_NOT_OPEN | rules::ORDER_STALE_VERSION) => {
                let read = views::Read { version: Some(version), ..views::Read::default() };
                told = changes::of_order(db, &number, &read, act)?;
            }
            _ => {}
        }
        let changes = told.iter().map(Changed::of).collect();
        Ok(Self { number, version, status, code: refusal.map(|code| code.name), on, changes })
    }
}
