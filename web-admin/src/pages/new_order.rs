//! Asking for a CPS: a number and a profession; everything else comes from the register.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web;
use askama::Template;
use card::{CardKind, CardNumber};
use professional_registry::{IdNatPs, ImportedRegister, Profession, Rpps, faults as registers};
use registration_authority::faults as rules;
use registration_authority::officers::Right;
use registration_authority::order::{self, NewCardOrder, SubmitError};
use store::{Code, Fault, Kind, Timestamp};

use super::{Address, FieldError, filters, page, to};
use crate::desk::{Desk, Work};
use crate::failure::{Failure, status_of};
use crate::frame::Frame;
use crate::posted::{Fields, Posted};

/// A number of the test range, given to nobody.
const EXAMPLE: &str = "99700000013";

pub(super) const ADDRESSES: &[Address] = &[Address::at("/ra/nouvelle")
    .get(|| web::get().to(show))
    .post(|| web::post().to(submit))
    .needs(Right::Submit)];

#[derive(Template)]
#[template(path = "new_order.html")]
struct NewOrderPage {
    frame: Frame,
    example: &'static str,
    rpps: String,
    profession: String,
    replaces: String,
    professions: Vec<Item>,
    errors: Vec<FieldError>,
}

struct Item {
    code: &'static str,
    label: &'static str,
}

impl NewOrderPage {
    fn new(frame: Frame, fields: &Fields, errors: Vec<FieldError>, at: Timestamp) -> Self {
        let active = Profession::all().filter(|profession| profession.is_active(at));
        let mut professions: Vec<Item> =
            active.map(|one| Item { code: one.code(), label: one.label() }).collect();
        professions.sort_by_key(|item| item.label);
        Self {
            frame,
            example: EXAMPLE,
            rpps: fields.text("rpps").to_owned(),
            profession: fields.text("profession").to_owned(),
            replaces: fields.text("remplace").to_owned(),
            professions,
            errors,
        }
    }

    fn section(&self) -> &'static str {
        "nouvelle"
    }

    fn error(&self, field: &str) -> Option<&FieldError> {
        self.errors.iter().find(|error| error.field == field)
    }
}

async fn show(desk: Desk) -> Result<HttpResponse, Failure> {
    let (frame, at) = (desk.frame(), desk.at);
    desk.work(may_submit).await?;
    page(StatusCode::OK, &NewOrderPage::new(frame, &Fields::default(), Vec::new(), at))
}

async fn submit(posted: Posted) -> Result<HttpResponse, Failure> {
    let Posted { desk, fields } = posted;
    let (frame, at) = (desk.frame(), desk.at);
    let new = match read(&fields) {
        Ok(new) => new,
        Err(errors) => {
            desk.work(may_submit).await?;
            let template = NewOrderPage::new(frame, &fields, errors, at);
            return page(StatusCode::UNPROCESSABLE_ENTITY, &template);
        }
    };
    let submitted = desk
        .work(|work| {
            may_submit(work)?;
            let (rng, act) = (&mut *work.rng, work.act);
            let submitted = work.db.write(|db| order::submit(db, &mut ImportedRegister, new, rng, act));
            match submitted {
                Ok(submitted) => Ok(Ok(submitted.number().to_owned())),
                Err(error) if is_for_the_form(error.code()) => Ok(Err(errors_of(&error))),
                Err(error) => Err(error.into()),
            }
        })
        .await?;
    match submitted {
        Ok(number) => Ok(to(&format!("/ra/dossiers/{number}?fait=depot"))),
        Err(errors) => {
            let template = NewOrderPage::new(frame, &fields, errors, at);
            page(StatusCode::UNPROCESSABLE_ENTITY, &template)
        }
    }
}

/// Who may not submit is not shown the form.
fn may_submit(work: &mut Work<'_>) -> Result<(), Failure> {
    registration_authority::officers::require(work.db, Right::Submit, work.act)?;
    Ok(())
}

/// The form as an order, or every field that is not what it must be.
fn read(fields: &Fields) -> Result<NewCardOrder, Vec<FieldError>> {
    let holder = holder(fields).map_err(|code| FieldError::new("rpps", code));
    let profession = Profession::from_code(fields.text("profession"))
        .ok_or(FieldError::new("profession", registers::NOMENCLATURE_UNKNOWN));
    let replaces = match digits(fields.text("remplace")) {
        text if text.is_empty() => Ok(None),
        text => text
            .parse::<CardNumber>()
            .map(Some)
            .map_err(|_| FieldError::new("remplace", card::faults::NOT_FOUND)),
    };
    match (holder, profession, replaces) {
        (Ok(holder), Ok(profession), Ok(replaces)) => {
            Ok(NewCardOrder { kind: CardKind::Cps, holder, profession, replaces })
        }
        (holder, profession, replaces) => {
            Err([holder.err(), profession.err(), replaces.err()].into_iter().flatten().collect())
        }
    }
}

/// Eleven digits; or twelve, where somebody copied the IdNat_PS with its 8.
fn holder(fields: &Fields) -> Result<IdNatPs, Code> {
    let text = digits(fields.text("rpps"));
    let rpps = match text.strip_prefix('8') {
        Some(rest) if text.len() == 12 => rest,
        _ => &text,
    };
    rpps.parse::<Rpps>().map(IdNatPs::Rpps).map_err(|error| error.code())
}

/// Without the spaces that people type between digits.
pub(super) fn digits(text: &str) -> String {
    text.chars().filter(|character| !character.is_whitespace()).collect()
}

/// What the person at the form can mend.
fn is_for_the_form(code: Code) -> bool {
    matches!(code.kind, Kind::Invalid | Kind::NotFound | Kind::Refused) && status_of(code).is_client_error()
}

/// Every rule that the wish breaks, each at its field; or the one thing that is wrong.
fn errors_of(error: &SubmitError) -> Vec<FieldError> {
    let broken = error.broken_rules();
    if broken.is_empty() {
        let code = error.code();
        return vec![FieldError::new(field_of(code.name), code)];
    }
    broken.into_iter().map(|rule| FieldError::of_rule(field_of(rule.code), rule)).collect()
}

/// The field that a refusal of this code is about.
fn field_of(code: &str) -> &'static str {
    let profession = [
        rules::ORDER_PROFESSION_NOT_EXERCISED,
        rules::ORDER_PROFESSION_CEASED,
        rules::ORDER_PROFESSION_INACTIVE,
        rules::ORDER_CATEGORY_REFUSED,
        rules::ORDER_TRAINING_REFUSED,
    ];
    let replaced = [rules::ORDER_REPLACES_ANOTHER, rules::ORDER_REPLACED_ALREADY, rules::ORDER_CARD_ACTIVE];
    let among = |codes: &[Code]| codes.iter().any(|one| one.name == code);
    if among(&profession) {
        "profession"
    } else if among(&replaced) {
        "remplace"
    } else {
        "rpps"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_is_a_number_of_the_test_range() {
        assert!(EXAMPLE.parse::<Rpps>().unwrap().is_test());
    }
}
