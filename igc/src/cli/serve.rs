//! `igc serve`

use std::process::ExitCode;
use std::time::Duration;

use registration_authority::{eligibility, officers};
use store::DatabaseRole;

use super::Global;
use crate::faults;
use crate::installation::Installation;
use crate::output;
use crate::problem::Problem;
use crate::roles::status::StatusRole;
use crate::roles::{self, Stop};
use crate::status_hint::StatusHints;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Which role this process plays.
    #[arg(long, value_enum, default_value = "all")]
    role: RoleName,
}

/// The roles of the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum RoleName {
    /// Every role in one process.
    All,
    /// The officers' pages.
    Web,
    /// Certification, publication, jobs.
    Worker,
    /// Public answers.
    Status,
}

pub fn run(global: &Global, args: &Args) -> Result<ExitCode, Problem> {
    let installation = Installation::open(global)?;
    // Nothing is served by rules that cannot be read.
    eligibility::rulebook()?;
    if args.role == RoleName::All && !installation.config.single_process {
        return Err(Problem::new(
            faults::SINGLE_PROCESS,
            "this configuration does not allow every role in one process",
        ));
    }
    serve(&installation, args.role)?;
    Ok(ExitCode::SUCCESS)
}

/// A demonstration that stays up: every role, sign-in links printed.
pub fn stay_up(installation: &Installation) -> Result<(), Problem> {
    serve(installation, RoleName::All)
}

/// Runs until a signal asks to stop.
fn serve(installation: &Installation, role: RoleName) -> Result<(), Problem> {
    let stop = Stop::at_signals()?;
    // Nobody plays another demonstration over one that is served.
    let _held = crate::demo::hold(&installation.dir)?;
    let plays = |asked: RoleName| role == RoleName::All || role == asked;
    let mut servers = Vec::new();
    let mut status_role = None;
    if plays(RoleName::Status) {
        let (listener, address) = roles::listen(installation.config.status)?;
        let role = StatusRole::start(installation, listener)?;
        let hints = StatusHints::answer(role.service(), &installation.dir);
        tell(&format!("status services  http://localhost:{}/\n", address.port()))?;
        // With the status role: several roles of one machine share one configuration, and one such port.
        let (listener, address) = roles::listen(installation.config.operations)?;
        servers.push(roles::operations::start(role.service(), listener)?);
        tell(&format!("operations       http://localhost:{}/readyz?verbose\n", address.port()))?;
        status_role = Some((role, hints));
    }
    let responders = plays(RoleName::Status).then(|| {
        let (installation, stop) = (installation.clone(), stop.clone());
        std::thread::spawn(move || roles::responders::run(&installation, &stop))
    });
    if plays(RoleName::Web) {
        let (listener, address) = roles::listen(installation.config.web)?;
        let cards = installation.config.client_certificates.as_ref();
        let cards = cards.map(|section| roles::listen(section.listen)).transpose()?;
        let (cards, for_cards) = cards.unzip();
        let (server, links) = roles::web::start(installation, listener, cards)?;
        servers.push(server);
        tell(&format!("officers' pages  https://localhost:{}/ra/file\n", address.port()))?;
        if let Some(address) = for_cards {
            tell(&format!("with a card      https://localhost:{}/ra/carte\n", address.port()))?;
        }
        print_sign_in_links(installation, &links, address.port())?;
    }
    let worker = plays(RoleName::Worker).then(|| {
        let (installation, stop) = (installation.clone(), stop.clone());
        std::thread::spawn(move || roles::worker::run(&installation, &stop))
    });
    wait_for_signal(&stop, worker.as_ref());
    stop.ask();
    let worker_played = worker.is_some();
    let outcome = worker.map(std::thread::JoinHandle::join);
    for server in servers {
        server.stop()?;
    }
    if let Some((role, hints)) = status_role {
        drop(hints);
        role.stop()?;
    }
    if responders.is_some_and(|thread| thread.join().is_err()) {
        return Err(Problem::new(faults::LISTENER, "the responders' thread ended unexpectedly"));
    }
    if worker_played {
        crate::demo::leave(installation)?;
    }
    match outcome {
        Some(Ok(outcome)) => outcome,
        Some(Err(_)) => Err(Problem::new(faults::LISTENER, "the worker's thread ended unexpectedly")),
        None => Ok(()),
    }
}

/// One link for each officer of a demonstration, each good for one sign-in.
fn print_sign_in_links(
    installation: &Installation,
    links: &web_admin::SignInLinks,
    port: u16,
) -> Result<(), Problem> {
    if !installation.config.is_demo() {
        return Ok(());
    }
    let mut db = installation.database(DatabaseRole::Web)?;
    let now = installation.clock.now();
    for officer in officers::list(&mut db)? {
        let token = links.issue(&officer.login, LINK_LIFE, &mut crate::installation::system_rng(), now);
        tell(&format!(
            "  {:<24} {:<22} https://localhost:{port}/ra/sign-in?token={token}\n",
            officer.display_name,
            officer.role.to_string()
        ))?;
    }
    Ok(())
}

/// How long a sign-in link of a demonstration may wait to be used.
const LINK_LIFE: Duration = Duration::from_secs(12 * 3600);

/// Waits for SIGINT or SIGTERM, or for the worker to end by itself.
fn wait_for_signal<T>(stop: &Stop, worker: Option<&std::thread::JoinHandle<T>>) {
    while !stop.asked() && !worker.is_some_and(std::thread::JoinHandle::is_finished) {
        std::thread::sleep(Duration::from_millis(100));
    }
}

fn tell(text: &str) -> Result<(), Problem> {
    output::print(text)
}
