//! The signer's process and a token that fails: every fault that an HSM is known for, on two tokens.
//!
//! `UPDATE_SIGNER_FAULTS=1` writes what was measured into `docs/signer-faults.md`.

mod batch;
mod other_calls;
mod table;

use std::fs::{self, OpenOptions};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use acceptance::harness::{DatabaseKind, HsmFault, chance, folder, igc, run};
use ca_core::profile::KeyKind;
use ca_core::signer::ledger::follow;
use ca_core::signer::process::{LedgerKind, SignerSettings};
use ca_core::signer::{KeyId, KeyReference, Signer, SignerError, SignerProcess, Tokens, sign_verified};
use rand_core::Rng;
use store::Fault;
use tempfile::TempDir;

use super::workshop::{Workshop, workshop};
use table::{Row, compare};

const SOFTHSM: &str = "/usr/lib/softhsm/libsofthsm2.so";
const SOFTOKEN: &str = "/usr/lib/x86_64-linux-gnu/libsoftokn3.so";
/// A call that has not come back after this time hangs: what `hsm.deadline_seconds` is where nobody sets it.
const DEADLINE: Duration = Duration::from_secs(5);
/// What the issue of an HSM may cost (goal: ten seconds).
const RECOVERED: Duration = Duration::from_secs(10);
const SIGNATURES: usize = 100;
/// Where the children of a token's processes say what they have met.
const LOG: &str = "children.log";

/// A fault that tests ask for.
pub struct KnownFault {
    /// As the library that fails knows it.
    pub name: &'static str,
    /// Whether the child must be another one afterwards.
    pub replaces: bool,
    /// What the log says of it, and of no other fault but its like: the return value by its name in PKCS#11, where there is one.
    pub trace: &'static str,
}

/// Each fault but a locked PIN.
pub const FAULTS: &[KnownFault] = &[
    inside("device-error", "C_SignInit answers CKR_DEVICE_ERROR"),
    inside("session-handle-invalid", "C_SignInit answers CKR_SESSION_HANDLE_INVALID"),
    inside("sessions-closed", "C_SignInit answers CKR_SESSION_HANDLE_INVALID"),
    inside("object-handle-invalid", "C_SignInit answers CKR_OBJECT_HANDLE_INVALID"),
    replacing("token-not-present", "C_SignInit answers CKR_TOKEN_NOT_PRESENT"),
    inside("user-not-logged-in", "C_SignInit answers CKR_USER_NOT_LOGGED_IN"),
    inside("general-error", "C_SignInit answers CKR_GENERAL_ERROR"),
    inside("vendor-error", "C_SignInit answers 0x80000042"),
    replacing("vendor-error-for-good", "C_SignInit answers 0x80000042"),
    replacing("hang", "has not answered within"),
    replacing("crash", "ended by itself"),
    replacing("wrong-signature", "is not of key"),
    replacing("other-key", "is not of key"),
];

const fn inside(name: &'static str, trace: &'static str) -> KnownFault {
    KnownFault { name, replaces: false, trace }
}

const fn replacing(name: &'static str, trace: &'static str) -> KnownFault {
    KnownFault { name, replaces: true, trace }
}

#[test]
fn the_signer_recovers_from_every_fault_of_softhsm_within_ten_seconds() {
    compare("SoftHSM2", &measure(&Token::softhsm()));
}

#[test]
fn the_signer_recovers_from_every_fault_of_nss_softoken_within_ten_seconds() {
    compare("NSS softoken", &measure(&Token::softoken()));
}

/// Writes down what a token does that nobody has looked at before.
pub fn document(name: &str, token: &Token) {
    table::write(name, &measure(token));
}

/// Every fault, each on a signer and a ledger of its own over one token.
fn measure(token: &Token) -> Vec<Row> {
    let shown = token.workshop.igc(&["config", "show"]).json();
    assert_eq!(
        shown["signer"]["deadline"]["secs"],
        DEADLINE.as_secs(),
        "the deadline of production: {shown}"
    );
    let (key, public_key) = token.key();
    let mut rows = Vec::new();
    for KnownFault { name: fault, replaces, trace } in FAULTS {
        let trial = Trial::begin(token, &key, &public_key);
        let child = trial.sign_all("before");
        token.hsm.ask(fault);
        let (failed, seconds) = trial.sign_until_it_works(fault);
        assert!(token.hsm.met(), "{fault}: no signature met it");
        let after = trial.sign_all("after");
        trial.check_ledger(fault);
        assert_eq!(child != after, *replaces, "{fault}: child {child}, then {after}");
        // What its parent says, stands in the worker's log (`signer_faults_served`).
        assert!(!trace.starts_with("C_") || trial.log().contains(trace), "{fault}: {}", trial.log());
        let how = if child == after { "inside the process" } else { "the process is replaced" };
        let refused = if failed == 0 { "no signature refused" } else { "signatures refused meanwhile" };
        rows.push(Row { fault, outcome: format!("{how}; {refused}"), seconds });
    }
    rows.push(locked_pin(token, &key, &public_key));
    rows
}

