//! What officers delegate to each other: a page of what one gave and received, and one of each, where its delegator reads what it covers
//! and signs for it, and where it is ended.

use std::collections::HashMap;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web;
use askama::Template;
use registration_authority::approval::Verdict;
use registration_authority::delegation::{self, Delegation, DelegationState, NewDelegation};
use registration_authority::faults as rules;
use registration_authority::officers::{self, Right};
use registration_authority::{queue, views};
use store::{Code, Database};

use super::hidden::counted;
use super::keys::scope;
use super::signing::{self, Asked, SignPage, Signed};
use super::{Address, page, release, to};
use crate::desk::{Desk, Work};
use crate::failure::{Failure, status_of};
use crate::frame::Frame;
use crate::language::Language;
use crate::messages::Key;
use crate::posted::{Fields, Posted};
use crate::typography::Shown;
use crate::words;

pub(super) const ADDRESSES: &[Address] = &[
    Address::at("/ra/delegations")
        .get(|| web::get().to(list))
        .post(|| web::post().to(propose))
        .needs(Right::ReadDelegations)
        .acts(Right::Decide),
    Address::at("/ra/delegations/{delegation}").get(|| web::get().to(show)).needs(Right::ReadDelegations),
    Address::at("/ra/delegations/{delegation}/signer").post(|| web::post().to(sign)).needs(Right::Decide),
    Address::at("/ra/delegations/{delegation}/terminer")
        .post(|| web::post().to(end))
        .needs(Right::ReadDelegations),
];

#[derive(Template)]
#[template(path = "delegations.html")]
struct DelegationsPage {
    frame: Frame,
    problem: Option<&'static str>,
    rows: Vec<Row>,
    /// Every officer's, and not the reader's own alone.
    of_all: bool,
    /// The form, for who delegates.
    form: Option<Form>,
}

impl DelegationsPage {
    fn section(&self) -> &'static str {
        "delegations"
    }
}

/// What was typed, or one's own scope to begin with.
struct Form {
    /// Login and name, and whether he is chosen.
    delegates: Vec<(String, String, bool)>,
    own: String,
    first: String,
    last: String,
    professions: String,
    structures: String,
    departments: String,
    kinds: String,
}

struct Row {
    number: String,
    delegator: String,
    delegate: String,
    scope: String,
    begins_at: Shown,
    ends_at: Shown,
    state: Key,
    state_class: &'static str,
}

#[derive(Template)]
#[template(path = "delegation.html")]
struct DelegationPage {
    frame: Frame,
    done: Option<Key>,
    problem: Option<&'static str>,
    row: Row,
    proposed_at: Shown,
    ended_by: Option<String>,
    /// How many orders wait within it now.
    waiting: String,
    signs: bool,
    ends: bool,
}

impl DelegationPage {
    fn section(&self) -> &'static str {
        "delegations"
    }
}

/// « Alix MOREAU, par délégation de Dora BLANC (DG-2026-000001) ».
pub(super) fn by_delegation(
    db: &mut Database,
    language: Language,
    by: &str,
    number: &str,
) -> Result<String, Failure> {
    let delegator = delegation::get(db, number)?.delegator_name;
    let of = language.say("delegation-of").with("number", number.to_owned()).with("for", delegator);
    Ok(language.say("delegation-by").with("by", by.to_owned()).with("of", of).to_string())
}

async fn list(desk: Desk) -> Result<HttpResponse, Failure> {
    let frame = desk.frame();
    let template = desk.work(move |work| read_list(work, frame, None, None)).await?;
    page(StatusCode::OK, &template)
}

async fn propose(posted: Posted) -> Result<HttpResponse, Failure> {
    enum Outcome {
        Proposed(String),
        Again(Code, Box<DelegationsPage>),
    }
    let Posted { desk, fields } = posted;
    let frame = desk.frame();
    let outcome = desk
        .work(move |work| {
            officers::require(work.db, Right::Decide, work.act)?;
            let proposed = new(&fields).and_then(|new| {
                let (rng, act) = (&mut *work.rng, work.act);
                Ok(work.db.write(|db| delegation::propose(db, new, rng, act))?)
            });
            match proposed {
                Ok(delegation) => Ok(Outcome::Proposed(delegation.number)),
                Err(failure) => {
                    let code = release::told(failure)?;
                    let template = read_list(work, frame, Some(code), Some(&fields))?;
                    Ok(Outcome::Again(code, Box::new(template)))
                }
            }
        })
        .await?;
    match outcome {
        Outcome::Proposed(number) => Ok(to(&format!("/ra/delegations/{number}?fait=redigee"))),
        Outcome::Again(code, template) => page(status_of(code), &*template),
    }
}

