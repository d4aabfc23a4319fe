//! Faults that are met in the middle of a batch: a session signs up to 64 digests for one question, and what it has
//! signed by then is in the ledger, however the call or its process ends.

use std::time::{Duration, Instant};

use ca_core::signer::{Message, sign_all_verified};

use super::{FAULTS, KnownFault, RECOVERED, Token, Trial};

/// More than one question carries.
const BATCH: usize = 100;
/// Signatures before the fault: not the first of a question, and not the last.
const BEFORE: u64 = 21;

#[test]
fn a_fault_of_softhsm_in_the_middle_of_a_batch_takes_no_line_of_the_ledger_with_it() {
    meet_each(&Token::softhsm());
}

#[test]
fn a_fault_of_nss_softoken_in_the_middle_of_a_batch_takes_no_line_of_the_ledger_with_it() {
    meet_each(&Token::softoken());
}

/// Each on a child of one session, so that nothing else is in the library's hands at that moment. What is refused
/// meanwhile, while the token is away, is asked again.
fn meet_each(token: &Token) {
    token.workshop.configure("hsm", "sessions", 1);
    let (key, public_key) = token.key();
    let texts: Vec<String> = (0..BATCH).map(|n| format!("test batch {n}")).collect();
    for KnownFault { name: fault, replaces, .. } in FAULTS {
        let trial = Trial::begin(token, &key, &public_key);
        token.hsm.ask_after(fault, BEFORE);
        let started = Instant::now();
        let mut left: Vec<_> = texts
            .iter()
            .map(|text| Message {
                key: &key,
                public_key: &public_key,
                subject: text,
                octets: text.as_bytes(),
            })
            .collect();
        while !left.is_empty() {
            let signed = sign_all_verified(&mut trial.process.signer(), &left);
            let refused = left.iter().zip(&signed).filter(|(_, signature)| signature.is_err());
            left = refused.map(|(message, _)| *message).collect();
            assert!(started.elapsed() < RECOVERED, "{fault}: after {:?}: {signed:?}", started.elapsed());
            std::thread::sleep(Duration::from_millis(100));
        }
        assert!(token.hsm.met(), "{fault}: no signature met it");
        trial.check_ledger(fault);
        assert_eq!(trial.process.figures().starts > 1, *replaces, "{fault}: {}", trial.log());
    }
}
