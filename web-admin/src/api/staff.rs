//! The staff of a structure, as its agent declares it and asks for it: what the page of the structure does.

use actix_web::http::{StatusCode, header};
use actix_web::{HttpResponse, web};
use card::{CardKind, CardNumber};
use professional_registry::ImportedRegister;
use professional_registry::identifiers::TechnicalStructureId;
use registration_authority::order::{self, NewStaffOrder};
use registration_authority::staff::{self, NewMember, Post, StaffMember};
use registration_authority::views::{self, AskedCard, MemberView};
use registration_authority::{faults as rules, officers};
use serde::{Deserialize, Serialize};
use store::{Act, Database};
use utoipa::ToSchema;

use super::BASE;
use super::body::{Body, field};
use super::caller::Caller;
use super::decided;
use super::listing::{self, Which};
use super::once::{IdempotencyKey, reply, send};
use super::orders::{Nothing, Order};
use super::problem::{Problem, Refusals};
use super::version::{IfMatch, etag};
use crate::failure::Failure;

/// One of the staff of a structure.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = StaffMember)]
pub(super) struct Member {
    /// The number that the structure gives.
    local_id: String,
    /// employee, head or service.
    post: &'static str,
    /// As it will be certified; empty of a service.
    family_name: String,
    /// As it will be certified; empty of a service.
    given_name: String,
    /// The agent who declared it so.
    declared_by: String,
    /// When, RFC 3339.
    declared_at: String,
    /// Since when he is no longer there, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    left_at: Option<String>,
    /// What was asked for him, newest first.
    orders: Vec<Asked>,
}

/// An order for one of the staff.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = StaffOrder)]
struct Asked {
    /// `CO-2026-000001`
    number: String,
    /// `CPE`
    kind: String,
    /// Where it stands: as of an order, and under-review where an officer is on it.
    status: &'static str,
    /// Its card, once there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    card: Option<String>,
    /// Where the card stands.
    #[serde(skip_serializing_if = "Option::is_none")]
    card_status: Option<&'static str>,
}

/// A page of the staff, by local number.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Staff {
    /// Those who left among them.
    staff: Vec<Member>,
    /// Where the next page begins: `after` of the next request. Absent at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// One of the staff, as the agent names him. Who is declared so already stays as he is; another name or post takes the place of the
/// former.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = DeclaredMember)]
pub(super) struct Declared {
    /// The number that the structure gives: 1 to 20 letters and digits; nine digits of a service.
    local_id: String,
    /// employee, head or service.
    post: String,
    /// None of a service.
    #[serde(default)]
    family_name: String,
    /// None of a service.
    #[serde(default)]
    given_name: String,
}

/// Which card is asked for.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = WantedStaffCard)]
pub(super) struct Wanted {
    /// CPE, CDE, CPA or CDA.
    kind: String,
    /// The card that it replaces.
    replaces: Option<String>,
}

/// The staff of a structure, page after page; for its agent, and for who reads structures.
#[utoipa::path(get, path = "/structures/{structure}/staff", tag = "structures",
    params(("structure" = String, Path), Which), responses(
    (status = 200, body = Staff, headers(("Link" = String, description = "rel=\"next\""))),
    (status = 403, body = Problem, content_type = "application/problem+json"),
    (status = 404, body = Problem, content_type = "application/problem+json"),
    (status = 422, body = Problem, content_type = "application/problem+json")
))]
pub(super) async fn list(
    caller: Caller,
    structure: web::Path<String>,
    which: web::Query<Which>,
) -> Result<HttpResponse, Failure> {
    let (structure, Which { after, limit }) = (identifier(&structure)?, which.into_inner());
    let (after, limit) = (after.unwrap_or_default(), listing::length(limit));
    let id = structure.clone();
    let view = caller
        .work(move |work| {
            let act = work.act;
            let registry = &mut ImportedRegister;
            Ok(work.db.snapshot(|db| views::structure(db, registry, &structure, &after, act))?)
        })
        .await?;
    let bound = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = view.more || view.members.len() > bound;
    let staff: Vec<Member> = view.members.into_iter().take(bound).map(Member::from).collect();
    let next = staff.last().filter(|_| more).map(|last| last.local_id.clone());
    let follows = next.as_ref().map(|next| format!("/structures/{id}/staff?after={next}&limit={limit}"));
    Ok(listing::send_page(&Staff { staff, next }, follows))
}

