//! What officers do about who speaks for a structure: propose it, decide on it, end it.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web;
use professional_registry::ImportedRegister;
use professional_registry::identifiers::TechnicalStructureId;
use registration_authority::approval::Verdict;
use registration_authority::mandate::{self, Mandate, NewMandate};
use registration_authority::officers::{self, Right};
use registration_authority::{faults as rules, views};
use store::Code;

use super::release;
use super::signing::{self, Asked, SignPage, Signed};
use super::structure::{Said, StructurePage, identifier, quality_in_words, until_in_words};
use super::{Address, page, to};
use crate::desk::Work;
use crate::failure::{Failure, status_of};
use crate::frame::Frame;
use crate::language::Language;
use crate::messages::Key;
use crate::posted::{Fields, Posted};
use crate::typography::Shown;

pub(super) const ADDRESSES: &[Address] = &[
    Address::at("/ra/structures/{structure}/mandats").post(|| web::post().to(propose)).needs(Right::Decide),
    Address::at("/ra/mandats/{mandate}/approuver").post(|| web::post().to(approve)).needs(Right::Decide),
    Address::at("/ra/mandats/{mandate}/refuser").post(|| web::post().to(refuse)).needs(Right::Decide),
    Address::at("/ra/mandats/{mandate}/terminer").post(|| web::post().to(end)).needs(Right::Submit),
];

/// What became of an act.
enum Done {
    Yes(TechnicalStructureId),
    Sign(Box<SignPage>),
}

async fn propose(structure: web::Path<String>, posted: Posted) -> Result<HttpResponse, Failure> {
    let structure = identifier(&structure)?;
    let of = structure.clone();
    acted(
        posted,
        "mandat",
        Right::Decide,
        move |_| Ok(of),
        move |work, _, fields| {
            let new = proposal(structure, fields)?;
            let (rng, act) = (&mut *work.rng, work.act);
            let proposed = work.db.write(|db| mandate::propose(db, &mut ImportedRegister, new, rng, act))?;
            Ok(Done::Yes(proposed.structure))
        },
    )
    .await
}

async fn approve(number: web::Path<String>, posted: Posted) -> Result<HttpResponse, Failure> {
    decide(number.into_inner(), posted, Verdict::Approve, "approbation").await
}

async fn refuse(number: web::Path<String>, posted: Posted) -> Result<HttpResponse, Failure> {
    decide(number.into_inner(), posted, Verdict::Refuse, "refus").await
}

async fn decide(
    number: String,
    posted: Posted,
    verdict: Verdict,
    done: &'static str,
) -> Result<HttpResponse, Failure> {
    let of = number.clone();
    let structure = move |work: &mut Work<'_>| Ok(mandate::get(work.db, &of)?.structure);
    acted(posted, done, Right::Decide, structure, move |work, frame, fields| {
        decided(work, frame, fields, &number, verdict)
    })
    .await
}

/// Ends a mandate: an officer by his signature; its agent lays it down.
async fn end(number: web::Path<String>, posted: Posted) -> Result<HttpResponse, Failure> {
    let number = number.into_inner();
    let of = number.clone();
    let structure = move |work: &mut Work<'_>| Ok(mandate::get(work.db, &of)?.structure);
    acted(posted, "fin", Right::Submit, structure, move |work, frame, fields| {
        if work.officer.role.may(Right::Decide) {
            return decided(work, frame, fields, &number, Verdict::Refuse);
        }
        let (rng, act) = (&mut *work.rng, work.act);
        let ended = work.db.write(|db| mandate::lay_down(db, &number, rng, act))?;
        Ok(Done::Yes(ended.structure))
    })
    .await
}

fn decided(
    work: &mut Work<'_>,
    frame: Frame,
    fields: &Fields,
    number: &str,
    verdict: Verdict,
) -> Result<Done, Failure> {
    let mandate = mandate::get(work.db, number)?;
    let subject = mandate.decidable();
    let reason = release::reason(verdict, fields)?;
    let asked = Asked { reason, ..asked(frame.language(), &mandate, &subject, verdict) };
    let proof = match signing::sign(work, frame, asked, fields)? {
        Signed::Proof(proof) => proof,
        Signed::Ask(template) => return Ok(Done::Sign(template)),
    };
    let text = release::text(fields);
    let (verifier, rng, act) = (work.state.verifier(), &mut *work.rng, work.act);
    work.db.write(|db| mandate::decide(db, verifier, number, verdict, &proof, text, rng, act))?;
    Ok(Done::Yes(mandate.structure))
}

