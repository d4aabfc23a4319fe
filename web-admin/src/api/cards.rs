use actix_web::http::{StatusCode, header};
use actix_web::{HttpResponse, web};
use ca_core::revocation::Revoked;
use card::CardNumber;
use professional_registry::ImportedRegister;
use registration_authority::opposition::requester::Claim;
use registration_authority::opposition::{self, Ground, Opposition, Publication};
use registration_authority::views::{self, AttachedCertificate, CardView};
use serde::{Deserialize, Serialize};
use store::Fault;
use utoipa::ToSchema;

use super::BASE;
use super::body::{Body, field};
use super::caller::Caller;
use super::once::{IdempotencyKey, reply, send};
use super::problem::Problem;
use super::version::etag;
use crate::failure::Failure;

/// A card.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Card {
    /// Ten digits.
    number: String,
    /// `CPS`
    kind: String,
    /// Whose, by IdNat_PS.
    holder: String,
    /// Where it stands: ordered, batched, personalised, certified, delivered, active, suspended, opposed, expired, cancelled.
    status: String,
    /// The order that it answers.
    order: String,
    /// The card that it takes the place of.
    replaces: Option<String>,
    /// When it was ordered, RFC 3339.
    ordered_at: String,
    /// What was certified for it, good or not.
    certificates: Vec<Attached>,
}

/// A certificate of a card.
#[derive(Debug, Serialize, ToSchema)]
struct Attached {
    /// authentication or signature.
    usage: &'static str,
    /// Short name of its authority: `ACI-FO-PP`.
    issuer: String,
    /// Its serial number, hexadecimal.
    serial: String,
    /// intended, signing, good, held, revoked or abandoned; absent where nothing is recorded of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<&'static str>,
}

/// Why a card is opposed.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Declared {
    /// `lost`, `stolen`, … The list is the command line's. It is never published.
    ground: String,
    /// Who asks for it: `authority` (of its own motion, and where this is absent), `holder`, `structure`, `employing-professional`. It is
    /// written down, and never published.
    #[serde(default)]
    requester: Option<String>,
    /// The number of the structure's mandate, or the RPPS number or IdNat_PS of the employer.
    #[serde(default)]
    requested_by: Option<String>,
}

/// What an opposition led to. It is for good.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Receipt {
    /// `OP-` and 16 hexadecimal digits.
    receipt: String,
    /// The card.
    card: String,
    /// As what somebody asked for it: holder, structure, authorised-person, employing-professional, authority.
    requester: &'static str,
    /// Who: an IdNat_PS, the login of an agent, or an actor of the audit trail.
    requested_by: String,
    /// Since when, RFC 3339.
    opposed_at: String,
    /// Its place on the opposition list.
    sequence: i64,
    /// Whether the status services of this machine answered *revoked* when this was written; they follow by themselves.
    published: bool,
    /// What became of its certificates.
    certificates: Vec<Ended>,
}

/// A certificate of an opposed card.
#[derive(Debug, Serialize, ToSchema)]
struct Ended {
    /// Short name of its authority.
    issuer: String,
    /// Its serial number, hexadecimal.
    serial: String,
    /// revoked, abandoned, or ended-before.
    outcome: &'static str,
}

/// One card and its certificates.
#[utoipa::path(get, path = "/cards/{number}", tag = "cards", params(("number" = String, Path)), responses(
    (status = 200, body = Card, headers(("ETag" = String))),
    (status = 403, body = Problem, content_type = "application/problem+json"),
    (status = 404, body = Problem, content_type = "application/problem+json")
))]
pub(super) async fn show(caller: Caller, number: web::Path<String>) -> Result<HttpResponse, Failure> {
    let number = read_number(&number)?;
    let view = caller
        .work(move |work| {
            let act = work.act;
            Ok(work.db.snapshot(|db| views::card(db, &mut ImportedRegister, &number, act))?)
        })
        .await?;
    let tag = etag(view.card.version, view.state.as_str());
    Ok(HttpResponse::Ok().insert_header((header::ETAG, tag)).json(Card::from(view)))
}

