//! `igc certificate relint`

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use ca_core::lint::DeclaredIdentity;
use ca_core::profile::Profiles;
use ca_core::relint::{self, Selection, Touched};
use clap::Args as ClapArgs;
use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;
use store::{Database, DatabaseRole, Timestamp};

use crate::cli::{Global, PARTLY_DONE};
use crate::installation::Installation;
use crate::output::{self, Listing, OutputFormat, Row};
use crate::problem::Problem;
use crate::setup::{LONGEST_TEXT, read_text};

#[derive(Debug, ClapArgs)]
pub struct Args {
    /// Of this profile only.
    #[arg(long)]
    profile: Option<String>,
    /// Prepared at this moment or later (RFC 3339).
    #[arg(long, value_name = "TIME")]
    since: Option<Timestamp>,
    /// An identity that certificates were issued under before that of today; more than once for several.
    #[arg(long, value_name = "FILE")]
    earlier_identity: Vec<PathBuf>,
}

/// Reads every stored certificate with the lint of this program: exit 9 where one does not pass, 8 where one is damaged;
/// all were read and are named in either case.
pub fn run(global: &Global, args: &Args) -> Result<ExitCode, Problem> {
    if let Some(profile) = &args.profile {
        Profiles::embedded().require(profile)?;
    }
    let installation = Installation::open(global)?;
    let mut db = installation.database(DatabaseRole::Owner)?;
    let selection = Selection { profile: args.profile.as_deref(), since: args.since };
    let today = DeclaredIdentity::read(installation.identity.text());
    let earlier = args.earlier_identity.iter().map(|path| earlier_identity(path));
    let earlier = earlier.collect::<Result<Vec<_>, _>>()?;
    let bar = progress_bar(relint::count(&mut db, selection)?);
    let mut listing = Listing::new(global.output);
    let (mut read, mut touched) = (0_u64, 0);
    let ended = relint::run(&mut db, selection, &today, &earlier, |db, count, found| {
        read += count as u64;
        touched += found.len();
        // A rule may touch them all: what a page gives is printed and forgotten.
        let text = listing.page(&rows_of(db, found)?)?;
        bar.inc(count as u64);
        bar.suspend(|| output::print(&text))
    });
    bar.finish_and_clear();
    // Whatever ended it, what was begun is closed.
    output::print(&listing.end())?;
    ended?;
    if global.output == OutputFormat::Table {
        output::print(&format!("{read} certificates read; {touched} would not be signed today\n"))?;
    }
    Ok(ExitCode::from(if touched > 0 { PARTLY_DONE } else { 0 }))
}

/// Read as the lint reads it, and so far: an identity of then may break a rule that there was not yet, and is what was issued
/// under none the less.
fn earlier_identity(path: &Path) -> Result<DeclaredIdentity, Problem> {
    let identity = DeclaredIdentity::read(&read_text(path, LONGEST_TEXT)?);
    match identity.unreadable() {
        None => Ok(identity),
        Some(finding) => {
            let what = format!("{}: {}", path.display(), finding.message);
            Err(Problem::new(ca_core::faults::IDENTITY_INVALID, what))
        }
    }
}

/// Hidden where stderr is no terminal.
fn progress_bar(certificates: i64) -> ProgressBar {
    let style = ProgressStyle::with_template("{wide_bar} {pos}/{len} {eta}").expect("the template is right");
    ProgressBar::new(u64::try_from(certificates).unwrap_or_default()).with_style(style)
}

/// A row for each certificate and rule, with the cards that carry them: one query for those of a page.
fn rows_of(db: &mut Database, found: Vec<Touched>) -> Result<Vec<RelintRow>, Problem> {
    let certificates: Vec<_> = found.iter().map(|one| (one.issuer.as_str(), one.serial.as_str())).collect();
    let cards = card::certificates::cards_of(db, &certificates)?;
    let mut rows = Vec::new();
    for Touched { issuer, serial, profile, subject, as_recorded, findings } in found {
        let name = (issuer, serial);
        let card = cards.get(&name).map(ToString::to_string);
        let (issuer, serial) = name;
        let row = |rule: &'static str, finding: String| RelintRow {
            issuer: issuer.clone(),
            serial: serial.clone(),
            profile: profile.clone(),
            rule,
            finding,
            subject: subject.clone(),
            card: card.clone(),
        };
        if !as_recorded {
            let what = "the certificate does not hold the TBS that was recorded, whose subject this is";
            rows.push(row(DAMAGED, what.to_owned()));
        }
        rows.extend(findings.into_iter().map(|finding| row(finding.rule, finding.to_string())));
    }
    Ok(rows)
}

/// What stands in the place of a rule: the code of the refusal at the end.
const DAMAGED: &str = "certificate-not-as-recorded";

#[derive(Serialize)]
struct RelintRow {
    issuer: String,
    serial: String,
    profile: String,
    rule: &'static str,
    finding: String,
    subject: Option<String>,
    card: Option<String>,
}

impl Row for RelintRow {
    const HEADINGS: &'static [&'static str] = &["ISSUER", "SERIAL", "PROFILE", "RULE", "CARD", "SUBJECT"];

    fn cells(&self) -> Vec<String> {
        let or_nothing = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".to_owned());
        vec![
            self.issuer.clone(),
            self.serial.clone(),
            self.profile.clone(),
            self.rule.to_owned(),
            or_nothing(&self.card),
            or_nothing(&self.subject),
        ]
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use ca_core::lint::Finding;
    use diesel::connection::{Connection, InstrumentationEvent};

    use super::*;

    #[test]
    fn the_cards_of_a_page_are_asked_for_at_once() {
        let mut db = Database::open("sqlite::memory:", DatabaseRole::Owner).unwrap();
        db.migrate().unwrap();
        let queries = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&queries);
        db.set_instrumentation(move |event: InstrumentationEvent<'_>| {
            if matches!(event, InstrumentationEvent::StartQuery { .. }) {
                counted.fetch_add(1, Ordering::Relaxed);
            }
        });
        let finding = || Finding { rule: "igc-test", offset: 7, message: "a message".to_owned() };
        let page = |count: usize| {
            let touched = |n: usize| Touched {
                issuer: "ACI-FO-PP".to_owned(),
                serial: format!("{n:032X}"),
                profile: "fo-pp-cps-auth".to_owned(),
                subject: None,
                as_recorded: n > 0,
                findings: vec![finding(), finding()],
            };
            (0..count).map(touched).collect::<Vec<_>>()
        };
        let rows = rows_of(&mut db, page(1000)).unwrap();
        assert_eq!(rows.len(), 2001, "two rules each, and one that is damaged");
        assert_eq!(rows[0].rule, DAMAGED);
        assert_eq!(queries.load(Ordering::Relaxed), 1);
    }
}
