//! Starts the child, again where it died, and remembers what no child may forget.

use std::collections::BTreeMap;
use std::process::Command;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use super::again::{has_recovered, merged};
use super::connection::{Answered, Asked, Connection, Died};
use super::figures::{Counted, SignerFigures};
use super::protocol::{Answer, Question};
use super::{LedgerKind, ProcessSigner};
use crate::profile::KeyKind;
use crate::signer::pin::Edition;
use crate::signer::{KeyId, KeyReference, LabelledKey, SignerError, Tokens};

/// A child is started at most once in this time: a library that crashes at once must not take the
/// machine with it.
const BETWEEN_STARTS: Duration = Duration::from_secs(1);

/// After a question over which two children died, nothing is asked for this time: an HSM that hangs for
/// good must not hold up, signature after signature, whoever has other things to do. Nor is a child that answers
/// replaced more often because a token does not: its other tokens may.
const REST: Duration = Duration::from_secs(5);

/// An HSM may take minutes for one RSA-4096 key.
const CEREMONY_PATIENCE: Duration = Duration::from_secs(600);

/// How a child is started and how long it may take.
pub struct SignerSettings {
    /// The tokens it signs with: their names and files, no library is loaded here.
    pub tokens: Tokens,
    /// What it signs.
    pub kind: LedgerKind,
    /// How many sessions it has.
    pub sessions: usize,
    /// How long one frame may wait for its answer: a call that hangs is found out after this time.
    pub deadline: Duration,
    /// The command that runs the child; stdin and stdout are set here.
    pub command: Box<dyn Fn() -> Command + Send + Sync>,
}

/// The signer's process, as its parent holds it. Clones share one child, which is started by the first
/// question, started again after it died, and ended with the last clone.
#[derive(Clone)]
pub struct SignerProcess {
    shared: Arc<Shared>,
}

struct Shared {
    settings: SignerSettings,
    state: Mutex<State>,
    counted: Mutex<Counted>,
}

#[derive(Default)]
struct State {
    child: Option<Arc<Connection>>,
    started: Option<Instant>,
    rests_until: Option<Instant>,
    /// When a child was last ended because a token did not answer it.
    replaced: Option<Instant>,
    /// Tokens that refused their PIN to some child, and the edition of its file: no other child tries that again.
    refused: BTreeMap<String, Option<Edition>>,
}

impl SignerProcess {
    /// Starts nothing yet.
    pub fn new(settings: SignerSettings) -> Self {
        let (state, counted) = (Mutex::default(), Mutex::new(Counted::new()));
        Self { shared: Arc::new(Shared { settings, state, counted }) }
    }

    /// A signer for one thread.
    pub fn signer(&self) -> ProcessSigner {
        ProcessSigner::new(self.clone())
    }

    /// The tokens it signs with.
    pub fn tokens(&self) -> &Tokens {
        &self.shared.settings.tokens
    }

    /// The process identifier of the child, where one runs.
    pub fn child_id(&self) -> Option<u32> {
        self.state().child.as_ref().filter(|child| child.is_alive()).map(|child| child.pid())
    }

    /// How it works, since it was set up.
    pub fn figures(&self) -> SignerFigures {
        self.counted().figures()
    }

    /// Whether the token called `name` stands initialised in the HSM.
    pub fn is_initialised(&self, name: &str) -> Result<bool, SignerError> {
        let question = Question::IsInitialised { token: name.to_owned() };
        match self.ask_once(name, &question, self.deadline())? {
            Answer::IsInitialised(yes) => Ok(yes),
            _ => Err(other_answer(name)),
        }
    }

    /// Initialises an empty token as the one called `name`; one that stands already is refused.
    pub fn initialise(&self, name: &str) -> Result<(), SignerError> {
        let question = Question::Initialise { token: name.to_owned() };
        match self.ask_once(name, &question, CEREMONY_PATIENCE)? {
            Answer::Initialised => Ok(()),
            _ => Err(other_answer(name)),
        }
    }

