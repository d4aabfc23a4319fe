//! Shards over a real database and folder: each a scope of its own, all of them together what the database says.

use std::collections::BTreeSet;
use std::time::Duration;

use ca_core::authority;
use ca_core::revocation::RevocationReason;
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use store::schema::signing_intents;
use store::{Act, Fault};

use super::tests::{DAY, HOUR, SECOND, back_up, publish_now, restore, run};
use super::*;
use crate::crl::issue::Reach;
use crate::crl::read::Crl;
use crate::crl::shards::issue_all;
use crate::crl::{CrlError, CrlKind, CrlRefused, Scope, record};
use crate::fixture::{ISSUING, OTHER, World, rng};

/// A world whose `ISSUING` has three shards, with two certificates in each: `1D11`, `1D12` in the first, and so on;
/// `1D01` is of none.
fn sharded() -> World {
    let mut world = World::new();
    let later = world.start.plus(300 * DAY);
    world.open_shards(ISSUING, 1..=3);
    world.issue(ISSUING, "1D01", later);
    for shard in 1..=3 {
        for nth in 1..=2 {
            world.issue_in(ISSUING, shard, &format!("1D{shard}{nth}"), later);
        }
    }
    world
}

/// What went out: shard, kind, the how manieth number of its scope.
type Issued = (Option<u32>, CrlKind, i64);

fn issued(world: &mut World, report: &CrlReport) -> Vec<Issued> {
    assert!(report.failures.is_empty(), "{:?}", report.failures);
    let ours = report.issued.iter().filter(|crl| crl.issuer == ISSUING);
    let scope = |shard: Option<u32>| shard.map_or("all".to_owned(), |number| format!("shard-{number}"));
    ours.map(|crl| (crl.shard, crl.kind, world.place(ISSUING, &scope(crl.shard), crl.number))).collect()
}

fn publish(world: &mut World, later: Duration) -> Vec<Issued> {
    let act = world.act(later);
    let report = run(world, &act);
    issued(world, &report)
}

fn published(world: &World, shard: Option<u32>, kind: CrlKind) -> Vec<u8> {
    std::fs::read(world.folder.scoped_crl_path(ISSUING, shard, kind)).unwrap()
}

fn serials(world: &World, shard: Option<u32>, kind: CrlKind) -> BTreeSet<String> {
    let bytes = published(world, shard, kind);
    let crl = Crl::read(&bytes).unwrap();
    crl.entries().map(|entry| hex::encode_upper(entry.unwrap().serial)).collect()
}

fn set(serials: &[&str]) -> BTreeSet<String> {
    serials.iter().map(|serial| (*serial).to_owned()).collect()
}

#[test]
fn each_shard_has_its_crl_and_delta_beside_those_of_every_certificate_and_a_second_run_changes_nothing() {
    let mut world = sharded();
    let scopes = [None, Some(1), Some(2), Some(3)];
    let expected: Vec<Issued> = scopes
        .into_iter()
        .flat_map(|shard| [(shard, CrlKind::Full, 1), (shard, CrlKind::Delta, 1)])
        .collect();
    assert_eq!(publish(&mut world, SECOND), expected);
    assert_eq!(publish(&mut world, 2 * SECOND), []);
    for kind in ["", "-delta"] {
        let path = format!("public/crl/{ISSUING}/2{kind}.crl");
        let read =
            ["crl", "-inform", "DER", "-in", &path, "-CAfile", "ACI-FO-PP.pem", "-noout", "-verify", "-text"];
        let (ok, text) = world.openssl(&read);
        assert!(ok && text.contains("verify OK"), "{text}");
        let point =
            text.split("X509v3 Issuing Distribution Point: critical").nth(1).expect("a critical scope");
        assert!(point.contains(&format!("URI:http://localhost:8080/crl/{ISSUING}/2.crl")), "{text}");
        assert!(!point.contains("Only") && !point.contains("Indirect"), "{text}");
    }
}

