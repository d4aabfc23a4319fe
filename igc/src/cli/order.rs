//! `igc order`

mod notes;
mod row;

use std::process::ExitCode;

use card::{CardKind, CardNumber};
use clap::Subcommand;
use professional_registry::{IdNatPs, ImportedRegister, Profession};
use registration_authority::officers::Scope;
use registration_authority::order::{self, CardOrder, NewCardOrder, OrderState, OrderStatus};
use registration_authority::queue::lease::{self, Lease};
use registration_authority::queue::{self, Filter, PAGE_BOUND};
use registration_authority::risk;
use serde_json::json;
use store::{Database, DatabaseRole, Kind};

use super::Global;
use super::arguments::profession;
use super::decision::address;
use super::remote::{self, Remote, SignedRemote};
use crate::installation::{Installation, system_rng};
use crate::officer::{self, AsOfficer};
use crate::output::{self, Row};
use crate::problem::Problem;
use row::OrderRow;

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Ask for a card.
    Submit {
        /// For whom: IdNat_PS, for instance 8 and the RPPS number.
        #[arg(long, value_name = "ID")]
        holder: IdNatPs,
        /// For the exercise of which profession: code of TRE_G15.
        #[arg(long, value_name = "CODE", value_parser = profession)]
        profession: Profession,
        /// Which kind of card.
        #[arg(long, default_value = "CPS")]
        kind: CardKind,
        /// The card it takes the place of.
        #[arg(long, value_name = "CARD")]
        replaces: Option<CardNumber>,
        #[command(flatten)]
        officer: AsOfficer,
        #[command(flatten)]
        remote: Remote,
    },
    /// The orders in one state, oldest first.
    List {
        /// submitted, waiting, approved, refused, withdrawn or ordered.
        #[arg(long, default_value = "submitted", value_parser = status)]
        status: OrderStatus,
        /// At most this many.
        #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(i64).range(1..=PAGE_BOUND))]
        limit: i64,
    },
    /// One order.
    Show {
        /// Its number.
        number: String,
    },
    /// Ask the applicant something: the order waits for his answer.
    Ask {
        /// Its number.
        number: String,
        /// What is asked, or which document.
        #[arg(long, value_name = "TEXT")]
        question: String,
        #[command(flatten)]
        officer: AsOfficer,
        #[command(flatten)]
        remote: Remote,
    },
    /// Answer what was asked about an order.
    Answer {
        /// Its number.
        number: String,
        /// The answer.
        #[arg(long, value_name = "TEXT")]
        text: String,
        #[command(flatten)]
        officer: AsOfficer,
        #[command(flatten)]
        remote: Remote,
    },
    /// Have two officers approve an order, because the one who reads it is in doubt. Nobody takes that back.
    SecondOfficer {
        /// Its number.
        number: String,
        #[command(flatten)]
        officer: AsOfficer,
        #[command(flatten)]
        remote: Remote,
    },
    /// Write something about an order for other officers. Neither applicant nor holder reads it.
    Note {
        /// Its number.
        number: String,
        /// What is written.
        #[arg(long, value_name = "TEXT")]
        text: String,
        #[command(flatten)]
        officer: AsOfficer,
        #[command(flatten)]
        remote: Remote,
    },
    /// What officers wrote about an order for each other.
    Notes {
        /// Its number.
        number: String,
        /// Through the API, after this note: `next` of the page before.
        #[arg(long, value_name = "ID", requires = "server")]
        after: Option<String>,
        #[command(flatten)]
        officer: AsOfficer,
        #[command(flatten)]
        remote: Remote,
    },
    /// Approve an order that somebody else submitted. Ends with 6 where a second officer must approve it too.
    Approve {
        /// Its number.
        number: String,
        #[command(flatten)]
        officer: AsOfficer,
        #[command(flatten)]
        remote: SignedRemote,
    },
    /// Take back the officer's own decision, before it has taken effect.
    TakeBack {
        /// Its number.
        number: String,
        #[command(flatten)]
        officer: AsOfficer,
        #[command(flatten)]
        remote: Remote,
    },
    /// Refuse an order, with a reason.
    Reject {
        /// Its number.
        number: String,
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
    match through_api(global, command)? {
        Some(done) => Ok(done),
        None => here(global, command),
    }
}

