//! `igc doctor`: looks at everything, and says of each thing whether it is well, and what to do.

use std::process::ExitCode;

use store::DatabaseRole;

use super::Global;
use crate::diagnosis::{self, Finding, Verdict};
use crate::installation::Installation;
use crate::output::{self, Row};
use crate::problem::Problem;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// A warning is a failure.
    #[arg(long)]
    strict: bool,
}

pub fn run(global: &Global, args: &Args) -> Result<ExitCode, Problem> {
    let installation = Installation::open(global)?;
    let mut db = installation.database(DatabaseRole::Owner)?;
    let findings = diagnosis::everything(&installation, &mut db, installation.clock.now())?;
    output::list(global.output, &findings)?;
    let worst = findings.iter().map(|finding| finding.verdict).max().unwrap_or(Verdict::Well);
    Ok(match worst {
        Verdict::Well => ExitCode::SUCCESS,
        Verdict::Warning if args.strict => ExitCode::from(1),
        Verdict::Warning => ExitCode::SUCCESS,
        Verdict::Broken => ExitCode::from(1),
    })
}

impl Row for Finding {
    const HEADINGS: &'static [&'static str] = &["", "WHAT", "FOUND", "DO"];

    fn cells(&self) -> Vec<String> {
        let mark = match self.verdict {
            Verdict::Well => "✓",
            Verdict::Warning => "▲",
            Verdict::Broken => "✗",
        };
        vec![mark.to_owned(), self.what.clone(), self.found.clone(), self.action.to_owned()]
    }
}
