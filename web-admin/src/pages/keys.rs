//! The officers' keys: whose is whose, and what administrators propose.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web;
use askama::Template;
use card::CardKind;
use professional_registry::{Department, Profession};
use registration_authority::enrolment::{self, Action, Credential, Enrolment, NewEnrolment};
use registration_authority::faults as rules;
use registration_authority::officers::{self, OfficerEmail, Right, Role, Scope};
use registration_authority::views;
use store::Code;

use super::enrolment::status;
use super::new_key::{grouped, read_text};
use super::queue::structure;
use super::release::{Problem, told};
use super::{Address, page, to};
use crate::desk::{Desk, Work};
use crate::failure::{Failure, status_of};
use crate::frame::Frame;
use crate::messages::Key;
use crate::posted::{Fields, Posted};
use crate::typography::Shown;
use crate::words;

pub(super) const ADDRESSES: &[Address] = &[
    Address::at("/ra/cles")
        .get(|| web::get().to(show))
        .post(|| web::post().to(propose))
        .needs(Right::ReadKeys)
        .acts(Right::Enrol),
    Address::at("/ra/cles/retirer").post(|| web::post().to(revoke)).needs(Right::Enrol),
    Address::at("/ra/cles/adresse").post(|| web::post().to(readdress)).needs(Right::Enrol),
];

#[derive(Template)]
#[template(path = "keys.html")]
struct KeysPage {
    frame: Frame,
    problem: Option<Problem>,
    keys: Vec<KeyRow>,
    enrolments: Vec<Proposed>,
    may_enrol: bool,
    roles: Vec<(&'static str, Key)>,
    typed: Typed,
}

/// What was typed, so that nobody types it twice.
struct Typed {
    key: String,
    login: String,
    name: String,
    email: String,
    role: String,
    professions: String,
    structures: String,
    departments: String,
    kinds: String,
}

impl KeysPage {
    fn section(&self) -> &'static str {
        "cles"
    }
}

struct KeyRow {
    id: String,
    /// It signs in and decides nothing.
    is_certificate: bool,
    display_name: String,
    login: String,
    role: Key,
    scope: String,
    fingerprint: String,
    enrolment: Option<String>,
    /// Where its officer is written to.
    email: Option<String>,
    until: Option<Shown>,
}

struct Proposed {
    number: String,
    what: Key,
    display_name: String,
    role: Key,
    status: Key,
}

async fn show(desk: Desk) -> Result<HttpResponse, Failure> {
    let frame = desk.frame();
    let template = desk.work(move |work| read(work, frame, None, &Fields::default())).await?;
    page(StatusCode::OK, &template)
}

async fn propose(posted: Posted) -> Result<HttpResponse, Failure> {
    act(posted, |work, fields| {
        let new = NewEnrolment {
            login: fields.text("identifiant").to_owned(),
            display_name: fields.text("nom").to_owned(),
            role: fields.text("role").parse()?,
            scope: scope(fields)?,
            email: email(fields)?,
            credential: read_text(fields.text("fiche"))?,
        };
        let verifier = work.state.verifier();
        let roster = verifier.roster(work.db)?;
        let (rng, act) = (&mut *work.rng, work.act);
        Ok(work.db.write(|db| enrolment::propose(db, verifier, &roster, new, rng, act))?)
    })
    .await
}

/// The address that was typed, where one was.
fn email(fields: &Fields) -> Result<Option<OfficerEmail>, Failure> {
    let typed = Some(fields.text("courriel").trim()).filter(|typed| !typed.is_empty());
    Ok(typed.map(str::parse).transpose()?)
}

/// The scope that was typed: codes of professions, numbers of structures, codes of departments, kinds of cards; nothing for all orders.
pub(super) fn scope(fields: &Fields) -> Result<Scope, Failure> {
    let words = |name: &str| {
        let parts = fields.text(name).split(|c: char| c.is_whitespace() || c == ',' || c == ';');
        parts.filter(|part| !part.is_empty()).map(str::to_owned).collect::<Vec<_>>()
    };
    let invalid = || Failure::of(rules::OFFICER_FIELD_INVALID);
    let professions =
        words("professions").into_iter().map(|code| Profession::from_code(&code).ok_or_else(invalid));
    let structures = words("structures").into_iter().map(|number| structure(&number).ok_or_else(invalid));
    let departments = words("departements")
        .into_iter()
        .map(|code| Department::from_code(&code.to_ascii_uppercase()).ok_or_else(invalid));
    let kinds = words("cartes")
        .into_iter()
        .map(|letters| letters.to_ascii_uppercase().parse::<CardKind>().map_err(|_| invalid()));
    let scope =
        Scope::new(professions.collect::<Result<Vec<_>, _>>()?, structures.collect::<Result<Vec<_>, _>>()?)?;
    Ok(scope.confined(departments.collect::<Result<Vec<_>, _>>()?, kinds.collect::<Result<Vec<_>, _>>()?)?)
}