/// On the installation of this machine.
fn here(global: &Global, command: &Command) -> Result<ExitCode, Problem> {
    let installation = Installation::open(global)?;
    let mut db = installation.database(DatabaseRole::Owner)?;
    let db = &mut db;
    match command {
        Command::Submit { holder, profession, kind, replaces, officer, .. } => {
            let new = NewCardOrder {
                kind: *kind,
                holder: holder.clone(),
                profession: *profession,
                replaces: *replaces,
            };
            let act = officer.act(&installation)?;
            let submitted =
                db.write(|db| order::submit(db, &mut ImportedRegister, new, &mut system_rng(), &act))?;
            show(global, db, &submitted.into_order())
        }
        Command::List { status, limit } => {
            let (filter, all) = (Filter::of(*status), [Scope::default()]);
            let now = installation.clock.now();
            let orders = queue::orders(db, &filter, &all, None, *limit, now)?;
            let numbers: Vec<&str> = orders.iter().map(|order| order.number.as_str()).collect();
            let leases = lease::of(db, &numbers, now)?;
            let rows: Vec<OrderRow> =
                orders.iter().map(|order| OrderRow::of(order, leases.get(&order.number))).collect();
            output::list(global.output, &rows)?;
            Ok(ExitCode::SUCCESS)
        }
        Command::Show { number } => {
            let order = order::get(db, number)?;
            let lease = lease::of(db, &[number], installation.clock.now())?.remove(number);
            print(global, db, &order, lease.as_ref())
        }
        Command::Ask { number, question, officer, .. } => {
            let act = officer.act(&installation)?;
            let version = order::get(db, number)?.version;
            let asked = db.write(|db| order::ask(db, number, version, question, &mut system_rng(), &act))?;
            show(global, db, &asked)
        }
        Command::Answer { number, text, officer, .. } => {
            let act = officer.act(&installation)?;
            let answered = db.write(|db| {
                order::answer(db, &mut ImportedRegister, number, text, &mut system_rng(), &act)
            })?;
            show(global, db, &answered)
        }
        Command::SecondOfficer { number, officer, .. } => {
            let act = officer.act(&installation)?;
            let version = order::get(db, number)?.version;
            let asked =
                db.write(|db| order::ask_second_officer(db, number, version, &mut system_rng(), &act))?;
            show(global, db, &asked)
        }
        Command::Note { number, text, officer, .. } => {
            notes::write(global, &installation, db, (number, text), officer)
        }
        Command::Notes { number, officer, .. } => notes::list(global, &installation, db, number, officer),
        Command::Approve { number, officer, .. } => {
            let order = approve(db, &installation, number, officer)?;
            show(global, db, &order)?;
            let approved = matches!(order.state, OrderState::Approved { .. });
            let code = if approved { 0 } else { Kind::AwaitsApproval.exit_code() };
            Ok(ExitCode::from(code))
        }
        Command::TakeBack { number, officer, .. } => {
            let open = take_back(db, &installation, number, officer)?;
            show(global, db, &open)
        }
        Command::Reject { number, reason, text, officer, .. } => {
            let order = reject(db, &installation, number, reason, text.as_deref(), officer)?;
            show(global, db, &order)
        }
    }
}

