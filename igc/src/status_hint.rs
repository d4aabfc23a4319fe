//! The questions that roles of one node ask the status role over a Unix socket: "have you applied event N of the
//! status log?", which makes it look at once, and what it has answered ([`crate::status_figures`]). Only hints and
//! figures pass there; the rows are the truth, and with the socket cut everything happens a little later.

use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use crl_publisher::http::StatusService;
use registration_authority::opposition::Publication;
use rustix::net::{
    AddressFamily, Shutdown, SocketAddrUnix, SocketFlags, SocketType, connect, shutdown, socket_with,
};

use crate::status_figures;

/// How long the status role looks for the event before it says no.
const LOOKS_FOR: Duration = Duration::from_millis(200);

/// How long whoever asks waits for the answer.
const WAITS_FOR: Duration = Duration::from_millis(250);

/// How many may wait for an answer at a time; who comes then is turned away, and says "under way".
const ASKERS: usize = 32;

/// The longest question.
const LONGEST: u64 = 32;

fn path(dir: &Path) -> PathBuf {
    dir.join("status.sock")
}

/// What answers at the socket of an installation, until it is dropped.
pub struct StatusHints {
    listener: Arc<UnixListener>,
    thread: Option<JoinHandle<()>>,
}

impl StatusHints {
    /// Answers at the socket of the installation in `dir`, in a thread of its own; the status role that was started
    /// last has the socket. Where there can be none, nobody is told anything, and nothing else is missing.
    pub fn answer(service: &StatusService, dir: &Path) -> Option<Self> {
        let says = |error: &std::io::Error| {
            tracing::warn!(%error, "no hints are taken: receipts will say that their publication is under way");
        };
        Self::listen(service.clone(), dir).inspect_err(says).ok()
    }

    fn listen(service: StatusService, dir: &Path) -> std::io::Result<Self> {
        let fresh = dir.join("status.sock.new");
        // Bound aside and moved into place: nobody reaches it before it is closed to others, and one that a dead
        // process left is replaced.
        match std::fs::remove_file(&fresh) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let listener = Arc::new(UnixListener::bind(&fresh)?);
        std::fs::set_permissions(&fresh, std::fs::Permissions::from_mode(0o600))?;
        std::fs::rename(&fresh, path(dir))?;
        let listens = Arc::clone(&listener);
        let thread = std::thread::Builder::new()
            .name("status-hint".to_owned())
            .spawn(move || take_questions(&listens, &service))?;
        Ok(Self { listener, thread: Some(thread) })
    }
}

impl Drop for StatusHints {
    fn drop(&mut self) {
        // Ends the wait for the next question.
        if shutdown(&*self.listener, Shutdown::Both).is_ok() {
            let _ = self.thread.take().map(JoinHandle::join);
        }
    }
}

fn take_questions(listener: &UnixListener, service: &StatusService) {
    let askers = Arc::new(());
    loop {
        let asker = match listener.accept() {
            Ok((asker, _)) => asker,
            Err(error) if error.kind() == ErrorKind::InvalidInput => return, // Shut down.
            Err(error) => {
                // As where the process may open no more files: not in a busy loop.
                tracing::debug!(%error, "a hint was not taken");
                std::thread::sleep(WAITS_FOR);
                continue;
            }
        };
        if Arc::strong_count(&askers) > ASKERS {
            continue;
        }
        let (service, counted) = (service.clone(), Arc::clone(&askers));
        let answers = move || {
            if let Err(error) = reply(&service, asker) {
                tracing::debug!(%error, "a hint came to nothing");
            }
            drop(counted);
        };
        if let Err(error) = std::thread::Builder::new().spawn(answers) {
            tracing::warn!(%error, "a hint was not answered");
        }
    }
}

