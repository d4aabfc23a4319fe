//! What the library says, in the words of the house.

use cryptoki::error::{Error, RvError};

use crate::signer::SignerError;

/// A library call that failed, before anyone decided whether to try again.
#[derive(Debug)]
pub(super) enum Failure {
    /// The library's own error.
    Library(Error),
    /// The library knows no token of this label.
    NoToken(String),
    /// Anything else: final.
    Signer(SignerError),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Library(error)
    }
}

impl From<SignerError> for Failure {
    fn from(error: SignerError) -> Self {
        Self::Signer(error)
    }
}

impl Failure {
    /// Whether the library said it: a session that is opened again may do better, whatever the error.
    pub(super) fn is_of_library(&self) -> bool {
        matches!(self, Self::Library(_))
    }

    /// Whether a library that is initialised again may do better still.
    pub(super) fn may_pass(&self) -> bool {
        match self {
            Self::Library(error) => self.is_stale() || may_pass(error),
            // A library looks for tokens when it is initialised: this one was plugged in since, or another process was
            // writing its files just then.
            Self::NoToken(_) => true,
            Self::Signer(_) => false,
        }
    }

    /// Whether the session or a handle is no longer good: the token was pulled, the HSM restarted or
    /// closed an idle connection.
    fn is_stale(&self) -> bool {
        matches!(
            self,
            Self::Library(Error::Pkcs11(
                RvError::SessionHandleInvalid
                    | RvError::SessionClosed
                    | RvError::ObjectHandleInvalid
                    | RvError::KeyHandleInvalid
                    | RvError::UserNotLoggedIn
                    | RvError::DeviceError
                    | RvError::DeviceRemoved
                    | RvError::TokenNotPresent
                    | RvError::TokenNotRecognized
                    | RvError::OperationActive,
                _
            ))
        )
    }

    /// The error the caller sees, `token` being the token's name.
    pub(super) fn into_signer_error(self, token: &str) -> SignerError {
        let stale = self.is_stale();
        match self {
            Self::Signer(error) => error,
            Self::NoToken(label) => SignerError::Unavailable {
                token: token.to_owned(),
                detail: format!("no token with the label {label:?} is there"),
            },
            Self::Library(error) if stale || may_pass(&error) => {
                SignerError::Unavailable { token: token.to_owned(), detail: words(&error) }
            }
            Self::Library(error) => SignerError::Failed { token: token.to_owned(), detail: words(&error) },
        }
    }
}

/// Which function answered with which of the return values of PKCS#11 §5.1: what a vendor asks for first.
fn words(error: &Error) -> String {
    match error {
        Error::Pkcs11(value, function) => format!("C_{function:?} answers {}", ckr(value)),
        other => other.to_string(),
    }
}

/// `CKR_DEVICE_ERROR`, as the standard and the vendor's manual name it.
fn ckr(value: &RvError) -> String {
    let mut name = "CKR".to_owned();
    for letter in format!("{value:?}").chars() {
        if letter.is_ascii_uppercase() {
            name.push('_');
        }
        name.push(letter.to_ascii_uppercase());
    }
    name
}

fn may_pass(error: &Error) -> bool {
    matches!(
        error,
        Error::LibraryLoading(_)
            | Error::Pkcs11(
                RvError::GeneralError
                    | RvError::HostMemory
                    | RvError::DeviceMemory
                    | RvError::FunctionFailed
                    | RvError::SessionCount
                    | RvError::SlotIdInvalid
                    | RvError::CryptokiNotInitialized,
                _
            )
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_return_value_has_the_name_of_the_standard() {
        assert_eq!(ckr(&RvError::DeviceError), "CKR_DEVICE_ERROR");
        assert_eq!(ckr(&RvError::SessionHandleInvalid), "CKR_SESSION_HANDLE_INVALID");
    }
}
