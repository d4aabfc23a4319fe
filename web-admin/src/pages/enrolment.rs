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
use crate::posted::{Fields, Posted};
use crate::typography::{self, Shown};
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
    what: &'static str,
    status: &'static str,
    status_class: &'static str,
    done: Option<&'static str>,
    problem: Option<Problem>,
    display_name: String,
    login: String,
    role: &'static str,
    scope: String,
    proposed_by: String,
    proposed_at: Shown,
    fingerprint_label: &'static str,
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
    let enrolment = enrolment::get(work.db, number)?;
    let reason = release::reason(verdict, fields)?;
    let asked = Asked {
        subject: &enrolment.decidable(),
        verdict,
        reason,
        what: match verdict {
            Verdict::Approve => what(&enrolment),
            Verdict::Refuse => "Rejet d'une demande d'inscription",
        },
        leaves: None,
        lines: vec![
            ("Demande", number.to_owned()),
            ("Opérateur", format!("{} ({})", enrolment.display_name, enrolment.login)),
            ("Rôle", typography::french(words::role(enrolment.role))),
            ("Périmètre", typography::french(&words::scope(&enrolment.scope))),
            (fingerprint_label(&enrolment), grouped(&enrolment.credential.fingerprint())),
            ("Pas avant le", Shown(enrolment.not_before).long()),
            ("Proposé par", enrolment.proposed_by.clone()),
            ("Proposé le", Shown(enrolment.proposed_at).long()),
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
    done: Option<&'static str>,
    problem: Option<Code>,
) -> Result<EnrolmentPage, Failure> {
    let signs = signing::has_key(work)?;
    let (officer, act) = (work.officer, work.act);
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
            scope: words::scope(&one.scope),
            proposed_by: super::dossier::name_of(db, &one.proposed_by)?,
            proposed_at: Shown(one.proposed_at),
            fingerprint_label: fingerprint_label(&one),
            fingerprint: grouped(&one.credential.fingerprint()),
            decisions: Past::of_enrolment(db, &one.decisions)?,
            open: matches!(standing, Standing::Held { .. }),
            barred: barred(&one, &officer.login, officer.role.may(Right::Enrol), signs),
            reasons: release::reasons(SubjectKind::OfficerEnrolment),
        })
    })
}

/// Of what people compare the fingerprint.
fn fingerprint_label(enrolment: &Enrolment) -> &'static str {
    match enrolment.credential {
        Credential::Passkey(_) => "Empreinte de la clé",
        Credential::Certificate(_) => "Empreinte du certificat",
    }
}

/// Why this administrator does not see the buttons. A help to him: the rule is asked again at each act.
fn barred(enrolment: &Enrolment, login: &str, may: bool, signs: bool) -> Option<String> {
    let approved = matches!(enrolment.standing(), Standing::Held { approved_by: Some(by) } if by == login);
    let code = match () {
        () if !may => rules::OFFICER_ROLE_MISSING,
        () if approved || enrolment.login == login => rules::ENROLMENT_ANOTHER_ADMINISTRATOR,
        () if !signs => faults::DECISION_PROOF_MISSING,
        () => return None,
    };
    Some(super::barred(code, Right::Enrol))
}

/// Where a proposal stands, and the class of its chip.
pub(super) fn status(standing: &Standing) -> (&'static str, &'static str) {
    match standing {
        Standing::Held { approved_by: None } => ("En attente de deux administrateurs", "submitted"),
        Standing::Held { approved_by: Some(_) } => ("En attente d'un second administrateur", "submitted"),
        Standing::Released => ("Signée par deux administrateurs", "approved"),
        Standing::Refused => ("Rejetée", "refused"),
    }
}

fn done_in_words(done: &str) -> Option<&'static str> {
    Some(match done {
        "demande" => "La demande est déposée. Deux administrateurs doivent la signer, avec leur clé.",
        "signature" => {
            "Votre signature est enregistrée. Il en faut deux ; elles comptent dès que le service de certification les a reçues."
        }
        "rejet" => "La demande est rejetée.",
        _ => return None,
    })
}
