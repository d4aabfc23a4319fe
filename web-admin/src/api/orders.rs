#![expect(unused_qualifications, reason = "the macro of utoipa writes `self::`")]

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use card::CardNumber;
use professional_registry::{IdNatPs, ImportedRegister, Profession};
use registration_authority::approval::{Decidable, SubjectKind, Verdict};
use registration_authority::officers::{Officer, Right};
use registration_authority::order::{self, CardOrder, NewCardOrder, OrderStatus};
use registration_authority::queue::lease::{self, Lease};
use registration_authority::queue::{FirstApproval, first_approvals, leases_shown};
use registration_authority::views;
use serde::{Deserialize, Serialize};
use store::{Act, CryptoRng, Database, Timestamp};
use utoipa::{IntoParams, ToSchema};

use super::body::{Body, field};
use super::caller::Caller;
use super::decided::{self, Given, Subject, Words};
use super::once::{IdempotencyKey, reply, send};
use super::order_look::{First, OrderLook};
use super::problem::{Problem, Refusals};
use super::version::{IfMatch, etag};
use super::{BASE, listing};
use crate::failure::Failure;
use crate::order_number::order_number;

/// An order for a card.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Order {
    /// `CO-2026-000001`
    number: String,
    /// Grows with each change of what would be approved.
    version: i64,
    /// Where it stands: submitted, waiting, approved, refused, withdrawn, ordered.
    status: &'static str,
    /// The same; where it is submitted, under-review while an officer is on it, and approved-by-one while it waits for the second of two:
    /// neither for who could be one of two, and looks for himself.
    stage: &'static str,
    /// Who has approved it, while it waits for the second of two; for officers who could not be the second.
    #[serde(skip_serializing_if = "Option::is_none")]
    first_approval: Option<First>,
    /// `CPS`
    kind: String,
    /// For whom, by IdNat_PS.
    holder: String,
    /// The family name to be certified.
    family_name: String,
    /// The given name to be certified.
    given_name: String,
    /// The code of the profession in TRE_G15; absent in an order for the staff of a structure.
    #[serde(skip_serializing_if = "Option::is_none")]
    profession: Option<String>,
    /// The structure whose staff it is for, by its technical identifier; absent in an order for the exercise of a profession.
    #[serde(skip_serializing_if = "Option::is_none")]
    structure: Option<String>,
    /// The card that it replaces.
    replaces: Option<String>,
    /// Who submitted it.
    submitted_by: String,
    /// When, RFC 3339.
    submitted_at: String,
    /// What an officer looks at before he decides; where the one order is read, and nowhere else.
    #[serde(skip_serializing_if = "Option::is_none")]
    look: Option<OrderLook>,
}

/// A page of orders, oldest first.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Orders {
    /// The orders.
    orders: Vec<Order>,
    /// Where the next page begins: `after` of the next request. Absent at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// Which orders.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Which {
    /// In this state: submitted (where absent), waiting, approved, refused, withdrawn, ordered.
    status: Option<String>,
    /// After this place: `next` of the page before.
    after: Option<String>,
    /// At most so many: 1 to 200, 50 where absent.
    limit: Option<i64>,
}

/// What is ordered.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Wanted {
    /// `CPS` or `CPF`
    kind: String,
    /// For whom, by IdNat_PS: `899700000123`.
    holder: String,
    /// The code of the profession in TRE_G15: `60`.
    profession: String,
    /// The card that it replaces.
    replaces: Option<String>,
}

/// What an officer needs to know before he decides.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Question {
    /// What is asked, or which document; 1 to 2000 characters.
    question: String,
}

/// What the applicant says to it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Reply {
    /// The answer; 1 to 2000 characters.
    answer: String,
}

/// Nothing more is to be said.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Nothing {}

impl From<&CardOrder> for Order {
    fn from(order: &CardOrder) -> Self {
        Self {
            number: order.number.clone(),
            version: order.version,
            status: order.state.name(),
            stage: order.state.name(),
            first_approval: None,
            kind: order.kind.to_string(),
            holder: order.holder.to_string(),
            family_name: order.family_name.clone(),
            given_name: order.given_name.clone(),
            profession: order.tie.profession().map(|profession| profession.code().to_owned()),
            structure: order.tie.staff().map(|staff| staff.structure.to_string()),
            replaces: order.replaces.as_ref().map(ToString::to_string),
            submitted_by: order.submitted_by.clone(),
            submitted_at: order.submitted_at.to_string(),
            look: None,
        }
    }
}

impl Order {
    /// As whoever follows it reads it.
    fn followed(
        order: &CardOrder,
        lease: Option<&Lease>,
        first: Option<&FirstApproval>,
        reader: &Officer,
    ) -> Self {
        let stage = lease::stage(order.state.status(), lease);
        // Which officer decided is nothing to whoever asked.
        let named = first.filter(|_| reader.role.may(Right::ReadDossier));
        Self {
            stage: first.map_or(stage, FirstApproval::stage),
            first_approval: named.map(First::from),
            ..Self::from(order)
        }
    }
}

