//! `igc opposition`

mod asked;
mod motive;
mod plans;
mod suspensions;
mod tickets;

use std::process::ExitCode;

use asked::Asked;
use card::CardNumber;
use clap::Subcommand;
use motive::Motive;
use professional_registry::ImportedRegister;
use registration_authority::opposition::{self, Publication};
use serde::Serialize;
use serde_json::json;
use store::DatabaseRole;

use crate::cli::Global;
use crate::cli::decision::plain;
use crate::cli::remote::{self, Remote, SignedRemote};
use crate::installation::{Installation, system_rng};
use crate::jobs;
use crate::officer::AsOfficer;
use crate::output::{self, Row};
use crate::problem::Problem;
use crate::status_hint;

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Oppose a card: it and every certificate of it end at once, for ever.
    Add {
        /// The card's number, ten digits.
        card: CardNumber,
        /// Why: lost, stolen, codes-disclosed, not-received, defective…; suspended, for a time, where `[opposition] holds`
        /// allows it.
        #[arg(long)]
        ground: Motive,
        #[command(flatten)]
        asked: Asked,
        #[command(flatten)]
        officer: AsOfficer,
        #[command(flatten)]
        remote: Remote,
    },
    /// The opposition list: card, date, sequence.
    List {
        /// Only what came after this place on the list.
        #[arg(long, default_value_t = 0)]
        since: i64,
    },
    /// The cards that are suspended.
    Suspensions,
    /// Lift the suspension of a card: one officer proposes it, which waits for a second (exit 6), then the worker does.
    Lift {
        /// The card's number, ten digits.
        card: CardNumber,
        /// Refuse that it is lifted, with a reason's code; it stays suspended.
        #[arg(long, value_name = "CODE")]
        refuse: Option<String>,
        /// The officer's own sentence, of a refusal.
        #[arg(long, value_name = "TEXT", requires = "refuse")]
        text: Option<String>,
        #[command(flatten)]
        officer: AsOfficer,
        #[command(flatten)]
        remote: SignedRemote,
    },
    /// The declarations that nobody proved, which wait for an officer to call back.
    Tickets,
    /// Dismiss such a declaration: no card is opposed. What is opposed closes its ticket by itself.
    Dismiss {
        /// Its number.
        ticket: String,
        /// Why, in a sentence.
        #[arg(long, value_name = "TEXT")]
        reason: String,
        #[command(flatten)]
        officer: AsOfficer,
        #[command(flatten)]
        remote: Remote,
    },
    /// The cards that the register no longer supports, and that still live.
    Lapses,
    /// The plans of more oppositions than a day may bring, which wait for two officers.
    Plans,
    /// Approve such a plan: two officers must, then the worker opposes its cards.
    Release {
        /// Its identifier.
        plan: String,
        #[command(flatten)]
        officer: AsOfficer,
        #[command(flatten)]
        remote: SignedRemote,
    },
    /// Refuse such a plan, with a reason.
    Reject {
        /// Its identifier.
        plan: String,
        /// The reason's code.
        #[arg(long, value_name = "CODE")]
        reason: String,
        /// The officer's own sentence.
        #[arg(long, value_name = "TEXT")]
        text: Option<String>,
        #[command(flatten)]
        officer: AsOfficer,
        #[command(flatten)]
        remote: SignedRemote,
    },
}

