use store::Timestamp;
use store::audit::checkpoint::{Checkpoint, NoteSignature};

use super::*;

fn signed(size: u64) -> SignedCheckpoint {
    let (origin, root) = ("log.test/audit".to_owned(), [size as u8; 32]);
    SignedCheckpoint {
        checkpoint: Checkpoint { origin: origin.clone(), size, root, at: Timestamp::from_millis(7) },
        signatures: vec![NoteSignature { key_name: origin, key_id: [1; 4], signature: vec![2; 70] }],
    }
}

fn sizes(witness: &Witness) -> Vec<Result<u64, String>> {
    witness.checkpoints().unwrap().map(|kept| kept.map(|kept| kept.checkpoint.size)).collect()
}

#[test]
fn what_is_kept_reads_back_in_its_order_and_the_newest_without_reading_all() {
    let place = tempfile::tempdir().unwrap();
    let witness = Witness::at(place.path().join("audit"));
    assert_eq!((witness.last().unwrap(), sizes(&witness)), (None, vec![]));
    for size in 1..=400 {
        witness.append(&signed(size)).unwrap();
    }
    assert!(
        witness.path().metadata().unwrap().len() > 2 * NOTE_BOUND as u64,
        "longer than the tail that is read"
    );
    assert_eq!(witness.last().unwrap(), Some(signed(400)));
    assert_eq!(sizes(&witness), (1..=400).map(Ok).collect::<Vec<_>>());
}

#[test]
fn what_two_workers_keep_at_once_stays_in_order() {
    let place = tempfile::tempdir().unwrap();
    std::thread::scope(|scope| {
        for worker in 0..4 {
            let witness = Witness::at(place.path());
            scope.spawn(move || (1..=25).for_each(|n| witness.append(&signed(n * 4 + worker)).unwrap()));
        }
    });
    let kept: Vec<u64> = sizes(&Witness::at(place.path())).into_iter().map(Result::unwrap).collect();
    assert!(kept.is_sorted() && kept.last() == Some(&103), "{kept:?}");
}

#[test]
fn a_note_that_a_crash_cut_is_replaced_by_the_next() {
    let place = tempfile::tempdir().unwrap();
    let witness = Witness::at(place.path());
    witness.append(&signed(1)).unwrap();
    let whole = fs::read(witness.path()).unwrap();
    let second = signed(2).to_string();
    for cut in 1..second.len() {
        let torn = [whole.as_slice(), &second.as_bytes()[..cut]].concat();
        fs::write(witness.path(), &torn).unwrap();
        assert_eq!(witness.last().unwrap(), Some(signed(1)), "cut after {cut}");
        witness.append(&signed(3)).unwrap();
        assert_eq!(sizes(&witness), [Ok(1), Ok(3)], "cut after {cut}");
    }
}

#[test]
fn a_note_that_was_altered_is_told_with_its_line() {
    let place = tempfile::tempdir().unwrap();
    let witness = Witness::at(place.path());
    for size in 1..=3 {
        witness.append(&signed(size)).unwrap();
    }
    let text = fs::read_to_string(witness.path()).unwrap();
    fs::write(witness.path(), text.replacen("\n2\n", "\ntwo\n", 1)).unwrap();
    let found = sizes(&witness);
    assert_eq!((&found[0], &found[2]), (&Ok(1), &Ok(3)));
    assert!(found[1].as_ref().unwrap_err().starts_with("note of line 7: line 2"), "{found:?}");
}

#[test]
fn the_key_is_kept_once_and_another_is_refused() {
    let place = tempfile::tempdir().unwrap();
    let witness = Witness::at(place.path().join("audit"));
    witness.pin("log+01020304+AQ==").unwrap();
    witness.pin("log+01020304+AQ==").unwrap();
    assert_eq!(witness.pin("log+01020305+Ag==").unwrap_err().code(), faults::AUDIT_KEY_CHANGED);
}

#[test]
fn a_copy_has_every_note_but_what_is_half_written_at_the_end() {
    let place = tempfile::tempdir().unwrap();
    let witness = Witness::at(place.path());
    let copied = || {
        let mut text = String::new();
        let (count, last) = witness
            .copy(&mut |note| {
                text += note;
                Ok(())
            })
            .unwrap();
        (count, last.map(|last| last.checkpoint.size), text)
    };
    assert_eq!(copied(), (0, None, String::new()));
    let whole: String = [1, 2].map(|size| signed(size).to_string()).concat();
    for torn in ["", "log.test/audit\n3\n"] {
        fs::write(witness.path(), format!("{whole}{torn}")).unwrap();
        assert_eq!(copied(), (2, Some(2), whole.clone()), "{torn:?}");
    }
    // What stands before another was not cut by a crash: an auditor is shown it.
    let altered = whole.replacen("log.test/audit\n2\n", "log.test/audit\n02\n", 1) + &signed(3).to_string();
    fs::write(witness.path(), &altered).unwrap();
    assert_eq!(copied(), (3, Some(3), altered));
}
