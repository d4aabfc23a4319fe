use std::fs::{self, File};
use std::io::{Read, Seek};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant, SystemTime};

use super::workspace::profile_folder;

/// How long a command of a test may take before it counts as hanging.
const PATIENCE: Duration = Duration::from_secs(180);

/// A command that runs the `igc` that was built last, with no `IGC_…` variable of the caller.
///
/// It dies with the thread that started it, so that an aborted run leaves no process behind.
pub fn igc() -> Command {
    built("igc")
}

/// The same, of the auditor's `igc-verify`.
pub fn igc_verify() -> Command {
    built("igc-verify")
}

/// A program of the system that runs beside the test; it, too, dies with the thread that started it.
pub(super) fn tool(name: &str) -> Command {
    let mut command = Command::new("setpriv");
    command.args(["--pdeathsig", "KILL", "--", name]).stdin(Stdio::null());
    command
}

fn built(name: &str) -> Command {
    let mut command = Command::new("setpriv");
    command.args(["--pdeathsig", "KILL", "--"]).arg(program(name));
    for (name, _) in std::env::vars_os() {
        // IGC_TEST_RUN stays: it is how `make test` finds what a test left running.
        if name.to_str().is_some_and(|name| name.starts_with("IGC_") && name != "IGC_TEST_RUN") {
            command.env_remove(name);
        }
    }
    command.stdin(Stdio::null());
    command
}

/// What a command that has ended said.
#[derive(Debug)]
pub struct Finished {
    /// The command line, for messages.
    pub command: String,
    /// How it ended.
    pub status: ExitStatus,
    /// Standard output, as text.
    pub stdout: String,
    /// Standard error, as text.
    pub stderr: String,
}

impl Finished {
    /// Itself, if it exited with `code`; a panic with everything it said otherwise.
    #[track_caller]
    pub fn expect_exit(self, code: i32) -> Self {
        assert_eq!(
            self.status.code(),
            Some(code),
            "{}\nended with {}, expected exit {code}\n--- stdout\n{}\n--- stderr\n{}",
            self.command,
            self.status,
            self.stdout,
            self.stderr
        );
        self
    }

    /// Standard output as the one JSON document it must be with `-o json`.
    #[track_caller]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("{}\nis no JSON: {error}\n{}", self.command, self.said()))
    }

    /// Both outputs, one after the other: what tools that cannot decide where to write said.
    pub fn said(&self) -> String {
        format!("{}{}", self.stdout, self.stderr)
    }
}

/// Runs a command to its end; a panic when it has not ended after three minutes.
#[track_caller]
pub fn run(command: &mut Command) -> Finished {
    let mut running = start(command);
    let started = Instant::now();
    let status = loop {
        if let Some(status) = running.child.try_wait().expect("a child can be waited for") {
            break status;
        }
        assert!(started.elapsed() < PATIENCE, "{} has not ended after {PATIENCE:?}", running.command);
        std::thread::sleep(Duration::from_millis(5));
    };
    let (stdout, stderr) = (running.stdout(), running.stderr());
    Finished { command: running.command.clone(), status, stdout, stderr }
}

/// A process that runs beside the test; killed when dropped.
pub struct Running {
    command: String,
    child: Child,
    stdout: File,
    stderr: File,
}

/// Starts a command that runs beside the test.
#[track_caller]
pub fn start(command: &mut Command) -> Running {
    // Files, not pipes: a child that says much does not wait for a reader.
    let stdout = tempfile::tempfile().expect("the temporary folder can be written");
    let stderr = tempfile::tempfile().expect("the temporary folder can be written");
    command.stdout(stdout.try_clone().expect("a file descriptor is left"));
    command.stderr(stderr.try_clone().expect("a file descriptor is left"));
    let line = format!("{command:?}");
    let child = command.spawn().unwrap_or_else(|error| panic!("{line} does not start: {error}"));
    Running { command: line, child, stdout, stderr }
}

