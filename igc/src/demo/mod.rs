//! `igc demo`: the whole life of a card, on real parts, in a folder of its own.

mod cast;
mod describe;
mod folder;
mod future;
mod ocsp;
mod report;
mod stage;
mod steps;
mod witness;
mod years_ahead;

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

use store::Timestamp;

use crate::bureau_process::BureauProcess;
use crate::faults;
use crate::installation::Installation;
use crate::problem::Problem;
use crate::roles::{self, status::StatusRole};

use report::{Report, StepRunner, Urls};
use stage::Stage;

pub use folder::{Held, hold};
pub use stage::{APPROVER, REVOKER, SUBMITTER};

/// How to play.
#[derive(Clone, Debug)]
pub struct Demonstration {
    /// Where; what an earlier demonstration left there is replaced.
    pub dir: PathBuf,
    /// Another database than the SQLite file of the folder.
    pub database_url: Option<String>,
    /// Where the status services answer, now and in its certificates' addresses; none plays on a free port, for addresses at the
    /// usual one.
    pub port: Option<u16>,
    /// Whether each step is told on stderr.
    pub talk: bool,
}

/// A demonstration that was played, every step of it.
pub struct Played {
    /// What it left.
    pub installation: Installation,
    /// Nobody plays another one over it meanwhile.
    pub held: Held,
}

/// Plays the main job once; every step on real parts. Leaves `report.json`, also where a step failed.
pub fn play(demonstration: &Demonstration) -> Result<Played, Problem> {
    let held = folder::take(&demonstration.dir)?;
    let bureau_home = BureauProcess::new_home();
    match play_with(demonstration, &bureau_home) {
        Ok(installation) => Ok(Played { installation, held }),
        Err(problem) => {
            BureauProcess::remove(&bureau_home)?;
            Err(problem)
        }
    }
}

fn play_with(demonstration: &Demonstration, bureau_home: &Path) -> Result<Installation, Problem> {
    let (listener, address) = roles::listen(loopback(demonstration.port))?;
    let mut steps = StepRunner::begin(demonstration.talk);
    let started_at = crate::clock::Clock::ahead_by_days(0).now();
    let mut stage = steps
        .run("ceremony", || steps::ceremony(demonstration, bureau_home))
        .map_err(|problem| fail(&demonstration.dir, &problem))?;
    let status = StatusRole::start(stage.installation(), listener)?;
    let played = steps::play_all(&mut stage, &mut steps, address);
    status.stop()?;
    conclude(stage, steps, started_at, played)
}

/// Plays what happens in a copy of an installation whose clock is ahead: what expires there is renewed.
pub fn play_years_ahead(installation: &Installation) -> Result<(), Problem> {
    let (listener, address) = roles::listen(loopback(None))?;
    let mut steps = StepRunner::begin(false);
    let started_at = installation.clock.now();
    let mut stage = Stage::enter(installation)?;
    let status = StatusRole::start(installation, listener)?;
    let played = years_ahead::play_all(&mut stage, &mut steps, address);
    status.stop()?;
    let concluded = conclude(stage, steps, started_at, played);
    leave(installation)?;
    concluded.map(drop)
}

/// Writes the report, whatever the steps came to.
fn conclude(
    mut stage: Stage,
    steps: StepRunner,
    started_at: Timestamp,
    played: Result<(), Problem>,
) -> Result<Installation, Problem> {
    let installation = stage.installation().clone();
    let (steps, took_ms) = steps.finish();
    let config = &installation.config;
    let mut report = Report {
        ok: played.is_ok(),
        version: env!("CARGO_PKG_VERSION"),
        started_at,
        took_ms,
        steps,
        cards: Vec::new(),
        certificates: Vec::new(),
        crls: Vec::new(),
        urls: Urls {
            web: format!("https://localhost:{}", config.web.port()),
            status: format!("http://localhost:{}", config.status.port()),
        },
    };
    describe::describe(&mut stage, &mut report)?;
    stage.leave()?;
    report::write(&installation.dir, &report)?;
    match played {
        Ok(()) => Ok(installation),
        Err(problem) => Err(fail(&installation.dir, &problem)),
    }
}

fn loopback(port: Option<u16>) -> SocketAddr {
    SocketAddr::from((Ipv4Addr::LOCALHOST, port.unwrap_or(0)))
}

fn fail(dir: &Path, problem: &Problem) -> Problem {
    Problem::new(
        faults::DEMO_STEP,
        format!("{}: [{}] {}", dir.display(), problem.code().name, problem.detail()),
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
