use std::borrow::Cow;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use registration_authority::approval::{Decidable, SubjectKind};
use registration_authority::suspension::{self, Suspension};
use registration_authority::views;
use serde::Serialize;
use store::{Act, CryptoRng, Database, Timestamp};
use utoipa::ToSchema;

use super::BASE;
use super::body::Body;
use super::caller::Caller;
use super::cards::read_number;
use super::decided::{self, Given, Subject, Words, approved_by, state_of_two};
use super::listing::{self, Which};
use super::once::{IdempotencyKey, send};
use super::orders::Nothing;
use super::problem::Problem;
use crate::failure::Failure;

/// A card that is stopped for a time.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Suspension)]
pub(super) struct Shown {
    /// `SU-` and 16 hexadecimal digits.
    number: String,
    /// One more with each refusal to lift it.
    version: i64,
    /// held, until two officers have approved that it is lifted; released, until the worker has lifted it.
    status: &'static str,
    /// Who has proposed that it is lifted, where that waits for a second officer.
    #[serde(skip_serializing_if = "Option::is_none")]
    approved_by: Option<String>,
    /// The card.
    card: String,
    /// Whose.
    holder: String,
    /// Who suspended it.
    suspended_by: String,
    /// Since when, RFC 3339.
    suspended_at: String,
}

/// A page of suspensions.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Suspensions {
    /// Those that stand, by number.
    suspensions: Vec<Shown>,
    /// Where the next page begins: `after` of the next request. Absent at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// The suspensions that stand, page after page.
#[utoipa::path(get, path = "/suspensions", tag = "cards", params(Which), responses(
    (status = 200, body = Suspensions, headers(("Link" = String, description = "rel=\"next\""))),
    (status = 403, body = Problem, content_type = "application/problem+json"),
    (status = 422, body = Problem, content_type = "application/problem+json")
))]
pub(super) async fn list(caller: Caller, which: web::Query<Which>) -> Result<HttpResponse, Failure> {
    let Which { after, limit } = which.into_inner();
    let (after, limit) = (after.unwrap_or_default(), listing::length(limit));
    let found = caller.work(move |work| Ok(views::suspensions(work.db, &after, limit, work.act)?)).await?;
    let next = listing::last_of_full(&found, limit).map(|last| last.number.clone());
    let follows = next.as_ref().map(|next| format!("/suspensions?after={next}&limit={limit}"));
    Ok(listing::send_page(
        &Suspensions { suspensions: found.iter().map(Shown::from).collect(), next },
        follows,
    ))
}

/// Suspends a card that is in use, where the installation's policy knows that: whatever version of it was read.
#[utoipa::path(post, path = "/cards/{number}/suspension", tag = "cards", request_body = Nothing,
    params(("number" = String, Path), ("Idempotency-Key" = Option<String>, Header)), responses(
    (status = 201, body = Shown, headers(("Location" = String), ("ETag" = String))),
    (status = 403, body = Problem, content_type = "application/problem+json"),
    (status = 404, body = Problem, content_type = "application/problem+json"),
    (status = 409, body = Problem, content_type = "application/problem+json")
))]
pub(super) async fn suspend(
    caller: Caller,
    number: web::Path<String>,
    key: IdempotencyKey,
    nothing: Body<Nothing>,
) -> Result<HttpResponse, Failure> {
    let number = read_number(&number)?;
    let once = key.of(nothing.digest);
    let reply = caller
        .in_turn(&once)
        .work(move |work| {
            once.beside_its_own_write(work, |work| {
                let policy = work.state.suspensions();
                suspension::suspend(work.db, policy, &number, &mut *work.rng, work.act)?;
                let suspended = views::suspension(work.db, &number, work.act)?;
                let location = format!("{BASE}/cards/{number}/suspension");
                Ok(decided::answer(StatusCode::CREATED, Some(location), &suspended, work.act.at))
            })
        })
        .await?;
    Ok(send(reply))
}

/// Named by the card: a card has one suspension at a time.
impl Subject for Suspension {
    type Shown = Shown;

    const KIND: SubjectKind = SubjectKind::SuspensionLift;
    const ADDRESS: &str = "/cards/{number}/suspension";
    const TAG: &str = "cards";
    const WORDS: Words = Words {
        show: "The suspension of a card.",
        challenge: "Gives what an officer's passkey must sign to lift the suspension, or to refuse that.",
        decide: "Takes the officer's signed decision. Two must approve, and the worker lifts it; after a refusal it stays.",
    };

    fn read(db: &mut Database, number: &str, act: &Act) -> Result<Self, Failure> {
        Ok(views::suspension(db, &read_number(number)?, act)?)
    }

    fn decidable(&self) -> Decidable {
        self.decidable()
    }

    fn state(&self, _: Timestamp) -> &'static str {
        state_of_two(&self.standing())
    }

    /// A card that was suspended again is not the one that was read.
    fn tagged(&self, at: Timestamp) -> Cow<'static, str> {
        format!("{}.{}", self.number, self.state(at)).into()
    }

    fn shown(&self, _: Timestamp) -> Shown {
        Shown::from(self)
    }

    fn decide(
        db: &mut Database,
        given: &Given<'_>,
        rng: &mut dyn CryptoRng,
        act: &Act,
    ) -> Result<Self, Failure> {
        let Given { number, verdict, proof, text, verifier, .. } = *given;
        let card = read_number(number)?;
        Ok(suspension::decide(db, verifier, &card, verdict, proof, text, rng, act)?)
    }
}

impl From<&Suspension> for Shown {
    fn from(suspension: &Suspension) -> Self {
        Self {
            number: suspension.number.clone(),
            version: suspension.version(),
            status: suspension.standing().as_str(),
            approved_by: approved_by(suspension.standing()),
            card: suspension.card.to_string(),
            holder: suspension.holder.clone(),
            suspended_by: suspension.suspended_by.clone(),
            suspended_at: suspension.suspended_at.to_string(),
        }
    }
}
