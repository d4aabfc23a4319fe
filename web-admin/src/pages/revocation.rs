//! Having a software certificate revoked, for good: the worker does it (decision 71). Cards are opposed (`opposition`), and their certificates end
//! with them.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use ca_core::certificate::CertificateStatus;
use ca_core::revocation::{RevocationReason, RevokeError};
use registration_authority::certificate_request::{self, RevocationAnswer};
use registration_authority::officers::{self, Right};
use registration_authority::views::{self, SoftwareCertificate};
use store::Code;

use super::dossier::name_of;
use super::outcome::Outcome;
use super::release::Problem;
use super::request::person_in_words;
use super::signing::SignPage;
use super::software::SoftwareRow;
use super::{Address, page};
use crate::desk::{Desk, Work};
use crate::failure::Failure;
use crate::faults;
use crate::frame::Frame;
use crate::messages::Key;
use crate::posted::{Fields, Posted};
use crate::typography::Shown;
use crate::words;

pub(super) const ADDRESSES: &[Address] = &[Address::at("/ra/certificats/{request}/revocation")
    .get(|| web::get().to(show))
    .post(|| web::post().to(revoke))
    .needs(Right::Oppose)];

#[derive(Template)]
#[template(path = "revocation.html")]
struct RevocationPage {
    frame: Frame,
    problem: Option<Problem>,
    /// Whom it names, and as what.
    person: Option<(String, String)>,
    common_name: String,
    row: SoftwareRow,
    /// Since when it is revoked, and why.
    revoked: Option<(Shown, Key)>,
    /// The revocation that was asked for and has not been answered yet.
    asked: Option<(Shown, String)>,
    /// Why the one that was asked for last was refused.
    refused: Option<String>,
    reasons: Vec<Choice>,
}

impl RevocationPage {
    fn section(&self) -> &'static str {
        "certificats"
    }
}

/// A reason, and whether it was chosen.
struct Choice {
    code: &'static str,
    label: Key,
    chosen: bool,
}

async fn show(desk: Desk, number: web::Path<String>) -> Result<HttpResponse, Failure> {
    let frame = desk.frame();
    let template = desk.work(move |work| read(work, frame, &number, "", None)).await?;
    page(StatusCode::OK, &template)
}

async fn revoke(number: web::Path<String>, posted: Posted) -> Result<HttpResponse, Failure> {
    let Posted { desk, fields } = posted;
    let (frame, address) = (desk.frame(), format!("/ra/certificats/{number}/revocation"));
    let outcome = desk
        .work(move |work| {
            let done = record(work, &number, &fields);
            Outcome::of(done, |code| read(work, frame, &number, fields.text("motif"), Some(code)))
        })
        .await?;
    outcome.answer(&address)
}

/// Asks for it, where its reason is one that is published of a holder's certificate and whoever asks knows that there is no way back.
fn record(work: &mut Work<'_>, number: &str, fields: &Fields) -> Result<Option<Box<SignPage>>, Failure> {
    officers::require(work.db, Right::Oppose, work.act)?;
    let text = fields.text("motif");
    let reason = RevocationReason::OF_HOLDERS.into_iter().find(|reason| reason.name() == text);
    let reason = reason.ok_or_else(|| RevokeError::UnknownReason(text.to_owned()))?;
    if fields.text("definitif") != "oui" {
        return Err(Failure::of(faults::REVOCATION_NOT_CONFIRMED));
    }
    let (rng, act) = (&mut *work.rng, work.act);
    work.db.write_on_reserve(|db| certificate_request::ask_revocation(db, number, reason, rng, act))?;
    Ok(None)
}

fn read(
    work: &mut Work<'_>,
    frame: Frame,
    number: &str,
    chosen: &str,
    problem: Option<Code>,
) -> Result<RevocationPage, Failure> {
    let (officer, act) = (work.officer, work.act);
    work.db.snapshot(|db| {
        officers::require(db, Right::Oppose, act)?;
        let request = views::request(db, number, act)?;
        let one = SoftwareCertificate::of(db, request)?;
        let revoked = match &one.status {
            Some(CertificateStatus::Revoked { at, reason, .. }) => {
                let reason = reason.parse::<RevocationReason>()?;
                Some((Shown(*at), words::revocation_reason(reason)))
            }
            _ => None,
        };
        let asked = match &one.revocation {
            Some(asked) if one.is_being_revoked() => {
                Some((Shown(asked.requested_at), name_of(db, &asked.requested_by)?))
            }
            _ => None,
        };
        let refused = match one.revocation.as_ref().map(|asked| &asked.answer) {
            Some(RevocationAnswer::Refused { code }) if revoked.is_none() => Some(code.clone()),
            _ => None,
        };
        let reasons = RevocationReason::OF_HOLDERS.into_iter().map(|reason| Choice {
            code: reason.name(),
            label: words::revocation_reason(reason),
            chosen: reason.name() == chosen,
        });
        Ok(RevocationPage {
            frame,
            problem: problem.map(Problem::of),
            person: person_in_words(&one.request),
            common_name: one.request.common_name.clone(),
            row: SoftwareRow::of(&one, officer, act.at),
            revoked,
            asked,
            refused,
            reasons: reasons.collect(),
        })
    })
}
