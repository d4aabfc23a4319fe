//! `openssl ocsp` asks the status role about the certificates of a card; its answers are kept as they were sent.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use ca_core::serial::SerialNumber;
use card::CardNumber;
use store::Timestamp;

use crate::problem::Problem;
use crate::setup::file_problem;

use super::describe::pem_path;
use super::stage::Stage;
use super::witness::{openssl, step_failed};

/// Before or after what ends a card.
#[derive(Clone, Copy, Debug)]
pub enum Moment {
    /// The card is in its holder's pocket.
    Before,
    /// The card is opposed.
    After,
}

/// Asks about every certificate of a card. Refuses to go on unless the responder says this word of each; how
/// many there are.
pub fn all_are(
    stage: &mut Stage,
    status: SocketAddr,
    card: &CardNumber,
    moment: Moment,
    word: &str,
) -> Result<usize, Problem> {
    let folder = stage.path("ocsp");
    std::fs::create_dir_all(&folder).map_err(|error| file_problem(&folder, &error))?;
    let carried = card::certificates::of_card(&mut stage.worker.db, card)?;
    for one in &carried {
        let serial: SerialNumber =
            one.serial.parse().map_err(|_| step_failed("a serial number does not read"))?;
        let suffix = match moment {
            Moment::Before => "before",
            Moment::After => "after",
        };
        let question = Question {
            url: format!("http://{status}/ocsp"),
            issuer: crate::jobs::folder(stage.installation()).ca_path(&format!("{}.cer", one.issuer)),
            certificate: pem_path(stage, &serial),
            trusted: stage.installation().config.public_folder.join("ca/chain.pem"),
            answer: folder.join(format!("{serial}-{suffix}.der")),
            ahead: stage.installation().clock.ahead().map(|by| (stage.installation().clock.now(), by)),
        };
        let said = question.ask_until(word)?;
        if said != word {
            return Err(step_failed(&format!("openssl ocsp says {said} of {serial}, not {word}")));
        }
    }
    match carried.len() {
        0 => Err(step_failed("the card carries no certificate to ask about")),
        count => Ok(count),
    }
}

/// By how much a clock may be behind the responder's.
const SKEW: Duration = Duration::from_secs(300);

struct Question {
    url: String,
    issuer: PathBuf,
    certificate: PathBuf,
    trusted: PathBuf,
    answer: PathBuf,
    /// What time it is where the clock is ahead of the machine's, and by how much.
    ahead: Option<(Timestamp, Duration)>,
}

/// How often a word is asked for again: the status role reads the status log ten times a second.
const ATTEMPTS: u32 = 50;

const BETWEEN_ATTEMPTS: Duration = Duration::from_millis(100);

impl Question {
    /// The word that is said, at the latest after five seconds: what was committed a moment ago is answered a moment
    /// later. The answer that is kept is the last one.
    fn ask_until(&self, word: &str) -> Result<String, Problem> {
        let mut said = self.ask()?;
        for _ in 1..ATTEMPTS {
            if said == word {
                break;
            }
            std::thread::sleep(BETWEEN_ATTEMPTS);
            said = self.ask()?;
        }
        Ok(said)
    }

    /// The word `openssl ocsp` prints, once it has verified the answer.
    fn ask(&self) -> Result<String, Problem> {
        let mut command = Command::new("openssl");
        command.args(["ocsp", "-no_nonce", "-url", &self.url, "-issuer"]);
        command.arg(&self.issuer).arg("-cert").arg(&self.certificate);
        command.arg("-CAfile").arg(&self.trusted).arg("-respout").arg(&self.answer);
        if let Some((now, ahead)) = self.ahead {
            // The chain is verified at that time. For thisUpdate and nextUpdate openssl has only the machine's
            // clock, and a tolerance: no answer from beyond our own time passes, but one that ended might.
            let tolerance = (ahead + SKEW).as_secs().to_string();
            command.args(["-attime", &now.seconds().to_string(), "-validity_period", &tolerance]);
        }
        let text = openssl(&mut command)?;
        // It exits with 0 whatever the answer: the words count.
        if !text.contains("Response verify OK") || text.contains("WARNING") {
            return Err(step_failed(&format!("openssl ocsp does not trust the answer: {}", text.trim())));
        }
        let prefix = format!("{}: ", self.certificate.display());
        text.lines()
            .find_map(|line| line.strip_prefix(&prefix))
            .map(str::to_owned)
            .ok_or_else(|| step_failed("openssl ocsp names no status"))
    }
}
