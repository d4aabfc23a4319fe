//! Processes of this program's own: what is measured runs in one, so that its CPU and its memory are its alone.

use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{ChildStdin, ChildStdout, Command, ExitCode, Stdio};
use std::time::Duration;

use crate::cpu;

/// What can be started: its word on the command line, and what runs with the words after it.
pub struct Role {
    /// The word.
    pub word: &'static str,
    /// Runs it, to its end.
    pub run: fn(&[String]),
}

/// Runs one of `roles`, where this process was started as such.
pub fn run(roles: &[Role], arguments: &[String]) -> Option<ExitCode> {
    let (word, rest) = arguments.split_first()?;
    let role = roles.iter().find(|role| role.word == word)?;
    (role.run)(rest);
    Some(ExitCode::SUCCESS)
}

/// One that was started; it has ended once this is dropped.
pub struct Child {
    process: std::process::Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Child {
    /// Starts it.
    pub fn start(word: &str, arguments: &[&str]) -> Self {
        Self::start_in(word, arguments, &[])
    }

    /// The same with this in its environment.
    pub fn start_in(word: &str, arguments: &[&str], environment: &[(&str, PathBuf)]) -> Self {
        let mut process = Command::new("/proc/self/exe")
            .arg(word)
            .args(arguments)
            .envs(environment.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("this program can be started again");
        let input = process.stdin.take().expect("it is a pipe");
        let output = BufReader::new(process.stdout.take().expect("it is a pipe"));
        Self { process, input, output }
    }

    /// The next line it says.
    pub fn hear(&mut self) -> String {
        let mut line = String::new();
        self.output.read_line(&mut line).expect("the pipe stands");
        assert!(!line.is_empty(), "a process of this program ended early");
        line.trim_end().to_owned()
    }

    /// Says a line to it, and hears its answer.
    pub fn ask(&mut self, line: &str) -> String {
        writeln!(self.input, "{line}").expect("it listens");
        self.hear()
    }

    /// Its number, as the operating system has it.
    pub fn pid(&self) -> u32 {
        self.process.id()
    }

    /// CPU time of it and of its own children.
    pub fn cpu(&self) -> Duration {
        cpu::used_by(self.pid())
    }

    /// Octets of it that are in memory.
    pub fn resident(&self) -> u64 {
        memory(&self.process.id().to_string(), "VmRSS")
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The most octets of this process that were ever in memory.
pub fn own_peak() -> u64 {
    memory("self", "VmHWM")
}

/// A line of `/proc/<pid>/status`, in octets.
fn memory(process: &str, field: &str) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(field)?.strip_prefix(':'));
    let kibibytes = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    1024 * kibibytes.expect("Linux says how much memory a living process has")
}

#[cfg(test)]
mod tests {
    #[test]
    fn what_a_process_takes_is_seen() {
        let before = super::own_peak();
        let taken = vec![1_u8; 64 << 20];
        assert!(std::hint::black_box(&taken).iter().all(|octet| *octet == 1));
        assert!(super::own_peak() >= before.max(64 << 20));
        assert!(super::memory("self", "VmRSS") >= 64 << 20);
    }
}
