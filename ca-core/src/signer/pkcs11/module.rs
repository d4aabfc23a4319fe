//! The PKCS#11 library of this process.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError, RwLock, RwLockReadGuard};

use cryptoki::context::{CInitializeArgs, CInitializeFlags, Pkcs11};
use cryptoki::error::{Error, RvError};
use cryptoki::session::{Session, UserType};
use cryptoki::slot::Slot;
use cryptoki::types::AuthPin;

use super::failure::Failure;
use crate::signer::{SignerError, Tokens, pin, tokens::Token};

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
    /// Tokens that refused their PIN. An HSM locks itself after a few wrong PINs, and a process has
    /// many threads with a signer each: none of them tries again what one of them has tried.
    refused: Mutex<BTreeSet<String>>,
    /// How many times the library was initialised. Read while it is called, written while it is
    /// initialised again: `C_Finalize` while another thread is in a call is undefined (PKCS#11 §5.4).
    generation: RwLock<u64>,
}

impl Pkcs11Module {
    /// Loads the library that `tokens` names and initialises it. SoftHSM reads the path of its
    /// configuration from `SOFTHSM2_CONF` now, and never again in this process.
    pub fn load(tokens: Tokens) -> Result<Self, SignerError> {
        let name = tokens.library.display().to_string();
        let library =
            Pkcs11::new(&tokens.library).map_err(|error| Failure::from(error).into_signer_error(&name))?;
        match library.initialize(arguments()) {
            // The process has it already: a test that loads it twice.
            Ok(()) | Err(Error::Pkcs11(RvError::CryptokiAlreadyInitialized, _)) => {}
            Err(error) => return Err(Failure::from(error).into_signer_error(&name)),
        }
        let (refused, generation) = (Mutex::default(), RwLock::new(0));
        Ok(Self { shared: Arc::new(Shared { library, tokens, refused, generation }) })
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
        let slot = self.slot_of(token)?.ok_or_else(|| SignerError::Unavailable {
            token: token.name.clone(),
            detail: format!("no token with the label {:?} is there", token.label),
        })?;
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
        if refused.contains(&token.name) {
            return Err(SignerError::PinRefused { token: token.name.clone() }.into());
        }
        let pin = pin::read(&token.pin_file)?;
        match session.login(UserType::User, Some(&AuthPin::from(pin.as_str().to_owned()))) {
            // Login belongs to the process, not to the session (PKCS#11 §5.6.8).
            Ok(()) | Err(Error::Pkcs11(RvError::UserAlreadyLoggedIn, _)) => Ok(()),
            Err(Error::Pkcs11(
                RvError::PinIncorrect | RvError::PinLocked | RvError::PinInvalid | RvError::PinLenRange,
                _,
            )) => {
                refused.insert(token.name.clone());
                Err(SignerError::PinRefused { token: token.name.clone() }.into())
            }
            Err(error) => Err(error.into()),
        }
    }
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
