//! Publication over a real database and folder, judged by openssl where it can.

use std::collections::BTreeSet;
use std::time::Duration;

use ca_core::authority;
use ca_core::revocation::RevocationReason;
use diesel::connection::SimpleConnection;
use store::{Act, Database, Fault};

use super::*;
use crate::crl::read::Crl;
use crate::crl::{CrlError, CrlKind, CrlRefused, Scope, record};
use crate::fixture::{ISSUING, OTHER, World, rng};

pub(super) const SECOND: Duration = Duration::from_secs(1);
pub(super) const HOUR: Duration = Duration::from_secs(3600);
pub(super) const BOTH: [CrlKind; 2] = [CrlKind::Full, CrlKind::Delta];
pub(super) const DAY: Duration = Duration::from_secs(86_400);

pub(super) fn run(world: &mut World, act: &Act) -> CrlReport {
    publish_crls(&mut world.db, &mut world.signer, &world.folder, &world.policy, &mut rng(), act).unwrap()
}

/// What went out, and the how manieth number of its scope it has.
pub(super) fn publish(world: &mut World, later: Duration) -> Vec<(String, CrlKind, i64)> {
    let act = world.act(later);
    let report = run(world, &act);
    assert!(report.failures.is_empty(), "{:?}", report.failures);
    let mut placed = Vec::new();
    for crl in report.issued {
        let place = world.place(&crl.issuer, "all", crl.number);
        placed.push((crl.issuer, crl.kind, place));
    }
    placed
}

pub(super) fn publish_now(world: &mut World, later: Duration) -> CrlReport {
    let act = world.act(later);
    publish_crls_now(&mut world.db, &mut world.signer, &world.folder, &world.policy, &mut rng(), &act)
        .unwrap()
}

pub(super) fn published(world: &World, issuer: &str, kind: CrlKind) -> Vec<u8> {
    std::fs::read(world.folder.crl_path(issuer, kind)).unwrap()
}

pub(super) fn serials(world: &World, issuer: &str, kind: CrlKind) -> BTreeSet<String> {
    let bytes = published(world, issuer, kind);
    let crl = Crl::read(&bytes).unwrap();
    crl.entries().map(|entry| hex::encode_upper(entry.unwrap().serial)).collect()
}

pub(super) fn set(serials: &[&str]) -> BTreeSet<String> {
    serials.iter().map(|serial| (*serial).to_owned()).collect()
}

#[test]
fn every_authority_gets_its_crls_and_a_second_run_changes_nothing() {
    let mut world = World::new();
    let issued = publish(&mut world, SECOND);
    let expected = [
        (OTHER, CrlKind::Full, 1),
        (OTHER, CrlKind::Delta, 1),
        (ISSUING, CrlKind::Full, 1),
        (ISSUING, CrlKind::Delta, 1),
    ];
    assert_eq!(issued, expected.map(|(issuer, kind, number)| (issuer.to_owned(), kind, number)));
    assert_eq!(publish(&mut world, 2 * SECOND), []);
    for issuer in [ISSUING, OTHER] {
        let path = format!("public/crl/{issuer}.crl");
        let ca = format!("{issuer}.pem");
        let (ok, text) =
            world.openssl(&["crl", "-inform", "DER", "-in", &path, "-CAfile", &ca, "-noout", "-verify"]);
        assert!(ok && text.contains("verify OK"), "{text}");
    }
}

