//! Deciding on an order: approve, refuse, take the decision back; and what an officer does before: take the register's
//! data again, withdraw.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web;
use professional_registry::ImportedRegister;
use registration_authority::approval::Verdict;
use registration_authority::faults as rules;
use registration_authority::officers::{self, Right};
use registration_authority::order::{self, OrderState, Tie};
use registration_authority::outbox::Notice;
use registration_authority::queue::{self, NextError};
use registration_authority::refusal_reasons;
use registration_authority::views;
use store::{Code, Fault, Kind, Timestamp};

use super::dossier::{self, DossierPage, List, Said, mail, refusal_letter};
use super::signing::{self, Asked, Leaves, SignPage, Signed};
use super::stale::{Seen, StalePage};
use super::{Address, page, release, to};
use crate::desk::Work;
use crate::failure::{Failure, status_of};
use crate::faults;
use crate::frame::Frame;
use crate::messages::Key;
use crate::order_number::order_number;
use crate::posted::{Fields, Posted};
use crate::typography::{self, Shown};

pub(super) const ADDRESSES: &[Address] = &[
    Address::at("/ra/dossiers/{number}/approuver").post(|| web::post().to(approve)).needs(Right::Decide),
    Address::at("/ra/dossiers/{number}/refuser").post(|| web::post().to(refuse)).needs(Right::Decide),
    Address::at("/ra/dossiers/{number}/revenir").post(|| web::post().to(take_back)).needs(Right::Decide),
    Address::at("/ra/dossiers/{number}/reprendre").post(|| web::post().to(refresh)).needs(Right::Submit),
    Address::at("/ra/dossiers/{number}/retirer").post(|| web::post().to(withdraw)).needs(Right::Submit),
];

/// The acts after which whoever goes from one dossier to the next is shown the next.
const DECISIONS: [&str; 2] = ["approbation", "refus"];

/// What became of an act on a dossier.
enum Outcome {
    Done,
    /// To the next dossier of the list, or back to the list where there is none.
    Onward(String),
    /// His passkey is asked first.
    Sign(Box<SignPage>),
    /// The officer decided on what no longer stands.
    Stale(Box<StalePage>),
    /// The dossier again, with why.
    Again(Code, Box<DossierPage>),
}

async fn approve(number: web::Path<String>, posted: Posted) -> Result<HttpResponse, Failure> {
    act(number, posted, "approbation", |work, frame, number, fields| {
        let seen = version(fields)?;
        let proof = match sign(work, frame, number, seen, Verdict::Approve, None, fields)? {
            Signed::Proof(proof) => proof,
            Signed::Ask(template) => return Ok(Some(template)),
        };
        let (verifier, rng, act) = (work.state.verifier(), &mut *work.rng, work.act);
        work.db.write(|db| {
            order::approve(db, &mut ImportedRegister, verifier, number, seen, &proof, rng, act)
        })?;
        Ok(None)
    })
    .await
}

async fn refuse(number: web::Path<String>, posted: Posted) -> Result<HttpResponse, Failure> {
    act(number, posted, "refus", |work, frame, number, fields| {
        // Whoever may not decide is told so before his form is read.
        officers::require(work.db, Right::Decide, work.act)?;
        let (seen, reason) = (version(fields)?, release::reason(Verdict::Refuse, fields)?);
        let text = release::text(fields);
        let proof = match sign(work, frame, number, seen, Verdict::Refuse, reason, fields)? {
            Signed::Proof(proof) => proof,
            Signed::Ask(template) => return Ok(Some(template)),
        };
        let (verifier, rng, act) = (work.state.verifier(), &mut *work.rng, work.act);
        work.db.write(|db| order::refuse(db, verifier, number, seen, &proof, text, rng, act))?;
        Ok(None)
    })
    .await
}

async fn take_back(number: web::Path<String>, posted: Posted) -> Result<HttpResponse, Failure> {
    act(number, posted, "retour", |work, _, number, fields| {
        let seen = version(fields)?;
        let (verifier, rng, act) = (work.state.verifier(), &mut *work.rng, work.act);
        work.db.write(|db| order::take_back(db, &mut ImportedRegister, verifier, number, seen, rng, act))?;
        Ok(None)
    })
    .await
}

