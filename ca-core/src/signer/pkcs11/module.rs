//! The PKCS#11 library of this process.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError, RwLock, RwLockReadGuard};

use cryptoki::context::{CInitializeArgs, CInitializeFlags, Pkcs11};
use cryptoki::error::{Error, RvError};
use cryptoki::session::{Session, SessionState, UserType};
use cryptoki::slot::Slot;
use cryptoki::types::AuthPin;
use zeroize::Zeroizing;

use super::failure::{Failure, is_of_vendor, is_refused_pin};
use super::login_record::LoginRecords;
use crate::signer::pin::{self, Edition};
use crate::signer::{SignerError, Tokens, tokens::Token};

/// The loaded and initialised library, and the tokens it is used for. Clones share it: one
/// `C_Initialize` a process (PKCS#11 §5.4).
#[derive(Clone, Debug)]
pub struct Pkcs11Module {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    library: Pkcs11,
    tokens: Tokens,
    /// Logins that tokens refused. An HSM locks itself after a few wrong PINs, and a process has
    /// many threads with a signer each: none of them tries again what one of them has tried.
    refused: Mutex<BTreeMap<String, Refused>>,
    /// The same for every process that there will be.
    logins: LoginRecords,
    /// How many times the library was initialised. Read while it is called, written while it is
    /// initialised again: `C_Finalize` while another thread is in a call is undefined (PKCS#11 §5.4).
    generation: RwLock<u64>,
    /// PINs that custodians brought, by token: they stand in no file, and end with the process.
    brought: Mutex<BTreeMap<String, TokenPins>>,
}

/// A login that a token refused.
#[derive(Debug)]
struct Refused {
    /// Of the file that held the PIN; none of a PIN that custodians brought.
    edition: Option<Edition>,
    /// Whether the token may mean something else than the PIN: it answered with a code of its vendor's.
    doubtful: bool,
}

/// The two PINs of a token that stand in no file.
#[derive(Clone)]
pub struct TokenPins {
    /// Opens the token.
    pub user: Zeroizing<String>,
    /// Initialises it.
    pub security_officer: Zeroizing<String>,
}

impl std::fmt::Debug for TokenPins {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TokenPins")
    }
}

impl Pkcs11Module {
    /// Loads the library that `tokens` names and initialises it. SoftHSM reads the path of its
    /// configuration from `SOFTHSM2_CONF` now, and never again in this process. In the folder `logins` it is written down what became
    /// of each PIN that was tried; without one this process alone remembers.
    pub fn load(tokens: Tokens, logins: Option<PathBuf>) -> Result<Self, SignerError> {
        let name = tokens.library.display().to_string();
        let library =
            Pkcs11::new(&tokens.library).map_err(|error| Failure::from(error).into_signer_error(&name))?;
        match library.initialize(arguments()) {
            // The process has it already: a test that loads it twice.
            Ok(()) | Err(Error::Pkcs11(RvError::CryptokiAlreadyInitialized, _)) => {}
            Err(error) => return Err(Failure::from(error).into_signer_error(&name)),
        }
        let (refused, generation, brought) = (Mutex::default(), RwLock::new(0), Mutex::default());
        let logins = LoginRecords::new(logins);
        Ok(Self { shared: Arc::new(Shared { library, tokens, refused, logins, generation, brought }) })
    }