#[test]
fn a_revocation_is_on_the_next_delta_at_once_and_on_the_next_full_crl_with_it() {
    let mut world = World::new();
    for serial in ["1D01", "1D02"] {
        world.issue(ISSUING, serial, world.start.plus(300 * DAY));
    }
    publish(&mut world, SECOND);
    world.revoke(ISSUING, "1D01", RevocationReason::KeyCompromise);
    assert_eq!(publish(&mut world, 2 * SECOND), [(ISSUING.to_owned(), CrlKind::Delta, 2)]);
    assert_eq!(serials(&world, ISSUING, CrlKind::Delta), set(&["1D01"]));
    assert_eq!(serials(&world, ISSUING, CrlKind::Full), set(&[]));

    world.revoke(ISSUING, "1D02", RevocationReason::Superseded);
    let report = publish_now(&mut world, 3 * SECOND);
    assert!(report.failures.is_empty(), "{:?}", report.failures);
    assert_eq!(serials(&world, ISSUING, CrlKind::Full), set(&["1D01", "1D02"]));
    // The delta issued with it has its number and goes back to the full CRL before.
    let delta = report.issued.iter().find(|crl| crl.issuer == ISSUING && crl.kind == CrlKind::Delta).unwrap();
    let base = |world: &mut World, number: Option<u64>| world.place(ISSUING, "all", number.unwrap());
    assert_eq!((base(&mut world, Some(delta.number)), delta.entries), (3, 2));
    assert_eq!(base(&mut world, delta.base_number), 1);
    // As long as that has not ended, whoever keeps it reads everything from the newest delta; then no longer.
    let newest = |world: &mut World, later| {
        publish(world, later);
        let bytes = published(world, ISSUING, CrlKind::Delta);
        (base(world, Crl::read(&bytes).unwrap().base_number), serials(world, ISSUING, CrlKind::Delta))
    };
    assert_eq!(newest(&mut world, 7 * DAY), (1, set(&["1D01", "1D02"])));
    assert_eq!(newest(&mut world, 8 * DAY + HOUR), (4, set(&[])));
}

#[test]
fn openssl_refuses_a_revoked_certificate_by_base_and_by_delta() {
    let mut world = World::new();
    world.issue(ISSUING, "1D01", world.start.plus(300 * DAY));
    publish(&mut world, Duration::ZERO); // openssl has the real time
    // The responder of the authority is a certificate of its own that we hold; revoke that one.
    let key = ca_core::service_key::of_purpose(&mut world.db, ca_core::service_key::Purpose::Ocsp).unwrap();
    let key = key.into_iter().find(|key| key.authority.as_deref() == Some(ISSUING)).unwrap();
    let certificate = openssl::x509::X509::from_der(key.certificate.as_ref().unwrap()).unwrap();
    std::fs::write(world.path("ee.pem"), certificate.to_pem().unwrap()).unwrap();
    let serial = certificate.serial_number().to_bn().unwrap().to_hex_str().unwrap().to_string();
    world.revoke(ISSUING, &serial, RevocationReason::KeyCompromise);
    publish(&mut world, Duration::ZERO);
    for (name, path) in [("base", "public/crl/ACI-FO-PP.crl"), ("delta", "public/crl/ACI-FO-PP-delta.crl")] {
        let (ok, text) =
            world.openssl(&["crl", "-inform", "DER", "-in", path, "-out", &format!("{name}.pem")]);
        assert!(ok, "{text}");
    }
    let crls = std::fs::read_to_string(world.path("base.pem")).unwrap()
        + &std::fs::read_to_string(world.path("delta.pem")).unwrap();
    std::fs::write(world.path("both.pem"), crls).unwrap();
    let verify = |extra: &[&str]| {
        let mut arguments =
            vec!["verify", "-CAfile", "ACR-FO.pem", "-untrusted", "ACI-FO-PP.pem", "-crl_check"];
        arguments.extend_from_slice(extra);
        arguments.push("ee.pem");
        world.openssl(&arguments)
    };
    let (ok, text) = verify(&["-CRLfile", "base.pem"]);
    assert!(ok, "the base is older than the revocation: {text}");
    let (ok, text) = verify(&["-CRLfile", "both.pem", "-use_deltas", "-extended_crl"]);
    assert!(!ok && text.contains("certificate revoked"), "{text}");
}