/// A PIN that is locked is tried once, by whatever child, until somebody has unlocked the token and touches the file.
fn locked_pin(token: &Token, key: &KeyReference, public_key: &[u8]) -> Row {
    let trial = Trial::begin(token, key, public_key);
    trial.sign_all("before");
    let logins = token.hsm.logins();
    token.hsm.ask("pin-locked");
    let refused = trial.sign("locked").unwrap_err();
    assert_eq!(refused.code().name, "signer-pin-refused", "{refused}");
    let pid = trial.process.child_id().unwrap();
    run(Command::new("kill").args(["-KILL", &pid.to_string()]));
    token.hsm.unlock_pin();
    for _ in 0..20 {
        assert!(matches!(trial.sign("locked"), Err(SignerError::PinRefused { .. })));
    }
    assert_eq!(token.hsm.logins() - logins, 1, "the PIN was tried once");
    let pin_file = trial.process.tokens().named("issuing").unwrap().pin_file.clone();
    run(Command::new("touch").arg(pin_file)).expect_exit(0);
    let (failed, seconds) = trial.sign_until_it_works("unlocked");
    assert_eq!((failed, token.hsm.logins() - logins), (0, 2), "once more, and it holds");
    trial.sign_all("after");
    trial.check_ledger("pin-locked");
    let outcome =
        "refused until the token is unlocked and the PIN file touched; the PIN is tried once for each";
    Row { fault: "pin-locked", outcome: outcome.to_owned(), seconds }
}

/// A worker-side signer in this process, its child the built program.
struct Trial<'t> {
    token: &'t Token,
    process: SignerProcess,
    key: &'t KeyReference,
    public_key: &'t [u8],
    ledger: PathBuf,
    signatures_before: u64,
    logged_before: usize,
    _folder: TempDir,
}

impl<'t> Trial<'t> {
    fn begin(token: &'t Token, key: &'t KeyReference, public_key: &'t [u8]) -> Self {
        let folder = folder();
        let ledger = folder.path().join("issuing.ledger");
        let process = token.process(&ledger);
        let signatures_before = token.hsm.signatures();
        let logged_before = token.log().len();
        Self { token, process, key, public_key, ledger, signatures_before, logged_before, _folder: folder }
    }

    /// What the children have written to standard error.
    fn log(&self) -> String {
        self.token.log().split_off(self.logged_before)
    }

    fn sign(&self, message: &str) -> Result<Vec<u8>, SignerError> {
        let subject = format!("test {message}");
        sign_verified(&mut self.process.signer(), self.key, self.public_key, &subject, message.as_bytes())
    }

    /// A hundred signatures, each verified; the child that made them.
    fn sign_all(&self, when: &str) -> u32 {
        for n in 0..SIGNATURES {
            self.sign(&format!("{when} {n}")).unwrap_or_else(|error| panic!("{when} {n}: {error}"));
        }
        self.process.child_id().expect("a child has signed")
    }

    /// How many signatures were refused before one was made, and the seconds that took.
    fn sign_until_it_works(&self, fault: &str) -> (u32, f64) {
        let started = Instant::now();
        let mut refused = 0;
        while let Err(error) = self.sign(fault) {
            assert!(started.elapsed() < RECOVERED, "{fault}: after {:?}: {error}", started.elapsed());
            refused += 1;
            std::thread::sleep(Duration::from_millis(100));
        }
        (refused, started.elapsed().as_secs_f64())
    }

    /// The ledger has a line for each signature that the token made, no more and no less.
    fn check_ledger(&self, fault: &str) {
        let entries = follow(&self.ledger, None, usize::MAX).unwrap().unwrap().entries;
        let (refused, made): (Vec<_>, Vec<_>) = entries.iter().partition(|entry| entry.refused().is_some());
        let wrong = ["wrong-signature", "other-key"].contains(&fault);
        assert_eq!(
            refused.len(),
            usize::from(wrong),
            "{fault}: a wrong signature is written down as refused"
        );
        let lines = made.len() as u64;
        assert_eq!(lines, self.token.hsm.signatures() - self.signatures_before, "{fault}");
    }
}

/// A token behind the library that fails on demand, in an installation that names it.
pub struct Token {
    /// The installation.
    pub workshop: Workshop,
    /// What the library is steered by.
    pub hsm: HsmFault,
    /// A key that another tool has made in it.
    made: Option<KeyId>,
}

impl Token {
    /// The SoftHSM of the demonstration, with its keys.
    pub fn softhsm() -> Self {
        let workshop = workshop(DatabaseKind::Sqlite);
        let hsm = behind_the_library_that_fails(&workshop);
        Self { workshop, hsm, made: None }
    }

