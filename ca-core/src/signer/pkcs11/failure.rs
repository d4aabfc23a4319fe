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
    /// Whether a session that is opened again may do better: where the library said it, whatever the error; and where it
    /// finds no key, as it does without a word in a session that was logged out behind its user's back.
    pub(super) fn may_pass_in_a_new_session(&self) -> bool {
        matches!(self, Self::Library(_) | Self::Signer(SignerError::NoSuchKey { found: 0, .. }))
    }

    /// Whether a library that is initialised again may do better still, or the library of a new process: always, unless
    /// the request itself is wrong. Vendors have codes of their own, and nobody can list them.
    pub(super) fn may_pass(&self) -> bool {
        match self {
            Self::Library(error) => !is_of_request(error),
            // A library looks for tokens when it is initialised: this one was plugged in since, or another process was
            // writing its files just then.
            Self::NoToken(_) => true,
            Self::Signer(_) => false,
        }
    }

    /// What the log says of it: the function and the return value, where it is the library's.
    pub(super) fn told(&self) -> String {
        match self {
            Self::Library(error) => words(error),
            Self::NoToken(label) => format!("no token with the label {label:?} is there"),
            Self::Signer(error) => error.to_string(),
        }
    }

    /// The error the caller sees, `token` being the token's name.
    pub(super) fn into_signer_error(self, token: &str) -> SignerError {
        let (may_pass, token, detail) = (self.may_pass(), token.to_owned(), self.told());
        match self {
            Self::Signer(error) => error,
            _ if may_pass => SignerError::Unavailable { token, detail },
            _ => SignerError::Failed { token, detail },
        }
    }
}

/// Whether what was asked for is wrong, so that it is wrong again however often it is asked: the session, the token and
/// the library are none the worse for it.
fn is_of_request(error: &Error) -> bool {
    match error {
        Error::Pkcs11(value, _) => is_wrong_request(value) || is_refused_pin(value),
        // What this library, or the crate that calls it, cannot do at all.
        Error::NotSupported
        | Error::NullFunctionPointer
        | Error::MissingSymbol(_)
        | Error::NulError(_)
        | Error::PinNotSet => true,
        // It does not load, or its answer does not read.
        _ => false,
    }
}

/// The return values of PKCS#11 §5.1 that speak of the arguments.
fn is_wrong_request(value: &RvError) -> bool {
    matches!(
        value,
        RvError::ActionProhibited
            | RvError::ArgumentsBad
            | RvError::AttributeReadOnly
            | RvError::AttributeSensitive
            | RvError::AttributeTypeInvalid
            | RvError::AttributeValueInvalid
            | RvError::CurveNotSupported
            | RvError::DataInvalid
            | RvError::DataLenRange
            | RvError::DomainParamsInvalid
            | RvError::FunctionNotSupported
            | RvError::InformationSensitive
            | RvError::KeyFunctionNotPermitted
            | RvError::KeyIndigestible
            | RvError::KeyNotWrappable
            | RvError::KeySizeRange
            | RvError::KeyTypeInconsistent
            | RvError::KeyUnextractable
            | RvError::MechanismInvalid
            | RvError::MechanismParamInvalid
            | RvError::PublicKeyInvalid
            | RvError::SessionReadOnly
            | RvError::TemplateIncomplete
            | RvError::TemplateInconsistent
            | RvError::TokenWriteProtected
            | RvError::UserTypeInvalid
    )
}

/// The return values that speak of the PIN: it is never tried twice.
pub(super) fn is_refused_pin(value: &RvError) -> bool {
    matches!(
        value,
        RvError::PinExpired
            | RvError::PinIncorrect
            | RvError::PinInvalid
            | RvError::PinLenRange
            | RvError::PinLocked
            | RvError::PinTooWeak
            | RvError::UserPinNotInitialized
    )
}

/// Whether nobody but the vendor can say what a value means.
pub(super) fn is_of_vendor(value: &RvError) -> bool {
    matches!(value, RvError::VendorDefined(_) | RvError::UnknownErrorCode(_))
}

/// Which function answered with which of the return values of PKCS#11 §5.1: what a vendor asks for first.
fn words(error: &Error) -> String {
    match error {
        Error::Pkcs11(value, function) => format!("C_{function:?} answers {}", ckr(value)),
        other => other.to_string(),
    }
}

/// `CKR_DEVICE_ERROR`, as the standard and the vendor's manual name it; a code of the vendor's as its manual numbers it.
fn ckr(value: &RvError) -> String {
    if let RvError::VendorDefined(code) | RvError::UnknownErrorCode(code) = value {
        return format!("{code:#010X}");
    }
    let mut name = "CKR".to_owned();
    for letter in format!("{value:?}").chars() {
        if letter.is_ascii_uppercase() {
            name.push('_');
        }
        name.push(letter.to_ascii_uppercase());
    }
    name
}

#[cfg(test)]
mod tests {
    use cryptoki::context::Function;

    use super::*;

    fn failure(value: RvError) -> Failure {
        Failure::Library(Error::Pkcs11(value, Function::Sign))
    }

    #[test]
    fn a_return_value_has_the_name_of_the_standard() {
        assert_eq!(ckr(&RvError::DeviceError), "CKR_DEVICE_ERROR");
        assert_eq!(ckr(&RvError::SessionHandleInvalid), "CKR_SESSION_HANDLE_INVALID");
        assert_eq!(ckr(&RvError::VendorDefined(0x8000_0042)), "0x80000042");
    }

    #[test]
    fn every_error_goes_the_whole_way_unless_it_says_that_the_request_is_wrong() {
        let passes = [
            RvError::DeviceError,
            RvError::FunctionFailed,
            RvError::KeyHandleInvalid,
            RvError::MutexBad,
            RvError::OperationNotInitialized,
            RvError::TokenNotRecognized,
            RvError::VendorDefined(0x8000_0042),
            RvError::UnknownErrorCode(0x4242),
        ];
        for value in passes {
            let failure = failure(value);
            assert!(failure.may_pass() && failure.may_pass_in_a_new_session(), "{failure:?}");
            let error = failure.into_signer_error("issuing");
            assert!(matches!(error, SignerError::Unavailable { .. }), "{error}");
        }
        for value in [RvError::DataLenRange, RvError::MechanismInvalid, RvError::PinLocked] {
            let failure = failure(value);
            assert!(!failure.may_pass(), "{failure:?}");
            let error = failure.into_signer_error("issuing");
            assert!(matches!(error, SignerError::Failed { .. }), "{error}");
        }
    }
}
