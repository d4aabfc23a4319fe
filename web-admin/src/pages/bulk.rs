//! Several orders decided on by one gesture: the rows that were ticked in the queue, what would become of each, one signature over those
//! that can be decided so, and what became of them.

mod asked;
mod done;
mod rows;
mod signature;
mod whose;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use professional_registry::ImportedRegister;
use registration_authority::approval::{SubjectKind, Verdict};
use registration_authority::officers::{self, Right};
use registration_authority::order::{self, bulk};
use store::{Code, Timestamp};

use super::dossier::{Choice, choices};
use super::release::Problem;
use super::{Address, filters, page, to};
use crate::desk::Work;
use crate::failure::{Failure, status_of};
use crate::frame::Frame;
use crate::messages::Key;
use crate::posted::{Fields, Posted};
pub(super) use done::address as bulk_address;

use asked::Asked;
use done::{DonePage, Left};
use rows::{Row, told};
use signature::{BulkSignPage, Signed};

pub(super) const ADDRESSES: &[Address] = &[
    Address::at("/ra/file/lot").post(|| web::post().to(preview)).needs(Right::Decide),
    Address::at("/ra/file/lot/decider").post(|| web::post().to(decide)).needs(Right::Decide),
    Address::at("/ra/file/lot/reprendre").post(|| web::post().to(take_back)).needs(Right::Decide),
    Address::at("/ra/file/lot/{moment}").get(|| web::get().to(done::show)).needs(Right::Decide),
];

#[derive(Template)]
#[template(path = "bulk.html")]
struct BulkPage {
    frame: Frame,
    asked: Asked,
    rows: Vec<Row>,
    /// How many can be decided on so.
    ready: usize,
    /// For how long each can be taken back, in words; nothing where it cannot.
    delay: Option<String>,
    reasons: Vec<Choice>,
    problem: Option<Problem>,
}

impl BulkPage {
    fn section(&self) -> &'static str {
        "file"
    }

    fn approves(&self) -> bool {
        self.asked.verdict == Verdict::Approve
    }

    fn title(&self) -> Key {
        Key::of(if self.approves() { "bulk-approve-title" } else { "bulk-refuse-title" })
    }

    fn ready_of(&self) -> Key {
        Key::of(if self.approves() { "bulk-can-be-approved" } else { "bulk-can-be-refused" })
    }
}

/// What an act on a selection leads to.
enum Outcome {
    /// Nothing was ticked: the queue says so.
    Nothing(String),
    Preview(StatusCode, Box<BulkPage>),
    Sign(Box<BulkSignPage>),
    /// None of it was done.
    NotDone(Box<DonePage>),
    /// To what became of it, whose address names when it was decided; and what was left out.
    Done(String, Timestamp, Vec<Left>),
}

async fn preview(posted: Posted) -> Result<HttpResponse, Failure> {
    answer(posted, |work, frame, asked, _| {
        let rows = rows::read(work, frame.language(), asked.verdict, &asked.chosen, asked.letter_of())?;
        Ok(Outcome::Preview(StatusCode::OK, Box::new(shown(work, frame, asked, rows, None))))
    })
    .await
}

async fn decide(posted: Posted) -> Result<HttpResponse, Failure> {
    answer(posted, |work, frame, asked, fields| {
        let signed = match signature::answered(fields)? {
            Some(signed) => signed,
            None => {
                let rows =
                    rows::read(work, frame.language(), asked.verdict, &asked.chosen, asked.letter_of())?;
                if let Some(code) = asked.missing(&rows) {
                    let template = shown(work, frame, asked, rows, Some(code));
                    return Ok(Outcome::Preview(status_of(code), Box::new(template)));
                }
                match signature::sign(work, frame.clone(), &asked, rows, fields)? {
                    Signed::By(signed) => signed,
                    Signed::Ask(template) => return Ok(Outcome::Sign(template)),
                }
            }
        };
        let (verdict, text, act) = (signed.verdict, asked.text(), work.act);
        let kept_back = match signed.in_one {
            false => Vec::new(),
            true => {
                let orders: Vec<_> = signed.rows.iter().map(|(chosen, _)| chosen.clone()).collect();
                work.db.snapshot(|db| bulk::kept_back(db, &mut ImportedRegister, &orders, verdict, act))?
            }
        };
        let handed_in = if kept_back.is_empty() { signed.rows } else { Vec::new() };
        let mut left = Vec::new();
        for (chosen, error) in kept_back {
            left.push((chosen, told(error.into())?));
        }
        let mut at = None;
        for (chosen, proof) in handed_in {
            let (verifier, rng) = (work.state.verifier(), &mut *work.rng);
            let registry = &mut ImportedRegister;
            let decided = work
                .db
                .write(|db| bulk::decide(db, registry, verifier, &chosen, (verdict, text), &proof, rng, act));
            match decided {
                Ok(_) => at = done::moment(work, &chosen)?,
                Err(error) => left.push((chosen, told(error.into())?)),
            }
        }
        let title = Key::of(match verdict {
            Verdict::Approve => "bulk-done-approved",
            Verdict::Refuse => "bulk-done-refused",
        });
        Ok(match at {
            Some(at) => Outcome::Done(done::address(at, &asked.query), at, left),
            None => {
                let said = (title, asked.act(), asked.query);
                Outcome::NotDone(Box::new(DonePage::of_nothing(work, frame, said, left)?))
            }
        })
    })
    .await
}