/// Acts, and answers: by GET when it is done, with the page of the structure and why not otherwise.
async fn acted(
    posted: Posted,
    done: &'static str,
    right: Right,
    structure: impl FnOnce(&mut Work<'_>) -> Result<TechnicalStructureId, Failure> + Send + 'static,
    act: impl FnOnce(&mut Work<'_>, Frame, &Fields) -> Result<Done, Failure> + Send + 'static,
) -> Result<HttpResponse, Failure> {
    enum Outcome {
        Done(Done),
        Again(Code, Box<StructurePage>),
    }
    let Posted { desk, fields } = posted;
    let frame = desk.frame();
    let outcome = desk
        .work(move |work| {
            officers::require(work.db, right, work.act)?;
            let structure = structure(work)?;
            // Who may not read it is shown nothing of it.
            views::structure(work.db, &mut ImportedRegister, &structure, "", work.act)?;
            match act(work, frame.clone(), &fields) {
                Ok(done) => Ok(Outcome::Done(done)),
                Err(failure) => {
                    let code = release::told(failure)?;
                    let said = Said::refused(Some(code), &fields);
                    Ok(Outcome::Again(code, Box::new(StructurePage::read(work, frame, &structure, said)?)))
                }
            }
        })
        .await?;
    match outcome {
        // Who ended his own mandate no longer reads the structure.
        Outcome::Done(Done::Yes(_)) if right == Right::Submit && !desk.session.role.may(Right::Decide) => {
            Ok(to("/ra/structures"))
        }
        Outcome::Done(Done::Yes(structure)) => Ok(to(&format!("/ra/structures/{structure}?fait={done}"))),
        Outcome::Done(Done::Sign(template)) => page(StatusCode::OK, &*template),
        Outcome::Again(code, template) => page(status_of(code), &*template),
    }
}

fn proposal(structure: TechnicalStructureId, fields: &Fields) -> Result<NewMandate, Failure> {
    let invalid = || Failure::of(rules::MANDATE_FIELD_INVALID);
    Ok(NewMandate {
        structure,
        login: fields.text("mandataire").to_owned(),
        quality: fields.text("qualite").parse().map_err(|_| invalid())?,
        identifier: match fields.text("identifiant") {
            "" => None,
            text => Some(text.parse().map_err(|_| invalid())?),
        },
        reference: fields.text("reference").to_owned(),
        document: fields.text("empreinte").to_ascii_lowercase(),
        until: match fields.text("jusqu-au") {
            "" => None,
            day => Some(mandate::end_of_day(day).ok_or_else(invalid)?),
        },
    })
}

fn asked<'a>(
    language: Language,
    mandate: &Mandate,
    subject: &'a registration_authority::approval::Decidable,
    verdict: Verdict,
) -> Asked<'a> {
    let (act, what) = match verdict {
        Verdict::Approve => ("approuver", Key::of("sign-approve-mandate")),
        Verdict::Refuse if mandate.is_approved() => ("terminer", Key::of("sign-end-mandate")),
        Verdict::Refuse => ("refuser", Key::of("sign-refuse-mandate")),
    };
    let until = mandate.until.map_or_else(
        || language.say("structure-without-end").to_string(),
        |until| until_in_words(language, until),
    );
    // All that is signed, and nothing that is not.
    let mut lines = vec![
        (Key::of("sign-line-mandate"), mandate.number.clone()),
        (Key::of("sign-line-structure"), mandate.structure.to_string()),
        (Key::of("sign-line-agent"), mandate.login.clone()),
        (Key::of("structure-quality"), language.say(quality_in_words(mandate.quality)).to_string()),
    ];
    lines.extend(
        mandate
            .identifier
            .as_ref()
            .map(|identifier| (Key::of("sign-line-professional"), identifier.to_string())),
    );
    lines.extend([
        (Key::of("sign-line-document"), mandate.reference.clone()),
        (Key::of("sign-line-document-digest"), mandate.document.clone()),
        (Key::of("structure-until"), until),
        (Key::of("sign-line-proposed-by"), mandate.proposed_by.clone()),
        (Key::of("sign-line-proposed-at"), language.long(Shown(mandate.proposed_at))),
    ]);
    Asked {
        subject,
        verdict,
        reason: None,
        what,
        lines,
        leaves: None,
        action: format!("/ra/mandats/{}/{act}", mandate.number),
        back: format!("/ra/structures/{}", mandate.structure),
    }
}
