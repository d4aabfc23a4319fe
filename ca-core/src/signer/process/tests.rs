//! On a real SoftHSM and real child processes.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use store::Fault;

use crate::profile::KeyKind;
use crate::signer::ledger::{Entry, follow};
use crate::signer::soft_token::{in_folder, process};
use crate::signer::{
    KeyId, KeyReference, SignatureAlgorithm, Signer, SignerError, SignerProcess, SigningRequest,
    sign_verified,
};

const HERE: &str = module_path!();
const DEADLINE: Duration = Duration::from_secs(2);

/// A key of a fresh token, and its public half.
fn key(process: &SignerProcess) -> (KeyReference, Vec<u8>) {
    process.initialise("issuing").unwrap();
    let (id, public_key) = process.generate_key("issuing", KeyKind::P256, "test").unwrap();
    (KeyReference { token: "issuing".to_owned(), id }, public_key)
}

fn sign(
    process: &SignerProcess,
    key: &KeyReference,
    public_key: &[u8],
    message: &[u8],
) -> Result<Vec<u8>, SignerError> {
    sign_verified(&mut process.signer(), key, public_key, "test", message)
}

fn lines(folder: &Path) -> usize {
    follow(&folder.join("signer/ledger"), None, usize::MAX).unwrap().unwrap().entries.len()
}

/// Does to the child what nothing else does, and waits until it is done: a process that is told to stop
/// may still answer.
fn signal(process: &SignerProcess, name: &str) -> u32 {
    let pid = process.child_id().unwrap();
    assert!(Command::new("kill").args([name, &pid.to_string()]).status().unwrap().success());
    let started = Instant::now();
    while is_running(pid) && !stat(pid).contains(") T ") {
        assert!(started.elapsed() < Duration::from_secs(10), "{name} has no effect");
        std::thread::sleep(Duration::from_millis(1));
    }
    pid
}

#[test]
fn many_threads_sign_at_once_and_each_digest_is_in_the_ledger_before_it_is_answered() {
    in_folder(
        HERE,
        "many_threads_sign_at_once_and_each_digest_is_in_the_ledger_before_it_is_answered",
        |folder| {
            let process = process(folder, DEADLINE);
            let (key, spki) = key(&process);
            assert_eq!(process.signer().public_key(&key).unwrap(), spki);
            std::thread::scope(|threads| {
                for thread in 0u8..4 {
                    let (process, key, spki) = (process.clone(), &key, &spki);
                    threads.spawn(move || {
                        for round in 0..25 {
                            sign(&process, key, spki, &[thread, round]).unwrap();
                        }
                    });
                }
            });
            assert_eq!(lines(folder), 100);
        },
    );
}

#[test]
fn signatures_waits_children_and_what_each_token_answered_last_are_counted() {
    in_folder(HERE, "signatures_waits_children_and_what_each_token_answered_last_are_counted", |folder| {
        let process = process(folder, DEADLINE);
        let (key, public_key) = key(&process);
        assert_eq!((process.figures().signatures, process.figures().p99), (0, None), "a key is no signature");
        for round in 0..3 {
            sign(&process, &key, &public_key, &[round]).unwrap();
        }
        let figures = process.figures();
        assert_eq!((figures.signatures, figures.starts), (3, 1));
        assert!(figures.last_signed.unwrap() < DEADLINE && figures.p50 <= figures.p99, "{figures:?}");
        assert!((Duration::from_micros(1)..DEADLINE).contains(&figures.p50.unwrap()), "{figures:?}");
        signal(&process, "-KILL");
        sign(&process, &key, &public_key, b"again").unwrap();
        let nowhere = KeyReference { token: "nowhere".to_owned(), ..key };
        let refused = process.signer().public_key(&nowhere).unwrap_err().code();
        let figures = process.figures();
        assert_eq!((figures.signatures, figures.starts), (4, 2));
        assert_eq!(figures.tokens["issuing"].trouble, None);
        assert_eq!(figures.tokens["nowhere"].trouble.unwrap().0, refused);
    });
}

