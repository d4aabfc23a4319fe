//! Deciding on an order: approve, refuse; and what an officer does before: take the register's data
//! again, withdraw.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web;
use professional_registry::ImportedRegister;
use registration_authority::approval::DemoApprover;
use registration_authority::faults as rules;
use registration_authority::order::{self, CardOrder};
use registration_authority::refusal_reasons;
use registration_authority::views;
use store::{Code, Kind};

use super::dossier::{self, DossierPage, Said, order_number};
use super::stale::{Seen, StalePage};
use super::{Address, page, to};
use crate::desk::Work;
use crate::failure::{Failure, status_of};
use crate::faults;
use crate::frame::Frame;
use crate::posted::{Fields, Posted};

pub(super) const ADDRESSES: &[Address] = &[
    Address::at("/ra/dossiers/{number}/approuver").post(|| web::post().to(approve)),
    Address::at("/ra/dossiers/{number}/refuser").post(|| web::post().to(refuse)),
    Address::at("/ra/dossiers/{number}/reprendre").post(|| web::post().to(refresh)),
    Address::at("/ra/dossiers/{number}/retirer").post(|| web::post().to(withdraw)),
];

/// What became of an act on a dossier.
enum Outcome {
    Done,
    /// The officer decided on what no longer stands.
    Stale(Box<StalePage>),
    /// The dossier again, with why.
    Again(Code, Box<DossierPage>),
}

async fn approve(number: web::Path<String>, posted: Posted) -> Result<HttpResponse, Failure> {
    act(number, posted, "approbation", |work, number, fields| {
        let (order, approver, seen) = begin(work, number, fields)?;
        let proof = approver.approve(&order.decidable(), &work.officer.login, work.rng, work.act.at)?;
        let verifier = approver.verifier();
        let (rng, act) = (&mut *work.rng, work.act);
        work.db.write(|db| {
            order::approve(db, &mut ImportedRegister, &verifier, number, seen, &proof, rng, act)
        })?;
        Ok(())
    })
    .await
}

async fn refuse(number: web::Path<String>, posted: Posted) -> Result<HttpResponse, Failure> {
    act(number, posted, "refus", |work, number, fields| {
        let (order, approver, seen) = begin(work, number, fields)?;
        let reason = reason(fields)?;
        let text = Some(fields.text("precision")).filter(|text| !text.is_empty());
        let proof =
            approver.refuse(&order.decidable(), reason, &work.officer.login, work.rng, work.act.at)?;
        let verifier = approver.verifier();
        let (rng, act) = (&mut *work.rng, work.act);
        work.db.write(|db| order::refuse(db, &verifier, number, seen, &proof, text, rng, act))?;
        Ok(())
    })
    .await
}

async fn refresh(number: web::Path<String>, posted: Posted) -> Result<HttpResponse, Failure> {
    act(number, posted, "reprise", |work, number, fields| {
        let seen = version(fields)?;
        let (rng, act) = (&mut *work.rng, work.act);
        work.db.write(|db| order::refresh(db, &mut ImportedRegister, number, seen, rng, act))?;
        Ok(())
    })
    .await
}

async fn withdraw(number: web::Path<String>, posted: Posted) -> Result<HttpResponse, Failure> {
    act(number, posted, "retrait", |work, number, _| {
        let (rng, act) = (&mut *work.rng, work.act);
        work.db.write(|db| order::withdraw(db, number, rng, act))?;
        Ok(())
    })
    .await
}

/// Runs an act on a dossier that the officer may read, and answers: by GET when it is done.
pub(super) async fn act(
    number: web::Path<String>,
    posted: Posted,
    done: &'static str,
    act: impl FnOnce(&mut Work<'_>, &str, &Fields) -> Result<(), Failure> + Send + 'static,
) -> Result<HttpResponse, Failure> {
    let number = order_number(&number).ok_or(Failure::of(rules::ORDER_UNKNOWN))?;
    let Posted { desk, fields } = posted;
    let (frame, of_dossier) = (desk.frame(), number.clone());
    let outcome = desk
        .work(move |work| {
            views::order(work.db, &number, work.act)?;
            match act(work, &number, &fields) {
                Ok(()) => Ok(Outcome::Done),
                Err(failure) => answer(work, frame, &number, &fields, failure),
            }
        })
        .await?;
    match outcome {
        Outcome::Done => Ok(to(&format!("/ra/dossiers/{of_dossier}?fait={done}"))),
        Outcome::Stale(template) => page(StatusCode::PRECONDITION_FAILED, &*template),
        Outcome::Again(code, template) => page(status_of(code), &*template),
    }
}

/// What an officer reads when his act was refused.
fn answer(
    work: &mut Work<'_>,
    frame: Frame,
    number: &str,
    fields: &Fields,
    failure: Failure,
) -> Result<Outcome, Failure> {
    let Some(code) = failure.code() else { return Err(failure) };
    if [rules::ORDER_STALE_VERSION, rules::ORDER_NOT_OPEN].contains(&code) {
        let seen = Seen {
            version: version(fields).ok(),
            family_name: fields.text("vu-nom").to_owned(),
            given_name: fields.text("vu-prenom").to_owned(),
            category: fields.text("vu-categorie").to_owned(),
        };
        return Ok(Outcome::Stale(Box::new(StalePage::read(work, frame, number, &seen, code)?)));
    }
    if matches!(code.kind, Kind::Failed | Kind::Integrity | Kind::Unavailable)
        || code == faults::FORM_UNREADABLE
    {
        return Err(failure);
    }
    let said = Said {
        done: None,
        problem: Some(code),
        rules: failure.rules().to_vec(),
        reason: fields.text("motif").to_owned(),
        text: fields.text("precision").to_owned(),
    };
    Ok(Outcome::Again(code, Box::new(dossier::read(work, frame, number, said)?)))
}

/// What every decision begins with: the order, what signs, and the version that the officer has read.
/// Nothing is signed for a version that he has not read.
fn begin<'a>(
    work: &mut Work<'a>,
    number: &str,
    fields: &Fields,
) -> Result<(CardOrder, &'a DemoApprover, i64), Failure> {
    let seen = version(fields)?;
    let order = views::order(work.db, number, work.act)?;
    if seen != order.version {
        return Err(Failure::of(rules::ORDER_STALE_VERSION));
    }
    let approver = work.state.approver().ok_or(Failure::of(faults::DECISION_PROOF_MISSING))?;
    Ok((order, approver, seen))
}

/// The version that the officer has read.
pub(super) fn version(fields: &Fields) -> Result<i64, Failure> {
    fields.text("version").parse().map_err(|_| Failure::of(faults::FORM_UNREADABLE))
}

/// The reason of a refusal, from the list.
fn reason(fields: &Fields) -> Result<&'static str, Failure> {
    match fields.text("motif") {
        "" => Err(Failure::of(rules::ORDER_REASON_MISSING)),
        code => Ok(refusal_reasons::find(code).ok_or(Failure::of(rules::ORDER_REASON_UNKNOWN))?.code),
    }
}
