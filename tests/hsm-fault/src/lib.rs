//! A PKCS#11 library that wraps another one and fails as HSMs do, when a test asks for it.
//!
//! `HSM_FAULT_FOLDER` names a folder. Its file `library` holds the path of the wrapped library. A test
//! writes the name of a fault into `fault`; the next `C_SignInit` takes it, once, or the next call of the function that it says:
//! `device-error at C_Sign`, `C_FindObjects` or `C_OpenSession`. The files
//! `signatures` and `logins` grow by one octet with each signature that the token really made and each
//! `C_Login`, in whatever process: what the token says of itself, against which the ledger is compared. `signed`
//! gets a line for each of these signatures: what was signed, hexadecimal. `codes` grows with each message authentication
//! code, over what is a secret, `sessions` with each session that was opened.
//! Where there is a file `parameters`, `C_Initialize` hands it to the library, as NSS's softoken wants it.
//! Where there is a file `reset-every`, every session of the token is closed before each Nth signature of a process, N being its number.
//! Where there is a file `at-login`, each `C_Login` comes to the end that it names: `hang`, `crash`, or `vendor`, an answer
//! with a code of the vendor's.
//! Where there is a file `company`, the first `C_Sign` of a process waits until as many are under way as it says, and `at-once` gets a line
//! for each with how many there were.
//! Where there is a file `delay`, each signature takes as many milliseconds more, as in an HSM behind a network.

#![allow(non_snake_case, reason = "PKCS#11 names its functions so")]

mod company;
mod fault;
mod folder;
mod wrapped;

use std::ptr;
use std::sync::atomic::{AtomicPtr, Ordering};
use std::thread;
use std::time::Duration;

use cryptoki_sys::*;

use fault::Fault;
use wrapped::{NssArguments, delay, real, state};

/// The table that was handed out; made once.
static TABLE: AtomicPtr<CK_FUNCTION_LIST> = AtomicPtr::new(ptr::null_mut());

/// The only function that a PKCS#11 2.40 library must export.
///
/// # Safety
/// `list` is where the caller wants the address of the table.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn C_GetFunctionList(list: *mut *mut CK_FUNCTION_LIST) -> CK_RV {
    if TABLE.load(Ordering::Acquire).is_null() {
        let table = CK_FUNCTION_LIST {
            C_GetFunctionList: Some(C_GetFunctionList),
            C_Initialize: Some(initialize),
            C_Finalize: Some(finalize),
            C_OpenSession: Some(open_session),
            C_Login: Some(login),
            C_FindObjects: Some(find_objects),
            C_SignInit: Some(sign_init),
            C_Sign: Some(sign),
            ..*real()
        };
        TABLE.store(Box::into_raw(Box::new(table)), Ordering::Release);
    }
    // SAFETY: the caller gives a place for one pointer.
    unsafe { *list = TABLE.load(Ordering::Acquire) };
    CKR_OK
}

unsafe extern "C" fn initialize(arguments: *mut std::ffi::c_void) -> CK_RV {
    let mut nss = NssArguments::of_folder();
    let arguments = nss.as_mut().map_or(arguments, |nss| ptr::from_mut(nss).cast());
    // SAFETY: handed through as it came, or arguments that outlive the call.
    unsafe { real().C_Initialize.expect("it begins")(arguments) }
}

unsafe extern "C" fn finalize(reserved: *mut std::ffi::c_void) -> CK_RV {
    state().ended();
    // SAFETY: handed through as it came.
    unsafe { real().C_Finalize.expect("it ends")(reserved) }
}

unsafe extern "C" fn open_session(
    slot: CK_SLOT_ID,
    flags: CK_FLAGS,
    application: *mut std::ffi::c_void,
    notify: CK_NOTIFY,
    session: *mut CK_SESSION_HANDLE,
) -> CK_RV {
    // SAFETY: there is no session yet, and no key.
    if let Some(rv) = unsafe { meets("C_OpenSession", 0, 0) } {
        return rv;
    }
    // SAFETY: handed through as it came; where it succeeds, `session` was written.
    unsafe {
        let rv = real().C_OpenSession.expect("it opens sessions")(slot, flags, application, notify, session);
        if rv == CKR_OK {
            folder::count("sessions");
            state().opened(*session);
        }
        rv
    }
}

unsafe extern "C" fn login(
    session: CK_SESSION_HANDLE,
    user: CK_USER_TYPE,
    pin: *mut CK_UTF8CHAR,
    length: CK_ULONG,
) -> CK_RV {
    folder::count("logins");
    match folder::text("at-login").as_deref() {
        Some("hang") => thread::sleep(Duration::MAX),
        Some("crash") => std::process::abort(),
        Some("vendor") => return CKR_VENDOR_DEFINED | 0x11,
        _ => {}
    }
    // SAFETY: the session is the caller's.
    if folder::holds("pin-locked", unsafe { wrapped::slot_of(session) }) {
        folder::count("refused-logins");
        return CKR_PIN_LOCKED;
    }
    // SAFETY: handed through as it came.
    unsafe { real().C_Login.expect("it logs in")(session, user, pin, length) }
}

