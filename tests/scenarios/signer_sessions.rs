//! The sessions of a signer's process: how many there are, and that a token, or a network before it, closes them behind its back,
//! after an idle hour, and again and again.

use std::time::Instant;

use ca_core::signer::ledger::follow;
use ca_core::signer::{Message, VerifiedSigner};

use super::signer_faults::Token;

/// How many are signed (T25).
const SIGNATURES: usize = 10_000;
/// After how many of them every session is closed.
const BETWEEN_RESETS: u32 = 100;
/// Digests of one call, as of a batch of certificates.
const BATCH: usize = 128;

#[test]
fn ten_thousand_signatures_are_made_though_all_sessions_are_closed_every_hundred() {
    let token = Token::softhsm();
    // SoftHSM frees what another thread is just signing with where all sessions are closed.
    token.workshop.configure("hsm", "sessions", 1);
    token.hsm.reset_every(BETWEEN_RESETS);
    let (key, public_key) = token.key();
    let ledger = token.workshop.dir().join("signer/many.ledger");
    let process = token.process(&ledger);
    let (signed_before, logins_before) = (token.hsm.signatures(), token.hsm.logins());
    let mut signer = VerifiedSigner::new(Box::new(process.signer()));
    let started = Instant::now();
    let messages: Vec<String> = (0..SIGNATURES).map(|number| format!("message {number}")).collect();
    let mut child = None;
    for batch in messages.chunks(BATCH) {
        let asked: Vec<_> = batch
            .iter()
            .map(|message| Message {
                key: &key,
                public_key: &public_key,
                subject: "test reset",
                octets: message.as_bytes(),
            })
            .collect();
        for signature in signer.sign_all(&asked) {
            signature.unwrap();
        }
        let now = process.child_id();
        assert!(child.is_none() || child == now, "the same process signs on");
        child = now;
    }
    let took = started.elapsed();
    let resets = SIGNATURES as u64 / u64::from(BETWEEN_RESETS);
    let logins = token.hsm.logins() - logins_before;
    note(&format!("{SIGNATURES} signatures with {resets} resets in {took:.1?}"));
    assert_eq!(token.hsm.signatures() - signed_before, SIGNATURES as u64, "none was made twice");
    // A signature that met a reset begins again, and so counts twice towards the next one.
    assert!((resets..=resets + 3).contains(&logins), "{logins} logins: each reset logs out, once");
    let lines = follow(&ledger, None, usize::MAX).unwrap().unwrap().entries.len();
    assert_eq!(lines, SIGNATURES);
}

#[test]
fn a_signer_whose_sessions_were_closed_while_it_was_idle_signs_at_once() {
    let token = Token::softhsm();
    token.workshop.configure("hsm", "sessions", 1);
    let (key, public_key) = token.key();
    let process = token.process(&token.workshop.dir().join("signer/idle.ledger"));
    let sign = |octets: &[u8]| {
        let message = Message { key: &key, public_key: &public_key, subject: "test idle", octets };
        VerifiedSigner::new(Box::new(process.signer())).sign(message).unwrap();
    };
    sign(b"before");
    let (child, logins) = (process.child_id(), token.hsm.logins());
    // What an idle hour leaves: every session of the token is closed, and nobody was told.
    token.hsm.ask("sessions-closed");
    let started = Instant::now();
    sign(b"after an hour");
    let took = started.elapsed();
    assert!(token.hsm.met() && took.as_secs_f64() < 1.0, "{took:?}");
    assert_eq!(
        (process.child_id(), token.hsm.logins() - logins),
        (child, 1),
        "in the same process, logged in again"
    );
}

/// As many sessions as are configured, and all of them at once: counted by the library, which lets no signature end before so many were
/// under way together.
#[test]
fn signatures_that_are_asked_for_at_once_share_the_configured_sessions_and_none_waits_for_another() {
    const SESSIONS: usize = 3;
    const WHO_ASK: usize = 4 * SESSIONS;
    let token = Token::softhsm();
    token.workshop.configure("hsm", "sessions", SESSIONS as i64);
    let (key, public_key) = token.key();
    let process = token.process(&token.workshop.dir().join("signer/pool.ledger"));
    let (opened, logins) = (token.hsm.sessions(), token.hsm.logins());
    token.hsm.keep_company(SESSIONS);
    let sign = |who: usize| {
        let mut signer = VerifiedSigner::new(Box::new(process.signer()));
        for number in 0..5 {
            let octets = format!("{who}, {number}");
            let (key, public_key, subject) = (&key, &public_key[..], "test pool");
            signer.sign(Message { key, public_key, subject, octets: octets.as_bytes() }).unwrap();
        }
    };
    std::thread::scope(|scope| (0..WHO_ASK).for_each(|who| drop(scope.spawn(move || sign(who)))));
    assert_eq!(token.hsm.at_once(), SESSIONS, "at once");
    assert_eq!((token.hsm.sessions() - opened, token.hsm.logins() - logins), (SESSIONS as u64, 1));
    assert_eq!(process.figures().starts, 1, "no child was given up");
}

/// Into the captured output of the test.
#[expect(clippy::print_stdout, reason = "captured by the test runner, shown on failure")]
fn note(text: &str) {
    println!("{text}");
}
