//! Faults that are met elsewhere than at the beginning of a signature: where a session is opened, where its key is looked up, and
//! in the middle of a signature.

use super::{RECOVERED, Token, Trial};

/// The call that meets it, the fault, and whether only another child helps.
const MET: &[(&str, &str, bool)] = &[
    ("C_OpenSession", "device-error", false),
    ("C_OpenSession", "general-error", false),
    ("C_OpenSession", "vendor-error", false),
    ("C_OpenSession", "vendor-error-for-good", true),
    ("C_OpenSession", "token-not-present", true),
    ("C_OpenSession", "hang", true),
    ("C_OpenSession", "crash", true),
    ("C_FindObjects", "device-error", false),
    ("C_FindObjects", "session-handle-invalid", false),
    ("C_FindObjects", "sessions-closed", false),
    ("C_FindObjects", "user-not-logged-in", false),
    ("C_FindObjects", "general-error", false),
    ("C_FindObjects", "vendor-error", false),
    ("C_FindObjects", "token-not-present", true),
    ("C_FindObjects", "hang", true),
    ("C_FindObjects", "crash", true),
    ("C_Sign", "device-error", false),
    ("C_Sign", "session-handle-invalid", false),
    ("C_Sign", "sessions-closed", false),
    ("C_Sign", "user-not-logged-in", false),
    ("C_Sign", "general-error", false),
    ("C_Sign", "vendor-error", false),
    ("C_Sign", "token-not-present", true),
    ("C_Sign", "hang", true),
    ("C_Sign", "crash", true),
];

/// What the child says of it; nothing where it says nothing more.
fn answers(fault: &str) -> Option<&'static str> {
    Some(match fault {
        "device-error" => "CKR_DEVICE_ERROR",
        "session-handle-invalid" | "sessions-closed" => "CKR_SESSION_HANDLE_INVALID",
        "user-not-logged-in" => "CKR_USER_NOT_LOGGED_IN",
        "general-error" => "CKR_GENERAL_ERROR",
        "vendor-error" | "vendor-error-for-good" => "0x80000042",
        "token-not-present" => "CKR_TOKEN_NOT_PRESENT",
        "hang" | "crash" => return None,
        other => panic!("{other}: what does a token answer?"),
    })
}

#[test]
fn the_signer_recovers_from_faults_of_softhsm_wherever_they_are_met() {
    recovers(&Token::softhsm());
}

#[test]
fn the_signer_recovers_from_faults_of_nss_softoken_wherever_they_are_met() {
    recovers(&Token::softoken());
}

/// Each on a child that is just starting: it opens its session, looks its key up and signs for the first time. The signature is made all
/// the same and in time, none more than the ledger says, and the log names the call and its return value.
fn recovers(token: &Token) {
    let (key, public_key) = token.key();
    for (call, fault, replaces) in MET {
        let trial = Trial::begin(token, &key, &public_key);
        token.hsm.ask(&format!("{fault} at {call}"));
        let what = format!("{fault} at {call}");
        let (_, seconds) = trial.sign_until_it_works(&what);
        assert!(seconds < RECOVERED.as_secs_f64(), "{what}: {seconds} s");
        assert!(token.hsm.met(), "{what}: no signature met it");
        let log = trial.log();
        if let Some(value) = answers(fault) {
            assert!(log.contains(&format!("{call} answers {value}")), "{what}: {log}");
        }
        trial.sign_all("after");
        trial.check_ledger(&what);
        assert_eq!(trial.process.figures().starts > 1, *replaces, "{what}: {log}");
    }
}