fn new(fields: &Fields) -> Result<NewDelegation, Failure> {
    let days = delegation::days(fields.text("du"), fields.text("au"));
    let (begins_at, ends_at) = days.ok_or(Failure::of(rules::DELEGATION_FIELD_INVALID))?;
    let delegate = fields.text("delegataire").to_owned();
    Ok(NewDelegation { delegate, scope: scope(fields)?, begins_at, ends_at })
}

fn read_list(
    work: &mut Work<'_>,
    frame: Frame,
    problem: Option<Code>,
    typed: Option<&Fields>,
) -> Result<DelegationsPage, Failure> {
    let (language, at) = (frame.language(), work.act.at);
    let rows = views::delegations(work.db, work.act)?;
    let form = match work.officer.role.may(Right::Decide) {
        true => Some(Form::of(work, language, typed)?),
        false => None,
    };
    Ok(DelegationsPage {
        rows: rows.iter().map(|one| Row::of(language, one, one.state(at))).collect(),
        of_all: work.officer.role.may(Right::ReadKeys),
        problem: problem.map(|code| code.name),
        form,
        frame,
    })
}

impl Form {
    fn of(work: &mut Work<'_>, language: Language, typed: Option<&Fields>) -> Result<Self, Failure> {
        let own = &work.officer.scope;
        let chosen = typed.map(|fields| fields.text("delegataire")).unwrap_or_default();
        let delegates = delegation::delegates(work.db, work.act)?.into_iter();
        let text = |name: &str, own: String| typed.map_or(own, |fields| fields.text(name).to_owned());
        let joined = |items: Vec<&str>| items.join(" ");
        Ok(Self {
            delegates: delegates
                .map(|one| {
                    let is_chosen = one.login == chosen;
                    (one.login, one.display_name, is_chosen)
                })
                .collect(),
            own: words::scope(language, own),
            first: text("du", String::new()),
            last: text("au", String::new()),
            professions: text("professions", joined(own.professions().collect())),
            structures: text("structures", joined(own.structures().collect())),
            departments: text("departements", joined(own.departments().map(|one| one.code()).collect())),
            kinds: text("cartes", joined(own.kinds().map(card::CardKind::as_str).collect())),
        })
    }
}

impl Row {
    fn of(language: Language, one: &Delegation, state: DelegationState) -> Self {
        let named = |login: &str, name: &str| match name {
            "" => login.to_owned(),
            name => format!("{name} ({login})"),
        };
        let (state, state_class) = match state {
            DelegationState::Proposed => ("delegation-unsigned", "submitted"),
            DelegationState::Signed => ("delegation-signed", "submitted"),
            DelegationState::Refused => ("delegation-refused", "refused"),
            DelegationState::ToCome => ("delegation-to-come", "submitted"),
            DelegationState::Standing => ("delegation-standing", "approved"),
            DelegationState::Ended => ("delegation-ended", "refused"),
        };
        Self {
            number: one.number.clone(),
            delegator: named(&one.delegator, &one.delegator_name),
            delegate: named(&one.delegate, &one.delegate_name),
            scope: words::scope(language, &one.scope),
            begins_at: Shown(one.begins_at),
            ends_at: Shown(one.last()),
            state: Key::of(state),
            state_class,
        }
    }
}

async fn show(
    desk: Desk,
    number: web::Path<String>,
    query: web::Query<HashMap<String, String>>,
) -> Result<HttpResponse, Failure> {
    let frame = desk.frame();
    let done = query.get("fait").and_then(|done| match done.as_str() {
        "redigee" => Some(Key::of("delegation-done-proposed")),
        "signee" => Some(Key::of("delegation-done-signed")),
        "fin" => Some(Key::of("delegation-done-ended")),
        _ => None,
    });
    let template = desk.work(move |work| read_one(work, frame, &number, done, None)).await?;
    page(StatusCode::OK, &template)
}