/// Opposes a card, for good: whoever may, at any moment, whatever version he has read.
#[utoipa::path(post, path = "/cards/{number}/opposition", tag = "cards", request_body = Declared,
    params(("number" = String, Path), ("Idempotency-Key" = Option<String>, Header)), responses(
    (status = 201, body = Receipt, headers(("Location" = String))),
    (status = 403, body = Problem, content_type = "application/problem+json"),
    (status = 404, body = Problem, content_type = "application/problem+json"),
    (status = 409, body = Problem, content_type = "application/problem+json")
))]
pub(super) async fn oppose(
    caller: Caller,
    number: web::Path<String>,
    key: IdempotencyKey,
    declared: Body<Declared>,
) -> Result<HttpResponse, Failure> {
    let number = read_number(&number)?;
    let once = key.of(declared.digest);
    let ground: Ground = field("ground", &declared.value.ground, |text| text.parse().ok())?;
    let claim = read_claim(&declared.value)?;
    let reply = caller
        .in_turn(&once)
        .work(move |work| {
            once.beside_its_own_write(work, |work| {
                let (asked, rng, act) = ((ground, &claim), &mut *work.rng, work.act);
                let done =
                    match opposition::oppose_for(work.db, &mut ImportedRegister, &number, asked, rng, act) {
                        Ok(done) => done,
                        // Its answer was lost, and the program ended before it was kept; or another node has it.
                        Err(error) if once.is_keyed() && error.code() == card::faults::ALREADY_OPPOSED => {
                            let before =
                                work.db.snapshot(|db| opposition::declared_before(db, &number, asked, act));
                            before?.ok_or(error)?
                        }
                        Err(error) => return Err(error.into()),
                    };
                let published = work.state.publication(done.status_sequence) == Publication::Published;
                let location = format!("{BASE}/cards/{number}");
                Ok(reply(StatusCode::CREATED, Some(location), None, &Receipt::of(done, published)))
            })
        })
        .await?;
    Ok(send(reply))
}

fn read_claim(declared: &Declared) -> Result<Claim, Failure> {
    let identity = declared.requested_by.as_deref().unwrap_or_default();
    match (declared.requester.as_deref(), identity) {
        (None, "") => Ok(Claim::Authority),
        (requester, identity) => Ok(Claim::read(requester.unwrap_or_default(), identity)?),
    }
}

/// The card's number in an address.
pub(super) fn read_number(text: &str) -> Result<CardNumber, Failure> {
    text.parse().map_err(|_| Failure::of(card::faults::NOT_FOUND))
}

impl From<CardView> for Card {
    fn from(view: CardView) -> Self {
        let CardView { card, state, certificates, .. } = view;
        Self {
            number: card.number.to_string(),
            kind: card.kind.to_string(),
            status: state.as_str().to_owned(),
            holder: card.holder,
            order: card.order_number,
            replaces: card.replaces.as_ref().map(ToString::to_string),
            ordered_at: card.ordered_at.to_string(),
            certificates: certificates.into_iter().map(Attached::from).collect(),
        }
    }
}

impl From<AttachedCertificate> for Attached {
    fn from(one: AttachedCertificate) -> Self {
        Self {
            usage: one.usage.as_str(),
            issuer: one.issuer,
            serial: one.serial,
            status: one.status.map(|status| status.word()),
        }
    }
}

impl Receipt {
    fn of(done: Opposition, published: bool) -> Self {
        let ended = done.certificates.into_iter().map(|one| Ended {
            issuer: one.issuer,
            serial: one.serial.to_string(),
            outcome: match one.outcome {
                Some(Revoked::Published { .. }) => "revoked",
                Some(Revoked::Abandoned) => "abandoned",
                None => "ended-before",
            },
        });
        Self {
            certificates: ended.collect(),
            receipt: done.receipt,
            card: done.card.to_string(),
            requester: done.requested.requester().as_str(),
            requested_by: done.requested.by().to_owned(),
            opposed_at: done.opposed_at.to_string(),
            sequence: done.sequence,
            published,
        }
    }
}
