//! `igc certificate relint`

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use ca_core::identity::Identity;
use ca_core::lint::DeclaredIdentity;
use ca_core::profile::Profiles;
use ca_core::relint::{self, Selection, Touched};
use clap::Args as ClapArgs;
use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;
use store::{Database, DatabaseRole, Fault, Timestamp};

use crate::cli::{Global, PARTLY_DONE};
use crate::installation::Installation;
use crate::output::{self, OutputFormat, Row};
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
    let bar = progress_bar(relint::count(&mut db, selection)?);
    let today = DeclaredIdentity::read(installation.identity.text());
    let earlier = args.earlier_identity.iter().map(|path| earlier_identity(path));
    let earlier = earlier.collect::<Result<Vec<_>, _>>()?;
    let (mut read, mut touched, mut rows) = (0_u64, 0, Vec::new());
    let ended = relint::run(&mut db, selection, &today, &earlier, |db, count, found| {
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
    });
    bar.finish_and_clear();
    if global.output != OutputFormat::Jsonl {
        output::list(global.output, &rows)?;
    }
    ended?;
    if global.output == OutputFormat::Table {
        output::print(&format!("{read} certificates read; {touched} would not be signed today\n"))?;
    }
    Ok(ExitCode::from(if touched > 0 { PARTLY_DONE } else { 0 }))
}

fn earlier_identity(path: &Path) -> Result<DeclaredIdentity, Problem> {
    let identity = Identity::parse(&read_text(path, LONGEST_TEXT)?)
        .map_err(|error| Problem::new(error.code(), format!("{}: {error}", path.display())))?;
    Ok(DeclaredIdentity::read(identity.text()))
}

/// Hidden where stderr is no terminal.
fn progress_bar(certificates: i64) -> ProgressBar {
    let style = ProgressStyle::with_template("{wide_bar} {pos}/{len} {eta}").expect("the template is right");
    ProgressBar::new(u64::try_from(certificates).unwrap_or_default()).with_style(style)
}

/// A row for each rule, with the card that carries the certificate.
fn rows_of(db: &mut Database, certificate: Touched) -> Result<Vec<RelintRow>, Problem> {
    let Touched { issuer, serial, profile, subject, as_recorded, findings } = certificate;
    let card = card::certificates::card_of(db, &issuer, &serial)?.map(|number| number.to_string());
    let row = |rule: &'static str, finding: String| RelintRow {
        issuer: issuer.clone(),
        serial: serial.clone(),
        profile: profile.clone(),
        rule,
        finding,
        subject: subject.clone(),
        card: card.clone(),
    };
    let damaged = (!as_recorded).then(|| {
        row(
            DAMAGED,
            "the certificate does not hold the TBS that was recorded, whose subject this is".to_owned(),
        )
    });
    let findings = findings.into_iter().map(|finding| row(finding.rule, finding.to_string()));
    Ok(damaged.into_iter().chain(findings).collect())
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
