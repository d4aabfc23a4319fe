//! Ledgers that contradict themselves, were cut, or are gone.

use store::schema::signing_alarms;

use super::*;
use crate::signer::ledger::follow;

#[test]
fn a_ledger_that_was_cut_altered_or_taken_away_is_an_alarm_once() {
    for damage in ["cut", "altered", "replaced", "gone"] {
        let mut scene = Scene::new();
        for _ in 0..3 {
            scene.write(&issuing_key(), &digest(TBS), "certificate ACI 1D01");
        }
        scene.reconcile(LedgerKind::Issuing).unwrap();
        let file = scene.file(LedgerKind::Issuing);
        let text = std::fs::read_to_string(&file).unwrap();
        let lines: Vec<&str> = text.split_inclusive('\n').collect();
        match damage {
            "cut" => std::fs::write(&file, lines[..3].concat()).unwrap(),
            "altered" => std::fs::write(&file, text.clone() + lines[3]).unwrap(),
            _ => std::fs::remove_file(&file).unwrap(),
        }
        if damage == "replaced" {
            let mut another = ledger(&scene.folder, LedgerKind::Issuing, [9; 16]);
            write(&mut another, &issuing_key(), &digest(TBS), "certificate ACI 1D01");
        }
        for _ in 0..2 {
            match scene.reconcile(LedgerKind::Issuing) {
                Err(error) => assert_eq!(error.code().name, "signing-ledger-broken", "{damage}"),
                Ok(_) => assert!(["replaced", "gone"].contains(&damage), "{damage}"),
            }
            assert_eq!(standing(&mut scene.db).unwrap().alarms, 1, "{damage}");
        }
    }
}

#[test]
fn a_line_that_was_looked_at_and_is_another_now_is_an_alarm_for_whoever_reads_the_ledger_again() {
    let mut scene = Scene::new();
    for _ in 0..3 {
        scene.write(&issuing_key(), &digest(TBS), "certificate ACI 1D01");
    }
    scene.reconcile(LedgerKind::Issuing).unwrap();
    scene.write(&issuing_key(), &digest(TBS), "certificate ACI 1D01");
    assert_eq!(scene.read_again().unwrap(), 3, "as far as it was looked at");
    scene.reconcile(LedgerKind::Issuing).unwrap();
    assert_eq!(scene.read_again().unwrap(), 4);
    let file = scene.file(LedgerKind::Issuing);
    let text = std::fs::read_to_string(&file).unwrap();
    // Of the same length: whoever reads on from where it was looked at sees nothing of it.
    std::fs::write(&file, text.replacen("1D01", "1D02", 1)).unwrap();
    assert_eq!(scene.reconcile(LedgerKind::Issuing).unwrap().alarms, []);
    for _ in 0..2 {
        assert_eq!(scene.read_again().unwrap_err().code().name, "signing-ledger-broken");
        assert_eq!(standing(&mut scene.db).unwrap().alarms, 1);
    }
    // Chained anew from that line on: each fits the one before, and the last is not the one that was looked at.
    std::fs::remove_file(&file).unwrap();
    let id = hex::decode(text.split('\t').nth(1).unwrap()).unwrap();
    let mut forged = ledger(&scene.folder, LedgerKind::Issuing, id.try_into().unwrap());
    for serial in ["1D02", "1D01", "1D01", "1D01"] {
        write(&mut forged, &issuing_key(), &digest(TBS), &format!("certificate ACI {serial}"));
    }
    assert_eq!(scene.read_again().unwrap_err().code().name, "signing-ledger-broken");
    assert_eq!(standing(&mut scene.db).unwrap().alarms, 2);
}

#[test]
fn what_is_wrong_with_a_line_that_did_not_read_before_is_an_alarm_of_its_own() {
    let mut scene = Scene::new();
    scene.write(&issuing_key(), &digest(TBS), "certificate ACI 1D01");
    scene.reconcile(LedgerKind::Issuing).unwrap();
    let file = scene.file(LedgerKind::Issuing);
    scene.write(&issuing_key(), &digest(b"forged"), "crl ACI full 7");
    let whole = std::fs::read(&file).unwrap();
    std::fs::write(
        &file,
        String::from_utf8(whole.clone()).unwrap().replace("crl ACI full 7", "crl ACI full 8"),
    )
    .unwrap();
    scene.reconcile(LedgerKind::Issuing).unwrap_err();
    assert_eq!(standing(&mut scene.db).unwrap().newest_open.unwrap().code.unwrap(), "signing-ledger-broken");
    std::fs::write(&file, whole).unwrap();
    assert_eq!(scene.one_alarm(), "nobody intended it");
    assert_eq!(standing(&mut scene.db).unwrap().alarms, 2);
}

/// Puts a ledger of answers aside, as its writer does with one that is full; the next one, of this identifier.
fn put_aside(scene: &Scene, id: u8) -> LedgerWriter {
    let file = scene.file(LedgerKind::Answers);
    let end = follow(&file, None, usize::MAX).unwrap().unwrap().position;
    std::fs::rename(&file, file.with_extension("before")).unwrap();
    let (sequence, chain) = (end.sequence, hex::encode(end.chain));
    let head = format!("igc-signing-ledger-v1\t{}\t{sequence}\t{chain}\n", hex::encode([id; 16]));
    std::fs::write(&file, head).unwrap();
    ledger(&scene.folder, LedgerKind::Answers, [id; 16])
}

