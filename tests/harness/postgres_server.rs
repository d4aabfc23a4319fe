use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use super::databases::{server_answers, url_of};
use super::program::{Running, children_of, run, start};

/// How long the server may take to end or to come up.
const PATIENCE: Duration = Duration::from_secs(60);

/// How a server ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// Cuts its connections and writes everything out (SIGINT).
    Fast,
    /// At once, as in a crash: what was committed is read from its log when it starts again (SIGQUIT).
    Immediate,
}

/// The server that `tests/setup/with-postgres.sh` has started, for whoever cuts it off: no other test may need it
/// meanwhile. Once it was started again here it ends when this is dropped.
pub struct PostgresServer {
    data: PathBuf,
    again: Option<Running>,
}

impl PostgresServer {
    /// That server.
    pub fn of_this_run() -> Self {
        let url = url_of("postgres");
        let (_, host) = url.split_once("host=").expect("its URL names the folder of its socket");
        Self { data: PathBuf::from(host).join("data"), again: None }
    }

    /// Stops its processes where they are (SIGSTOP): connections stay, and nobody answers.
    pub fn freeze(&self) {
        self.to_all("-STOP");
    }

    /// Lets them go on.
    pub fn thaw(&self) {
        self.to_all("-CONT");
    }

    /// Ends it.
    pub fn end(&self, how: Ending) {
        let signal = match how {
            Ending::Fast => "-INT",
            Ending::Immediate => "-QUIT",
        };
        send(signal, self.process());
        wait_until("the server ends", || !self.data.join("postmaster.pid").exists());
    }

    /// Starts it as it was started, and waits until it answers.
    pub fn start(&mut self) {
        let line = fs::read_to_string(self.data.join("postmaster.opts")).expect("it says how it was started");
        let mut command = Command::new("setpriv");
        if let Some(user) = self.user() {
            command.args(["--reuid", &user, "--regid", &user, "--init-groups"]);
        }
        // It is not a process that a test leaves behind.
        command
            .args(["--pdeathsig", "INT", "--", "sh", "-c", &format!("exec {line}")])
            .env_remove("IGC_TEST_RUN");
        self.again = Some(start(command.current_dir("/")));
        wait_until("the server answers", server_answers);
    }

    /// Whose it is, where that is another user: root does not run it.
    fn user(&self) -> Option<String> {
        let owner = |path: &str| run(Command::new("stat").args(["-c", "%U", path])).expect_exit(0).stdout;
        let user = owner(self.data.to_str().expect("a path of text")).trim().to_owned();
        (owner("/proc/self").trim() != user).then_some(user)
    }

    fn process(&self) -> u32 {
        let file = fs::read_to_string(self.data.join("postmaster.pid")).expect("it runs");
        file.lines().next().and_then(|line| line.trim().parse().ok()).expect("its first line is a process")
    }

    fn to_all(&self, signal: &str) {
        let server = self.process();
        send(signal, server);
        children_of(server).into_iter().for_each(|process| send(signal, process));
    }
}

impl Drop for PostgresServer {
    fn drop(&mut self) {
        if let Some(server) = &self.again {
            send("-INT", server.id());
            wait_until("the server ends", || !self.data.join("postmaster.pid").exists());
        }
    }
}

/// A process that has ended meanwhile gets nothing.
fn send(signal: &str, process: u32) {
    run(Command::new("kill").args([signal, &process.to_string()]));
}

fn wait_until(what: &str, mut holds: impl FnMut() -> bool) {
    let started = Instant::now();
    while !holds() {
        assert!(started.elapsed() < PATIENCE, "{PATIENCE:?} have passed, and still not: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}
