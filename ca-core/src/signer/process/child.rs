//! What the child does: reads questions, lets sessions work on them, ends with its parent.

use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Receiver, Sender, SyncSender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use rustix::process::{Signal, set_parent_process_death_signal};
use store::{Timestamp, crash_point};

use super::MOST_DIGESTS;
use super::protocol::{Answer, DigestToSign, Frame, MessageToAuthenticate, Octets, Question, read_frame};
use super::recorder::{Done, Recorder, SharedLedger};
use crate::signer::ledger::{Durability, LedgerWriter, Signed, is_subject, refusal};
use crate::signer::{
    Digest, KeyReference, MacRequest, Pkcs11Module, Pkcs11Signer, Signer, SignerError, SigningRequest, Tokens,
};

/// How many questions wait for a session before the child stops reading.
const QUEUE: usize = 256;

/// What a child works with.
pub struct ChildSettings {
    /// Library and tokens.
    pub tokens: Tokens,
    /// How many threads call the library, each with sessions of its own.
    pub sessions: usize,
    /// The ledger's file.
    pub ledger: PathBuf,
    /// What is signed.
    pub kind: LedgerKind,
    /// The identifier of a ledger that has to be made; drawn by chance.
    pub new_ledger_id: [u8; 16],
    /// The clock of the ledger.
    pub clock: Box<dyn Fn() -> Timestamp + Send + Sync>,
}

/// What a child signs, and so how its ledger is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LedgerKind {
    /// Certificates, CRLs, lists, checkpoints: every line is on the disk before its signature leaves,
    /// and none is ever dropped.
    Issuing,
    /// OCSP answers, which are stored nowhere: lines are written, and the oldest dropped.
    Answers,
}

impl LedgerKind {
    /// As stored, and as the child is told.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Issuing => "issuing",
            Self::Answers => "answers",
        }
    }
}

/// Answers the questions that come over stdin, which must be a socket, until it ends. Then whoever
/// called ends the process: threads may still be in the library.
pub fn run_child(settings: ChildSettings) -> std::io::Result<()> {
    // Where the parent is killed, so is the child, hanging or not.
    set_parent_process_death_signal(Some(Signal::KILL))?;
    let socket = UnixStream::from(std::io::stdin().as_fd().try_clone_to_owned()?);
    let durability = match settings.kind {
        LedgerKind::Issuing => Durability::BeforeAnswer,
        LedgerKind::Answers => Durability::Lazy,
    };
    let logins = settings.ledger.parent().map(Path::to_owned);
    let ledger = LedgerWriter::new(settings.ledger, durability, settings.new_ledger_id);
    let kind = settings.kind;
    let library = Arc::new(Library { tokens: settings.tokens, logins, kind, module: Mutex::default() });
    // Never unloaded: a thread that took the module down while the process ends was seen to go round in its destructors for ever.
    std::mem::forget(Arc::clone(&library));

    let (ask, asked) = mpsc::sync_channel(QUEUE);
    let asked = Arc::new(Mutex::new(asked));
    let ledger = Arc::new(SharedLedger::new(ledger, settings.clock));
    let recorder = Recorder { ledger: Arc::clone(&ledger), answers: socket.try_clone()? };
    let tell = match kind {
        LedgerKind::Issuing => {
            let (tell, told) = mpsc::channel();
            thread::spawn(move || recorder.run(&told));
            Tell::Thread(tell)
        }
        LedgerKind::Answers => Tell::Here(Arc::new(Mutex::new(recorder))),
    };
    for _ in 0..settings.sessions.max(1) {
        let (library, ledger) = (Arc::clone(&library), Arc::clone(&ledger));
        let (asked, tell) = (Arc::clone(&asked), tell.clone());
        thread::spawn(move || session(&library, &ledger, &asked, &tell));
    }
    read_questions(socket, &ask)
}

fn read_questions(mut socket: UnixStream, ask: &SyncSender<Frame<Question>>) -> std::io::Result<()> {
    while let Some(question) = read_frame(&mut socket)? {
        if ask.send(question).is_err() {
            break;
        }
    }
    Ok(())
}

/// The library, loaded by the first question that needs it, so that a failure is an answer to it.
struct Library {
    tokens: Tokens,
    /// Where it is written down what became of logins: beside the ledger.
    logins: Option<PathBuf>,
    kind: LedgerKind,
    module: Mutex<Option<Pkcs11Module>>,
}

impl Library {
    fn module(&self) -> Result<Pkcs11Module, SignerError> {
        let mut loaded = self.module.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(module) = &*loaded {
            return Ok(module.clone());
        }
        Ok(loaded.insert(Pkcs11Module::load(self.tokens.clone(), self.logins.clone())?).clone())
    }
}

/// Where a session brings what it has worked on.
#[derive(Clone)]
enum Tell {
    /// To the thread that forces lines to the disk, those of several sessions at once.
    Thread(Sender<Done>),
    /// Nothing is forced to the disk, so that nothing is worth the way to another thread.
    Here(Arc<Mutex<Recorder>>),
}

