//! One enrolment of a key, or its end: two administrators sign, or one rejects it.

use std::collections::HashMap;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web;
use askama::Template;
use registration_authority::approval::{SubjectKind, Verdict};
use registration_authority::decision::Standing;
use registration_authority::enrolment::{self, Credential, Enrolment};
use registration_authority::faults as rules;
use registration_authority::officers::{self, Right};
use registration_authority::views;
use store::Code;

use super::keys::what;
use super::new_key::grouped;
use super::outcome::Outcome;
use super::release::{self, Past, Problem, Reason};
use super::signing::{self, Asked, SignPage, Signed};
use super::{Address, filters, page};
use crate::desk::{Desk, Work};
use crate::failure::Failure;
use crate::faults;
use crate::frame::Frame;
use crate::language::Language;
use crate::messages::Key;
use crate::posted::{Fields, Posted};
use crate::typography::Shown;
use crate::words;

pub(super) const ADDRESSES: &[Address] = &[
    Address::at("/ra/cles/{number}").get(|| web::get().to(show)).needs(Right::ReadKeys),
    Address::at("/ra/cles/{number}/signer").post(|| web::post().to(approve)).needs(Right::Enrol),
    Address::at("/ra/cles/{number}/rejeter").post(|| web::post().to(refuse)).needs(Right::Enrol),
];

#[derive(Template)]
#[template(path = "enrolment.html")]
struct EnrolmentPage {
    frame: Frame,
    number: String,
    what: Key,
    status: Key,
    status_class: &'static str,
    done: Option<Key>,
    problem: Option<Problem>,
    display_name: String,
    login: String,
    role: Key,
    scope: String,
    proposed_by: String,
    proposed_at: Shown,
    fingerprint_label: Key,
    fingerprint: String,
    decisions: Vec<Past>,
    open: bool,
    /// Why this administrator does not see the buttons.
    barred: Option<String>,
    reasons: Vec<Reason>,
}

impl EnrolmentPage {
    fn section(&self) -> &'static str {
        "cles"
    }
}

async fn show(
    desk: Desk,
    number: web::Path<String>,
    query: web::Query<HashMap<String, String>>,
) -> Result<HttpResponse, Failure> {
    let number = number.into_inner();
    let done = query.get("fait").and_then(|done| done_in_words(done));
    let frame = desk.frame();
    let template = desk.work(move |work| read(work, frame, &number, done, None)).await?;
    page(StatusCode::OK, &template)
}

async fn approve(number: web::Path<String>, posted: Posted) -> Result<HttpResponse, Failure> {
    decide(number.into_inner(), posted, Verdict::Approve, "signature").await
}

async fn refuse(number: web::Path<String>, posted: Posted) -> Result<HttpResponse, Failure> {
    decide(number.into_inner(), posted, Verdict::Refuse, "rejet").await
}

async fn decide(
    number: String,
    posted: Posted,
    verdict: Verdict,
    done: &'static str,
) -> Result<HttpResponse, Failure> {
    let Posted { desk, fields } = posted;
    let (frame, address) = (desk.frame(), format!("/ra/cles/{number}"));
    let outcome = desk
        .work(move |work| {
            views::enrolment(work.db, &number, work.act)?;
            let recorded = record(work, frame.clone(), &number, verdict, &fields);
            Outcome::of(recorded, |code| read(work, frame, &number, None, Some(code)))
        })
        .await?;
    outcome.answer(&format!("{address}?fait={done}"))
}