impl Running {
    /// Its process identifier.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// How it ended, where it has come to its end.
    pub fn ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().expect("a child can be waited for")
    }

    /// What it has written to standard output so far.
    pub fn stdout(&self) -> String {
        text_of(&self.stdout)
    }

    /// What it has written to standard error so far.
    pub fn stderr(&self) -> String {
        text_of(&self.stderr)
    }

    /// Stops it where it is (SIGSTOP), so that `harmless` can look at what it leaves: killed there, or let go
    /// on for a moment. Whether it was killed.
    pub fn kill_if(&mut self, harmless: impl Fn() -> bool) -> bool {
        let id = self.id().to_string();
        let send =
            |signal: &str| Command::new("kill").args([signal, &id]).status().is_ok_and(|sent| sent.success());
        let stopped = send("-STOP");
        let kills = stopped && harmless();
        if kills {
            self.kill();
        } else {
            send("-CONT");
        }
        kills
    }

    /// Sends SIGKILL, which no process can catch, and waits until it is gone.
    pub fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// Asks it to end (SIGTERM) and waits; a panic when it does not within `patience`.
    pub fn stop(&mut self, patience: Duration) -> ExitStatus {
        let asked = Command::new("kill").arg(self.id().to_string()).status();
        assert!(asked.is_ok_and(|status| status.success()), "{} cannot be asked to end", self.command);
        let started = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().expect("a child can be waited for") {
                return status;
            }
            assert!(started.elapsed() < patience, "{} does not end on SIGTERM", self.command);
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.kill();
    }
}

/// The processes that any thread of the process `parent` has started and that run.
pub fn children_of(parent: u32) -> Vec<u32> {
    let threads = fs::read_dir(format!("/proc/{parent}/task")).into_iter().flatten().flatten();
    let children =
        threads.map(|thread| fs::read_to_string(thread.path().join("children")).unwrap_or_default());
    let listed = children.collect::<Vec<_>>().join(" ");
    listed.split_whitespace().map(|child| child.parse().expect("the kernel lists numbers")).collect()
}

fn text_of(file: &File) -> String {
    // The child shares the position of the file, so the reader goes through a copy of the path.
    let path = format!("/proc/self/fd/{}", std::os::fd::AsRawFd::as_raw_fd(file));
    let mut text = Vec::new();
    let mut reader = File::open(path).expect("an open file can be opened again");
    reader.rewind().expect("a file can be read from its start");
    reader.read_to_end(&mut text).expect("a file can be read");
    String::from_utf8_lossy(&text).into_owned()
}

/// The built program of this name, newer than everything it was built from.
fn program(name: &str) -> PathBuf {
    let program = profile_folder().join(name);
    let built = modified(&program).unwrap_or_else(|| {
        panic!("{} is missing: run `make test`, or `cargo build -p {name}` first", program.display())
    });
    let sources = fs::read_to_string(program.with_extension("d")).unwrap_or_default();
    if let Some(newer) = first_newer(&sources, built) {
        panic!(
            "{} is older than {}: run `make test`, or `cargo build -p {name}` first",
            program.display(),
            newer.display()
        );
    }
    program
}

/// The first file that a dependency file of cargo names and that changed after `built`.
fn first_newer(dependency_file: &str, built: SystemTime) -> Option<PathBuf> {
    let (_, sources) = dependency_file.split_once(": ")?;
    // Cargo writes a space in a path as "\ ".
    let sources = sources.trim_end().replace("\\ ", "\0");
    sources
        .split(' ')
        .map(|source| PathBuf::from(source.replace('\0', " ")))
        .find(|source| modified(source).is_none_or(|changed| changed > built))
}

fn modified(path: &Path) -> Option<SystemTime> {
    fs::metadata(path).and_then(|metadata| metadata.modified()).ok()
}

#[cfg(test)]
mod tests;
