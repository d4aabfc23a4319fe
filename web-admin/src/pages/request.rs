//! One request for a software certificate: what is asked for beside what is known of it, what was decided, and the decision.

mod signed;

use std::collections::HashMap;
use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use professional_registry::ImportedRegister;
use registration_authority::approval::{SubjectKind, Verdict};
use registration_authority::certificate_request::{self, RequestState};
use registration_authority::faults as rules;
use registration_authority::four_eyes;
use registration_authority::notices::Wording;
use registration_authority::officers::{self, Right};
use registration_authority::outbox::Notice;
use registration_authority::views::{self, RequestDossier};
use sha2::{Digest, Sha256};
use store::{Code, Database, Timestamp};

use signed::{asked, fingerprint, mail};

pub(super) use signed::person_in_words;

use super::dossier::{Choice, choices, name_of};
use super::outcome::Outcome;
use super::release::{self, Past, Problem};
use super::signing::{self, SignPage, Signed};
use super::software::SoftwareRow;
use super::{Address, filters, page};
use crate::desk::{Desk, Work};
use crate::failure::Failure;
use crate::faults;
use crate::frame::Frame;
use crate::likeness::Likeness;
use crate::messages::Key;
use crate::posted::{Fields, Posted};
use crate::typography::Shown;
use crate::words;

pub(super) const ADDRESSES: &[Address] = &[
    Address::at("/ra/certificats/{request}").get(|| web::get().to(show)).needs(Right::ReadDossier),
    Address::at("/ra/certificats/{request}/approuver").post(|| web::post().to(approve)).needs(Right::Decide),
    Address::at("/ra/certificats/{request}/refuser").post(|| web::post().to(refuse)).needs(Right::Decide),
    Address::at("/ra/certificats/{request}/revenir").post(|| web::post().to(take_back)).needs(Right::Decide),
];

#[derive(Template)]
#[template(path = "request.html")]
struct RequestPage {
    frame: Frame,
    done: Option<Key>,
    problem: Option<Problem>,
    number: String,
    version: i64,
    /// SHA-256 of what an officer signs of it, in hexadecimal.
    digest: String,
    status: Key,
    status_class: &'static str,
    status_since: Option<Shown>,
    pending: Option<Pending>,
    profile: String,
    structure: Option<String>,
    /// Whom it names, and as what.
    person: Option<(String, String)>,
    email_address: Option<String>,
    common_name: String,
    dns_names: Vec<String>,
    /// SHA-256 of the public key.
    key: String,
    submitted_by: String,
    own: bool,
    submitted_at: Shown,
    comparison: Vec<Line>,
    /// Each name that its structure must be allowed, and whether it is.
    names: Vec<(String, bool)>,
    certificate: Option<SoftwareRow>,
    events: Vec<Event>,
    open: bool,
    /// Why he does not see the buttons. A help to him: the rule is asked again at each act.
    barred: Option<String>,
    reasons: Vec<Choice>,
    text: String,
    /// For how long each can be taken back, in words; nothing where it cannot.
    approval_delay: Option<String>,
    refusal_delay: Option<String>,
    /// What whoever asked is sent when it is approved; when it is refused.
    approval: Wording,
    refusal: Wording,
}

impl RequestPage {
    fn section(&self) -> &'static str {
        "certificats"
    }
}

/// A decision from which nothing has followed yet.
struct Pending {
    verdict: Key,
    by: String,
    until: Shown,
    /// Whether the officer who reads may take it back: it is his.
    own: bool,
}

/// One field of the request beside what is known.
struct Line {
    field: Key,
    asked: String,
    known: String,
    likeness: Likeness,
}

/// What happened to it, oldest first.
struct Event {
    what: Key,
    by: String,
    at: Shown,
    version: i64,
    reason: Option<&'static str>,
    text: Option<String>,
}

/// What is said beside the request itself.
#[derive(Default)]
struct Said {
    done: Option<Key>,
    problem: Option<Code>,
    reason: String,
    text: String,
}

async fn show(
    desk: Desk,
    number: web::Path<String>,
    query: web::Query<HashMap<String, String>>,
) -> Result<HttpResponse, Failure> {
    let done = match query.get("fait").map(String::as_str) {
        Some("approbation") => Some(Key::of("requests-done-approval")),
        Some("refus") => Some(Key::of("requests-done-refusal")),
        Some("retour") => Some(Key::of("requests-done-taken-back")),
        _ => None,
    };
    let frame = desk.frame();
    let template =
        desk.work(move |work| read(work, frame, &number, Said { done, ..Said::default() })).await?;
    page(StatusCode::OK, &template)
}