/// The orders in one state, page after page.
#[utoipa::path(get, path = "/orders", tag = "orders", params(Which), responses(
    (status = 200, body = Orders, headers(("Link" = String, description = "rel=\"next\""))),
    (status = 403, body = Problem, content_type = "application/problem+json"),
    (status = 422, body = Problem, content_type = "application/problem+json")
))]
pub(super) async fn list(caller: Caller, which: web::Query<Which>) -> Result<HttpResponse, Failure> {
    let which = which.into_inner();
    let slug = which.status.as_deref().unwrap_or(OrderStatus::Submitted.as_str());
    let status = field("status", slug, |slug| OrderStatus::ALL.into_iter().find(|it| it.as_str() == slug))?;
    let after = which.after.as_deref().map(|text| field("after", text, order_number)).transpose()?;
    let limit = listing::length(which.limit);
    let (found, orders) = caller
        .work(move |work| {
            let found = views::orders(work.db, status, after.as_deref(), limit, work.act)?;
            let all: Vec<&CardOrder> = found.iter().collect();
            let leases = leases_shown(work.db, work.officer, &all, work.act.at)?;
            let firsts = first_approvals(work.db, work.officer, &all)?;
            let shown = found.iter().map(|order| {
                let (lease, first) = (leases.get(&order.number), firsts.get(&order.number));
                Order::followed(order, lease, first, work.officer)
            });
            let orders: Vec<Order> = shown.collect();
            Ok((found, orders))
        })
        .await?;
    let next = listing::last_of_full(&found, limit).map(|order| order.number.clone());
    let follows =
        next.as_ref().map(|next| format!("/orders?status={}&after={next}&limit={limit}", status.as_str()));
    Ok(listing::send_page(&Orders { orders, next }, follows))
}

/// One order, with what its page shows to whoever decides on it.
pub(super) async fn show(caller: Caller, number: web::Path<String>) -> Result<HttpResponse, Failure> {
    let (tag, order) = caller
        .work(move |work| {
            let act = work.act;
            let dossier = work.db.snapshot(|db| views::dossier(db, &mut ImportedRegister, &number, act))?;
            let found = &dossier.order;
            let first = first_approvals(work.db, work.officer, &[found])?.remove(&found.number);
            let tag = etag(found.version, found.state.name());
            let lease = dossier.lease.as_ref().filter(|_| !dossier.is_blind_for(work.officer));
            let order = Order::followed(found, lease, first.as_ref(), work.officer);
            Ok((tag, Order { look: Some(OrderLook::from(dossier)), ..order }))
        })
        .await?;
    Ok(send(reply(StatusCode::OK, None, Some(tag), &order)))
}

/// Submits an order.
#[utoipa::path(post, path = "/orders", tag = "orders", request_body = Wanted,
    params(("Idempotency-Key" = Option<String>, Header)), responses(
    (status = 201, body = Order, headers(("Location" = String), ("ETag" = String))),
    (status = 403, body = Problem, content_type = "application/problem+json"),
    (status = 409, body = Problem, content_type = "application/problem+json"),
    (status = 422, body = Problem, content_type = "application/problem+json")
))]
pub(super) async fn submit(
    caller: Caller,
    key: IdempotencyKey,
    wanted: Body<Wanted>,
) -> Result<HttpResponse, Failure> {
    let once = key.of(wanted.digest);
    let new = wanted.value.read()?;
    let reply = caller
        .work(move |work| {
            once.in_one_write(work, |db, rng, act| {
                let submitted = order::submit(db, &mut ImportedRegister, new, rng, act)?.into_order();
                let location = format!("{BASE}/orders/{}", submitted.number);
                Ok(decided::answer(StatusCode::CREATED, Some(location), &submitted, act.at))
            })
        })
        .await?;
    Ok(send(reply))
}

/// Takes back the caller's own decision, before it has taken effect: the order is open again, in its next version.
#[utoipa::path(post, path = "/orders/{number}/retraction", tag = "orders", request_body = Nothing,
    params(("number" = String, Path), ("If-Match" = String, Header),
        ("Idempotency-Key" = Option<String>, Header)),
    responses((status = 200, body = Order, headers(("ETag" = String))), Refusals))]
pub(super) async fn take_back(
    caller: Caller,
    number: web::Path<String>,
    seen: IfMatch,
    key: IdempotencyKey,
    nothing: Body<Nothing>,
) -> Result<HttpResponse, Failure> {
    let request = (key, nothing.digest);
    decided::act_on(caller, number.into_inner(), seen, request, |db, order: CardOrder, verifier, rng, act| {
        let registry = &mut ImportedRegister;
        Ok(order::take_back(db, registry, verifier, &order.number, order.version, rng, act)?)
    })
    .await
}

/// Asks the applicant something: the order waits for his answer.
#[utoipa::path(post, path = "/orders/{number}/question", tag = "orders", request_body = Question,
    params(("number" = String, Path), ("If-Match" = String, Header),
        ("Idempotency-Key" = Option<String>, Header)),
    responses((status = 200, body = Order, headers(("ETag" = String))), Refusals))]
