//! The wrapped library, and what its callers are told instead of what it says.

use std::collections::{HashMap, HashSet};
use std::ffi::CString;
use std::fs;
use std::mem::size_of;
use std::ptr;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use cryptoki_sys::*;

use crate::fault::Fault;
use crate::folder;

/// How long a token that was pulled is away.
const AWAY: Duration = Duration::from_secs(1);

/// The functions of the wrapped library; loaded by the first call, never unloaded.
pub fn real() -> &'static CK_FUNCTION_LIST {
    static REAL: OnceLock<CK_FUNCTION_LIST> = OnceLock::new();
    REAL.get_or_init(|| {
        let path = fs::read_to_string(folder::file("library")).expect("the folder names a library");
        // SAFETY: loading runs the library's own constructors, as loading it directly would.
        let library = unsafe { Pkcs11::new(path.trim()) }.expect("the library loads");
        let library: &'static Pkcs11 = Box::leak(Box::new(library));
        let mut list = ptr::null_mut();
        // SAFETY: `list` is a place for one pointer; it points to a table that lives with the library.
        unsafe {
            assert_eq!(library.C_GetFunctionList(&mut list), CKR_OK);
            *list
        }
    })
}

/// How much longer each signature takes; read once.
pub fn delay() -> Duration {
    static DELAY: OnceLock<Duration> = OnceLock::new();
    *DELAY.get_or_init(|| {
        let text = fs::read_to_string(folder::file("delay")).unwrap_or_default();
        Duration::from_millis(text.trim().parse().unwrap_or_default())
    })
}

/// After how many signatures of this process every session is closed, where a test wants that again and again; read once.
fn between_resets() -> Option<u64> {
    static BETWEEN: OnceLock<Option<u64>> = OnceLock::new();
    *BETWEEN.get_or_init(|| fs::read_to_string(folder::file("reset-every")).ok()?.trim().parse().ok())
}

/// A code of a vendor's own (PKCS#11 §3.6).
const VENDOR: CK_RV = CKR_VENDOR_DEFINED | 0x42;

/// What this process has seen, and what it must not see any more.
#[derive(Default)]
pub struct State {
    sessions: HashSet<CK_SESSION_HANDLE>,
    handles: HashSet<CK_OBJECT_HANDLE>,
    codes: HashSet<CK_SESSION_HANDLE>,
    broken: HashMap<CK_SESSION_HANDLE, CK_RV>,
    stale: HashSet<CK_OBJECT_HANDLE>,
    swapped: HashMap<CK_OBJECT_HANDLE, CK_OBJECT_HANDLE>,
    dead: Option<CK_RV>,
    dead_for_good: bool,
    spoil: bool,
    begun: u64,
}

/// The state of this process.
pub fn state() -> MutexGuard<'static, State> {
    static STATE: OnceLock<Mutex<State>> = OnceLock::new();
    STATE.get_or_init(Mutex::default).lock().unwrap_or_else(PoisonError::into_inner)
}

impl State {
    pub fn opened(&mut self, session: CK_SESSION_HANDLE) {
        self.sessions.insert(session);
        self.broken.remove(&session);
    }

    pub fn found(&mut self, handle: CK_OBJECT_HANDLE) {
        self.handles.insert(handle);
        self.stale.remove(&handle);
    }

    /// What the next `C_Sign` of this session makes: a message authentication code, or a signature.
    pub fn begins(&mut self, session: CK_SESSION_HANDLE, makes_code: bool) {
        match makes_code {
            true => self.codes.insert(session),
            false => self.codes.remove(&session),
        };
    }

    pub fn made_code(&self, session: CK_SESSION_HANDLE) -> bool {
        self.codes.contains(&session)
    }

    /// `C_Finalize`: no session is left, and a dead library lives again.
    pub fn ended(&mut self) {
        self.sessions.clear();
        self.broken.clear();
        if !self.dead_for_good {
            self.dead = None;
        }
    }

    /// Whether the sessions are closed before this signature, as they are again and again.
    pub fn is_reset(&mut self) -> bool {
        self.begun += 1;
        between_resets().is_some_and(|between| self.begun.is_multiple_of(between))
    }

    pub fn begin(&mut self, fault: Fault) {
        match fault {
            Fault::DeviceError => self.break_sessions(CKR_DEVICE_ERROR),
            Fault::TokenNotPresent => {
                self.break_sessions(CKR_TOKEN_NOT_PRESENT);
                folder::put("away");
            }
            Fault::ObjectHandleInvalid => self.stale.clone_from(&self.handles),
            Fault::GeneralError => self.dead = Some(CKR_GENERAL_ERROR),
            Fault::VendorError => self.dead = Some(VENDOR),
            Fault::VendorErrorForGood => (self.dead, self.dead_for_good) = (Some(VENDOR), true),
            Fault::WrongSignature => self.spoil = true,
            other => panic!("{other:?} is done to the token, not to its callers"),
        }
    }

