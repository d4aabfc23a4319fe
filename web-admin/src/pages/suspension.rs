//! Suspending a card, and deciding that its suspension is lifted or stays.

use actix_web::HttpResponse;
use actix_web::web;
use card::CardNumber;
use registration_authority::approval::{Decidable, SubjectKind, Verdict};
use registration_authority::decision::Standing;
use registration_authority::faults as rules;
use registration_authority::officers::{self, Officer, Right};
use registration_authority::suspension::{self, Suspension};
use store::Database;

use super::card::{Declined, card_number, read};
use super::outcome::Outcome;
use super::release::{self, Past, Reason};
use super::signing::{self, Asked, SignPage, Signed};
use super::{Address, FieldError};
use crate::desk::Work;
use crate::failure::Failure;
use crate::frame::Frame;
use crate::language::Language;
use crate::messages::Key;
use crate::posted::{Fields, Posted};
use crate::typography::Shown;

pub(super) const ADDRESSES: &[Address] = &[
    Address::at("/ra/cartes/{number}/suspension").post(|| web::post().to(suspend)).needs(Right::Oppose),
    Address::at("/ra/cartes/{number}/suspension/lever").post(|| web::post().to(approve)).needs(Right::Decide),
    Address::at("/ra/cartes/{number}/suspension/garder").post(|| web::post().to(refuse)).needs(Right::Decide),
];

/// A suspension on the page of its card.
pub(super) struct Shows {
    pub(super) since: Shown,
    pub(super) status: Key,
    pub(super) decisions: Vec<Past>,
    pub(super) undecided: bool,
    /// Why this officer does not see the buttons.
    pub(super) barred: Option<String>,
    pub(super) reasons: Vec<Reason>,
}

impl Shows {
    pub(super) fn of(
        db: &mut Database,
        suspension: &Suspension,
        language: Language,
        officer: &Officer,
        signs: bool,
    ) -> Result<Self, Failure> {
        let standing = suspension.standing();
        let mut decisions = Vec::new();
        for version in 1..=suspension.version() {
            decisions.extend(Past::of_lift(db, &suspension.decisions, version)?);
        }
        Ok(Self {
            since: Shown(suspension.suspended_at),
            status: Key::of(match &standing {
                Standing::Held { approved_by: None } => "card-lift-none",
                Standing::Held { approved_by: Some(_) } => "card-lift-proposed",
                Standing::Released | Standing::Refused => "card-lift-under-way",
            }),
            decisions,
            undecided: matches!(standing, Standing::Held { .. }),
            barred: release::barred(language, officer, &standing, signs),
            reasons: release::reasons(SubjectKind::SuspensionLift),
        })
    }
}

async fn suspend(number: web::Path<String>, posted: Posted) -> Result<HttpResponse, Failure> {
    act(number, posted, |work, _, number, _| {
        let policy = work.state.suspensions();
        suspension::suspend(work.db, policy, number, work.rng, work.act)?;
        Ok(None)
    })
    .await
}

async fn approve(number: web::Path<String>, posted: Posted) -> Result<HttpResponse, Failure> {
    act(number, posted, |work, frame, number, fields| record(work, frame, number, Verdict::Approve, fields))
        .await
}

async fn refuse(number: web::Path<String>, posted: Posted) -> Result<HttpResponse, Failure> {
    act(number, posted, |work, frame, number, fields| record(work, frame, number, Verdict::Refuse, fields))
        .await
}

/// Does it, and answers: by GET of the card when it is done, with its page and why not otherwise.
async fn act(
    number: web::Path<String>,
    posted: Posted,
    done: impl FnOnce(&mut Work<'_>, Frame, &CardNumber, &Fields) -> Result<Option<Box<SignPage>>, Failure>
    + Send
    + 'static,
) -> Result<HttpResponse, Failure> {
    let number = card_number(&number)?;
    let Posted { desk, fields } = posted;
    let frame = desk.frame();
    let outcome = desk
        .work(move |work| {
            let done = done(work, frame.clone(), &number, &fields);
            let declined =
                |code| Declined { errors: vec![FieldError::new("contenu", code)], ..Declined::default() };
            Outcome::of(done, |code| read(work, frame, &number, declined(code)))
        })
        .await?;
    outcome.answer(&format!("/ra/cartes/{number}"))
}

/// Records the decision; gives the page that asks for its signature where that is not there yet.
fn record(
    work: &mut Work<'_>,
    frame: Frame,
    number: &CardNumber,
    verdict: Verdict,
    fields: &Fields,
) -> Result<Option<Box<SignPage>>, Failure> {
    officers::require(work.db, Right::Decide, work.act)?;
    let suspension = suspension::of_card(work.db, number)?.ok_or(Failure::of(rules::SUSPENSION_NONE))?;
    let subject = suspension.decidable();
    let reason = release::reason(verdict, fields)?;
    let proof = match signing::sign(work, frame, asked(&subject, verdict, reason, number), fields)? {
        Signed::Proof(proof) => proof,
        Signed::Ask(template) => return Ok(Some(template)),
    };
    let text = release::text(fields);
    let (verifier, rng, act) = (work.state.verifier(), &mut *work.rng, work.act);
    work.db.write(|db| suspension::decide(db, verifier, number, verdict, &proof, text, rng, act))?;
    Ok(None)
}

fn asked<'a>(
    subject: &'a Decidable,
    verdict: Verdict,
    reason: Option<&'static str>,
    number: &CardNumber,
) -> Asked<'a> {
    let (act, what) = match verdict {
        Verdict::Approve => ("lever", Key::of("sign-lift-suspension")),
        Verdict::Refuse => ("garder", Key::of("sign-keep-suspension")),
    };
    Asked {
        subject,
        verdict,
        reason,
        what,
        lines: vec![
            (Key::of("sign-line-card"), number.to_string()),
            (Key::of("sign-line-suspension"), subject.number.clone()),
        ],
        leaves: None,
        action: format!("/ra/cartes/{number}/suspension/{act}"),
        back: format!("/ra/cartes/{number}"),
    }
}
