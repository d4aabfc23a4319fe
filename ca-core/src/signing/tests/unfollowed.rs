//! Ledgers of answers that nobody looks at.

use std::time::Duration;

use super::*;

const MINUTE: Duration = Duration::from_secs(60);

fn answers_key() -> KeyReference {
    KeyReference { token: "status".into(), id: "0c".parse().unwrap() }
}

fn after(minutes: u32) -> Timestamp {
    act().at.plus(minutes * MINUTE)
}

#[test]
fn what_a_node_has_signed_and_nobody_has_looked_at_waits_since_its_first_line() {
    let mut scene = Scene::new();
    let file = scene.file(LedgerKind::Answers);
    let waits = |scene: &mut Scene, minutes| waiting_since(&mut scene.db, &file, after(minutes)).unwrap();
    assert_eq!(waits(&mut scene, 60), None, "nothing was signed");
    let mut answers = ledger(&scene.folder, LedgerKind::Answers, [8; 16]);
    write(&mut answers, &answers_key(), &digest(b"an answer"), "ocsp ACI");
    assert_eq!(waits(&mut scene, 120), None, "whoever follows it may be about to look");
    assert_eq!(waits(&mut scene, 121), Some(act().at));

    scene.reconcile(LedgerKind::Answers).unwrap();
    assert_eq!(waits(&mut scene, 600), None, "each was looked at");
    write(&mut answers, &answers_key(), &digest(b"another"), "ocsp ACI");
    assert_eq!(waits(&mut scene, 121), Some(act().at), "and no longer");
    // That it was cut is told, and not that nobody looks.
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, &text[..=text.find('\n').unwrap()]).unwrap();
    assert!(waiting_since(&mut scene.db, &file, after(121)).is_err());
}

fn look_beside(scene: &mut Scene, own: (&Path, &str), minutes: u32) -> Vec<Alarm> {
    let act = Act { at: after(minutes), ..act() };
    let mut rng = rand_core::UnwrapErr(getrandom::SysRng);
    forgotten_places(&mut scene.db, own, &mut rng, &act).unwrap()
}

#[test]
fn a_place_that_is_followed_no_longer_is_an_alarm_once_and_again_after_a_look() {
    let mut scene = Scene::new();
    let mut answers = ledger(&scene.folder, LedgerKind::Answers, [8; 16]);
    let mut sign_and_look = |scene: &mut Scene| {
        write(&mut answers, &answers_key(), &digest(b"an answer"), "ocsp ACI");
        assert_eq!(scene.reconcile(LedgerKind::Answers).unwrap().alarms, []);
    };
    sign_and_look(&mut scene);
    let long = 3 * 24 * 60;
    let own_file = scene.file(LedgerKind::Answers);
    let look = |scene: &mut Scene, own: &str, minutes| {
        look_beside(scene, (Path::new("another.ledger"), own), minutes)
    };
    assert_eq!(look(&mut scene, "here", long + 1), [], "who asks follows it himself");
    assert_eq!(look(&mut scene, "elsewhere", long), [], "three days have not passed");
    let moved = look_beside(&mut scene, (&own_file, "elsewhere"), long + 1);
    assert_eq!(moved, [], "the ledger itself was moved there");
    let found = look(&mut scene, "elsewhere", long + 1);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].code.name, "signing-ledger-unfollowed");
    assert!(found[0].what.starts_with("here: "), "{}", found[0].what);
    assert_eq!(look(&mut scene, "elsewhere", long + 2), [], "it is told once");
    assert_eq!(standing(&mut scene.db).unwrap().open, 1);

    let newest = standing(&mut scene.db).unwrap().newest_open.unwrap();
    let mut rng = rand_core::UnwrapErr(getrandom::SysRng);
    let place = (newest.ledger.as_str(), newest.sequence);
    scene.db.write(|db| acknowledge(db, place, "the node is gone", &mut rng, &act())).unwrap();
    assert_eq!(look(&mut scene, "elsewhere", 2 * long), []);
    assert_eq!(standing(&mut scene.db).unwrap().open, 0);

    // It was not: somebody looks, and stops again.
    scene.now = after(3 * long);
    sign_and_look(&mut scene);
    assert_eq!(look(&mut scene, "elsewhere", 4 * long), []);
    assert_eq!(look(&mut scene, "elsewhere", 4 * long + 1).len(), 1);
}