#[test]
fn a_certificate_revoked_while_it_was_being_signed_stands_on_the_crl() {
    let mut world = World::new();
    world.intend(ISSUING, "1D01");
    world.settle(ISSUING, "1D01", "signing", None);
    world.revoke(ISSUING, "1D01", RevocationReason::KeyCompromise);
    world.intend(ISSUING, "1D02");
    world.settle(ISSUING, "1D02", "abandoned", None);
    publish(&mut world, SECOND);
    assert_eq!(serials(&world, ISSUING, CrlKind::Full), set(&["1D01"]));
}

#[test]
fn an_entry_leaves_only_after_one_regular_crl_past_its_expiry() {
    let mut world = World::new();
    let expiry = world.start.plus(10 * DAY);
    world.issue(ISSUING, "1D01", expiry);
    world.revoke(ISSUING, "1D01", RevocationReason::KeyCompromise);
    let stands = |world: &World| serials(world, ISSUING, CrlKind::Full).contains("1D01");
    // (days after the start, whether it stands on the full CRL of that day)
    let full = |world: &mut World, later| {
        let issued = publish(world, later);
        assert!(issued.iter().any(|crl| crl.0 == ISSUING && crl.1 == CrlKind::Full), "{issued:?}");
    };
    for (later, expected) in [
        (SECOND, true),
        (9 * DAY, true),
        (10 * DAY, true),          // thisUpdate = notAfter: not past it yet
        (11 * DAY + SECOND, true), // the one regular CRL past the expiry
        (12 * DAY + 2 * SECOND, false),
        (13 * DAY + 3 * SECOND, false),
    ] {
        full(&mut world, later);
        assert_eq!(stands(&world), expected, "{later:?}");
    }
}

#[test]
fn a_crl_that_was_replaced_before_its_time_is_not_the_regular_one() {
    let mut world = World::new();
    world.issue(ISSUING, "1D01", world.start.plus(10 * DAY));
    world.revoke(ISSUING, "1D01", RevocationReason::KeyCompromise);
    publish(&mut world, SECOND);
    for later in [11 * DAY, 11 * DAY + SECOND, 11 * DAY + 2 * SECOND] {
        assert!(publish_now(&mut world, later).failures.is_empty());
        assert!(serials(&world, ISSUING, CrlKind::Full).contains("1D01"), "{later:?}");
    }
    assert!(publish_now(&mut world, 12 * DAY + 2 * SECOND).failures.is_empty());
    assert!(!serials(&world, ISSUING, CrlKind::Full).contains("1D01"));
}

#[test]
fn a_certificate_revoked_after_its_expiry_stands_once_too() {
    let mut world = World::new();
    world.issue(ISSUING, "1D01", world.start.minus(DAY));
    publish(&mut world, SECOND);
    world.revoke(ISSUING, "1D01", RevocationReason::KeyCompromise);
    publish(&mut world, DAY + 2 * SECOND);
    assert_eq!(serials(&world, ISSUING, CrlKind::Full), set(&["1D01"]));
    publish(&mut world, 2 * DAY + 3 * SECOND);
    assert_eq!(serials(&world, ISSUING, CrlKind::Full), set(&[]));
}

/// Puts the state of an earlier moment back, as a restored backup does.
pub(super) fn restore(world: &mut World, backup: &str) {
    let path = world.path(backup);
    world.db = Database::open(&format!("sqlite:{}", path.display()), store::DatabaseRole::Owner).unwrap();
}

pub(super) fn back_up(world: &mut World, name: &str) {
    let path = world.path(name);
    world.db.batch_execute(&format!("VACUUM INTO '{}'", path.display())).unwrap();
}

#[test]
fn a_restored_backup_goes_on_above_the_published_number() {
    let mut world = World::new();
    publish(&mut world, SECOND);
    back_up(&mut world, "backup.sqlite");
    for n in 1..=4 {
        assert!(publish_now(&mut world, DAY * n).failures.is_empty());
    }
    restore(&mut world, "backup.sqlite");
    // As soon as the clock allows it: the number of the folder counts.
    let number = |world: &World| Crl::read(&published(world, ISSUING, CrlKind::Full)).unwrap().number;
    let before = number(&world);
    publish(&mut world, 4 * DAY);
    assert_eq!(number(&world), before + 1);
}

