//! What can go wrong, by the names that tests write.

use crate::folder;

/// A fault; each lasts as long as such a fault does in an HSM.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Every session that is open answers `CKR_DEVICE_ERROR` from now on.
    DeviceError,
    /// The session is closed behind its user's back.
    SessionHandleInvalid,
    /// Every session of the token is closed behind their users' back, who are logged out with it: what an HSM, or the
    /// network before it, does after an hour without a call.
    SessionsClosed,
    /// Every handle that was found answers `CKR_OBJECT_HANDLE_INVALID` until it is found again.
    ObjectHandleInvalid,
    /// The token is pulled, and put back after a second; its sessions are gone. No process finds it meanwhile.
    TokenNotPresent,
    /// The user is logged out behind his back.
    UserNotLoggedIn,
    /// The user is logged out, and his PIN is locked for good, in this token alone.
    PinLocked,
    /// Nothing works until the library is initialised again.
    GeneralError,
    /// The same, in a code that nobody but the vendor knows.
    VendorError,
    /// The same, and initialising the library again does not help: only another process does.
    VendorErrorForGood,
    /// The call does not come back.
    Hang,
    /// The library takes its process with it.
    Crash,
    /// The token signs, and one bit of the signature is wrong.
    WrongSignature,
    /// The handle points to another key of the token, for the life of the process.
    OtherKey,
}

impl Fault {
    /// The fault that a test has asked for at this call, once so many signatures were made; taken by one call of one
    /// process.
    pub fn taken(call: &str) -> Option<Self> {
        let asked = folder::text("fault")?;
        let (asked, after) = asked.trim().split_once(" after ").unwrap_or((asked.trim(), "0"));
        let (name, place) = asked.split_once(" at ").unwrap_or((asked, "C_SignInit"));
        let after: u64 = after.parse().expect("a number of signatures");
        if place != call || folder::counted("signatures") < after || folder::take("fault").is_none() {
            return None;
        }
        Some(match name {
            "device-error" => Self::DeviceError,
            "sessions-closed" => Self::SessionsClosed,
            "vendor-error" => Self::VendorError,
            "vendor-error-for-good" => Self::VendorErrorForGood,
            "session-handle-invalid" => Self::SessionHandleInvalid,
            "object-handle-invalid" => Self::ObjectHandleInvalid,
            "token-not-present" => Self::TokenNotPresent,
            "user-not-logged-in" => Self::UserNotLoggedIn,
            "pin-locked" => Self::PinLocked,
            "general-error" => Self::GeneralError,
            "hang" => Self::Hang,
            "crash" => Self::Crash,
            "wrong-signature" => Self::WrongSignature,
            "other-key" => Self::OtherKey,
            other => panic!("there is no fault {other:?}"),
        })
    }
}