#[test]
fn a_revocation_stands_on_the_delta_of_its_shard_and_on_no_other_shards() {
    let mut world = sharded();
    publish(&mut world, SECOND);
    let base = Crl::read(&published(&world, Some(2), CrlKind::Full)).unwrap().number;
    world.revoke(ISSUING, "1D21", RevocationReason::KeyCompromise);
    let expected = [(None, CrlKind::Delta, 2), (Some(2), CrlKind::Delta, 2)];
    assert_eq!(publish(&mut world, 2 * SECOND), expected);
    assert_eq!(serials(&world, None, CrlKind::Delta), set(&["1D21"]));
    assert_eq!(serials(&world, Some(2), CrlKind::Delta), set(&["1D21"]));
    assert_eq!(serials(&world, Some(2), CrlKind::Full), set(&[]));
    let delta = published(&world, Some(2), CrlKind::Delta);
    assert_eq!(Crl::read(&delta).unwrap().base_number, Some(base));

    // Of no shard: on the CRL of every certificate, and nowhere else.
    world.revoke(ISSUING, "1D01", RevocationReason::Superseded);
    world.revoke(ISSUING, "1D12", RevocationReason::Superseded);
    let report = publish_now(&mut world, 3 * SECOND);
    // Each scope counts by itself.
    let numbers: Vec<_> =
        issued(&mut world, &report).into_iter().filter(|(_, kind, _)| *kind == CrlKind::Full).collect();
    let full = |shard, number| (shard, CrlKind::Full, number);
    assert_eq!(numbers, [full(None, 3), full(Some(1), 2), full(Some(2), 3), full(Some(3), 2)]);
    assert_eq!(serials(&world, None, CrlKind::Full), set(&["1D01", "1D12", "1D21"]));
    assert_eq!(serials(&world, Some(1), CrlKind::Full), set(&["1D12"]));
    assert_eq!(serials(&world, Some(2), CrlKind::Full), set(&["1D21"]));
    assert_eq!(serials(&world, Some(3), CrlKind::Full), set(&[]));
}

#[test]
fn a_shard_that_is_no_longer_published_keeps_all_of_them_as_they_are_and_is_reported() {
    let mut world = sharded();
    world.revoke(ISSUING, "1D31", RevocationReason::KeyCompromise);
    publish(&mut world, SECOND);
    let before: Vec<_> = (1..=3).map(|shard| published(&world, Some(shard), CrlKind::Full)).collect();
    // Nothing in the program does this while a certificate lives.
    world.db.batch_execute("UPDATE crl_shards SET ended_at = 1 WHERE number = 3").unwrap();
    let report = publish_now(&mut world, 2 * SECOND);
    let [failure] = report.failures.as_slice() else { panic!("{:?}", report.failures) };
    assert_eq!((failure.issuer.as_str(), failure.error.code().name), (ISSUING, "crl-shards-incomplete"));
    assert!(
        matches!(failure.error, CrlError::Refused(CrlRefused::Shards { found: 0, expected: 1 })),
        "{failure:?}"
    );
    let after: Vec<_> = (1..=3).map(|shard| published(&world, Some(shard), CrlKind::Full)).collect();
    assert_eq!(before, after);
    let ours = report.issued.iter().filter(|crl| crl.issuer == ISSUING);
    assert!(ours.map(|crl| crl.shard).eq([None, None]), "the CRL of every certificate goes out all the same");
    // Looked to, all of them go out again.
    world.db.batch_execute("UPDATE crl_shards SET ended_at = NULL").unwrap();
    let report = publish_now(&mut world, 3 * SECOND);
    assert_eq!(issued(&mut world, &report).len(), 8);
}

#[test]
fn no_key_is_asked_where_one_shard_is_refused_or_all_of_them_together() {
    let signatures =
        |world: &mut World| -> i64 { signing_intents::table.count().get_result(&mut world.db).unwrap() };
    let spoils = [
        ("crl-shards-incomplete", "UPDATE crl_shards SET ended_at = 1 WHERE number = 3"),
        (
            "crl-entries-wrong",
            "DROP TRIGGER certificates_keep_what_was_signed;
             UPDATE certificates SET revocation_reason = 'superseded' WHERE serial = '1D31'",
        ),
    ];
    for (code, sql) in spoils {
        let mut world = sharded();
        world.revoke(ISSUING, "1D31", RevocationReason::KeyCompromise);
        publish(&mut world, SECOND);
        world.db.batch_execute(sql).unwrap();
        let shards = authority::load(&mut world.db, ISSUING).unwrap();
        let scopes = Scope::of(&mut world.db, &shards).unwrap();
        let (act, before) = (world.act(2 * SECOND), signatures(&mut world));
        let World { db, signer, folder, policy, .. } = &mut world;
        let issued = issue_all(db, signer, folder, policy, &shards, &scopes[1..], Reach::Policy, &act);
        assert_eq!(issued.unwrap_err().code().name, code);
        assert_eq!(signatures(&mut world), before, "{code}");
    }
}