async fn revoke(posted: Posted) -> Result<HttpResponse, Failure> {
    act(posted, |work, fields| {
        let id = hex::decode(fields.text("cle")).unwrap_or_default();
        let roster = work.state.verifier().roster(work.db)?;
        let (rng, act) = (&mut *work.rng, work.act);
        Ok(work.db.write(|db| enrolment::propose_revocation(db, &roster, &id, rng, act))?)
    })
    .await
}

async fn readdress(posted: Posted) -> Result<HttpResponse, Failure> {
    act(posted, |work, fields| {
        let id = hex::decode(fields.text("cle")).unwrap_or_default();
        let email = email(fields)?.ok_or_else(|| Failure::of(rules::OFFICER_FIELD_INVALID))?;
        let roster = work.state.verifier().roster(work.db)?;
        let (rng, act) = (&mut *work.rng, work.act);
        Ok(work.db.write(|db| enrolment::propose_address(db, &roster, &id, email, rng, act))?)
    })
    .await
}

/// Proposes, and leads to what was proposed; with the page and why not otherwise.
async fn act(
    posted: Posted,
    act: impl FnOnce(&mut Work<'_>, &Fields) -> Result<Enrolment, Failure> + Send + 'static,
) -> Result<HttpResponse, Failure> {
    let Posted { desk, fields } = posted;
    let frame = desk.frame();
    let done = desk
        .work(move |work| {
            views::keys(work.db, work.state.verifier(), work.act)?;
            officers::require(work.db, Right::Enrol, work.act)?;
            match act(work, &fields) {
                Ok(enrolment) => Ok(Ok(enrolment.number)),
                Err(failure) => {
                    let code = told(failure)?;
                    Ok(Err((code, read(work, frame, Some(code), &fields)?)))
                }
            }
        })
        .await?;
    match done {
        Ok(number) => Ok(to(&format!("/ra/cles/{number}?fait=demande"))),
        Err((code, template)) => page(status_of(code), &template),
    }
}

fn read(
    work: &mut Work<'_>,
    frame: Frame,
    problem: Option<Code>,
    fields: &Fields,
) -> Result<KeysPage, Failure> {
    let (verifier, act, language) = (work.state.verifier(), work.act, frame.language());
    let (roster, enrolments) = work.db.snapshot(|db| views::keys(db, verifier, act))?;
    let address = |login: &str| verifier.address_of(&roster, login).map(ToString::to_string);
    let mut keys: Vec<KeyRow> = roster
        .keys()
        .map(|key| KeyRow {
            id: hex::encode(&key.credential_id),
            is_certificate: false,
            display_name: key.display_name.clone(),
            login: key.login.clone(),
            role: words::role(key.role),
            scope: words::scope(language, &key.scope),
            fingerprint: grouped(&key.key.fingerprint()),
            enrolment: key.enrolment.clone(),
            email: address(&key.login),
            until: key.until.map(Shown),
        })
        .collect();
    keys.extend(roster.certificates().map(|one| KeyRow {
        id: hex::encode(one.certificate.fingerprint),
        is_certificate: true,
        display_name: one.display_name.clone(),
        login: one.login.clone(),
        role: words::role(one.role),
        scope: words::scope(language, &one.scope),
        fingerprint: grouped(&hex::encode(one.certificate.fingerprint)),
        enrolment: Some(one.enrolment.clone()),
        email: address(&one.login),
        until: one.until.map(Shown),
    }));
    let enrolments = enrolments.iter().map(|one| Proposed {
        number: one.number.clone(),
        what: what(one),
        display_name: one.display_name.clone(),
        role: words::role(one.role),
        status: status(&one.standing()).0,
    });
    let typed = |name: &str| fields.text(name).to_owned();
    Ok(KeysPage {
        frame,
        problem: problem.map(Problem::of),
        keys,
        enrolments: enrolments.collect(),
        may_enrol: work.officer.role.may(Right::Enrol),
        roles: Role::ALL.into_iter().map(|role| (role.as_str(), words::role(role))).collect(),
        typed: Typed {
            key: typed("fiche"),
            login: typed("identifiant"),
            name: typed("nom"),
            email: typed("courriel"),
            role: typed("role"),
            professions: typed("professions"),
            structures: typed("structures"),
            departments: typed("departements"),
            kinds: typed("cartes"),
        },
    })
}

/// What is proposed.
pub(super) fn what(enrolment: &Enrolment) -> Key {
    Key::of(match (enrolment.action, &enrolment.credential) {
        (Action::Enrol, Credential::Passkey(_)) => "enrolment-of-key",
        (Action::Revoke, Credential::Passkey(_)) => "enrolment-end-of-key",
        (Action::Readdress, _) => "enrolment-of-address",
        (Action::Enrol, Credential::Certificate(_)) => "enrolment-of-certificate",
        (Action::Revoke, Credential::Certificate(_)) => "enrolment-end-of-certificate",
    })
}
