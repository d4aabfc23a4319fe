//! `igc audit erase`

use std::process::ExitCode;

use registration_authority::opposition::ticket;
use registration_authority::{four_eyes, order, personal_data, risk};
use serde_json::json;
use store::Database;

use crate::cli::Global;
use crate::installation::{Installation, system_rng};
use crate::output;
use crate::problem::Problem;

#[derive(Debug, clap::Args)]
pub struct EraseArgs {
    /// The payload of this one event, on a person's request; by default, every one whose time is over.
    #[arg(long, value_name = "EVENT", requires = "reason")]
    event: Option<String>,
    /// The reference of the request, 1 to 200 characters, never a name: it stays in the trail.
    #[arg(long, value_name = "TEXT", requires = "event")]
    reason: Option<String>,
}

pub fn run(
    global: &Global,
    installation: &Installation,
    db: &mut Database,
    args: &EraseArgs,
) -> Result<ExitCode, Problem> {
    let (act, rng) = (installation.operator_act(), &mut system_rng());
    let kept = installation.config.retention;
    let (erased, notes, documents, tickets, contact_changes) = match (&args.event, &args.reason) {
        (Some(event), Some(reason)) => {
            personal_data::erase_one(db, event, reason, rng, &act)?;
            (1, 0, 0, 0, 0)
        }
        // Notes, documents and tickets first: what the trail says of their end has a payload too.
        _ => {
            let notes = order::erase_notes(db, kept.notes, rng, &act)?;
            let documents = order::erase_documents(db, kept.documents, rng, &act)?;
            order::erase_birth_names(db, kept.documents, rng, &act)?;
            let tickets = ticket::erase_closed(db, kept.notes, rng, &act)?;
            let contact_changes = risk::forget_contact_changes(db, &act)?
                + four_eyes::erase_contact_changes(db, kept.notes, &act)?;
            let erased = personal_data::erase_due(db, kept.audit_payloads, rng, &act)?;
            (erased, notes, documents, tickets, contact_changes)
        }
    };
    let done = json!({
        "erased": erased, "notes": notes, "documents": documents, "tickets": tickets,
        "contact_changes": contact_changes,
    });
    output::one(global.output, &done, || {
        format!(
            "{erased} payloads erased, {notes} notes, {documents} documents, {tickets} tickets, \
             {contact_changes} changes of contacts\n"
        )
    })?;
    Ok(ExitCode::SUCCESS)
}