    /// Makes a key pair in the token, which never leaves it; its `CKA_ID` and the DER of its
    /// `SubjectPublicKeyInfo`.
    pub fn generate_key(
        &self,
        token: &str,
        kind: KeyKind,
        label: &str,
    ) -> Result<(KeyId, Vec<u8>), SignerError> {
        let question = Question::GenerateKey { token: token.to_owned(), kind, label: label.to_owned() };
        match self.ask_once(token, &question, CEREMONY_PATIENCE)? {
            Answer::Key { id, public_key } => Ok((id, public_key.0)),
            _ => Err(other_answer(token)),
        }
    }

    /// Asks, and asks once more where the child died over it: for questions that may be asked twice.
    pub(super) fn ask(&self, token: &str, question: &Question) -> Result<Answer, SignerError> {
        self.begin(token, question).and_then(|begun| self.finish(token, question, begun))
    }

    /// The keys with this label in a token, by their `CKA_ID`.
    pub fn keys_labelled(&self, token: &str, label: &str) -> Result<Vec<LabelledKey>, SignerError> {
        let question = Question::KeysLabelled { token: token.to_owned(), label: label.to_owned() };
        match self.ask_once(token, &question, self.deadline())? {
            Answer::Keys(keys) => Ok(keys
                .into_iter()
                .map(|(id, public_key)| LabelledKey { id, public_key: public_key.map(|octets| octets.0) })
                .collect()),
            _ => Err(other_answer(token)),
        }
    }

    /// The secret key of message authentication codes with this label, which is made in the token where there is
    /// none and never leaves it. Two processes that make it at once make two, which the next call refuses: one asks.
    pub fn mac_key(&self, token: &str, label: &str) -> Result<KeyReference, SignerError> {
        let question = Question::MacKey { token: token.to_owned(), label: label.to_owned() };
        match self.ask_once(token, &question, self.deadline())? {
            Answer::MacKey(id) => Ok(KeyReference { token: token.to_owned(), id }),
            _ => Err(other_answer(token)),
        }
    }

    /// Destroys a key pair in the token. Refused where the process signs what is issued: the keys of authorities
    /// end at a ceremony only.
    pub fn destroy_key(&self, token: &str, id: &KeyId) -> Result<(), SignerError> {
        let question = Question::DestroyKey { token: token.to_owned(), id: id.clone() };
        match self.ask_once(token, &question, self.deadline())? {
            Answer::Destroyed => Ok(()),
            _ => Err(other_answer(token)),
        }
    }

    /// Sends a question to the child, which is started where none runs.
    pub(super) fn begin(&self, token: &str, question: &Question) -> Result<Begun, SignerError> {
        let child = self.check_pin(token).and_then(|()| self.child());
        let child = child.inspect_err(|error| self.counted().failed(token, error))?;
        let asked = child.ask(question);
        Ok(Begun { child, asked })
    }

    /// Waits for the answer to a question that was begun. Where the child died, the question is asked once more of a new
    /// one, and where its library does not get through to the token however often it is initialised, what is left of the
    /// question is: a digest that is signed twice is harmless, and stands in the ledger as often as it was signed.
    pub(super) fn finish(
        &self,
        token: &str,
        question: &Question,
        begun: Begun,
    ) -> Result<Answer, SignerError> {
        let child = Arc::clone(&begun.child);
        match begun.answer(self.deadline()) {
            Ok((answer, took)) => {
                let answer = self.settle(token, (answer, took));
                let left = question.left(&answer).filter(|_| self.check_pin(token).is_ok());
                // A child that has signed after what it could not sign is none to be replaced.
                let Some(left) = left.filter(|_| has_recovered(&answer) || self.replace(&child)) else {
                    return answer;
                };
                tracing::warn!(token, "token {token} did not answer: what is left is asked again");
                merged(token, answer, self.ask_once(token, &left, self.deadline()))
            }
            Err(died) => {
                tracing::warn!(
                    token,
                    "the signer process died over a question ({}): asked again",
                    died.detail
                );
                self.ask_once(token, question, self.deadline())
            }
        }
    }

    /// Asks the child nothing more; the next question starts another.
    pub(super) fn retire(&self) {
        if let Some(child) = self.state().child.take() {
            child.retire();
        }
    }

