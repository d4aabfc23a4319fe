//! `igc demo`

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use registration_authority::approval::Delays;

use super::Global;
use crate::demo::{self, Demonstration, Played};
use crate::faults;
use crate::installation::Installation;
use crate::output::{self, OutputFormat};
use crate::problem::Problem;
use crate::setup::{LONGEST_TEXT, read_text};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Play the main job once and exit: 0 only if every step held.
    #[arg(long)]
    once: bool,
    /// The port of the status services, in the addresses of its certificates too; by default 8080, with --once played on a free one.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    port: Option<u16>,
    /// Another database than the SQLite file of the folder: `postgres://…`, empty.
    #[arg(long, value_name = "URL")]
    database: Option<String>,
    /// The cards: simulated chips in the bureau's process.
    #[arg(long, value_enum, default_value = "simulated")]
    card: CardSort,
    /// Play what a copy that was moved ahead has still to see: a demonstration does that in its `future/`.
    #[arg(long, hide = true, conflicts_with_all = ["once", "port", "database"])]
    years_ahead: bool,
}

/// What the bureau of a demonstration personalises.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum CardSort {
    /// Key pairs of the bureau's process.
    Simulated,
}

pub fn run(global: &Global, args: &Args) -> Result<ExitCode, Problem> {
    let CardSort::Simulated = args.card;
    if args.years_ahead {
        let installation = Installation::open(global)?;
        demo::play_years_ahead(&installation)?;
        return print_report(global, &installation);
    }
    let demonstration = Demonstration {
        dir: global
            .installation_dir()
            .ok_or_else(|| Problem::new(faults::ARGUMENT, "say where with --dir DIR"))?,
        database_url: args.database.clone(),
        port: args.port,
        talk: true,
    };
    let Played { installation, held: _held } = demo::play(&demonstration)?;
    print_report(global, &installation)?;
    let served = match args.once {
        true => Ok(()),
        false => {
            let mut installation = installation.clone();
            // The play waits for nobody; who tries the pages sees that a decision waits, and takes one back.
            Arc::make_mut(&mut installation.config).decisions =
                Delays { approval: Duration::from_secs(20), refusal: Duration::from_secs(60) };
            super::serve::stay_up(&installation)
        }
    };
    demo::leave(&installation)?;
    served.map(|()| ExitCode::SUCCESS)
}

/// For programs; people have read each step.
fn print_report(global: &Global, installation: &Installation) -> Result<ExitCode, Problem> {
    if global.output != OutputFormat::Table {
        output::print(&read_text(&installation.dir.join("report.json"), LONGEST_TEXT)?)?;
    }
    Ok(ExitCode::SUCCESS)
}
