//! Structures: those that an agent speaks for; for an officer, the mandates that wait, and the way to any structure.

use std::collections::HashMap;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web;
use askama::Template;
use professional_registry::identifiers::TechnicalStructureId;
use registration_authority::mandate::Mandate;
use registration_authority::officers::{Right, Role};
use registration_authority::views;
use store::Timestamp;

use super::hidden::hidden_of;
use super::structure::state_in_words;
use super::{Address, page, to};
use crate::desk::Desk;
use crate::failure::Failure;
use crate::frame::Frame;
use crate::messages::Key;

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
    hidden: Option<String>,
}

struct Line {
    number: String,
    structure: String,
    agent: String,
    reference: String,
    state: Key,
}

impl StructuresPage {
    fn section(&self) -> &'static str {
        "structures"
    }
}

async fn show(desk: Desk, query: web::Query<HashMap<String, String>>) -> Result<HttpResponse, Failure> {
    let wanted = query.get("structure").map(|text| text.trim().to_owned()).unwrap_or_default();
    let known = wanted.parse::<TechnicalStructureId>().ok();
    let frame = desk.frame();
    let language = frame.language();
    let (mandates, hidden, role) = desk
        .work(move |work| {
            let mandates = views::mandates(work.db, work.act)?;
            let hidden =
                hidden_of(language, mandates.hidden, &Key::of("hidden-mandates"), &work.officer.scope);
            let lines: Vec<Line> = mandates.shown.iter().map(|mandate| line(mandate, work.act.at)).collect();
            Ok((lines, hidden, work.officer.role))
        })
        .await?;
    if let Some(structure) = known {
        return Ok(to(&format!("/ra/structures/{structure}")));
    }
    let template = StructuresPage {
        frame,
        of_agent: role == Role::CertificationAgent,
        unknown: !wanted.is_empty(),
        wanted: wanted.chars().take(32).collect(),
        mandates,
        hidden,
    };
    page(if template.unknown { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK }, &template)
}

fn line(mandate: &Mandate, at: Timestamp) -> Line {
    Line {
        number: mandate.number.clone(),
        structure: mandate.structure.to_string(),
        agent: mandate.login.clone(),
        reference: mandate.reference.clone(),
        state: state_in_words(mandate, at),
    }
}