    pub fn swap(&mut self, key: CK_OBJECT_HANDLE, other: CK_OBJECT_HANDLE) {
        self.swapped.insert(key, other);
    }

    pub fn in_place_of(&self, key: CK_OBJECT_HANDLE) -> CK_OBJECT_HANDLE {
        self.swapped.get(&key).copied().unwrap_or(key)
    }

    pub fn spoils_once(&mut self) -> bool {
        std::mem::take(&mut self.spoil)
    }

    pub fn refuses_sessions(&self) -> Option<CK_RV> {
        self.dead.or_else(|| folder::is_younger("away", AWAY).then_some(CKR_TOKEN_NOT_PRESENT))
    }

    pub fn refuses(&self, session: CK_SESSION_HANDLE, key: CK_OBJECT_HANDLE) -> Option<CK_RV> {
        self.refuses_sessions()
            .or_else(|| self.broken.get(&session).copied())
            .or_else(|| self.stale.contains(&key).then_some(CKR_OBJECT_HANDLE_INVALID))
    }

    fn break_sessions(&mut self, rv: CK_RV) {
        self.broken = self.sessions.iter().map(|session| (*session, rv)).collect();
    }
}

/// The slot that a session is with.
///
/// # Safety
/// The session is open.
pub unsafe fn slot_of(session: CK_SESSION_HANDLE) -> CK_SLOT_ID {
    // SAFETY: all zeros is a session's information of nothing; it outlives the call.
    unsafe {
        let mut info: CK_SESSION_INFO = std::mem::zeroed();
        real().C_GetSessionInfo.expect("it knows its sessions")(session, &mut info);
        info.slotID
    }
}

/// Closes every session of the token that this one is with; its user is logged out with the last.
///
/// # Safety
/// The session is open, and in no other call.
pub unsafe fn close_all_sessions(session: CK_SESSION_HANDLE) {
    // SAFETY: as above.
    unsafe { real().C_CloseAllSessions.expect("it closes sessions")(slot_of(session)) };
}

/// Another private key of the token, of the same sort as `key`.
///
/// # Safety
/// The session is open, and in no other call.
pub unsafe fn another_key(session: CK_SESSION_HANDLE, key: CK_OBJECT_HANDLE) -> Option<CK_OBJECT_HANDLE> {
    let mut class = CKO_PRIVATE_KEY;
    let mut sort: CK_KEY_TYPE = 0;
    let attribute = |kind, value: *mut CK_ULONG| CK_ATTRIBUTE {
        type_: kind,
        pValue: value.cast(),
        ulValueLen: size_of::<CK_ULONG>() as CK_ULONG,
    };
    let mut found = [0; 16];
    let mut count = 0;
    // SAFETY: every pointer is to a local of the size that is said, and outlives its call.
    unsafe {
        let mut asked = [attribute(CKA_KEY_TYPE, &mut sort)];
        real().C_GetAttributeValue?(session, key, asked.as_mut_ptr(), 1);
        let mut template = [attribute(CKA_CLASS, &mut class), attribute(CKA_KEY_TYPE, &mut sort)];
        real().C_FindObjectsInit?(session, template.as_mut_ptr(), 2);
        real().C_FindObjects?(session, found.as_mut_ptr(), found.len() as CK_ULONG, &mut count);
        real().C_FindObjectsFinal?(session);
    }
    found[..count as usize].iter().copied().find(|other| *other != key)
}

/// What NSS's softoken takes for the arguments of `C_Initialize`: a string of parameters where PKCS#11
/// has its reserved pointer, and that pointer after it.
#[repr(C)]
pub struct NssArguments {
    arguments: CK_C_INITIALIZE_ARGS,
    reserved: *mut std::ffi::c_void,
}

impl NssArguments {
    /// With the parameters of the folder's file, where a test has put one there.
    pub fn of_folder() -> Option<Self> {
        let parameters = fs::read_to_string(folder::file("parameters")).ok()?;
        // Kept: the library remembers where they stand.
        let parameters = Box::leak(Box::new(CString::new(parameters.trim()).expect("no NUL in it")));
        let arguments = CK_C_INITIALIZE_ARGS {
            CreateMutex: None,
            DestroyMutex: None,
            LockMutex: None,
            UnlockMutex: None,
            flags: CKF_OS_LOCKING_OK,
            pReserved: parameters.as_ptr().cast_mut().cast(),
        };
        Some(Self { arguments, reserved: ptr::null_mut() })
    }
}