pub(super) async fn ask(
    caller: Caller,
    number: web::Path<String>,
    seen: IfMatch,
    key: IdempotencyKey,
    question: Body<Question>,
) -> Result<HttpResponse, Failure> {
    let (request, Question { question }) = ((key, question.digest), question.value);
    decided::act_on(caller, number.into_inner(), seen, request, move |db, order: CardOrder, _, rng, act| {
        Ok(order::ask(db, &order.number, order.version, &question, rng, act)?)
    })
    .await
}

/// Has two officers approve the order, in this version and those that follow: the caller is in doubt. Nobody takes that back.
#[utoipa::path(post, path = "/orders/{number}/second-officer", tag = "orders", request_body = Nothing,
    params(("number" = String, Path), ("If-Match" = String, Header),
        ("Idempotency-Key" = Option<String>, Header)),
    responses((status = 200, body = Order, headers(("ETag" = String))), Refusals))]
pub(super) async fn ask_second(
    caller: Caller,
    number: web::Path<String>,
    seen: IfMatch,
    key: IdempotencyKey,
    nothing: Body<Nothing>,
) -> Result<HttpResponse, Failure> {
    let request = (key, nothing.digest);
    decided::act_on(caller, number.into_inner(), seen, request, |db, order: CardOrder, _, rng, act| {
        Ok(order::ask_second_officer(db, &order.number, order.version, rng, act)?)
    })
    .await
}

/// Answers what was asked about an order: it is open again, in its next version.
#[utoipa::path(post, path = "/orders/{number}/answer", tag = "orders", request_body = Reply,
    params(("number" = String, Path), ("If-Match" = String, Header),
        ("Idempotency-Key" = Option<String>, Header)),
    responses((status = 200, body = Order, headers(("ETag" = String))), Refusals))]
pub(super) async fn answer(
    caller: Caller,
    number: web::Path<String>,
    seen: IfMatch,
    key: IdempotencyKey,
    reply: Body<Reply>,
) -> Result<HttpResponse, Failure> {
    let (request, Reply { answer }) = ((key, reply.digest), reply.value);
    decided::act_on(caller, number.into_inner(), seen, request, move |db, order: CardOrder, _, rng, act| {
        Ok(order::answer(db, &mut ImportedRegister, &order.number, &answer, rng, act)?)
    })
    .await
}

/// Takes an order back.
#[utoipa::path(post, path = "/orders/{number}/withdrawal", tag = "orders", request_body = Nothing,
    params(("number" = String, Path), ("If-Match" = String, Header),
        ("Idempotency-Key" = Option<String>, Header)),
    responses((status = 200, body = Order, headers(("ETag" = String))), Refusals))]
pub(super) async fn withdraw(
    caller: Caller,
    number: web::Path<String>,
    seen: IfMatch,
    key: IdempotencyKey,
    nothing: Body<Nothing>,
) -> Result<HttpResponse, Failure> {
    let request = (key, nothing.digest);
    decided::act_on(caller, number.into_inner(), seen, request, |db, order: CardOrder, _, rng, act| {
        order::withdraw(db, &order.number, rng, act)?;
        Ok(order::get(db, &order.number)?)
    })
    .await
}

impl Wanted {
    fn read(&self) -> Result<NewCardOrder, Failure> {
        let known = |text: &str| Profession::from_code(text);
        Ok(NewCardOrder {
            kind: field("kind", &self.kind, |text| text.parse().ok())?,
            holder: self.holder.parse::<IdNatPs>()?,
            profession: field("profession", &self.profession, known)?,
            replaces: match &self.replaces {
                Some(number) => Some(field("replaces", number, |text| text.parse::<CardNumber>().ok())?),
                None => None,
            },
        })
    }
}

impl Subject for CardOrder {
    type Shown = Order;

    const KIND: SubjectKind = SubjectKind::CardOrder;
    const ADDRESS: &str = "/orders/{number}";
    const TAG: &str = "orders";
    const WORDS: Words = Words {
        show: "One order.",
        challenge: "Gives what an officer's passkey must sign to decide on the version that he has read.",
        decide: "Takes the officer's signed decision.",
    };

    fn read(db: &mut Database, number: &str, act: &Act) -> Result<Self, Failure> {
        Ok(views::order(db, number, act)?)
    }

    fn decidable(&self) -> Decidable {
        self.decidable()
    }

    fn state(&self, _: Timestamp) -> &'static str {
        self.state.name()
    }

    fn shown(&self, _: Timestamp) -> Order {
        Order::from(self)
    }

    fn decide(
        db: &mut Database,
        given: &Given<'_>,
        rng: &mut dyn CryptoRng,
        act: &Act,
    ) -> Result<Self, Failure> {
        let Given { number, version, proof, text, verifier, .. } = *given;
        let registry = &mut ImportedRegister;
        Ok(match given.verdict {
            Verdict::Approve => order::approve(db, registry, verifier, number, version, proof, rng, act)?,
            Verdict::Refuse => order::refuse(db, verifier, number, version, proof, text, rng, act)?,
        })
    }
}