/// One of the staff.
#[utoipa::path(get, path = "/structures/{structure}/staff/{local_id}", tag = "structures",
    params(("structure" = String, Path), ("local_id" = String, Path)), responses(
    (status = 200, body = Member, headers(("ETag" = String))),
    (status = 403, body = Problem, content_type = "application/problem+json"),
    (status = 404, body = Problem, content_type = "application/problem+json")
))]
pub(super) async fn show(caller: Caller, path: web::Path<(String, String)>) -> Result<HttpResponse, Failure> {
    let (structure, local_id) = path.into_inner();
    let structure = identifier(&structure)?;
    let view = caller
        .work(move |work| {
            let act = work.act;
            work.db.snapshot(|db| read(db, &structure, &local_id, act))
        })
        .await?;
    let tag = tag(&view.member);
    Ok(HttpResponse::Ok().insert_header((header::ETAG, tag)).json(Member::from(view)))
}

/// Declares one of the staff, or his names and post anew, in the name of the agent who speaks for the structure.
#[utoipa::path(post, path = "/structures/{structure}/staff", tag = "structures", request_body = Declared,
    params(("structure" = String, Path), ("Idempotency-Key" = Option<String>, Header)), responses(
    (status = 201, body = Member, headers(("Location" = String), ("ETag" = String))),
    (status = 403, body = Problem, content_type = "application/problem+json"),
    (status = 404, body = Problem, content_type = "application/problem+json"),
    (status = 409, body = Problem, content_type = "application/problem+json"),
    (status = 422, body = Problem, content_type = "application/problem+json")
))]
pub(super) async fn declare(
    caller: Caller,
    structure: web::Path<String>,
    key: IdempotencyKey,
    declared: Body<Declared>,
) -> Result<HttpResponse, Failure> {
    let (structure, once) = (identifier(&structure)?, key.of(declared.digest));
    let Declared { local_id, post, family_name, given_name } = declared.value;
    let post: Post = field("post", &post, |text| text.parse().ok())?;
    let new = NewMember { local_id, post, family_name, given_name };
    let reply = caller
        .work(move |work| {
            officers::require(work.db, officers::Right::Submit, work.act)?;
            once.in_one_write(work, |db, rng, act| {
                staff::declare(db, &structure, &new, rng, act)?;
                let view = read(db, &structure, &new.local_id, act)?;
                let location = format!("{BASE}/structures/{structure}/staff/{}", new.local_id);
                Ok(reply(StatusCode::CREATED, Some(location), Some(tag(&view.member)), &Member::from(view)))
            })
        })
        .await?;
    Ok(send(reply))
}

/// Writes down that somebody has left. His card is opposed by an officer, or where that is asked for.
#[utoipa::path(post, path = "/structures/{structure}/staff/{local_id}/departure", tag = "structures",
    request_body = Nothing, params(("structure" = String, Path), ("local_id" = String, Path),
        ("If-Match" = String, Header), ("Idempotency-Key" = Option<String>, Header)),
    responses((status = 200, body = Member, headers(("ETag" = String))), Refusals))]
