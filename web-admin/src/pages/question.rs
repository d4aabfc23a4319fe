//! Asking the applicant something, and his answer: in between the order waits. Asking for a second officer. And what officers
//! write for each other.

use actix_web::{HttpResponse, web};
use professional_registry::ImportedRegister;
use registration_authority::officers::Right;
use registration_authority::order;

use super::Address;
use super::decision::{act, version};
use crate::failure::Failure;
use crate::posted::Posted;

pub(super) const ADDRESSES: &[Address] = &[
    Address::at("/ra/dossiers/{number}/demander").post(|| web::post().to(ask)).needs(Right::Decide),
    Address::at("/ra/dossiers/{number}/second-avis").post(|| web::post().to(ask_second)).needs(Right::Decide),
    Address::at("/ra/dossiers/{number}/noter").post(|| web::post().to(note)).needs(Right::Decide),
    Address::at("/ra/dossiers/{number}/repondre").post(|| web::post().to(answer)).needs(Right::Submit),
];

async fn ask(number: web::Path<String>, posted: Posted) -> Result<HttpResponse, Failure> {
    act(number, posted, "question", |work, _, number, fields| {
        let (seen, question) = (version(fields)?, fields.text("question"));
        let (rng, act) = (&mut *work.rng, work.act);
        work.db.write(|db| order::ask(db, number, seen, question, rng, act))?;
        Ok(None)
    })
    .await
}

async fn answer(number: web::Path<String>, posted: Posted) -> Result<HttpResponse, Failure> {
    act(number, posted, "reponse", |work, _, number, fields| {
        let answer = fields.text("reponse");
        let (rng, act) = (&mut *work.rng, work.act);
        work.db.write(|db| order::answer(db, &mut ImportedRegister, number, answer, rng, act))?;
        Ok(None)
    })
    .await
}

async fn ask_second(number: web::Path<String>, posted: Posted) -> Result<HttpResponse, Failure> {
    act(number, posted, "second-avis", |work, _, number, fields| {
        let seen = version(fields)?;
        let (rng, act) = (&mut *work.rng, work.act);
        work.db.write(|db| order::ask_second_officer(db, number, seen, rng, act))?;
        Ok(None)
    })
    .await
}

async fn note(number: web::Path<String>, posted: Posted) -> Result<HttpResponse, Failure> {
    act(number, posted, "note", |work, _, number, fields| {
        let (rng, act) = (&mut *work.rng, work.act);
        work.db.write(|db| order::note(db, number, fields.text("note"), rng, act))?;
        Ok(None)
    })
    .await
}