pub fn run(global: &Global, command: &Command) -> Result<ExitCode, Problem> {
    if let Some(done) = through_api(global, command)? {
        return Ok(done);
    }
    let installation = Installation::open(global)?;
    let mut db = installation.database(DatabaseRole::Owner)?;
    match command {
        Command::Add { card, ground: Motive::Suspended, officer, .. } => {
            return suspensions::suspend(global, &installation, &mut db, card, officer);
        }
        Command::Suspensions => return suspensions::list(global, &mut db),
        Command::Lift { card, refuse, text, officer, .. } => {
            let refused = refuse.as_deref().map(|reason| (reason, text.as_deref()));
            return suspensions::decide(global, &installation, &mut db, card, refused, officer);
        }
        Command::Add { card, ground: Motive::Opposed(ground), asked, officer, .. } => {
            // Safety first: whoever owns the machine may oppose; it is written down who did.
            let act = match &officer.login {
                Some(_) => officer.act(&installation)?,
                None => installation.operator_act(),
            };
            jobs::continue_opposition_list(&installation, &mut db, &act)?;
            let (registry, claim) = (&mut ImportedRegister, asked.claim()?);
            let (why, rng) = ((*ground, &claim), &mut system_rng());
            let done = opposition::oppose_for(&mut db, registry, card, why, rng, &act)?;
            let publication = status_hint::ask(&installation.dir, done.status_sequence);
            let receipt = Receipt {
                receipt: done.receipt,
                card: done.card.to_string(),
                requester: done.requested.requester().as_str(),
                requested_by: done.requested.by().to_owned(),
                effective_at: done.opposed_at.to_string(),
                sequence: done.sequence,
                certificates: done.certificates.iter().map(|ended| ended.serial.to_string()).collect(),
                publication: word(publication),
            };
            output::one(global.output, &receipt, || {
                format!(
                    "card {} is opposed since {}, with its {} certificates; receipt {}; {}\n",
                    receipt.card,
                    receipt.effective_at,
                    receipt.certificates.len(),
                    receipt.receipt,
                    match publication {
                        Publication::Published => "OCSP on this node says revoked",
                        Publication::UnderWay => "recorded, publication under way",
                    }
                )
            })?;
        }
        Command::Tickets => return tickets::list(global, &installation, &mut db),
        Command::Dismiss { ticket, reason, officer, .. } => {
            return tickets::dismiss(global, &installation, &mut db, (ticket, reason), officer);
        }
        Command::Lapses => return plans::lapses(global, &mut db),
        Command::Plans => return plans::plans(global, &mut db),
        Command::Release { plan, officer, .. } => {
            return plans::decide(global, &installation, &mut db, plan, None, officer);
        }
        Command::Reject { plan, reason, text, officer, .. } => {
            let refused = Some((reason.as_str(), text.as_deref()));
            return plans::decide(global, &installation, &mut db, plan, refused, officer);
        }
        Command::List { since } => {
            let rows: Vec<Entry> = card::opposition::list(&mut db, *since)?
                .into_iter()
                .map(|entry| Entry {
                    sequence: entry.sequence,
                    card_number: entry.card_number.to_string(),
                    opposed_at: entry.opposed_at.to_string(),
                })
                .collect();
            output::list(global.output, &rows)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// What is done on another machine, through its API; nothing where the command is about this one.
fn through_api(global: &Global, command: &Command) -> Result<Option<ExitCode>, Problem> {
    match command {
        Command::Add { card, ground, asked, remote, .. } => {
            let Some(api) = remote.api()? else { return Ok(None) };
            match *ground {
                Motive::Opposed(ground) => remote::oppose(global, &api, card, (ground, asked.told())),
                Motive::Suspended => {
                    remote::post(global, &api, &format!("/cards/{card}/suspension"), &json!({}))
                }
            }
            .map(Some)
        }
        Command::Lift { card, refuse, text, remote, .. } => {
            let refusal = refuse.as_deref().map(|reason| (reason, text.as_deref()));
            remote.decide(global, &card.to_string(), refusal)
        }
        Command::Dismiss { ticket, reason, remote, .. } => {
            let Some(api) = remote.api()? else { return Ok(None) };
            let address = format!("/opposition-tickets/{}/dismissal", plain(ticket)?);
            remote::post(global, &api, &address, &json!({ "reason": reason })).map(Some)
        }
        Command::Release { plan, remote, .. } => remote.decide(global, plan, None),
        Command::Reject { plan, reason, text, remote, .. } => {
            remote.decide(global, plan, Some((reason.as_str(), text.as_deref())))
        }
        Command::List { .. } | Command::Suspensions | Command::Tickets | Command::Lapses | Command::Plans => {
            Ok(None)
        }
    }
}

const fn word(publication: Publication) -> &'static str {
    match publication {
        Publication::Published => "published",
        Publication::UnderWay => "under-way",
    }
}

#[derive(Serialize)]
struct Receipt {
    receipt: String,
    card: String,
    /// As what somebody asked for it, and who.
    requester: &'static str,
    requested_by: String,
    effective_at: String,
    sequence: i64,
    certificates: Vec<String>,
    /// `published`: the status role of this node has applied it. `under-way`: it is recorded for good.
    publication: &'static str,
}

#[derive(Serialize)]
struct Entry {
    sequence: i64,
    card_number: String,
    opposed_at: String,
}

impl Row for Entry {
    const HEADINGS: &'static [&'static str] = &["SEQUENCE", "CARD", "OPPOSED AT"];

    fn cells(&self) -> Vec<String> {
        vec![self.sequence.to_string(), self.card_number.clone(), self.opposed_at.clone()]
    }
}
