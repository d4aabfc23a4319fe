//! `igc notice`

use std::process::ExitCode;

use clap::Subcommand;
use registration_authority::faults;
use registration_authority::notices::{self, UnsentNotice};
use serde::Serialize;
use store::DatabaseRole;

use crate::cli::Global;
use crate::installation::{Installation, system_rng};
use crate::output::{self, Row};
use crate::problem::Problem;

/// Most notices that are listed.
const LISTED: i64 = 1000;

#[derive(Debug, Subcommand)]
pub enum Command {
    /// The notices that have not left: those that were given up, and those that wait.
    List,
    /// What the mail of a notice says, word for word.
    Show {
        /// Its identifier.
        notice: String,
    },
    /// Try a notice again that was given up.
    Retry {
        /// Its identifier.
        notice: String,
    },
}

pub fn run(global: &Global, command: &Command) -> Result<ExitCode, Problem> {
    let installation = Installation::open(global)?;
    let mut db = installation.database(DatabaseRole::Owner)?;
    match command {
        Command::List => {
            let rows: Vec<NoticeRow> =
                notices::unsent(&mut db, LISTED)?.into_iter().map(NoticeRow::of).collect();
            output::list(global.output, &rows)?;
        }
        Command::Show { notice } => {
            let said = notices::read(&mut db, notice)?.ok_or_else(|| {
                Problem::new(faults::NOTICE_UNKNOWN, format!("no notice {notice} can be read"))
            })?;
            let shown =
                Shown { notice: notice.clone(), title: said.title, text: said.paragraphs.join("\n\n") };
            output::one(global.output, &shown, || format!("{}\n\n{}\n", shown.title, shown.text))?;
        }
        Command::Retry { notice } => {
            notices::retry(&mut db, notice, &mut system_rng(), &installation.operator_act())?;
            let done = Retried { notice: notice.clone() };
            output::one(global.output, &done, || format!("notice {notice} is tried again\n"))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

#[derive(Serialize)]
struct Shown {
    notice: String,
    title: &'static str,
    text: String,
}

#[derive(Serialize)]
struct Retried {
    notice: String,
}

#[derive(Serialize)]
struct NoticeRow {
    notice: String,
    state: &'static str,
    to: String,
    says: String,
    about: String,
    written_at: String,
    attempts: i64,
    next_at: Option<String>,
    why: Option<String>,
}

impl NoticeRow {
    fn of(unsent: UnsentNotice) -> Self {
        Self {
            state: if unsent.failed_at.is_some() { "dead" } else { "waiting" },
            notice: unsent.id,
            to: unsent.recipient,
            says: unsent.notice,
            about: unsent.subject,
            written_at: unsent.created_at.to_string(),
            attempts: unsent.attempts,
            next_at: unsent.next_attempt_at.filter(|_| unsent.failed_at.is_none()).map(|at| at.to_string()),
            why: unsent.last_error,
        }
    }
}

impl Row for NoticeRow {
    const HEADINGS: &'static [&'static str] =
        &["NOTICE", "STATE", "TO", "SAYS", "ABOUT", "WRITTEN", "ATTEMPTS", "NEXT", "WHY"];

    fn cells(&self) -> Vec<String> {
        vec![
            self.notice.clone(),
            self.state.to_owned(),
            self.to.clone(),
            self.says.clone(),
            self.about.clone(),
            self.written_at.clone(),
            self.attempts.to_string(),
            self.next_at.clone().unwrap_or_default(),
            self.why.clone().unwrap_or_default(),
        ]
    }
}