fn read_one(
    work: &mut Work<'_>,
    frame: Frame,
    number: &str,
    done: Option<Key>,
    problem: Option<Code>,
) -> Result<DelegationPage, Failure> {
    let (language, at) = (frame.language(), work.act.at);
    let one = views::delegation(work.db, number, work.act)?;
    let state = one.state(at);
    let waiting = queue::count_within(work.db, &one.scope, work.act)?;
    let open = matches!(state, DelegationState::Signed | DelegationState::ToCome | DelegationState::Standing);
    let own = one.delegator == work.officer.login;
    Ok(DelegationPage {
        done,
        problem: problem.map(|code| code.name),
        row: Row::of(language, &one, state),
        proposed_at: Shown(one.proposed_at),
        ended_by: one.ended.as_ref().map(|(_, by)| by.clone()),
        waiting: counted(language, waiting),
        signs: own && state == DelegationState::Proposed && one.ends_at > at && signing::can_sign(work)?,
        ends: open && delegation::may_end(work.officer, &one),
        frame,
    })
}

async fn sign(number: web::Path<String>, posted: Posted) -> Result<HttpResponse, Failure> {
    acted(number.into_inner(), posted, "signee", Right::Decide, |work, frame, number, fields| {
        let one = views::delegation(work.db, number, work.act)?;
        let subject = one.decidable();
        let language = frame.language();
        let asked = Asked {
            subject: &subject,
            verdict: Verdict::Approve,
            reason: None,
            what: Key::of("sign-delegation"),
            // All that is signed, and nothing that is not.
            lines: vec![
                (Key::of("sign-line-delegation"), one.number.clone()),
                (Key::of("delegation-from"), one.delegator.clone()),
                (Key::of("delegation-to"), one.delegate.clone()),
                (Key::of("sign-line-scope"), words::scope(language, &one.scope)),
                (Key::of("delegation-begins"), language.long(Shown(one.begins_at))),
                (Key::of("delegation-ends"), language.long(Shown(one.ends_at))),
                (Key::of("sign-line-proposed-at"), language.long(Shown(one.proposed_at))),
            ],
            leaves: None,
            action: format!("/ra/delegations/{number}/signer"),
            back: format!("/ra/delegations/{number}"),
        };
        let proof = match signing::sign(work, frame, asked, fields)? {
            Signed::Proof(proof) => proof,
            Signed::Ask(template) => return Ok(Some(template)),
        };
        let (verifier, rng, act) = (work.state.verifier(), &mut *work.rng, work.act);
        work.db.write(|db| delegation::decide(db, verifier, number, &proof, rng, act))?;
        Ok(None)
    })
    .await
}

async fn end(number: web::Path<String>, posted: Posted) -> Result<HttpResponse, Failure> {
    acted(number.into_inner(), posted, "fin", Right::ReadDelegations, |work, _, number, _| {
        let (rng, act) = (&mut *work.rng, work.act);
        work.db.write(|db| delegation::end(db, number, rng, act))?;
        Ok(None)
    })
    .await
}

/// Acts, and answers: by GET when it is done, with the page where a signature is asked for, and with why not otherwise.
async fn acted(
    number: String,
    posted: Posted,
    done: &'static str,
    right: Right,
    act: impl FnOnce(&mut Work<'_>, Frame, &str, &Fields) -> Result<Option<Box<SignPage>>, Failure>
    + Send
    + 'static,
) -> Result<HttpResponse, Failure> {
    enum Outcome {
        Done,
        Sign(Box<SignPage>),
        Again(Code, Box<DelegationPage>),
    }
    let Posted { desk, fields } = posted;
    let (frame, of) = (desk.frame(), number.clone());
    let outcome = desk
        .work(move |work| {
            officers::require(work.db, right, work.act)?;
            // Who may not read it is shown nothing of it.
            views::delegation(work.db, &of, work.act)?;
            match act(work, frame.clone(), &of, &fields) {
                Ok(None) => Ok(Outcome::Done),
                Ok(Some(template)) => Ok(Outcome::Sign(template)),
                Err(failure) => {
                    let code = release::told(failure)?;
                    Ok(Outcome::Again(code, Box::new(read_one(work, frame, &of, None, Some(code))?)))
                }
            }
        })
        .await?;
    match outcome {
        Outcome::Done => Ok(to(&format!("/ra/delegations/{number}?fait={done}"))),
        Outcome::Sign(template) => page(StatusCode::OK, &*template),
        Outcome::Again(code, template) => page(status_of(code), &*template),
    }
}