unsafe extern "C" fn find_objects(
    session: CK_SESSION_HANDLE,
    found: *mut CK_OBJECT_HANDLE,
    most: CK_ULONG,
    count: *mut CK_ULONG,
) -> CK_RV {
    // SAFETY: the session is the caller's, who is in no other call with it.
    if let Some(rv) = unsafe { meets("C_FindObjects", session, 0) } {
        return rv;
    }
    // SAFETY: handed through as it came; where it succeeds, `count` handles were written.
    unsafe {
        let rv = real().C_FindObjects.expect("it finds objects")(session, found, most, count);
        if rv == CKR_OK {
            for at in 0..*count {
                state().found(*found.add(at as usize));
            }
        }
        rv
    }
}

unsafe extern "C" fn sign_init(
    session: CK_SESSION_HANDLE,
    mechanism: *mut CK_MECHANISM,
    key: CK_OBJECT_HANDLE,
) -> CK_RV {
    // SAFETY: the session is the caller's, who is in no other call with it.
    if let Some(rv) = unsafe { meets("C_SignInit", session, key) } {
        return rv;
    }
    if state().is_reset() {
        // SAFETY: as above.
        unsafe { wrapped::close_all_sessions(session) };
    }
    let key = state().in_place_of(key);
    // SAFETY: the caller gives a mechanism.
    let makes_code = unsafe { (*mechanism).mechanism } == CKM_SHA256_HMAC;
    state().begins(session, makes_code);
    // SAFETY: handed through as it came, the key apart.
    unsafe { real().C_SignInit.expect("it signs")(session, mechanism, key) }
}

unsafe extern "C" fn sign(
    session: CK_SESSION_HANDLE,
    data: *mut CK_BYTE,
    data_length: CK_ULONG,
    signature: *mut CK_BYTE,
    length: *mut CK_ULONG,
) -> CK_RV {
    // A caller that asks for the length first signs nothing yet.
    let _under_way = if signature.is_null() { None } else { company::UnderWay::begin() };
    if !signature.is_null() {
        thread::sleep(delay());
        // SAFETY: the session is the caller's, who is in no other call with it.
        if let Some(rv) = unsafe { meets("C_Sign", session, 0) } {
            return rv;
        }
    }
    // SAFETY: handed through as it came; where it succeeds, `length` octets were written.
    unsafe {
        let rv = real().C_Sign.expect("it signs")(session, data, data_length, signature, length);
        if rv == CKR_OK && !signature.is_null() {
            if state().made_code(session) {
                folder::count("codes");
                return rv;
            }
            folder::count("signatures");
            folder::append("signed", &format!("{}\n", hexadecimal(data, data_length as usize)));
            if state().spoils_once() {
                *signature.add(*length as usize - 1) ^= 1;
            }
        }
        rv
    }
}

/// The octets that were signed.
///
/// # Safety
/// `data` points to `length` octets, as the caller of `C_Sign` has said.
unsafe fn hexadecimal(data: *const CK_BYTE, length: usize) -> String {
    // SAFETY: as above.
    let octets = unsafe { std::slice::from_raw_parts(data, length) };
    octets.iter().map(|octet| format!("{octet:02x}")).collect()
}

/// What a call answers that meets a fault now, or that an earlier one refuses; nothing where the library is asked.
///
/// # Safety
/// The session is the caller's, who is in no other call with it.
unsafe fn meets(call: &str, session: CK_SESSION_HANDLE, key: CK_OBJECT_HANDLE) -> Option<CK_RV> {
    // SAFETY: as above.
    let answer = Fault::taken(call).and_then(|fault| unsafe { begin(fault, session, key) });
    answer.or_else(|| state().refuses(session, key))
}

/// Does to the token, or to what the caller will see of it, what the fault says; what the call that meets it answers, where
/// neither the library nor what the caller sees says so.
unsafe fn begin(fault: Fault, session: CK_SESSION_HANDLE, key: CK_OBJECT_HANDLE) -> Option<CK_RV> {
    match fault {
        Fault::Hang => thread::sleep(Duration::from_secs(3600)),
        Fault::Crash => std::process::abort(),
        // SAFETY: both are calls of the wrapped library on the caller's own session.
        Fault::SessionHandleInvalid => unsafe {
            real().C_CloseSession.expect("it closes sessions")(session);
        },
        // SAFETY: as above.
        Fault::SessionsClosed => unsafe { wrapped::close_all_sessions(session) },
        Fault::UserNotLoggedIn | Fault::PinLocked => {
            // SAFETY: as above.
            unsafe { real().C_Logout.expect("it logs out")(session) };
            if fault == Fault::PinLocked {
                // SAFETY: as above.
                folder::append("pin-locked", &unsafe { wrapped::slot_of(session) }.to_string());
            }
            return Some(CKR_USER_NOT_LOGGED_IN);
        }
        Fault::DeviceError => {
            state().begin(fault);
            return Some(CKR_DEVICE_ERROR);
        }
        Fault::OtherKey => {
            // SAFETY: as above.
            let other = unsafe { wrapped::another_key(session, key) };
            state().swap(key, other.expect("the token has two private keys"));
        }
        fault => state().begin(fault),
    }
    None
}
