//! A process of the program that stands at a point, and is killed there.

use std::fs;
use std::process::{Command, ExitStatus};

use acceptance::harness::{Running, folder, run, start};
use tempfile::TempDir;

use crate::scenarios::standstill::until;

/// A process, and who stands at the point: it, or the signer that it has started.
pub struct Standing {
    process: Running,
    who_stands: u32,
    _folder: TempDir,
}

/// Starts a command and waits until somebody stands at the point, having passed it `pass - 1` times.
#[track_caller]
pub fn run_to(command: &mut Command, point: &str, pass: usize) -> Standing {
    run_to_or_past(command, point, pass)
        .unwrap_or_else(|(status, said)| panic!("{point}#{pass} was not reached: {status}\n{said}"))
}

/// The same; where nobody came to stand there, how the command ended and what it said.
#[track_caller]
pub fn run_to_or_past(
    command: &mut Command,
    point: &str,
    pass: usize,
) -> Result<Standing, (ExitStatus, String)> {
    let folder = folder();
    let reached = folder.path().join("reached");
    command.env("IGC_CRASH_POINT", format!("{point}#{pass}")).env("IGC_CRASH_FILE", &reached);
    let mut process = start(command);
    let (mut who_stands, mut ended) = (None, None);
    until("somebody stands at the point", || {
        ended = process.ended();
        let told = fs::read_to_string(&reached).unwrap_or_default();
        who_stands = told.strip_suffix('\n').map(|pid| pid.parse().expect("a process identifier"));
        who_stands.is_some() || ended.is_some()
    });
    match (who_stands, ended) {
        (Some(who_stands), _) => Ok(Standing { process, who_stands, _folder: folder }),
        (None, status) => {
            let said = format!("{}{}", process.stdout(), process.stderr());
            Err((status.expect("it has ended"), said))
        }
    }
}

impl Standing {
    /// SIGKILL to the process that was started; a signer that it has started dies with it. What it had answered.
    pub fn kill(mut self) -> String {
        assert_eq!(self.process.ended(), None, "it still stands");
        self.process.kill();
        let answered = self.process.stdout();
        let signer = format!("/proc/{}/stat", self.who_stands);
        until("nobody stands there any more", || {
            let stat = fs::read_to_string(&signer).unwrap_or_default();
            stat.is_empty() || stat.contains(") Z ")
        });
        answered
    }

    /// SIGKILL to the signer alone: what it was started for goes on with the next one, to a good end.
    pub fn kill_the_signer(mut self) {
        assert_ne!(self.who_stands, self.process.id(), "a signer stands there");
        run(Command::new("kill").args(["-KILL", &self.who_stands.to_string()])).expect_exit(0);
        let mut status = None;
        until("its worker comes to an end", || {
            status = self.process.ended();
            status.is_some()
        });
        assert!(status.is_some_and(|status| status.success()), "{}", self.process.stderr());
    }
}
