//! What an officer does in the queue: take the next order, or one that he names, and keep a view.

use std::collections::HashMap;

use actix_web::{HttpResponse, web};
use registration_authority::faults as rules;
use registration_authority::officers::{self, Right};
use registration_authority::queue::saved::{self, View};
use registration_authority::queue::{self, lease};
use registration_authority::views;

use super::super::dossier::List;
use super::super::to;
use super::asked::Asked;
use crate::failure::Failure;
use crate::order_number::order_number;
use crate::posted::{Fields, Posted};

/// To the most urgent order of the view that waits for this officer.
pub(super) async fn next(posted: Posted) -> Result<HttpResponse, Failure> {
    let Posted { desk, fields } = posted;
    let asked = asked(&fields)?;
    let query = asked.query();
    let number = desk
        .work(move |work| {
            let (filter, hours, act) = (asked.filter(work.act.at), work.state.working_hours(), work.act);
            let rng = &mut *work.rng;
            Ok(work.db.write(|db| queue::next(db, hours, &filter, rng, act))?)
        })
        .await;
    match number {
        // Whoever begins so goes on so: his decision leads to the next one.
        Ok(number) => Ok(to(&List::of_query(&query).onward().dossier(&number))),
        Err(failure) if failure.code() == Some(rules::QUEUE_EMPTY) => {
            Ok(to(&format!("/ra/file?{query}&fait=aucune")))
        }
        Err(failure) => Err(failure),
    }
}

/// The officer is on this order from now on, whoever was.
pub(super) async fn take(number: web::Path<String>, posted: Posted) -> Result<HttpResponse, Failure> {
    let number = order_number(&number).ok_or(Failure::of(rules::ORDER_UNKNOWN))?;
    let Posted { desk, fields } = posted;
    let (taken, query) = (number.clone(), asked(&fields)?.query());
    desk.work(move |work| {
        officers::require(work.db, Right::Decide, work.act)?;
        if views::order(work.db, &taken, work.act)?.submitted_by == work.officer.login {
            return Err(Failure::of(rules::ORDER_SELF_APPROVAL));
        }
        let (rng, act) = (&mut *work.rng, work.act);
        Ok(work.db.write(|db| lease::take_over(db, &taken, rng, act))?)
    })
    .await?;
    Ok(to(&format!("/ra/dossiers/{number}?{query}")))
}

/// Keeps what is asked for under a name.
pub(super) async fn save(posted: Posted) -> Result<HttpResponse, Failure> {
    let Posted { desk, fields } = posted;
    let query = asked(&fields)?.query();
    let view = View { name: fields.text("nom").to_owned(), query: query.clone() };
    desk.work(move |work| Ok(work.db.write(|db| saved::save(db, &view, work.act))?)).await?;
    Ok(to(&format!("/ra/file?{query}&fait=vue")))
}

/// Forgets a view.
pub(super) async fn forget(posted: Posted) -> Result<HttpResponse, Failure> {
    let Posted { desk, fields } = posted;
    let (name, query) = (fields.text("nom").to_owned(), asked(&fields)?.query());
    desk.work(move |work| Ok(work.db.write(|db| saved::forget(db, &name, work.act))?)).await?;
    Ok(to(&format!("/ra/file?{query}&fait=oubli")))
}

/// The view from which a form was sent: the query of its address, in one field.
fn asked(fields: &Fields) -> Result<Asked, Failure> {
    let query = web::Query::<HashMap<String, String>>::from_query(fields.text("vue"));
    let query = query.map_err(|_| Failure::of(crate::faults::FORM_UNREADABLE))?;
    Ok(Asked::read(&query))
}