    /// NSS's key database in a folder of its own. NSS's own tool makes it and its keys, since a key that
    /// softoken makes does not say that it was made there (`CKA_LOCAL`), and so is refused here.
    pub fn softoken() -> Self {
        let workshop = workshop(DatabaseKind::Sqlite);
        let tokens = workshop.dir().join("tokens");
        let database = tokens.join("nss");
        fs::create_dir(&database).unwrap();
        let place = format!("sql:{}", database.display());
        let pin_file = tokens.join("pin/issuing");
        let noise = tokens.join("noise");
        fs::write(&noise, (0..64).map(|_| chance().next_u32() as u8).collect::<Vec<_>>()).unwrap();
        let certutil = |arguments: &[&str]| {
            let mut command = Command::new("certutil");
            run(command.args(arguments).args(["-d", &place, "-f"]).arg(&pin_file)).expect_exit(0).stdout
        };
        certutil(&["-N"]);
        for _ in 0..2 {
            certutil(&["-G", "-k", "ec", "-q", "nistp256", "-z", noise.to_str().unwrap()]);
        }
        let listed = certutil(&["-K"]);
        let made =
            listed.split_whitespace().filter(|word| word.len() == 40).find_map(|word| word.parse().ok());
        assert!(made.is_some(), "{listed}");
        let hsm = only_token(&workshop, SOFTOKEN, "igc-issuing", "pin/issuing");
        hsm.parameters(&format!(
            "configdir='{place}' certPrefix='' keyPrefix='' secmod='secmod.db' flags= dbTokenDescription='igc-issuing'"
        ));
        Self { workshop, hsm, made }
    }

    /// The token with this label of a module that somebody has.
    pub fn given(library: &str, label: &str, pin_file: &str) -> Self {
        let workshop = workshop(DatabaseKind::Sqlite);
        let hsm = only_token(&workshop, library, label, pin_file);
        Self { workshop, hsm, made: None }
    }

    /// The first of two new keys: a handle that points elsewhere needs an elsewhere.
    pub fn key(&self) -> (KeyReference, Vec<u8>) {
        let process = self.process(&self.workshop.dir().join("unused.ledger"));
        let make = || process.generate_key("issuing", KeyKind::P256, "fault").unwrap().0;
        let id = match &self.made {
            Some(id) => id.clone(),
            None => [make(), make()][0].clone(),
        };
        let key = KeyReference { token: "issuing".to_owned(), id };
        let public_key = process.signer().public_key(&key).unwrap();
        (key, public_key)
    }

    /// What the children of its processes have written to standard error.
    fn log(&self) -> String {
        fs::read_to_string(self.workshop.dir().join(LOG)).unwrap_or_default()
    }

    /// A signer of this test's process.
    pub fn process(&self, ledger: &Path) -> SignerProcess {
        let (dir, ledger) = (self.workshop.dir().to_owned(), ledger.to_owned());
        let log = OpenOptions::new().append(true).create(true).open(dir.join(LOG)).unwrap();
        let steered = {
            let mut command = Command::new("true");
            self.hsm.steer(&mut command);
            let variables =
                command.get_envs().filter_map(|(name, value)| Some((name.to_owned(), value?.to_owned())));
            variables.collect::<Vec<_>>()
        };
        SignerProcess::new(SignerSettings {
            tokens: Tokens::read(&dir.join("tokens/tokens.toml")).unwrap(),
            kind: LedgerKind::Issuing,
            sessions: 2,
            deadline: DEADLINE,
            command: Box::new(move || {
                let mut command = igc();
                command.arg("--dir").arg(&dir).args(["signer", "--ledger", "issuing", "--file"]).arg(&ledger);
                command.envs(steered.iter().cloned()).stderr(log.try_clone().unwrap());
                command
            }),
        })
    }
}

/// Makes this the one token of an installation, `issuing`, behind the library that fails on demand.
fn only_token(workshop: &Workshop, library: &str, label: &str, pin_file: &str) -> HsmFault {
    let wrapping = HsmFault::library();
    let text = format!(
        "library = {wrapping:?}\n[[token]]\nname = \"issuing\"\nlabel = {label:?}\n\
         pin_file = {pin_file:?}\nso_pin_file = \"pin/issuing-so\"\n"
    );
    fs::write(workshop.dir().join("tokens/tokens.toml"), text).unwrap();
    HsmFault::around(Path::new(library))
}

/// Puts the library that fails on demand between an installation and its SoftHSM.
pub fn behind_the_library_that_fails(workshop: &Workshop) -> HsmFault {
    let file = workshop.dir().join("tokens/tokens.toml");
    let text = fs::read_to_string(&file).unwrap();
    assert!(text.contains(SOFTHSM), "{text}");
    fs::write(&file, text.replace(SOFTHSM, HsmFault::library().to_str().unwrap())).unwrap();
    HsmFault::around(Path::new(SOFTHSM))
}