/// Records the signature; gives the page that asks for it where it is not there yet.
fn record(
    work: &mut Work<'_>,
    frame: Frame,
    number: &str,
    verdict: Verdict,
    fields: &Fields,
) -> Result<Option<Box<SignPage>>, Failure> {
    officers::require(work.db, Right::Enrol, work.act)?;
    let (enrolment, language) = (enrolment::get(work.db, number)?, frame.language());
    let reason = release::reason(verdict, fields)?;
    let asked = Asked {
        subject: &enrolment.decidable(),
        verdict,
        reason,
        what: match verdict {
            Verdict::Approve => what(&enrolment),
            Verdict::Refuse => Key::of("sign-refuse-enrolment"),
        },
        leaves: None,
        lines: vec![
            (Key::of("sign-line-request"), number.to_owned()),
            (Key::of("sign-line-officer"), format!("{} ({})", enrolment.display_name, enrolment.login)),
            (Key::of("sign-line-role"), language.say(words::role(enrolment.role)).to_string()),
            (Key::of("sign-line-scope"), words::scope(language, &enrolment.scope)),
            (fingerprint_label(&enrolment), grouped(&enrolment.credential.fingerprint())),
            (Key::of("sign-line-not-before"), language.long(Shown(enrolment.not_before))),
            (Key::of("sign-line-proposed-by"), enrolment.proposed_by.clone()),
            (Key::of("sign-line-proposed-at"), language.long(Shown(enrolment.proposed_at))),
        ],
        action: format!(
            "/ra/cles/{number}/{}",
            if verdict == Verdict::Approve { "signer" } else { "rejeter" }
        ),
        back: format!("/ra/cles/{number}"),
    };
    let proof = match signing::sign(work, frame, asked, fields)? {
        Signed::Proof(proof) => proof,
        Signed::Ask(template) => return Ok(Some(template)),
    };
    let text = release::text(fields);
    let (verifier, rng, act) = (work.state.verifier(), &mut *work.rng, work.act);
    work.db.write(|db| enrolment::decide(db, verifier, number, verdict, &proof, text, rng, act))?;
    Ok(None)
}

fn read(
    work: &mut Work<'_>,
    frame: Frame,
    number: &str,
    done: Option<Key>,
    problem: Option<Code>,
) -> Result<EnrolmentPage, Failure> {
    let signs = signing::has_key(work)?;
    let (officer, act, language) = (work.officer, work.act, frame.language());
    work.db.snapshot(|db| {
        let one = views::enrolment(db, number, act)?;
        let standing = one.standing();
        let (status, status_class) = status(&standing);
        Ok(EnrolmentPage {
            frame,
            number: one.number.clone(),
            what: what(&one),
            status,
            status_class,
            done,
            problem: problem.map(Problem::of),
            display_name: one.display_name.clone(),
            login: one.login.clone(),
            role: words::role(one.role),
            scope: words::scope(language, &one.scope),
            proposed_by: super::dossier::name_of(db, &one.proposed_by)?,
            proposed_at: Shown(one.proposed_at),
            fingerprint_label: fingerprint_label(&one),
            fingerprint: grouped(&one.credential.fingerprint()),
            decisions: Past::of_enrolment(db, &one.decisions)?,
            open: matches!(standing, Standing::Held { .. }),
            barred: barred(language, &one, &officer.login, officer.role.may(Right::Enrol), signs),
            reasons: release::reasons(SubjectKind::OfficerEnrolment),
        })
    })
}

/// Of what people compare the fingerprint.
fn fingerprint_label(enrolment: &Enrolment) -> Key {
    Key::of(match enrolment.credential {
        Credential::Passkey(_) => "enrolment-key-fingerprint",
        Credential::Certificate(_) => "enrolment-certificate-fingerprint",
    })
}

/// Why this administrator does not see the buttons. A help to him: the rule is asked again at each act.
fn barred(language: Language, enrolment: &Enrolment, login: &str, may: bool, signs: bool) -> Option<String> {
    let approved = matches!(enrolment.standing(), Standing::Held { approved_by: Some(by) } if by == login);
    let code = match () {
        () if !may => rules::OFFICER_ROLE_MISSING,
        () if approved || enrolment.login == login => rules::ENROLMENT_ANOTHER_ADMINISTRATOR,
        () if !signs => faults::DECISION_PROOF_MISSING,
        () => return None,
    };
    Some(super::barred(language, code, Right::Enrol))
}

/// Where a proposal stands, and the class of its chip.
pub(super) fn status(standing: &Standing) -> (Key, &'static str) {
    match standing {
        Standing::Held { approved_by: None } => (Key::of("enrolment-awaits-two"), "submitted"),
        Standing::Held { approved_by: Some(_) } => (Key::of("enrolment-awaits-second"), "submitted"),
        Standing::Released => (Key::of("enrolment-signed"), "approved"),
        Standing::Refused => (Key::of("enrolment-rejected"), "refused"),
    }
}

fn done_in_words(done: &str) -> Option<Key> {
    Some(Key::of(match done {
        "demande" => "enrolment-done-request",
        "signature" => "enrolment-done-signature",
        "rejet" => "enrolment-done-rejection",
        _ => return None,
    }))
}