/// A machine that is put back as it was has forgotten what it published, and nothing that is left knows the numbers.
#[test]
fn no_number_goes_back_where_database_and_folder_do_together() {
    let mut world = World::new();
    publish(&mut world, SECOND);
    back_up(&mut world, "backup.sqlite");
    let all: Vec<_> =
        [ISSUING, OTHER].into_iter().flat_map(|issuer| BOTH.map(|kind| (issuer, kind))).collect();
    let folder: Vec<_> = all.iter().map(|&(issuer, kind)| published(&world, issuer, kind)).collect();
    let numbers = |world: &World| -> Vec<u64> {
        let numbers = all.iter().map(|&(issuer, kind)| published(world, issuer, kind));
        numbers.map(|bytes| Crl::read(&bytes).unwrap().number).collect()
    };
    // Quicker than the clock: several in one second.
    for _ in 0..4 {
        assert!(publish_now(&mut world, HOUR).failures.is_empty());
    }
    let before = numbers(&world);
    restore(&mut world, "backup.sqlite");
    for (&(issuer, kind), bytes) in all.iter().zip(folder) {
        std::fs::write(world.folder.crl_path(issuer, kind), bytes).unwrap();
    }
    assert!(numbers(&world) < before);
    assert!(publish_now(&mut world, HOUR + SECOND).failures.is_empty());
    for (before, now) in before.iter().zip(numbers(&world)) {
        assert!(now > *before, "{now} after {before}");
    }
}

#[test]
fn a_restored_backup_that_forgot_a_revocation_publishes_nothing() {
    let mut world = World::new();
    world.issue(ISSUING, "1D01", world.start.plus(300 * DAY));
    publish(&mut world, SECOND);
    back_up(&mut world, "backup.sqlite");
    world.revoke(ISSUING, "1D01", RevocationReason::KeyCompromise);
    publish_now(&mut world, 2 * SECOND);
    let before = published(&world, ISSUING, CrlKind::Full);
    restore(&mut world, "backup.sqlite");
    let report = publish_now(&mut world, 3 * SECOND);
    let [failure] = report.failures.as_slice() else { panic!("{:?}", report.failures) };
    assert_eq!(failure.issuer, ISSUING);
    assert!(matches!(&failure.error, CrlError::Refused(CrlRefused::Lost { serial, .. }) if serial == "1D01"));
    assert_eq!(Fault::code(&failure.error).name, "crl-entry-lost");
    assert_eq!(published(&world, ISSUING, CrlKind::Full), before);
    // Once the revocation is known again, publication goes on.
    world.revoke(ISSUING, "1D01", RevocationReason::KeyCompromise);
    let report = publish_now(&mut world, 4 * SECOND);
    assert!(report.failures.is_empty(), "{:?}", report.failures);
}

#[test]
fn a_restored_backup_that_forgot_a_revocation_of_the_delta_publishes_nothing() {
    let mut world = World::new();
    world.issue(ISSUING, "1D01", world.start.plus(300 * DAY));
    publish(&mut world, SECOND);
    back_up(&mut world, "backup.sqlite");
    world.revoke(ISSUING, "1D01", RevocationReason::KeyCompromise);
    assert_eq!(publish(&mut world, 2 * SECOND), [(ISSUING.to_owned(), CrlKind::Delta, 2)]);
    restore(&mut world, "backup.sqlite");
    // By the schedule a delta alone is due; an operator asks for both.
    let due = world.act(3 * SECOND);
    let reports = [run(&mut world, &due), publish_now(&mut world, 4 * SECOND)];
    for report in reports {
        let [failure] = report.failures.as_slice() else { panic!("{report:?}") };
        assert_eq!(failure.issuer, ISSUING);
        assert_eq!(Fault::code(&failure.error).name, "crl-entry-lost");
    }
    assert_eq!(serials(&world, ISSUING, CrlKind::Delta), set(&["1D01"]));
    world.revoke(ISSUING, "1D01", RevocationReason::KeyCompromise);
    // The second that the restored database knows, with a number behind the second of all.
    let number = |world: &World| Crl::read(&published(world, ISSUING, CrlKind::Delta)).unwrap().number;
    let before = number(&world);
    assert_eq!(publish(&mut world, 5 * SECOND), [(ISSUING.to_owned(), CrlKind::Delta, 2)]);
    assert!(number(&world) > before);
}