#[test]
fn an_expired_certificate_leaves_its_shard_as_it_leaves_the_crl_of_every_certificate() {
    let mut world = sharded();
    world.issue_in(ISSUING, 1, "1D1F", world.start.plus(10 * DAY));
    world.revoke(ISSUING, "1D1F", RevocationReason::KeyCompromise);
    for (later, stands) in
        [(SECOND, true), (10 * DAY, true), (11 * DAY + SECOND, true), (12 * DAY + 2 * SECOND, false)]
    {
        publish(&mut world, later);
        for shard in [None, Some(1)] {
            assert_eq!(serials(&world, shard, CrlKind::Full).contains("1D1F"), stands, "{shard:?} {later:?}");
        }
    }
}

#[test]
fn a_restored_backup_goes_on_above_the_published_numbers_of_each_shard() {
    let mut world = sharded();
    publish(&mut world, SECOND);
    back_up(&mut world, "backup.sqlite");
    world.revoke(ISSUING, "1D11", RevocationReason::KeyCompromise);
    publish(&mut world, 2 * SECOND);
    for n in 1..=3 {
        assert!(publish_now(&mut world, DAY * n).failures.is_empty());
    }
    // In the second of the newest: its numbers count, of each scope its own.
    world.revoke(ISSUING, "1D12", RevocationReason::KeyCompromise);
    publish(&mut world, 3 * DAY);
    restore(&mut world, "backup.sqlite");
    for serial in ["1D11", "1D12"] {
        world.revoke(ISSUING, serial, RevocationReason::KeyCompromise);
    }
    let scopes = [None, Some(1), Some(2), Some(3)];
    let number = |world: &World, shard, kind| Crl::read(&published(world, shard, kind)).unwrap().number;
    let highest =
        |world: &World, shard| number(world, shard, CrlKind::Full).max(number(world, shard, CrlKind::Delta));
    let before = scopes.map(|shard| highest(&world, shard));
    assert_eq!(before.map(|number| number - before[2]), [1, 1, 0, 0]);
    publish(&mut world, 3 * DAY);
    for (shard, before) in scopes.into_iter().zip(before) {
        assert_eq!(number(&world, shard, CrlKind::Full), before + 1, "{shard:?}");
    }
}

#[test]
fn a_restored_backup_that_forgot_a_revocation_keeps_the_shards_as_they_are() {
    let mut world = sharded();
    publish(&mut world, SECOND);
    back_up(&mut world, "backup.sqlite");
    world.revoke(ISSUING, "1D11", RevocationReason::KeyCompromise);
    publish_now(&mut world, 2 * SECOND);
    let before = published(&world, Some(1), CrlKind::Full);
    restore(&mut world, "backup.sqlite");
    let report = publish_now(&mut world, 3 * SECOND);
    let codes: Vec<_> = report.failures.iter().map(|failure| failure.error.code().name).collect();
    assert_eq!(codes, ["crl-entry-lost", "crl-entry-lost"], "of every certificate, and of the shards");
    assert_eq!(published(&world, Some(1), CrlKind::Full), before);
}

#[test]
fn two_workers_never_give_one_number_of_a_shard_twice_and_another_shard_is_not_in_their_way() {
    let mut world = sharded();
    publish(&mut world, SECOND);
    let authority = authority::load(&mut world.db, ISSUING).unwrap();
    let scopes = Scope::of(&mut world.db, &authority).unwrap();
    let act = world.act(2 * SECOND);
    let first = world.issue_crls(&authority, &scopes[1], &[CrlKind::Full], &act).unwrap();
    let second = world.issue_crls(&authority, &scopes[1], &[CrlKind::Delta], &act).unwrap();
    let other = world.issue_crls(&authority, &scopes[2], &[CrlKind::Delta], &act).unwrap();
    record::insert(&mut world.db, &authority, &first, &mut rng(), &act).unwrap();
    let refused = record::insert(&mut world.db, &authority, &second, &mut rng(), &act).unwrap_err();
    let of_one = |number: u64| number == first[0].number();
    assert!(
        matches!(refused, CrlError::Overtaken { number, recorded } if of_one(number) && of_one(recorded)),
        "{refused}"
    );
    record::insert(&mut world.db, &authority, &other, &mut rng(), &act).unwrap();
}