fn reply(service: &StatusService, asker: UnixStream) -> std::io::Result<()> {
    asker.set_read_timeout(Some(WAITS_FOR))?;
    asker.set_write_timeout(Some(WAITS_FOR))?;
    let mut question = String::new();
    BufReader::new((&asker).take(LONGEST)).read_line(&mut question)?;
    if question.trim_end() == status_figures::QUESTION {
        return (&asker).write_all(status_figures::told(&service.answers_given()).as_bytes());
    }
    let Some(sequence) = question.strip_prefix("applied ").and_then(|rest| rest.trim_end().parse().ok())
    else {
        return (&asker).write_all(b"the question is: applied N, or answers\n");
    };
    let answer: &[u8] = if service.has_applied(sequence, LOOKS_FOR) { b"yes\n" } else { b"no\n" };
    (&asker).write_all(answer)
}

/// Whether the status role of the installation in `dir` has applied event `sequence` of the status log; a quarter
/// of a second at most, and never an error.
pub fn ask(dir: &Path, sequence: i64) -> Publication {
    match question(dir, &format!("applied {sequence}"), LONGEST) {
        Ok(answer) if answer == "yes\n" => Publication::Published,
        Ok(_) => Publication::UnderWay,
        Err(error) => {
            tracing::debug!(%error, "the status role of this node did not say how far it is");
            Publication::UnderWay
        }
    }
}

/// What the status role of the installation in `dir` answers to a question of one line, of `longest` octets at most;
/// within a quarter of a second.
pub fn question(dir: &Path, question: &str, longest: u64) -> std::io::Result<String> {
    // Where nobody takes connections up, connecting would wait for ever.
    let socket = socket_with(AddressFamily::UNIX, SocketType::STREAM, SocketFlags::NONBLOCK, None)?;
    connect(&socket, &SocketAddrUnix::new(path(dir))?)?;
    let status_role = UnixStream::from(socket);
    status_role.set_nonblocking(false)?;
    status_role.set_read_timeout(Some(WAITS_FOR))?;
    status_role.set_write_timeout(Some(WAITS_FOR))?;
    (&status_role).write_all(format!("{question}\n").as_bytes())?;
    let mut answer = String::new();
    (&status_role).take(longest).read_to_string(&mut answer)?;
    Ok(answer)
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;

    /// What is said where the status role says `says`, after having heard the question.
    fn told(says: &'static [u8]) -> Publication {
        let folder = tempfile::tempdir().unwrap();
        let listener = UnixListener::bind(path(folder.path())).unwrap();
        std::thread::scope(|scope| {
            scope.spawn(|| {
                let (asker, _) = listener.accept().unwrap();
                let mut question = String::new();
                BufReader::new(&asker).read_line(&mut question).unwrap();
                assert_eq!(question, "applied 7\n");
                (&asker).write_all(says).unwrap();
            });
            ask(folder.path(), 7)
        })
    }

    #[test]
    fn published_is_said_where_the_status_role_says_yes_and_nowhere_else() {
        assert_eq!(told(b"yes\n"), Publication::Published);
        for says in [&b"no\n"[..], b"", b"yes", b"yesterday\n", &[b'y'; 100], b"\xFF\n"] {
            assert_eq!(told(says), Publication::UnderWay, "{says:?}");
        }
    }

    #[test]
    fn where_nobody_answers_publication_is_under_way_and_nobody_waits_long() {
        let folder = tempfile::tempdir().unwrap();
        let began = Instant::now();
        assert_eq!(ask(folder.path(), 7), Publication::UnderWay, "no socket");
        drop(UnixListener::bind(path(folder.path())).unwrap());
        assert_eq!(ask(folder.path(), 7), Publication::UnderWay, "nobody listens");
        std::fs::remove_file(path(folder.path())).unwrap();
        // Bound, and never taken up: the queue fills.
        let _listener = UnixListener::bind(path(folder.path())).unwrap();
        let waiting: Vec<_> = std::iter::from_fn(|| {
            let socket =
                socket_with(AddressFamily::UNIX, SocketType::STREAM, SocketFlags::NONBLOCK, None).unwrap();
            connect(&socket, &SocketAddrUnix::new(path(folder.path())).unwrap()).is_ok().then_some(socket)
        })
        .collect();
        assert_eq!(ask(folder.path(), 7), Publication::UnderWay, "the queue is full");
        drop(waiting);
        assert_eq!(ask(&folder.path().join("x".repeat(200)), 7), Publication::UnderWay, "no address");
        assert!(began.elapsed() < Duration::from_secs(60));
    }
}