#[test]
fn two_workers_never_give_one_number_twice() {
    let mut world = World::new();
    publish(&mut world, SECOND);
    let authority = authority::load(&mut world.db, ISSUING).unwrap();
    let act = world.act(2 * SECOND);
    let issued = |world: &mut World, kind| world.issue_crls(&authority, &Scope::All, &[kind], &act).unwrap();
    let first = issued(&mut world, CrlKind::Full);
    let second = issued(&mut world, CrlKind::Delta);
    record::insert(&mut world.db, &authority, &first, &mut rng(), &act).unwrap();
    let refused = record::insert(&mut world.db, &authority, &second, &mut rng(), &act).unwrap_err();
    let of_one = |number: u64| number == first[0].number();
    assert!(
        matches!(refused, CrlError::Overtaken { number, recorded } if of_one(number) && of_one(recorded)),
        "{refused}"
    );
}

#[test]
fn a_clock_behind_what_stands_signs_nothing() {
    let mut world = World::new();
    world.issue(ISSUING, "1D01", world.start.plus(300 * DAY));
    publish(&mut world, SECOND);
    world.revoke(ISSUING, "1D01", RevocationReason::KeyCompromise);
    let before = published(&world, ISSUING, CrlKind::Full);
    let early = Act { at: world.start.minus(DAY), ..world.act(SECOND) };
    let report =
        publish_crls_now(&mut world.db, &mut world.signer, &world.folder, &world.policy, &mut rng(), &early)
            .unwrap();
    assert_eq!(report.failures.len(), 2);
    assert!(report.failures.iter().all(|failure| matches!(failure.error, CrlError::Clock { .. })));
    assert_eq!(published(&world, ISSUING, CrlKind::Full), before);
}

#[test]
fn a_signer_that_is_gone_leaves_what_is_published() {
    let mut world = World::new();
    publish(&mut world, SECOND);
    let before = published(&world, ISSUING, CrlKind::Full);
    world.signer.gone = true;
    assert_eq!(publish_now(&mut world, 2 * SECOND).failures.len(), 2);
    world.signer.gone = false;
    world.signer.astray = Some(world.key_of(OTHER));
    let failures = publish_now(&mut world, 3 * SECOND).failures;
    assert_eq!(failures.len(), 1, "only the astray key's own authority goes out");
    assert_eq!(published(&world, ISSUING, CrlKind::Full), before);
}

#[test]
fn an_authority_that_does_not_read_keeps_no_other_from_its_crl_and_stays_in_the_chain() {
    let mut world = World::new();
    publish_certificates(&mut world.db, &world.folder).unwrap();
    let chain = std::fs::read(world.path("public/ca/chain.pem")).unwrap();
    world.damage(OTHER);
    let report = publish_now(&mut world, SECOND);
    assert_eq!(report.issued.len(), 2, "full and delta of the other one");
    assert_eq!(report.failures.len(), 1);
    assert_eq!(
        (report.failures[0].issuer.as_str(), report.failures[0].error.code().name),
        (OTHER, "authority-unreadable")
    );
    publish_certificates(&mut world.db, &world.folder).unwrap();
    assert_eq!(std::fs::read(world.path("public/ca/chain.pem")).unwrap(), chain);
}

#[test]
fn each_crl_leaves_its_event_in_the_audit_trail() {
    let mut world = World::new();
    publish(&mut world, SECOND);
    assert_eq!(store::database::pending_audit_events(&mut world.db).unwrap(), 4);
}
