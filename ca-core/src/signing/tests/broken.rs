//! Ledgers that contradict themselves, were cut, or are gone.

use super::*;

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
