//! Structures: those that an agent speaks for; for an officer, the mandates that wait, and the way to any structure.

use std::collections::HashMap;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web;
use askama::Template;
use registration_authority::mandate::Mandate;
use registration_authority::officers::{Right, Role};
use registration_authority::views;

use super::queue::structure;
use super::structure::state_in_words;
use super::{Address, filters, page, to};
use crate::desk::Desk;
use crate::failure::Failure;
use crate::frame::Frame;

pub(super) const ADDRESSES: &[Address] =
    &[Address::at("/ra/structures").get(|| web::get().to(show)).needs(Right::ReadStructures)];

#[derive(Template)]
#[template(path = "structures.html")]
struct StructuresPage {
    frame: Frame,
    of_agent: bool,
    wanted: String,
    unknown: bool,
    mandates: Vec<Line>,
}

struct Line {
    number: String,
    structure: String,
    agent: String,
    reference: String,
    state: &'static str,
}

impl StructuresPage {
    fn section(&self) -> &'static str {
        "structures"
    }
}

async fn show(desk: Desk, query: web::Query<HashMap<String, String>>) -> Result<HttpResponse, Failure> {
    let wanted = query.get("structure").map(|text| text.trim().to_owned()).unwrap_or_default();
    let known = structure(&wanted);
    let frame = desk.frame();
    let (mandates, role) =
        desk.work(move |work| Ok((views::mandates(work.db, work.act)?, work.officer.role))).await?;
    if let Some(structure) = known {
        return Ok(to(&format!("/ra/structures/{structure}")));
    }
    let template = StructuresPage {
        frame,
        of_agent: role == Role::CertificationAgent,
        unknown: !wanted.is_empty(),
        wanted: wanted.chars().take(32).collect(),
        mandates: mandates.iter().map(line).collect(),
    };
    page(if template.unknown { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK }, &template)
}

fn line(mandate: &Mandate) -> Line {
    Line {
        number: mandate.number.clone(),
        structure: mandate.structure.to_string(),
        agent: mandate.login.clone(),
        reference: mandate.reference.clone(),
        state: state_in_words(mandate),
    }
}
