//! `igc bureau`: the personalisation bureau's side, on its own machine, under its own user. It is given
//! no installation and no database: a batch file comes in on stdin, a return file goes out on stdout.

mod letters;

use std::io::{self, Read};
use std::path::PathBuf;
use std::process::ExitCode;

use card::personalisation::bureau::{BureauKey, personalise};
use card::personalisation::{BatchFile, BureauName, LARGEST_BATCH_FILE};
use clap::Subcommand;
use zeroize::Zeroizing;

use super::Global;
use crate::clock::Clock;
use crate::faults;
use crate::installation::system_rng;
use crate::output;
use crate::problem::Problem;

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Make the bureau's own key; prints the certificate that the registration authority pins.
    Create {
        /// The bureau's own folder.
        #[arg(long, value_name = "DIR")]
        home: PathBuf,
        /// Its name in batch files.
        #[arg(long)]
        name: BureauName,
    },
    /// Make the cards of the batch on stdin; prints the signed return file.
    Personalise {
        /// The bureau's own folder.
        #[arg(long, value_name = "DIR")]
        home: PathBuf,
        /// Keep the private keys of the simulated chips in this folder, so that someone can sign with them.
        #[arg(long, value_name = "DIR")]
        keep_chips: Option<PathBuf>,
    },
    /// Set the letters with the opposition codes of the file on stdin; prints a page of HTML for the printer, a
    /// sheet of A4 a holder. Neither file needs to stand on a disk of the bureau's.
    Letters {
        /// Where holders oppose their cards; printed in each letter.
        #[arg(long, value_name = "URL")]
        page: String,
        /// The telephone number of the registration authority; printed in each letter.
        #[arg(long, value_name = "NUMBER")]
        telephone: Option<String>,
    },
}

pub fn run(_global: &Global, command: &Command) -> Result<ExitCode, Problem> {
    match command {
        Command::Create { home, name } => {
            let now = Clock::ahead_by_days(0).now();
            let key = BureauKey::create(home, name.clone(), &mut system_rng(), now)?;
            let pem = key.certificate().to_pem().map_err(|error| {
                Problem::new(faults::TOOL, format!("the certificate does not encode: {error}"))
            })?;
            output::print_bytes(&pem)?;
        }
        Command::Personalise { home, keep_chips } => {
            let batch = BatchFile::read(&read_stdin(LARGEST_BATCH_FILE)?)?;
            let key = BureauKey::open(home)?;
            let file = personalise(&batch, &key, keep_chips.as_deref(), &mut system_rng())?;
            output::print_bytes(&file)?;
        }
        Command::Letters { page, telephone } => {
            let file = Zeroizing::new(read_stdin(letters::LARGEST_FILE)?);
            output::print_bytes(letters::set(&file, page, telephone.as_deref())?.as_bytes())?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// One octet more than the largest file may have shows that it is too large.
fn read_stdin(largest: usize) -> Result<Vec<u8>, Problem> {
    let mut bytes = Vec::with_capacity(largest.min(1 << 20) + 1);
    io::stdin()
        .lock()
        .take(largest as u64 + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| Problem::new(faults::FILE, format!("stdin: {error}")))?;
    Ok(bytes)
}