    /// Held while the library is called. Its value says whether sessions opened earlier still stand.
    pub(super) fn in_use(&self) -> RwLockReadGuard<'_, u64> {
        self.shared.generation.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Ends the library and initialises it again, once nobody is in a call, unless another thread
    /// has done so since `seen`. Every session of the process is gone afterwards.
    pub(super) fn initialise_again(&self, seen: u64) -> Result<(), Failure> {
        let mut generation = self.shared.generation.write().unwrap_or_else(PoisonError::into_inner);
        if *generation != seen {
            return Ok(());
        }
        *generation += 1;
        // A library that cannot even end is initialised all the same: it says whether it stands.
        if let Err(error) = self.library().clone().finalize() {
            tracing::warn!(%error, "the PKCS#11 library does not end");
        }
        match self.library().initialize(arguments()) {
            Ok(()) | Err(Error::Pkcs11(RvError::CryptokiAlreadyInitialized, _)) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Uses these PINs for the token called `name` from now on, and not its PIN files.
    pub fn bring_pins(&self, name: &str, pins: TokenPins) {
        self.brought().insert(name.to_owned(), pins);
    }

    /// Whether custodians brought the PINs of the token called `name`.
    pub fn has_brought_pins(&self, name: &str) -> bool {
        self.brought().contains_key(name)
    }

    /// The PINs of a token: those that were brought, or those of its files.
    pub(super) fn pins_of(&self, token: &Token) -> Result<TokenPins, SignerError> {
        match self.brought().get(&token.name) {
            Some(pins) => Ok(pins.clone()),
            None => Ok(TokenPins {
                user: pin::read(&token.pin_file)?,
                security_officer: pin::read(&token.so_pin_file)?,
            }),
        }
    }

    pub(super) fn logins(&self) -> &LoginRecords {
        &self.shared.logins
    }

    fn brought(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, TokenPins>> {
        self.shared.brought.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The tokens this module was loaded with.
    pub fn tokens(&self) -> &Tokens {
        &self.shared.tokens
    }

    pub(super) fn library(&self) -> &Pkcs11 {
        &self.shared.library
    }

    /// The slot that holds `token`, found by label: slot numbers change when a token is added.
    pub(super) fn slot_of(&self, token: &Token) -> Result<Option<Slot>, Failure> {
        let mut found = None;
        for slot in self.library().get_slots_with_initialized_token()? {
            if self.library().get_token_info(slot)?.label() == token.label {
                if found.is_some() {
                    let detail = format!("two tokens have the label {:?}", token.label);
                    return Err(SignerError::Failed { token: token.name.clone(), detail }.into());
                }
                found = Some(slot);
            }
        }
        Ok(found)
    }

    /// A session with `token`, logged in as its user.
    pub(super) fn open(&self, token: &Token, access: Access) -> Result<Session, Failure> {
        let slot = self.slot_of(token)?.ok_or_else(|| Failure::NoToken(token.label.clone()))?;
        let session = match access {
            Access::Sign => self.library().open_ro_session(slot)?,
            Access::MakeKeys => self.library().open_rw_session(slot)?,
        };
        self.log_in(token, &session)?;
        Ok(session)
    }

    fn log_in(&self, token: &Token, session: &Session) -> Result<(), Failure> {
        // Held over the login, so that two threads never try one wrong PIN at the same time.
        let mut refused = self.shared.refused.lock().unwrap_or_else(PoisonError::into_inner);
        // Login belongs to the process, not to the session (PKCS#11 §5.6.8): of another session of it no PIN is asked, and what stands
        // in the PIN's file by now would be taken for what opened the token.
        if is_logged_in(session)? {
            return Ok(());
        }
        let brought = self.brought().get(&token.name).map(|pins| pins.user.clone());
        let (pin, edition) = match brought {
            Some(pin) => (pin, None),
            None => pin::read_edition(&token.pin_file).map(|(pin, edition)| (pin, Some(edition)))?,
        };
        let before = refused.get(&token.name).filter(|before| before.edition == edition);
        let refusal = || {
            let edition = edition.map(Box::new);
            Failure::from(SignerError::PinRefused { token: token.name.clone(), edition })
        };
        if before.is_some_and(|before| !before.doubtful) {
            return Err(refusal());
        }
        let attempt = edition.map(|edition| self.shared.logins.begin(token, edition)).transpose()?;
        match session.login(UserType::User, Some(&AuthPin::from(pin.as_str().to_owned()))) {
            Ok(()) => {
                refused.remove(&token.name);
                if let Some(attempt) = attempt {
                    attempt.succeeded();
                }
                Ok(())
            }
            // Of a library whose sessions do not say so: it has not looked at the PIN.
            Err(Error::Pkcs11(RvError::UserAlreadyLoggedIn, _)) => {
                if let Some(attempt) = attempt {
                    attempt.answered_otherwise();
                }
                Ok(())
            }
            // A vendor's code may say that the PIN is wrong: it is tried once more, before any HSM locks itself.
            Err(Error::Pkcs11(value, function)) if is_of_vendor(&value) && before.is_none() => {
                refused.insert(token.name.clone(), Refused { edition, doubtful: true });
                // The record keeps it as one that was not answered, so that whoever tries next is the last.
                drop(attempt);
                Err(Error::Pkcs11(value, function).into())
            }
            Err(Error::Pkcs11(value, _)) if is_of_vendor(&value) || is_refused_pin(&value) => {
                refused.insert(token.name.clone(), Refused { edition, doubtful: false });
                // Of a PIN that has opened the token a vendor's code says rather that the HSM is away: the next process may try it.
                if let Some(attempt) = attempt.filter(|it| is_refused_pin(&value) || !it.has_opened()) {
                    attempt.refused();
                }
                Err(refusal())
            }
            Err(error) => {
                if let Some(attempt) = attempt {
                    attempt.answered_otherwise();
                }
                Err(error.into())
            }
        }
    }
}

/// Whether the user is logged in with another session of this process.
fn is_logged_in(session: &Session) -> Result<bool, Failure> {
    let state = session.get_session_info()?.session_state();
    Ok(matches!(state, SessionState::RoUser | SessionState::RwUser))
}

fn arguments() -> CInitializeArgs {
    CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK)
}

/// What a session is opened for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Access {
    /// Reading and signing.
    Sign,
    /// Making keys in the token.
    MakeKeys,
}