    /// Ends the child at once; the next question starts another.
    #[cfg(test)]
    pub(super) fn kill(&self) {
        if let Some(child) = self.state().child.take() {
            child.kill();
        }
    }

    /// Ends this child, whose library is not to be healed from inside; false where one was ended just before.
    fn replace(&self, child: &Arc<Connection>) -> bool {
        let mut state = self.state();
        if !state.child.as_ref().is_some_and(|current| Arc::ptr_eq(current, child)) {
            // Somebody else has done so.
            return true;
        }
        if state.replaced.is_some_and(|at| at.elapsed() < REST) {
            return false;
        }
        (state.replaced, state.child) = (Some(Instant::now()), None);
        child.retire();
        true
    }

    pub(super) fn sessions(&self) -> usize {
        self.shared.settings.sessions.max(1)
    }

    fn ask_once(&self, token: &str, question: &Question, patience: Duration) -> Result<Answer, SignerError> {
        match self.begin(token, question)?.answer(patience) {
            Ok(answered) => self.settle(token, answered),
            Err(died) => {
                self.state().rests_until = Some(Instant::now() + REST);
                let error = unavailable(format!("token {token}, over a question: {}", died.detail));
                self.counted().failed(token, &error);
                Err(error)
            }
        }
    }

    /// Counts an answer, and remembers a PIN that was refused.
    fn settle(&self, token: &str, (answer, took): Answered) -> Result<Answer, SignerError> {
        self.counted().answered(token, &answer, took);
        let refusals: Vec<&SignerError> = match &answer {
            Err(error) => vec![error],
            Ok(Answer::Signatures(each)) => each.iter().filter_map(|one| one.as_ref().err()).collect(),
            Ok(_) => Vec::new(),
        };
        for error in refusals {
            if let SignerError::PinRefused { token, edition } = error {
                self.state().refused.insert(token.clone(), edition.as_deref().copied());
            }
        }
        answer
    }

    fn check_pin(&self, token: &str) -> Result<(), SignerError> {
        let refused = self.state().refused.get(token).copied();
        match refused {
            Some(edition) if Edition::at(&self.tokens().named(token)?.pin_file) == edition => {
                Err(SignerError::PinRefused { token: token.to_owned(), edition: edition.map(Box::new) })
            }
            _ => Ok(()),
        }
    }

    fn child(&self) -> Result<Arc<Connection>, SignerError> {
        let mut state = self.state();
        if let Some(child) = state.child.as_ref().filter(|child| child.is_alive()) {
            return Ok(Arc::clone(child));
        }
        if state.rests_until.is_some_and(|until| Instant::now() < until) {
            return Err(unavailable("it has just died twice over one question".to_owned()));
        }
        // Held meanwhile, so that whoever else asks waits for the same child.
        if let Some(early) = state.started.and_then(|at| BETWEEN_STARTS.checked_sub(at.elapsed())) {
            thread::sleep(early);
        }
        state.started = Some(Instant::now());
        let child = Connection::start((self.shared.settings.command)())
            .map_err(|error| unavailable(format!("it does not start: {error}")))?;
        tracing::info!(signer.pid = child.pid(), "the signer process is started");
        self.counted().started();
        state.child = Some(Arc::clone(&child));
        Ok(child)
    }

    fn deadline(&self) -> Duration {
        self.shared.settings.deadline
    }

    fn counted(&self) -> MutexGuard<'_, Counted> {
        self.shared.counted.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.shared.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A question that was begun.
pub(super) struct Begun {
    child: Arc<Connection>,
    asked: Result<Asked, Died>,
}

impl Begun {
    fn answer(self, patience: Duration) -> Result<Answered, Died> {
        self.child.wait(&self.asked?, patience)
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        let state = self.state.get_mut().unwrap_or_else(PoisonError::into_inner);
        if let Some(child) = &state.child {
            child.close();
        }
    }
}

fn unavailable(detail: String) -> SignerError {
    SignerError::Unavailable { token: "signer process".to_owned(), detail }
}

pub(super) fn other_answer(token: &str) -> SignerError {
    let detail = "the signer process answered something else than was asked".to_owned();
    SignerError::Failed { token: token.to_owned(), detail }
}