#[test]
fn what_stands_in_a_ledger_of_answers_that_was_put_aside_is_looked_at_before_the_next() {
    let mut scene = Scene::new();
    let responder = KeyReference { token: "status".into(), id: "0c".parse().unwrap() };
    let mut answers = ledger(&scene.folder, LedgerKind::Answers, [8; 16]);
    write(&mut answers, &responder, &digest(b"good"), "ocsp ACI");
    assert_eq!(scene.reconcile(LedgerKind::Answers).unwrap().lines, 1);
    write(&mut answers, &issuing_key(), &digest(b"good"), "ocsp ACI");
    let mut answers = put_aside(&scene, 9);
    write(&mut answers, &responder, &digest(b"good"), "ocsp ACI");
    let found = scene.reconcile(LedgerKind::Answers).unwrap();
    assert_eq!((found.lines, found.alarms.len()), (2, 1), "{found:?}");
    assert!(found.alarms[0].what.contains("the key is no OCSP responder's"), "{found:?}");
    // One that was looked at to its end leaves nothing to say.
    let mut answers = put_aside(&scene, 10);
    write(&mut answers, &responder, &digest(b"good"), "ocsp ACI");
    assert_eq!(scene.reconcile(LedgerKind::Answers).unwrap(), Reconciled { lines: 1, alarms: vec![] });
    // Of two that were put aside since, the first is gone: nobody knows what was signed there.
    write(&mut answers, &issuing_key(), &digest(b"good"), "ocsp ACI");
    let mut answers = put_aside(&scene, 11);
    write(&mut answers, &responder, &digest(b"good"), "ocsp ACI");
    let mut answers = put_aside(&scene, 12);
    write(&mut answers, &responder, &digest(b"good"), "ocsp ACI");
    let found = scene.reconcile(LedgerKind::Answers).unwrap();
    assert_eq!((found.lines, found.alarms.len()), (1, 1), "{found:?}");
    assert!(found.alarms[0].what.contains("what was signed after sequence 4 is gone"), "{found:?}");
    assert_eq!(scene.reconcile(LedgerKind::Answers).unwrap(), Reconciled::default(), "it is told once");
}

/// Whoever breaks a line and has the ledger put aside hides nothing of what is signed afterwards.
#[test]
fn a_ledger_that_was_put_aside_and_is_broken_hides_nothing_of_the_one_that_stands() {
    let mut scene = with_two_ledgers();
    let aside = scene.file(LedgerKind::Answers).with_extension("before");
    let text = std::fs::read_to_string(&aside).unwrap();
    std::fs::write(&aside, text + "no line\n").unwrap();
    let failed = scene.reconcile(LedgerKind::Answers).unwrap_err();
    assert!(matches!(failed, ReconcileError::Broken(_)), "{failed}");
    let told = alarms(&mut scene);
    assert!(told.iter().any(|what| what.contains("the key is no OCSP responder's")), "{told:?}");
}

/// What cannot be read now is read another time: nothing is passed over, and nobody is accused.
#[test]
fn a_ledger_that_was_put_aside_and_cannot_be_read_is_waited_for() {
    let mut scene = with_two_ledgers();
    let aside = scene.file(LedgerKind::Answers).with_extension("before");
    let text = std::fs::read_to_string(&aside).unwrap();
    std::fs::remove_file(&aside).unwrap();
    std::fs::create_dir(&aside).unwrap();
    let failed = scene.reconcile(LedgerKind::Answers).unwrap_err();
    assert!(matches!(failed, ReconcileError::File(_)), "{failed}");
    assert_eq!(alarms(&mut scene), [""; 0]);
    std::fs::remove_dir(&aside).unwrap();
    std::fs::write(&aside, text).unwrap();
    let found = scene.reconcile(LedgerKind::Answers).unwrap();
    assert_eq!((found.lines, found.alarms.len()), (2, 1), "{found:?}");
}

/// One that was put aside with a line that nobody has looked at, and the next, in which a key has signed that may not.
fn with_two_ledgers() -> Scene {
    let mut scene = Scene::new();
    let responder = KeyReference { token: "status".into(), id: "0c".parse().unwrap() };
    let mut answers = ledger(&scene.folder, LedgerKind::Answers, [8; 16]);
    write(&mut answers, &responder, &digest(b"good"), "ocsp ACI");
    scene.reconcile(LedgerKind::Answers).unwrap();
    write(&mut answers, &responder, &digest(b"good"), "ocsp ACI");
    let mut answers = put_aside(&scene, 9);
    write(&mut answers, &issuing_key(), &digest(b"good"), "ocsp ACI");
    scene
}

fn alarms(scene: &mut Scene) -> Vec<String> {
    signing_alarms::table
        .order(signing_alarms::what)
        .select(signing_alarms::what)
        .load(&mut scene.db)
        .unwrap()
}
