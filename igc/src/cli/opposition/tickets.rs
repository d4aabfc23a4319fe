//! `igc opposition tickets | dismiss`: declarations that nobody proved.

use std::process::ExitCode;

use registration_authority::opposition::ticket::{self, Ticket};
use serde::Serialize;
use store::Database;

use crate::cli::Global;
use crate::installation::{Installation, system_rng};
use crate::officer::AsOfficer;
use crate::output::{self, Row};
use crate::problem::Problem;

/// Most tickets that are listed.
const LISTED: i64 = 1000;

pub fn list(global: &Global, installation: &Installation, db: &mut Database) -> Result<ExitCode, Problem> {
    let tickets = ticket::list(db, LISTED, &installation.operator_act())?;
    let rows: Vec<TicketRow> = tickets.into_iter().map(TicketRow::of).collect();
    output::list(global.output, &rows)?;
    Ok(ExitCode::SUCCESS)
}

/// Dismisses a ticket, as an officer who may oppose.
pub fn dismiss(
    global: &Global,
    installation: &Installation,
    db: &mut Database,
    (number, reason): (&str, &str),
    officer: &AsOfficer,
) -> Result<ExitCode, Problem> {
    let act = officer.act(installation)?;
    ticket::dismiss(db, number, reason, &mut system_rng(), &act)?;
    let done = Dismissed { ticket: number.to_owned(), outcome: "dismissed" };
    output::one(global.output, &done, || format!("ticket {number} is dismissed; no card was opposed\n"))?;
    Ok(ExitCode::SUCCESS)
}

#[derive(Serialize)]
struct Dismissed {
    ticket: String,
    outcome: &'static str,
}

#[derive(Serialize)]
struct TicketRow {
    ticket: String,
    declared: String,
    ground: &'static str,
    opened_at: String,
    telephone: Option<String>,
    email: Option<String>,
    cards: Vec<String>,
}

impl TicketRow {
    fn of(ticket: Ticket) -> Self {
        Self {
            ticket: ticket.number,
            declared: ticket.declared.to_string(),
            ground: ticket.ground.as_str(),
            opened_at: ticket.opened_at.to_string(),
            telephone: ticket.telephone,
            email: ticket.email,
            cards: ticket.cards.iter().map(ToString::to_string).collect(),
        }
    }
}

impl Row for TicketRow {
    const HEADINGS: &'static [&'static str] =
        &["TICKET", "DECLARED", "GROUND", "SINCE", "TELEPHONE", "E-MAIL", "LIVING CARDS"];

    fn cells(&self) -> Vec<String> {
        vec![
            self.ticket.clone(),
            self.declared.clone(),
            self.ground.to_owned(),
            self.opened_at.clone(),
            self.telephone.clone().unwrap_or_default(),
            self.email.clone().unwrap_or_default(),
            self.cards.join(", "),
        ]
    }
}
