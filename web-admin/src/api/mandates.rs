use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use professional_registry::ImportedRegister;
use registration_authority::approval::{Decidable, SubjectKind};
use registration_authority::mandate::{self, Mandate, NewMandate};
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

/// That an agent speaks for a structure.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Mandate)]
pub(super) struct Shown {
    /// `MA-2026-000001`
    number: String,
    /// proposed, approved, refused or ended.
    status: &'static str,
    /// The structure, by its technical identifier.
    structure: String,
    /// The agent's login.
    agent: String,
    /// As whom he speaks: director, professional or delegate.
    quality: &'static str,
    /// IdNat_PS of a professional.
    #[serde(skip_serializing_if = "Option::is_none")]
    identifier: Option<String>,
    /// What the document is called.
    reference: String,
    /// Its SHA-256, in hexadecimal.
    document: String,
    /// Until when at most, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<String>,
    /// Who proposed it.
    proposed_by: String,
    /// When, RFC 3339.
    proposed_at: String,
    /// When it was ended before its time, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    ended_at: Option<String>,
}

/// A page of mandates.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Mandates {
    /// An agent's own; for everybody else those that wait for a decision, by number.
    mandates: Vec<Shown>,
    /// How many the caller may not read, for they are outside his scope.
    hidden: usize,
    /// Where the next page begins: `after` of the next request. Absent at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// Who is to speak for a structure, and by which document.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ProposedMandate)]
pub(super) struct Proposed {
    /// The structure, by its technical identifier: `F0B0193488`.
    structure: String,
    /// The agent's login.
    agent: String,
    /// As whom he speaks: director, professional or delegate.
    quality: String,
    /// IdNat_PS of who speaks as a professional.
    identifier: Option<String>,
    /// What the document is called.
    reference: String,
    /// Its SHA-256, 64 hexadecimal digits in lower case.
    document: String,
    /// Until when at most, RFC 3339.
    until: Option<String>,
}

/// The mandates that concern the caller, page after page.
#[utoipa::path(get, path = "/mandates", tag = "structures", params(Which), responses(
    (status = 200, body = Mandates, headers(("Link" = String, description = "rel=\"next\""))),
    (status = 403, body = Problem, content_type = "application/problem+json"),
    (status = 422, body = Problem, content_type = "application/problem+json")
))]
pub(super) async fn list(caller: Caller, which: web::Query<Which>) -> Result<HttpResponse, Failure> {
    let Which { after, limit } = which.into_inner();
    let limit = listing::length(limit);
    let (found, at) = caller.work(|work| Ok((views::mandates(work.db, work.act)?, work.act.at))).await?;
    let (shown, next) = listing::cut(found.shown, |mandate| &mandate.number, after.as_deref(), limit);
    let follows = next.as_ref().map(|next| format!("/mandates?after={next}&limit={limit}"));
    let mandates = shown.iter().map(|mandate| Shown::of(mandate, at)).collect();
    Ok(listing::send_page(&Mandates { mandates, hidden: found.hidden, next }, follows))
}

/// Proposes that an agent speak for a structure.
#[utoipa::path(post, path = "/mandates", tag = "structures", request_body = Proposed,
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
                let mandate = mandate::propose(db, &mut ImportedRegister, new, rng, act)?;
                let location = format!("{BASE}/mandates/{}", mandate.number);
                Ok(decided::answer(StatusCode::CREATED, Some(location), &mandate, act.at))
            })
        })
        .await?;
    Ok(send(reply))
}

/// Lays one's own mandate down: nothing more is taken from its agent. An officer ends one by refusing it, which he signs.
#[utoipa::path(post, path = "/mandates/{number}/end", tag = "structures", request_body = Nothing,
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
    decided::act_on(caller, number.into_inner(), seen, request, |db, mandate: Mandate, _, rng, act| {
        Ok(mandate::lay_down(db, &mandate.number, rng, act)?)
    })
    .await
}

impl Subject for Mandate {
    type Shown = Shown;

    const KIND: SubjectKind = SubjectKind::StructureMandate;
    const ADDRESS: &str = "/mandates/{number}";
    const TAG: &str = "structures";
    const WORDS: Words = Words {
        show: "One mandate.",
        challenge: "Gives what an officer's passkey must sign to approve the mandate, or to refuse it; of one that stands, to end it by refusing it.",
        decide: "Takes the officer's signed decision: never that of who proposed it, but of the end.",
    };

    fn read(db: &mut Database, number: &str, act: &Act) -> Result<Self, Failure> {
        Ok(views::mandate(db, number, act)?)
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
        let Given { number, verdict, proof, text, verifier, .. } = *given;
        Ok(mandate::decide(db, verifier, number, verdict, proof, text, rng, act)?)
    }
}

impl Shown {
    fn of(mandate: &Mandate, at: Timestamp) -> Self {
        Self {
            number: mandate.number.clone(),
            status: mandate.state(at).name(),
            structure: mandate.structure.to_string(),
            agent: mandate.login.clone(),
            quality: mandate.quality.as_str(),
            identifier: mandate.identifier.as_ref().map(ToString::to_string),
            reference: mandate.reference.clone(),
            document: mandate.document.clone(),
            until: mandate.until.map(|until| until.to_string()),
            proposed_by: mandate.proposed_by.clone(),
            proposed_at: mandate.proposed_at.to_string(),
            ended_at: mandate.ended_at.map(|ended| ended.to_string()),
        }
    }
}

impl Proposed {
    fn read(self) -> Result<NewMandate, Failure> {
        let Self { structure, agent, quality, identifier, reference, document, until } = self;
        let identifier =
            identifier.map(|text| field("identifier", &text, |text| text.parse().ok())).transpose()?;
        Ok(NewMandate {
            structure: field("structure", &structure, |text| text.parse().ok())?,
            login: agent,
            quality: field("quality", &quality, |text| text.parse().ok())?,
            identifier,
            reference,
            document,
            until: until.map(|text| field("until", &text, |text| text.parse().ok())).transpose()?,
        })
    }
}