#[test]
fn many_digests_are_answered_in_their_order_also_where_one_is_refused() {
    in_folder(HERE, "many_digests_are_answered_in_their_order_also_where_one_is_refused", |folder| {
        let process = process(folder, DEADLINE);
        let (key, public_key) = key(&process);
        let algorithm = SignatureAlgorithm::EcdsaWithSha256;
        let messages: Vec<[u8; 2]> = (0..300u16).map(u16::to_be_bytes).collect();
        let mut digests: Vec<_> = messages.iter().map(|message| algorithm.digest(message)).collect();
        digests[150].value.pop();
        let requests: Vec<_> = digests
            .iter()
            .map(|digest| SigningRequest { key: &key, public_key: &public_key, digest, subject: "test" })
            .collect();
        let signatures = process.signer().sign_many(&requests);
        assert_eq!(signatures.len(), 300);
        for (n, (message, signature)) in messages.iter().zip(signatures).enumerate() {
            match signature {
                Ok(signature) => assert!(algorithm.verify(&public_key, message, &signature), "{n}"),
                Err(error) => {
                    assert!(n == 150 && matches!(error, SignerError::Unsuitable { .. }), "{n}: {error}")
                }
            }
        }
        assert_eq!(lines(folder), 299);
    });
}

#[test]
fn a_child_that_is_killed_or_stopped_is_replaced_and_the_question_asked_again() {
    in_folder(HERE, "a_child_that_is_killed_or_stopped_is_replaced_and_the_question_asked_again", |folder| {
        let process = process(folder, DEADLINE);
        let (key, public_key) = key(&process);
        for name in ["-KILL", "-STOP"] {
            sign(&process, &key, &public_key, b"before").unwrap();
            let pid = signal(&process, name);
            let started = Instant::now();
            sign(&process, &key, &public_key, b"after").unwrap();
            assert!(started.elapsed() < Duration::from_secs(10), "{name}: {:?}", started.elapsed());
            assert_ne!(process.child_id().unwrap(), pid);
            assert!(!is_running(pid), "{name}: the old child is still there");
        }
        assert_eq!(lines(folder), 4);
    });
}

#[test]
fn a_wrong_pin_is_tried_by_one_child_and_by_none_after_it_until_its_file_is_written() {
    in_folder(
        HERE,
        "a_wrong_pin_is_tried_by_one_child_and_by_none_after_it_until_its_file_is_written",
        |folder| {
            let process = process(folder, DEADLINE);
            let (key, public_key) = key(&process);
            let pin_file = process.tokens().named("issuing").unwrap().pin_file.clone();
            let right = fs::read(&pin_file).unwrap();
            fs::write(&pin_file, "not-the-pin\n").unwrap();
            process.kill();
            assert!(matches!(sign(&process, &key, &public_key, b"m"), Err(SignerError::PinRefused { .. })));
            for _ in 0..2 {
                process.kill();
                assert!(matches!(
                    sign(&process, &key, &public_key, b"m"),
                    Err(SignerError::PinRefused { .. })
                ));
            }
            assert_eq!(process.child_id(), None, "nobody was asked");
            fs::write(&pin_file, right).unwrap();
            sign(&process, &key, &public_key, b"m").unwrap();
        },
    );
}

#[test]
fn signatures_that_were_refused_stand_in_the_ledger_and_a_worker_cannot_have_one_signed_as_such() {
    in_folder(
        HERE,
        "signatures_that_were_refused_stand_in_the_ledger_and_a_worker_cannot_have_one_signed_as_such",
        |folder| {
            let process = process(folder, DEADLINE);
            let (key, public_key) = key(&process);
            let digest = SignatureAlgorithm::of_key(&public_key).unwrap().digest(b"m");
            let mut signer = process.signer();
            let request =
                |subject| SigningRequest { key: &key, public_key: &public_key, digest: &digest, subject };
            signer.refuse(&[request("crl ACI full 1"), request("crl ACI full 2")]);
            assert!(matches!(
                signer.sign(&request("refused 2 crl ACI full 1")),
                Err(SignerError::Failed { .. })
            ));
            let entries = follow(&folder.join("signer/ledger"), None, usize::MAX).unwrap().unwrap().entries;
            assert_eq!(
                entries.iter().map(Entry::refused).collect::<Vec<_>>(),
                [Some(("2", "crl ACI full 1"))]
            );
        },
    );
}

