//! One child, from its start to its end.

use std::collections::HashMap;
use std::io;
use std::net::Shutdown;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use super::protocol::{Answer, Frame, Question, read_frame, write_frame};
use crate::signer::SignerError;

/// An answer, and how long it took.
pub(super) type Answered = (Result<Answer, SignerError>, Duration);

/// A running child, and the questions that wait for its answers.
pub(super) struct Connection {
    child: Mutex<Child>,
    pid: u32,
    socket: Mutex<UnixStream>,
    waiting: Mutex<Waiting>,
}

#[derive(Default)]
struct Waiting {
    next: u64,
    /// When each was sent, and who waits.
    questions: HashMap<u64, (Instant, Sender<Answered>)>,
    ended: bool,
}

/// A question that was sent.
pub(super) struct Asked {
    answer: Receiver<Answered>,
}

/// The child ended, or was ended, before it answered.
#[derive(Clone, Debug)]
pub(super) struct Died {
    pub(super) detail: String,
}

impl Connection {
    /// Starts a child. The thread that starts it also reads what it says, to its end: the kernel
    /// ends a child with the *thread* that started it (prctl(2), PR_SET_PDEATHSIG).
    pub(super) fn start(mut command: Command) -> io::Result<Arc<Self>> {
        let (ours, theirs) = UnixStream::pair()?;
        let socket = ours.try_clone()?;
        // A child that does not read must not hold its parent for ever.
        socket.set_write_timeout(Some(Duration::from_secs(10)))?;
        // A group of its own: Ctrl-C is for the parent, which still needs signatures to end well.
        command.stdin(Stdio::from(OwnedFd::from(theirs))).stdout(Stdio::null()).process_group(0);
        let (tell, told) = mpsc::channel();
        thread::Builder::new().name("signer".to_owned()).spawn(move || {
            let started = command.spawn();
            // With it goes our copy of the child's end of the socket.
            drop(command);
            let started = started.map(|child| {
                let pid = child.id();
                let (child, socket) = (Mutex::new(child), Mutex::new(socket));
                Arc::new(Self { child, pid, socket, waiting: Mutex::default() })
            });
            let connection = started.as_ref().ok().cloned();
            // Where nobody listens, the connection ends at once, and the child with it.
            let _ = tell.send(started);
            if let Some(connection) = connection {
                connection.read_answers(ours);
            }
        })?;
        told.recv().unwrap_or_else(|_| Err(io::Error::other("the thread that starts it ended")))
    }

    /// Sends a question.
    pub(super) fn ask(&self, question: &Question) -> Result<Asked, Died> {
        let (tell, answer) = mpsc::channel();
        let id = {
            let mut waiting = lock(&self.waiting);
            if waiting.ended {
                return Err(Died { detail: "it ended".to_owned() });
            }
            waiting.next += 1;
            let id = waiting.next;
            waiting.questions.insert(id, (Instant::now(), tell));
            id
        };
        let sent = write_frame(&*lock(&self.socket), &Frame { id, body: question });
        sent.map_err(|error| {
            lock(&self.waiting).questions.remove(&id);
            // Half a frame may stand in the socket: nothing more can be said to this child.
            self.kill();
            Died { detail: format!("it does not listen: {error}") }
        })?;
        Ok(Asked { answer })
    }

    /// Waits for the answer; a child that does not give it in time hangs, and is killed.
    pub(super) fn wait(&self, asked: &Asked, patience: Duration) -> Result<Answered, Died> {
        match asked.answer.recv_timeout(patience) {
            Ok(answer) => Ok(answer),
            Err(RecvTimeoutError::Disconnected) => Err(Died { detail: "it ended".to_owned() }),
            Err(RecvTimeoutError::Timeout) => {
                tracing::error!(
                    signer.pid = self.pid,
                    "the signer process has not answered within {patience:?}: it is killed"
                );
                self.kill();
                Err(Died { detail: format!("no answer within {patience:?}") })
            }
        }
    }

    /// Its process identifier.
    pub(super) fn pid(&self) -> u32 {
        self.pid
    }

    /// Whether it can still be asked.
    pub(super) fn is_alive(&self) -> bool {
        !lock(&self.waiting).ended
    }

    /// SIGKILL, which also ends what hangs in a library.
    pub(super) fn kill(&self) {
        lock(&self.waiting).ended = true;
        // It may have ended by itself in this moment.
        let _ = lock(&self.child).kill();
    }

    /// Asks it nothing more, and ends it once what it was asked before is answered: what it has signed by then for
    /// others is written down.
    pub(super) fn retire(&self) {
        let idle = {
            let mut waiting = lock(&self.waiting);
            waiting.ended = true;
            waiting.questions.is_empty()
        };
        if idle {
            self.kill();
        }
    }

    /// Lets it end by itself: the end of its stdin.
    pub(super) fn close(&self) {
        lock(&self.waiting).ended = true;
        let _ = lock(&self.socket).shutdown(Shutdown::Write);
    }

    fn read_answers(&self, mut socket: UnixStream) {
        let outcome = loop {
            match read_frame::<Result<Answer, SignerError>>(&mut socket) {
                Ok(Some(Frame { id, body })) => {
                    let (asked, done) = {
                        let mut waiting = lock(&self.waiting);
                        let asked = waiting.questions.remove(&id);
                        (asked, waiting.ended && waiting.questions.is_empty())
                    };
                    if let Some((sent, waiting)) = asked {
                        // Whoever asked may have given up.
                        let _ = waiting.send((body, sent.elapsed()));
                    }
                    if done {
                        break None;
                    }
                }
                Ok(None) => break None,
                Err(error) => break Some(error),
            }
        };
        // Not ended by us: it crashed, or speaks another language.
        let unexpected = self.is_alive();
        self.kill();
        lock(&self.waiting).questions.clear();
        let status = lock(&self.child).wait();
        if unexpected {
            tracing::error!(signer.pid = self.pid, ?status, ?outcome, "the signer process ended by itself");
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