/// What is done on another machine, through its API; nothing where the command is about this one.
fn through_api(global: &Global, command: &Command) -> Result<Option<ExitCode>, Problem> {
    let (number, what, body, remote) = match command {
        Command::Approve { number, remote, .. } => return remote.decide(global, number, None),
        Command::Reject { number, remote, reason, text, .. } => {
            return remote.decide(global, number, Some((reason.as_str(), text.as_deref())));
        }
        Command::Submit { holder, profession, kind, replaces, remote, .. } => {
            let Some(api) = remote.api()? else { return Ok(None) };
            let wanted = json!({
                "kind": kind.to_string(),
                "holder": holder.to_string(),
                "profession": profession.code(),
                "replaces": replaces.as_ref().map(ToString::to_string),
            });
            return remote::post(global, &api, "/orders", &wanted).map(Some);
        }
        Command::Ask { number, question, remote, .. } => {
            (number, "question", json!({ "question": question }), remote)
        }
        Command::Answer { number, text, remote, .. } => (number, "answer", json!({ "answer": text }), remote),
        Command::TakeBack { number, remote, .. } => (number, "retraction", json!({}), remote),
        Command::SecondOfficer { number, remote, .. } => (number, "second-officer", json!({}), remote),
        Command::Note { number, text, remote, .. } => {
            let Some(api) = remote.api()? else { return Ok(None) };
            return notes::write_there(global, &api, number, text).map(Some);
        }
        Command::Notes { number, after, remote, .. } => {
            let Some(api) = remote.api()? else { return Ok(None) };
            return notes::list_there(global, &api, number, after.as_deref()).map(Some);
        }
        Command::List { .. } | Command::Show { .. } => return Ok(None),
    };
    let Some(api) = remote.api()? else { return Ok(None) };
    remote::act_on(global, &api, (&address(number)?, what), &body).map(Some)
}

fn approve(
    db: &mut Database,
    installation: &Installation,
    number: &str,
    officer: &AsOfficer,
) -> Result<CardOrder, Problem> {
    let act = officer.act(installation)?;
    let approver = officer::approver(installation)?;
    let order = order::get(db, number)?;
    let login = act.actor.officer().unwrap_or_default();
    let proof = approver.approve(&order.decidable(), login, &mut system_rng(), act.at)?;
    let verifier = officer::verifier(installation)?;
    Ok(db.write(|db| {
        order::approve(
            db,
            &mut ImportedRegister,
            &verifier,
            number,
            order.version,
            &proof,
            &mut system_rng(),
            &act,
        )
    })?)
}

fn take_back(
    db: &mut Database,
    installation: &Installation,
    number: &str,
    officer: &AsOfficer,
) -> Result<CardOrder, Problem> {
    let act = officer.act(installation)?;
    let verifier = officer::verifier(installation)?;
    let (registry, rng) = (&mut ImportedRegister, &mut system_rng());
    let version = order::get(db, number)?.version;
    Ok(db.write(|db| order::take_back(db, registry, &verifier, number, version, rng, &act))?)
}

fn reject(
    db: &mut Database,
    installation: &Installation,
    number: &str,
    reason: &str,
    text: Option<&str>,
    officer: &AsOfficer,
) -> Result<CardOrder, Problem> {
    let act = officer.act(installation)?;
    let approver = officer::approver(installation)?;
    let order = order::get(db, number)?;
    let login = act.actor.officer().unwrap_or_default();
    let proof = approver.refuse(&order.decidable(), (reason, text), login, &mut system_rng(), act.at)?;
    let verifier = officer::verifier(installation)?;
    Ok(db.write(|db| {
        order::refuse(db, &verifier, number, order.version, &proof, text, &mut system_rng(), &act)
    })?)
}

/// An order, with what makes one look twice at its version.
pub(super) fn show(global: &Global, db: &mut Database, order: &CardOrder) -> Result<ExitCode, Problem> {
    print(global, db, order, None)
}

/// The same, with the officer who is on it.
fn print(
    global: &Global,
    db: &mut Database,
    order: &CardOrder,
    lease: Option<&Lease>,
) -> Result<ExitCode, Problem> {
    let mut row = OrderRow::of(order, lease);
    row.flags = risk::recorded(db, &order.number, order.version)?;
    output::one(global.output, &row, || {
        let cells = OrderRow::HEADINGS.iter().zip(row.cells());
        let mut text: String =
            cells.map(|(heading, cell)| format!("{:<14} {cell}\n", heading.to_lowercase())).collect();
        for flag in &row.flags {
            text += &format!("  {} {}: {}\n", flag.level, flag.flag, flag.reason);
        }
        text
    })?;
    Ok(ExitCode::SUCCESS)
}

fn status(text: &str) -> Result<OrderStatus, String> {
    OrderStatus::ALL
        .into_iter()
        .find(|status| status.as_str() == text)
        .ok_or_else(|| "submitted, waiting, approved, refused, withdrawn or ordered".to_owned())
}