async fn take_back(posted: Posted) -> Result<HttpResponse, Failure> {
    answer(posted, |work, frame, asked, _| {
        let (mut left, mut at, act) = (Vec::new(), None, asked.act());
        for chosen in asked.chosen {
            let (verifier, rng, now) = (work.state.verifier(), &mut *work.rng, work.act);
            let registry = &mut ImportedRegister;
            let back = work.db.write(|db| {
                order::take_back(db, registry, verifier, &chosen.number, chosen.version, rng, now)
            });
            at = done::moment(work, &chosen)?.or(at);
            if let Err(error) = back {
                left.push((chosen, told(error.into())?));
            }
        }
        Ok(match at {
            Some(at) => Outcome::Done(done::address(at, &format!("fait=retour&{}", asked.query)), at, left),
            None => {
                let said = (Key::of("bulk-done-taken-back"), act, asked.query);
                Outcome::NotDone(Box::new(DonePage::of_nothing(work, frame, said, left)?))
            }
        })
    })
    .await
}

/// Runs an act on what was ticked, by an officer who may decide.
async fn answer(
    posted: Posted,
    act: impl FnOnce(&mut Work<'_>, Frame, Asked, &Fields) -> Result<Outcome, Failure> + Send + 'static,
) -> Result<HttpResponse, Failure> {
    let Posted { desk, fields } = posted;
    let (frame, sessions) = (desk.frame(), (desk.state.clone(), desk.session.key));
    let outcome = desk
        .work(move |work| {
            officers::require(work.db, Right::Decide, work.act)?;
            let asked = Asked::read(&fields, work.state.verifier().bulk_bound())?;
            match asked.chosen.is_empty() {
                true => Ok(Outcome::Nothing(asked.query)),
                false => act(work, frame, asked, &fields),
            }
        })
        .await?;
    match outcome {
        Outcome::Nothing(query) => Ok(to(&format!("/ra/file?{query}&fait=choix"))),
        Outcome::Preview(status, template) => page(status, &*template),
        Outcome::Sign(template) => page(StatusCode::OK, &*template),
        Outcome::NotDone(template) => page(StatusCode::OK, &*template),
        Outcome::Done(address, at, left) => {
            let left = left.into_iter().map(|(chosen, code)| (chosen.number, chosen.version, code)).collect();
            sessions.0.sessions().keep_left_out(&sessions.1, (at, left));
            Ok(to(&address))
        }
    }
}

fn shown(work: &Work<'_>, frame: Frame, asked: Asked, rows: Vec<Row>, problem: Option<Code>) -> BulkPage {
    let ready = rows.iter().filter(|row| row.refusal.is_none()).count();
    BulkPage {
        delay: delay(work, &frame, asked.verdict, ready),
        frame,
        ready,
        rows,
        reasons: match asked.verdict {
            Verdict::Approve => Vec::new(),
            Verdict::Refuse => choices(SubjectKind::CardOrder, &asked.reason),
        },
        problem: problem.map(Problem::of),
        asked,
    }
}

fn delay(work: &Work<'_>, frame: &Frame, verdict: Verdict, count: usize) -> Option<String> {
    let delay = work.state.verifier().delays().in_bulk(verdict);
    (count > 0 && !delay.is_zero()).then(|| frame.language().lasting(delay))
}