#[test]
fn what_the_ledger_does_not_take_is_not_given_out_and_nothing_more_is_signed_until_it_does() {
    in_folder(
        HERE,
        "what_the_ledger_does_not_take_is_not_given_out_and_nothing_more_is_signed_until_it_does",
        |folder| {
            let process = process(folder, DEADLINE);
            let (key, public_key) = key(&process);
            sign(&process, &key, &public_key, b"before").unwrap();
            let ledger = folder.join("signer/ledger");
            let whole = fs::read(&ledger).unwrap();
            fs::write(&ledger, "cut\n").unwrap();
            for _ in 0..3 {
                let refused = sign(&process, &key, &public_key, b"m");
                assert!(matches!(refused, Err(SignerError::Ledger { .. })), "{refused:?}");
            }
            fs::write(&ledger, whole).unwrap();
            sign(&process, &key, &public_key, b"after").unwrap();
            // The first of the three was signed before anybody could know, and its line was owed.
            assert_eq!(lines(folder), 3);
        },
    );
}

#[test]
fn the_child_ends_with_the_last_of_its_parents_handles() {
    in_folder(HERE, "the_child_ends_with_the_last_of_its_parents_handles", |folder| {
        let process = process(folder, DEADLINE);
        let (key, public_key) = key(&process);
        let other = process.clone();
        let pid = process.child_id().unwrap();
        drop(process);
        sign(&other, &key, &public_key, b"m").unwrap();
        assert_eq!(other.child_id(), Some(pid));
        drop(other);
        let started = Instant::now();
        while is_running(pid) {
            assert!(started.elapsed() < Duration::from_secs(10), "the child goes on without a parent");
            std::thread::sleep(Duration::from_millis(20));
        }
    });
}

#[test]
fn a_child_that_cannot_be_started_is_unavailable() {
    in_folder(HERE, "a_child_that_cannot_be_started_is_unavailable", |folder| {
        let tokens = process(folder, DEADLINE).tokens().clone();
        for program in ["/nowhere/igc", "/bin/false"] {
            let process = SignerProcess::new(super::SignerSettings {
                tokens: tokens.clone(),
                kind: super::LedgerKind::Issuing,
                sessions: 1,
                deadline: DEADLINE,
                command: Box::new(move || Command::new(program)),
            });
            let refused = process.is_initialised("issuing");
            assert!(matches!(refused, Err(SignerError::Unavailable { .. })), "{program}: {refused:?}");
        }
    });
}

#[test]
fn a_signer_that_dies_twice_over_one_question_rests_and_holds_nobody_up() {
    in_folder(HERE, "a_signer_that_dies_twice_over_one_question_rests_and_holds_nobody_up", |folder| {
        let tokens = process(folder, DEADLINE).tokens().clone();
        let process = SignerProcess::new(super::SignerSettings {
            tokens,
            kind: super::LedgerKind::Issuing,
            sessions: 1,
            deadline: Duration::from_millis(200),
            // Reads nothing and says nothing, as a library that hangs.
            command: Box::new(|| {
                let mut command = Command::new("sleep");
                command.arg("60");
                command
            }),
        });
        let key = KeyReference { token: "issuing".to_owned(), id: KeyId::new([1]).unwrap() };
        assert!(process.signer().public_key(&key).is_err());
        let started = Instant::now();
        for _ in 0..20 {
            let refused = process.signer().public_key(&key);
            assert!(matches!(refused, Err(SignerError::Unavailable { .. })), "{refused:?}");
        }
        assert!(started.elapsed() < Duration::from_secs(1), "{:?}", started.elapsed());
    });
}

fn is_running(pid: u32) -> bool {
    // A zombie has ended; its parent has only not looked yet.
    !stat(pid).is_empty() && !stat(pid).contains(") Z ")
}

fn stat(pid: u32) -> String {
    fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default()
}