impl Tell {
    /// Whether anybody listens.
    fn tell(&self, done: Done) -> bool {
        match self {
            Self::Thread(thread) => thread.send(done).is_ok(),
            // A panic in the middle of a frame must not be written on: the process is of no use any more.
            Self::Here(recorder) => recorder.lock().is_ok_and(|mut here| here.let_go(vec![done]).is_ok()),
        }
    }
}

/// One thread of the pool.
fn session(library: &Library, ledger: &SharedLedger, asked: &Mutex<Receiver<Frame<Question>>>, tell: &Tell) {
    let mut signer = None;
    loop {
        let next = asked.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(Frame { id, body }) = next else { return };
        let answer = answer(library, &mut signer, body, ledger);
        if !tell.tell(Done { id, answer }) {
            return;
        }
    }
}

fn answer(
    library: &Library,
    signer: &mut Option<Pkcs11Signer>,
    question: Question,
    ledger: &SharedLedger,
) -> Result<Answer, SignerError> {
    let module = library.module()?;
    let signer = signer.get_or_insert_with(|| Pkcs11Signer::new(module.clone()));
    match question {
        Question::Sign { key, public_key, digests } => {
            let digests = digests.into_iter().take(MOST_DIGESTS);
            let signatures =
                digests.map(|digest| sign(signer, &key, &public_key.0, digest, ledger)).collect();
            Ok(Answer::Signatures(signatures))
        }
        Question::PublicKey { key } => Ok(Answer::PublicKey(Octets(signer.public_key(&key)?))),
        Question::IsInitialised { token } => Ok(Answer::IsInitialised(module.is_initialised(&token)?)),
        Question::Initialise { token } => module.initialise(&token).map(|()| Answer::Initialised),
        Question::GenerateKey { token, kind, label } => {
            let (id, public_key) = module.token(&token)?.generate_key(kind, &label)?;
            Ok(Answer::Key { id, public_key: Octets(public_key) })
        }
        Question::KeysLabelled { token, label } => {
            let labelled = module.token(&token)?.keys_labelled(&label)?;
            let said = labelled.into_iter().map(|key| (key.id, key.public_key.map(Octets)));
            Ok(Answer::Keys(said.collect()))
        }
        Question::Refused { key, count, first } => {
            check_subject(&first.subject, &key)?;
            ledger.check()?;
            ledger.append(Signed { key, digest: first.digest, subject: refusal(count, &first.subject) })?;
            Ok(Answer::Noted)
        }
        Question::MacKey { token, label } => Ok(Answer::MacKey(module.token(&token)?.mac_key(&label)?)),
        Question::Mac { key, message } => mac(signer, &key, &message, ledger).map(Answer::Mac),
        Question::DestroyKey { token, .. } if library.kind == LedgerKind::Issuing => {
            let detail = "the keys of what is issued are destroyed at a ceremony only".to_owned();
            Err(SignerError::Failed { token, detail })
        }
        Question::DestroyKey { token, id } => {
            module.token(&token)?.destroy_key(&id)?;
            // A key that is remembered by its handle is gone, or another's by now.
            signer.start_over();
            Ok(Answer::Destroyed)
        }
    }
}

/// The line says which key was used for what, and that it was; of the message it gives a commitment only.
fn mac(
    signer: &mut Pkcs11Signer,
    key: &KeyReference,
    asked: &MessageToAuthenticate,
    ledger: &SharedLedger,
) -> Result<Octets, SignerError> {
    let MessageToAuthenticate { nonce, message, subject } = asked;
    check_subject(subject, key)?;
    let request = MacRequest { key, nonce, message, subject };
    ledger.check()?;
    let code = signer.mac(&request)?;
    ledger.append(Signed {
        key: key.clone(),
        digest: request.commitment().to_vec(),
        subject: subject.clone(),
    })?;
    Ok(Octets(code.to_vec()))
}

fn check_subject(subject: &str, key: &KeyReference) -> Result<(), SignerError> {
    match is_subject(subject) {
        true => Ok(()),
        false => {
            let detail = "a subject is one line of printable ASCII".to_owned();
            Err(SignerError::Failed { token: key.token.clone(), detail })
        }
    }
}

fn sign(
    signer: &mut Pkcs11Signer,
    key: &KeyReference,
    public_key: &[u8],
    asked: DigestToSign,
    ledger: &SharedLedger,
) -> Result<Octets, SignerError> {
    check_subject(&asked.subject, key)?;
    let digest = Digest { algorithm: asked.algorithm, value: asked.digest };
    let request = SigningRequest { key, public_key, digest: &digest, subject: &asked.subject };
    ledger.check()?;
    let signature = signer.sign(&request)?;
    crash_point("signer.signed");
    ledger.append(Signed { key: key.clone(), digest: digest.value, subject: asked.subject })?;
    Ok(Octets(signature))
}
