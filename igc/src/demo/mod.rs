//! `igc demo`: the whole life of a card, on real parts, in a folder of its own.

mod cast;
mod folder;
mod future;
mod report;
mod stage;
mod steps;
mod witness;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use crate::bureau_process::BureauProcess;
use crate::faults;
use crate::installation::Installation;
use crate::problem::Problem;
use crate::roles;

use report::{Report, StepRunner, Urls};

/// How to play.
#[derive(Clone, Debug)]
pub struct Demonstration {
    /// Where; what an earlier demonstration left there is replaced.
    pub dir: PathBuf,
    /// Another database than the SQLite file of the folder.
    pub database_url: Option<String>,
    /// The first port; none takes a free one.
    pub port: Option<u16>,
    /// Whether each step is told on stderr.
    pub talk: bool,
}

/// Plays the main job once; every step on real parts. Leaves `report.json`, also where a step failed.
pub fn play(demonstration: &Demonstration) -> Result<Installation, Problem> {
    folder::clear(&demonstration.dir)?;
    let bureau_home = BureauProcess::new_home();
    let played = play_with(demonstration, &bureau_home);
    if played.is_err() {
        BureauProcess::remove(&bureau_home)?;
    }
    played
}

fn play_with(demonstration: &Demonstration, bureau_home: &Path) -> Result<Installation, Problem> {
    let (listener, address) =
        roles::listen(SocketAddr::from(([127, 0, 0, 1], demonstration.port.unwrap_or(0))))?;
    let mut steps = StepRunner::begin(demonstration.talk);
    let started_at = crate::clock::Clock::ahead_by_days(0).now();

    let mut stage = match steps.run("ceremony", || steps::ceremony(demonstration, bureau_home)) {
        Ok(stage) => stage,
        Err(problem) => return Err(fail(demonstration, &problem)),
    };
    let status = roles::status::start(&stage.worker.installation, listener)?;
    let played = steps::play_all(&mut stage, &mut steps, address);
    status.stop()?;

    let (steps, took_ms) = steps.finish();
    let config = &stage.worker.installation.config;
    let urls = Urls {
        web: format!("https://localhost:{}", config.web.port()),
        status: format!("http://localhost:{}", demonstration.port.unwrap_or(config.status.port())),
    };
    let mut report = Report {
        ok: played.is_ok(),
        version: env!("CARGO_PKG_VERSION"),
        started_at,
        took_ms,
        steps,
        cards: Vec::new(),
        certificates: Vec::new(),
        crls: Vec::new(),
        urls,
    };
    witness::describe(&mut stage, &mut report)?;
    let installation = stage.worker.installation.clone();
    stage.leave()?;
    report::write(&demonstration.dir, &report)?;
    match played {
        Ok(()) => Ok(installation),
        Err(problem) => Err(fail(demonstration, &problem)),
    }
}

fn fail(demonstration: &Demonstration, problem: &Problem) -> Problem {
    Problem::new(
        faults::DEMO_STEP,
        format!("{}: [{}] {}", demonstration.dir.display(), problem.code().name, problem.detail()),
    )
}

/// Where a demonstration goes when nobody says.
pub fn default_dir() -> &'static Path {
    Path::new("demo")
}

/// Closes what a demonstration opened outside its folder: its bureau, which is made again when needed.
pub fn leave(installation: &Installation) -> Result<(), Problem> {
    match &installation.config.demo {
        Some(demo) => BureauProcess::remove(&demo.bureau_home),
        None => Ok(()),
    }
}