#[test]
fn a_clock_behind_a_shard_that_stands_signs_nothing() {
    let mut world = sharded();
    publish(&mut world, SECOND);
    let before = published(&world, Some(3), CrlKind::Full);
    let early = Act { at: world.start.minus(DAY), ..world.act(SECOND) };
    let World { db, signer, folder, policy, .. } = &mut world;
    let report = publish_crls_now(db, signer, folder, policy, &mut rng(), &early).unwrap();
    let behind = |failure: &CrlFailure| matches!(failure.error, CrlError::Clock { .. });
    assert_eq!(report.failures.iter().filter(|failure| behind(failure)).count(), 3, "{report:?}");
    assert_eq!(published(&world, Some(3), CrlKind::Full), before);
}

#[test]
fn a_crl_of_another_scope_in_the_place_of_a_shards_is_replaced() {
    let mut world = sharded();
    publish(&mut world, SECOND);
    let good = published(&world, Some(2), CrlKind::Full);
    for bytes in [published(&world, Some(1), CrlKind::Full), published(&world, None, CrlKind::Full)] {
        std::fs::write(world.folder.scoped_crl_path(ISSUING, Some(2), CrlKind::Full), bytes).unwrap();
        let act = world.act(2 * SECOND);
        assert_eq!(run(&mut world, &act).republished.len(), 1);
        assert_eq!(published(&world, Some(2), CrlKind::Full), good);
    }
    // And one of a shard is not taken for that of every certificate.
    let full = published(&world, None, CrlKind::Full);
    std::fs::write(world.folder.crl_path(ISSUING, CrlKind::Full), &good).unwrap();
    let act = world.act(2 * SECOND);
    assert_eq!(run(&mut world, &act).republished.len(), 1);
    assert_eq!(published(&world, None, CrlKind::Full), full);
}

#[test]
fn shards_that_are_opened_later_get_their_crls_with_the_next_run() {
    let mut world = sharded();
    publish(&mut world, SECOND);
    world.open_shards(ISSUING, 4..=4);
    let issued = publish(&mut world, 2 * HOUR);
    assert!(issued.contains(&(Some(4), CrlKind::Full, 1)), "{issued:?}");
    assert!(issued.contains(&(Some(1), CrlKind::Full, 2)), "all of one cut: {issued:?}");
    assert!(world.folder.scoped_crl_path(ISSUING, Some(4), CrlKind::Delta).exists());
    assert!(!world.folder.scoped_crl_path(OTHER, Some(1), CrlKind::Full).exists());
}

#[test]
fn the_last_lists_of_an_authority_that_ends_are_those_of_its_shards_too() {
    let mut world = sharded();
    world.revoke(ISSUING, "1D31", RevocationReason::KeyCompromise);
    publish(&mut world, SECOND);
    let act = world.act(2 * SECOND);
    let covered = authority::load(&mut world.db, ISSUING).unwrap().not_after;
    let (until, at) = (covered.millis(), act.at.millis());
    world
        .db
        .batch_execute(&format!("INSERT INTO authority_ends VALUES ('{ISSUING}', {until}, {at})"))
        .unwrap();
    let sign = |world: &mut World| {
        let World { db, signer, folder, policy, .. } = world;
        let last = CeremonyCrl::Last;
        sign_ceremony_crl(db, signer, folder, policy, ISSUING, last, act.at, &mut rng(), &act).unwrap()
    };
    let last = sign(&mut world);
    for shard in 1..=3 {
        for kind in [CrlKind::Full, CrlKind::Delta] {
            let bytes = published(&world, Some(shard), kind);
            assert_eq!(Crl::read(&bytes).unwrap().next_update, last.next_update, "{shard} {kind}");
        }
    }
    assert_eq!(serials(&world, Some(3), CrlKind::Full), set(&["1D31"]));
    // Taken up again, the ceremony signs nothing anew; nor does normal running.
    let signed = published(&world, Some(3), CrlKind::Full);
    assert_eq!(sign(&mut world), last);
    assert_eq!(publish(&mut world, 30 * DAY), []);
    assert_eq!(published(&world, Some(3), CrlKind::Full), signed);
    // Nor is any of them late; those of the other authority are.
    let authorities = authority::all(&mut world.db).unwrap();
    let at = world.act(90 * DAY).at;
    let lists = lists_in_step(&mut world.db, &authorities, &world.policy, at).unwrap();
    assert_eq!((lists.all, lists.current), (2, 0), "{lists:?}");
}