async fn refresh(number: web::Path<String>, posted: Posted) -> Result<HttpResponse, Failure> {
    act(number, posted, "reprise", |work, _, number, fields| {
        let seen = version(fields)?;
        let (rng, act) = (&mut *work.rng, work.act);
        work.db.write(|db| order::refresh(db, &mut ImportedRegister, number, seen, rng, act))?;
        Ok(None)
    })
    .await
}

async fn withdraw(number: web::Path<String>, posted: Posted) -> Result<HttpResponse, Failure> {
    act(number, posted, "retrait", |work, _, number, _| {
        let (rng, act) = (&mut *work.rng, work.act);
        work.db.write(|db| order::withdraw(db, number, rng, act))?;
        Ok(None)
    })
    .await
}

/// Runs an act on a dossier that the officer may read, and answers: by GET when it is done.
pub(super) async fn act(
    number: web::Path<String>,
    posted: Posted,
    done: &'static str,
    act: impl FnOnce(&mut Work<'_>, Frame, &str, &Fields) -> Result<Option<Box<SignPage>>, Failure>
    + Send
    + 'static,
) -> Result<HttpResponse, Failure> {
    let number = order_number(&number).ok_or(Failure::of(rules::ORDER_UNKNOWN))?;
    let Posted { desk, fields } = posted;
    let (frame, list, of_dossier) = (desk.frame(), List::of_form(&fields), number.clone());
    let there = list.dossier_after(&of_dossier, done);
    let outcome = desk
        .work(move |work| {
            views::order(work.db, &number, work.act)?;
            match act(work, frame.clone(), &number, &fields) {
                Ok(None) if list.leads_onward() && DECISIONS.contains(&done) => {
                    Ok(onward(work, &list).map_or(Outcome::Done, Outcome::Onward))
                }
                Ok(None) => Ok(Outcome::Done),
                Ok(Some(template)) => Ok(Outcome::Sign(template)),
                Err(failure) => answer(work, frame, &number, &list, &fields, failure),
            }
        })
        .await?;
    match outcome {
        Outcome::Done => Ok(to(&there)),
        Outcome::Onward(address) => Ok(to(&address)),
        Outcome::Sign(template) => page(StatusCode::OK, &*template),
        Outcome::Stale(template) => page(StatusCode::PRECONDITION_FAILED, &*template),
        Outcome::Again(code, template) => page(status_of(code), &*template),
    }
}

/// Where the officer goes on: to the most urgent order of the list that nobody is on. Nothing where that cannot be known: what he decided
/// stands, and he reads that.
fn onward(work: &mut Work<'_>, list: &List) -> Option<String> {
    let (hours, rng, act) = (work.state.working_hours(), &mut *work.rng, work.act);
    let filter = list.asked(act.at);
    match work.db.write(|db| queue::next(db, hours, &filter, rng, act)) {
        Ok(number) => Some(list.dossier_after(&number, "suite")),
        Err(NextError::None) => Some(list.queue_after("aucune")),
        Err(error) => {
            tracing::error!(code = error.code().name, "there is no next order: {error}");
            None
        }
    }
}

/// What an officer reads when his act was refused.
fn answer(
    work: &mut Work<'_>,
    frame: Frame,
    number: &str,
    list: &List,
    fields: &Fields,
    failure: Failure,
) -> Result<Outcome, Failure> {
    let Some(code) = failure.code() else { return Err(failure) };
    if [rules::ORDER_STALE_VERSION, rules::ORDER_NOT_OPEN].contains(&code) {
        let seen = Seen {
            version: version(fields).ok(),
            at: fields.text("lu").parse().ok().map(Timestamp::from_millis),
            family_name: fields.text("vu-nom").to_owned(),
            given_name: fields.text("vu-prenom").to_owned(),
            category: fields.text("vu-categorie").to_owned(),
        };
        return Ok(Outcome::Stale(Box::new(StalePage::read(work, frame, (number, list), &seen, code)?)));
    }
    if matches!(code.kind, Kind::Failed | Kind::Integrity | Kind::Unavailable)
        || [faults::FORM_UNREADABLE, rules::OFFICER_ROLE_MISSING].contains(&code)
    {
        return Err(failure);
    }
    let said = Said {
        problem: Some(code),
        rules: failure.rules().to_vec(),
        reason: fields.text("motif").to_owned(),
        text: fields.text("precision").to_owned(),
        ..Said::default()
    };
    Ok(Outcome::Again(code, Box::new(dossier::read(work, frame, number, list, said)?)))
}

/// The proof of a decision on the version that the officer has read, or the page that asks for it. Nothing is signed
/// for a version that he has not read, nor for an order that nothing is left to decide of.
fn sign(
    work: &mut Work<'_>,
    frame: Frame,
    number: &str,
    seen: i64,
    verdict: Verdict,
    reason: Option<&'static str>,
    fields: &Fields,
) -> Result<Signed, Failure> {
    let order = views::order(work.db, number, work.act)?;
    if seen != order.version {
        return Err(Failure::of(rules::ORDER_STALE_VERSION));
    }
    let officer = officers::require(work.db, Right::Decide, work.act)?;
    if officer.login == order.submitted_by {
        return Err(Failure::of(rules::ORDER_SELF_APPROVAL));
    }
    if order.state != OrderState::Submitted {
        return Err(Failure::of(rules::ORDER_NOT_OPEN));
    }
    let (act, what) = match verdict {
        Verdict::Approve => ("approuver", Key::of("sign-approve-order")),
        Verdict::Refuse => ("refuser", Key::of("sign-refuse-order")),
    };
    let mut lines = vec![
        (Key::of("sign-line-order"), format!("{number}, version {seen}")),
        (Key::of("sign-line-card"), order.kind.to_string()),
        (
            Key::of("sign-line-holder"),
            order
                .service_in_words()
                .unwrap_or_else(|| typography::name(&order.family_name, &order.given_name)),
        ),
        (Key::of("sign-line-national-id"), order.holder.to_string()),
    ];
    lines.extend(of_tie(&order.tie));
    lines.extend(order.replaces.as_ref().map(|card| (Key::of("sign-line-replaces"), card.to_string())));
    lines.push((Key::of("sign-line-submitted-by"), order.submitted_by.clone()));
    lines.push((Key::of("sign-line-submitted-at"), frame.long(&Shown(order.submitted_at))));
    if let Some(reason) = reason.and_then(refusal_reasons::find) {
        lines.push((signing::REFUSAL_REASON, typography::french(reason.sentence)));
    }
    let leaves = match (verdict, reason) {
        (Verdict::Approve, _) => Leaves { mail: mail(&order, Notice::Approved), letter: None },
        (Verdict::Refuse, reason) => Leaves {
            mail: mail(&order, Notice::Refused),
            letter: refusal_letter(&order, reason.unwrap_or_default(), fields.text("precision")),
        },
    };
    let asked = Asked {
        subject: &order.decidable(),
        verdict,
        reason,
        what,
        lines,
        leaves: Some(leaves),
        action: format!("/ra/dossiers/{number}/{act}"),
        back: List::of_form(fields).dossier(number),
    };
    signing::sign(work, frame, asked, fields)
}

/// What the card is tied to, as it is signed.
fn of_tie(tie: &Tie) -> Vec<(Key, String)> {
    match tie {
        Tie::Exercise { profession, category } => {
            vec![
                (Key::of("base-profession"), profession.label().to_owned()),
                (Key::of("sign-line-category"), category.label().to_owned()),
            ]
        }
        Tie::Structure(staff) => vec![
            (Key::of("sign-line-structure"), staff.structure.to_string()),
            (Key::of("sign-line-title"), staff.title.clone()),
            (Key::of("sign-line-mandate"), staff.mandate.clone()),
        ],
    }
}

/// The version that the officer has read.
pub(super) fn version(fields: &Fields) -> Result<i64, Failure> {
    fields.text("version").parse().map_err(|_| Failure::of(faults::FORM_UNREADABLE))
}