async fn approve(number: web::Path<String>, posted: Posted) -> Result<HttpResponse, Failure> {
    act(number, posted, "approbation", |work, frame, number, fields| {
        record(work, frame, number, Verdict::Approve, fields)
    })
    .await
}

async fn refuse(number: web::Path<String>, posted: Posted) -> Result<HttpResponse, Failure> {
    act(number, posted, "refus", |work, frame, number, fields| {
        record(work, frame, number, Verdict::Refuse, fields)
    })
    .await
}

async fn take_back(number: web::Path<String>, posted: Posted) -> Result<HttpResponse, Failure> {
    act(number, posted, "retour", |work, _, number, fields| {
        officers::require(work.db, Right::Decide, work.act)?;
        views::request(work.db, number, work.act)?;
        let (verifier, rng, act) = (work.state.verifier(), &mut *work.rng, work.act);
        let version = version(fields)?;
        work.db.write(|db| certificate_request::take_back(db, verifier, number, version, rng, act))?;
        Ok(None)
    })
    .await
}

/// Runs an act on a request, and answers: by GET when it is done, with the request and why not otherwise.
async fn act(
    number: web::Path<String>,
    posted: Posted,
    done: &'static str,
    act: impl FnOnce(&mut Work<'_>, Frame, &str, &Fields) -> Result<Option<Box<SignPage>>, Failure>
    + Send
    + 'static,
) -> Result<HttpResponse, Failure> {
    let Posted { desk, fields } = posted;
    let (frame, number) = (desk.frame(), number.into_inner());
    let there = format!("/ra/certificats/{number}?fait={done}");
    let outcome = desk
        .work(move |work| {
            let recorded = act(work, frame.clone(), &number, &fields);
            Outcome::of(recorded, |code| {
                let (reason, text) = (fields.text("motif").to_owned(), fields.text("precision").to_owned());
                read(work, frame, &number, Said { problem: Some(code), reason, text, ..Said::default() })
            })
        })
        .await?;
    outcome.answer(&there)
}

fn version(fields: &Fields) -> Result<i64, Failure> {
    fields.text("version").parse().map_err(|_| Failure::of(faults::FORM_UNREADABLE))
}

/// Records the decision; gives the page that asks for its signature where that is not there yet.
fn record(
    work: &mut Work<'_>,
    frame: Frame,
    number: &str,
    verdict: Verdict,
    fields: &Fields,
) -> Result<Option<Box<SignPage>>, Failure> {
    officers::require(work.db, Right::Decide, work.act)?;
    let request = views::request(work.db, number, work.act)?;
    let version = version(fields)?;
    // Nothing is signed for what he has not read.
    if version != request.version {
        return Err(Failure::of(rules::REQUEST_STALE_VERSION));
    }
    let subject = request.decidable();
    let reason = release::reason(verdict, fields)?;
    let asked = asked(frame.language(), &request, &subject, verdict, reason);
    let proof = match signing::sign(work, frame, asked, fields)? {
        Signed::Proof(proof) => proof,
        Signed::Ask(template) => return Ok(Some(template)),
    };
    let text = release::text(fields);
    let (verifier, rng, act) = (work.state.verifier(), &mut *work.rng, work.act);
    work.db.write(|db| match verdict {
        Verdict::Approve => {
            let registry = &mut ImportedRegister;
            certificate_request::approve(db, registry, verifier, number, version, &proof, rng, act)
        }
        Verdict::Refuse => certificate_request::refuse(db, verifier, number, version, &proof, text, rng, act),
    })?;
    Ok(None)
}

fn read(work: &mut Work<'_>, frame: Frame, number: &str, said: Said) -> Result<RequestPage, Failure> {
    let signs = signing::can_sign(work)?;
    let (officer, verifier, act) = (work.officer, work.state.verifier(), work.act);
    let language = frame.language();
    work.db.snapshot(|db| {
        let dossier = views::request_dossier(db, &mut ImportedRegister, number, act)?;
        let request = &dossier.certificate.request;
        let own = request.submitted_by == officer.login;
        let open = request.state == RequestState::Submitted;
        let barred = match () {
            () if !open => None,
            () if !officer.role.may(Right::Decide) => Some(rules::OFFICER_ROLE_MISSING),
            () if own => Some(rules::REQUEST_SELF_APPROVAL),
            () => match four_eyes::barred(db, officer, &request.decidable(), act.at)? {
                None if !signs => Some(faults::DECISION_PROOF_MISSING),
                near => near,
            },
        };
        let mut waiting = certificate_request::waiting(verifier, request, &dossier.decisions, act.at);
        let his = certificate_request::may_take_back(verifier, officer, request, &dossier.decisions, act.at);
        let pending = match his.or_else(|| waiting.next()) {
            Some((decision, until)) => Some(Pending {
                verdict: words::pending(decision),
                by: name_of(db, &decision.decided_by)?,
                until: Shown(until),
                own: his.is_some(),
            }),
            None => None,
        };
        let in_words = |delay: Duration| (!delay.is_zero()).then(|| language.lasting(delay));
        let delays = verifier.delays();
        let issued = matches!(request.state, RequestState::Issued { .. });
        Ok(RequestPage {
            done: said.done,
            problem: said.problem.map(Problem::of),
            number: request.number.clone(),
            version: request.version,
            digest: hex::encode(Sha256::digest(&request.decidable().canonical)),
            status: words::request_state(&request.state),
            status_class: request.state.name(),
            status_since: since(&request.state).map(Shown),
            pending,
            profile: request.profile.clone(),
            structure: request.subject.structure().map(|id| match &dossier.structure {
                Some(record) => format!("{} ({id})", record.corporate_name),
                None => id.to_string(),
            }),
            person: person_in_words(request),
            email_address: request.email_address.clone(),
            common_name: request.common_name.clone(),
            dns_names: request.dns_names.clone(),
            key: fingerprint(request),
            submitted_by: name_of(db, &request.submitted_by)?,
            own,
            submitted_at: Shown(request.submitted_at),
            comparison: beside(&dossier),
            names: dossier.names.clone(),
            certificate: issued.then(|| SoftwareRow::of(&dossier.certificate, officer, act.at)),
            events: events(db, &dossier)?,
            open,
            barred: barred.map(|code| super::barred(language, code, Right::Decide)),
            reasons: choices(SubjectKind::CertificateRequest, &said.reason),
            text: said.text,
            approval_delay: in_words(delays.approval),
            refusal_delay: in_words(delays.refusal),
            approval: mail(request, Notice::Approved),
            refusal: mail(request, Notice::Refused),
            frame,
        })
    })
}

fn since(state: &RequestState) -> Option<Timestamp> {
    match state {
        RequestState::Submitted => None,
        RequestState::Approved { at }
        | RequestState::Refused { at }
        | RequestState::Withdrawn { at }
        | RequestState::Issued { at, .. } => Some(*at),
    }
}

fn beside(dossier: &RequestDossier) -> Vec<Line> {
    let line = |field: &views::Comparison| Line {
        field: words::field(field.field),
        asked: field.order.clone(),
        known: field.register.clone().unwrap_or_else(|| "–".to_owned()),
        likeness: Likeness::of(&field.order, field.register.as_deref()),
    };
    dossier.comparison.iter().map(line).collect()
}

/// What happened to it: who, when, what, why.
fn events(db: &mut Database, dossier: &RequestDossier) -> Result<Vec<Event>, Failure> {
    let request = &dossier.certificate.request;
    let plain = |what, by: String, at, version| Event { what, by, at, version, reason: None, text: None };
    let by = name_of(db, &request.submitted_by)?;
    let mut events = vec![(
        request.submitted_at,
        plain(Key::of("dossier-event-submitted"), by, Shown(request.submitted_at), 1),
    )];
    for decision in &dossier.decisions {
        let one = std::slice::from_ref(decision);
        for Past { by, at, reason, text, .. } in Past::of(db, one, decision.subject_version)? {
            let what = match decision.approves() {
                true => Key::of("dossier-event-approved"),
                false => Key::of("dossier-event-refused"),
            };
            let version = decision.subject_version;
            events.push((decision.decided_at, Event { what, by, at, version, reason, text }));
        }
    }
    for one in &dossier.retractions {
        let (by, what) = (name_of(db, &one.decided_by)?, Key::of("dossier-event-taken-back"));
        events.push((one.retracted_at, plain(what, by, Shown(one.retracted_at), one.subject_version)));
    }
    events.sort_by_key(|(at, _)| *at);
    Ok(events.into_iter().map(|(_, event)| event).collect())
}
