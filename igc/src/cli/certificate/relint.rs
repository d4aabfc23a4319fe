//! `igc certificate relint`

use std::process::ExitCode;

use ca_core::profile::Profiles;
use ca_core::relint::{self, Selection, Touched};
use clap::Args as ClapArgs;
use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;
use store::{Database, DatabaseRole, Timestamp};

use crate::cli::{Global, PARTLY_DONE};
use crate::installation::Installation;
use crate::output::{self, OutputFormat, Row};
use crate::problem::Problem;

#[derive(Debug, ClapArgs)]
pub struct Args {
    /// Of this profile only.
    #[arg(long)]
    profile: Option<String>,
    /// Prepared at this moment or later (RFC 3339).
    #[arg(long, value_name = "TIME")]
    since: Option<Timestamp>,
}

/// Reads every stored certificate with the lint of this program: exit 9 where one does not pass.
pub fn run(global: &Global, args: &Args) -> Result<ExitCode, Problem> {
    if let Some(profile) = &args.profile {
        Profiles::embedded().require(profile)?;
    }
    let installation = Installation::open(global)?;
    let mut db = installation.database(DatabaseRole::Owner)?;
    let selection = Selection { profile: args.profile.as_deref(), since: args.since };
    let bar = progress_bar(relint::count(&mut db, selection)?);
    let (mut read, mut touched, mut rows) = (0_u64, 0, Vec::new());
    relint::run(&mut db, selection, installation.identity.test_bit(), |db, count, found| {
        read += count as u64;
        bar.inc(count as u64);
        touched += found.len();
        for certificate in found {
            rows.extend(rows_of(db, certificate)?);
        }
        // One line each needs no waiting for the end.
        if global.output == OutputFormat::Jsonl {
            output::list(global.output, &std::mem::take(&mut rows))?;
        }
        Ok::<_, Problem>(())
    })?;
    bar.finish_and_clear();
    if global.output != OutputFormat::Jsonl {
        output::list(global.output, &rows)?;
    }
    if global.output == OutputFormat::Table {
        output::print(&format!("{read} certificates read; {touched} would not be signed today\n"))?;
    }
    Ok(ExitCode::from(if touched > 0 { PARTLY_DONE } else { 0 }))
}

/// Hidden where stderr is no terminal.
fn progress_bar(certificates: i64) -> ProgressBar {
    let style = ProgressStyle::with_template("{wide_bar} {pos}/{len} {eta}").expect("the template is right");
    ProgressBar::new(u64::try_from(certificates).unwrap_or_default()).with_style(style)
}

/// A row for each rule, with the card that carries the certificate.
fn rows_of(db: &mut Database, certificate: Touched) -> Result<Vec<RelintRow>, Problem> {
    let Touched { issuer, serial, profile, subject, findings } = certificate;
    let card = card::certificates::card_of(db, &issuer, &serial)?.map(|number| number.to_string());
    let row = |finding: ca_core::lint::Finding| RelintRow {
        issuer: issuer.clone(),
        serial: serial.clone(),
        profile: profile.clone(),
        rule: finding.rule,
        finding: finding.to_string(),
        subject: subject.clone(),
        card: card.clone(),
    };
    Ok(findings.into_iter().map(row).collect())
}

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