pub(super) async fn leave(
    caller: Caller,
    path: web::Path<(String, String)>,
    seen: IfMatch,
    key: IdempotencyKey,
    nothing: Body<Nothing>,
) -> Result<HttpResponse, Failure> {
    let ((structure, local_id), once) = (path.into_inner(), key.of(nothing.digest));
    let structure = identifier(&structure)?;
    let reply = caller
        .work(move |work| {
            officers::require(work.db, officers::Right::Submit, work.act)?;
            once.in_one_write(work, |db, rng, act| {
                seen.check(&tag(&read(db, &structure, &local_id, act)?.member))?;
                staff::leave(db, &structure, &local_id, rng, act)?;
                let view = read(db, &structure, &local_id, act)?;
                Ok(reply(StatusCode::OK, None, Some(tag(&view.member)), &Member::from(view)))
            })
        })
        .await?;
    Ok(send(reply))
}

/// Asks for the card of one of the staff: an order, which an officer decides on.
#[utoipa::path(post, path = "/structures/{structure}/staff/{local_id}/card", tag = "structures", request_body = Wanted,
    params(("structure" = String, Path), ("local_id" = String, Path), ("Idempotency-Key" = Option<String>, Header)),
    responses(
    (status = 201, body = Order, headers(("Location" = String), ("ETag" = String))),
    (status = 403, body = Problem, content_type = "application/problem+json"),
    (status = 404, body = Problem, content_type = "application/problem+json"),
    (status = 409, body = Problem, content_type = "application/problem+json"),
    (status = 422, body = Problem, content_type = "application/problem+json")
))]
pub(super) async fn ask(
    caller: Caller,
    path: web::Path<(String, String)>,
    key: IdempotencyKey,
    wanted: Body<Wanted>,
) -> Result<HttpResponse, Failure> {
    let ((structure, local_id), once) = (path.into_inner(), key.of(wanted.digest));
    let structure = identifier(&structure)?;
    let Wanted { kind, replaces } = wanted.value;
    let kind: CardKind = field("kind", &kind, |text| text.parse().ok())?;
    let replaces: Option<CardNumber> =
        replaces.map(|text| field("replaces", &text, |text| text.parse().ok())).transpose()?;
    let reply = caller
        .work(move |work| {
            officers::require(work.db, officers::Right::Submit, work.act)?;
            once.in_one_write(work, |db, rng, act| {
                // Who does not speak for it learns nothing of it.
                read(db, &structure, &local_id, act)?;
                let new = NewStaffOrder { kind, structure, local_id, replaces };
                let submitted = order::submit_staff(db, &mut ImportedRegister, new, rng, act)?.into_order();
                let location = format!("{BASE}/orders/{}", submitted.number);
                Ok(decided::answer(StatusCode::CREATED, Some(location), &submitted, act.at))
            })
        })
        .await?;
    Ok(send(reply))
}

/// The structure in an address.
pub(super) fn identifier(text: &str) -> Result<TechnicalStructureId, Failure> {
    text.parse().map_err(|_| Failure::of(rules::ORDER_STRUCTURE_UNKNOWN))
}

fn read(
    db: &mut Database,
    structure: &TechnicalStructureId,
    local_id: &str,
    act: &Act,
) -> Result<MemberView, Failure> {
    views::member(db, structure, local_id, act)?.ok_or(Failure::of(rules::STAFF_NOT_THERE))
}

fn tag(member: &StaffMember) -> String {
    etag(member.declared_at.millis(), if member.left_at.is_some() { "left" } else { "there" })
}

impl From<MemberView> for Member {
    fn from(view: MemberView) -> Self {
        let MemberView { member, orders } = view;
        Self {
            local_id: member.local_id,
            post: member.post.as_str(),
            family_name: member.family_name,
            given_name: member.given_name,
            declared_by: member.declared_by,
            declared_at: member.declared_at.to_string(),
            left_at: member.left_at.map(|left| left.to_string()),
            orders: orders.into_iter().map(Asked::from).collect(),
        }
    }
}

impl From<AskedCard> for Asked {
    fn from((order, card): AskedCard) -> Self {
        let (card, card_status) = card.unzip();
        Self {
            number: order.number,
            kind: order.kind,
            status: order.status,
            card: card.map(|number| number.to_string()),
            card_status: card_status.map(|state| state.as_str()),
        }
    }
}
