//! T10 and T21 of the study of peers, at a size that fits every run: what is counted, and no time. Times are `make bench`'s.

use std::time::Duration;

use ca_core::revocation::RevocationReason;
use const_oid::db::rfc5912::ID_SHA_1;
use diesel::connection::SimpleConnection;
use store::{Act, Timestamp};

use super::tests::{DAY, SECOND, publish_now, run};
use crate::crl::CrlKind;
use crate::crl::read::Crl;
use crate::fixture::{ISSUING, World};
use crate::ocsp::kept_tests::{about, desk};
use crate::ocsp::response::OcspResponseStatus;
use crate::ocsp::{Answer, AnswerKind};

const CERTIFICATES: u32 = 20_000;
const REVOKED: u64 = 6_000;
const SHARDS: u32 = 4;

/// So many certificates over so many shards, three of ten revoked.
fn many_in_shards(certificates: u32, shards: u32) -> World {
    let mut world = World::new();
    world.open_shards(ISSUING, 1..=shards);
    let (end, at) = (world.start.plus(300 * DAY).millis(), world.start.millis());
    let sql = format!(
        "DROP TRIGGER certificates_begin_as_intended;
         DROP TRIGGER certificates_are_never_replaced;
         DROP TRIGGER certificate_status_events_grow;
         DROP TRIGGER certificate_status_events_are_drawn;
         DROP TRIGGER certificate_status_events_are_never_replaced;
         DROP TRIGGER certificate_status_counter_grows;
         BEGIN;
         WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < {certificates})
         INSERT INTO certificates (issuer, serial, profile, status, epoch, evidence_kind, evidence_digest,
             spki_sha256, tbs, der, not_before, not_after, prepared_at, settled_at, revoked_at, revocation_reason, shard)
         SELECT '{ISSUING}', printf('1E00000000000000%016X', i), 'test', iif(i % 10 < 3, 'revoked', 'good'), 1,
             'ceremony', zeroblob(32), randomblob(32), zeroblob(200), zeroblob(200), 0, {end}, 0,
             iif(i % 10 < 3, {at}, NULL), iif(i % 10 < 3, {at}, NULL), iif(i % 10 < 3, 'keyCompromise', NULL),
             (i / 10) % {shards} + 1 FROM n;
         INSERT INTO certificate_status_events (sequence, issuer, serial, event, reason, occurred_at)
         SELECT row_number() OVER (ORDER BY serial), issuer, serial, 'revoked', 'keyCompromise', {at}
         FROM certificates WHERE status = 'revoked';
         UPDATE certificate_status_counter SET last = (SELECT max(sequence) FROM certificate_status_events);
         COMMIT;"
    );
    world.db.batch_execute(&sql).unwrap();
    world
}

/// How many certificates stand on a list, as it is published.
fn listed(world: &World, shard: Option<u32>, kind: CrlKind) -> usize {
    let bytes = std::fs::read(world.folder.scoped_crl_path(ISSUING, shard, kind)).unwrap();
    Crl::read(&bytes).unwrap().entries().map(Result::unwrap).count()
}

#[test]
fn t10_every_revoked_certificate_of_many_is_listed_once_and_one_more_makes_two_short_deltas() {
    let mut world = many_in_shards(CERTIFICATES, SHARDS);
    let report = publish_now(&mut world, SECOND);
    assert!(report.failures.is_empty(), "{:?}", report.failures);
    let in_shards = |world: &World, kind| -> Vec<usize> {
        (1..=SHARDS).map(|shard| listed(world, Some(shard), kind)).collect()
    };
    assert_eq!(listed(&world, None, CrlKind::Full) as u64, REVOKED);
    assert_eq!(in_shards(&world, CrlKind::Full).iter().sum::<usize>() as u64, REVOKED, "each in one shard");
    assert_eq!(listed(&world, None, CrlKind::Delta), 0);

    world.revoke(ISSUING, "1E000000000000000000000000000004", RevocationReason::Superseded);
    let act = world.act(2 * SECOND);
    let issued = run(&mut world, &act).issued;
    assert!(issued.iter().all(|crl| crl.kind == CrlKind::Delta && crl.entries == 1), "{issued:?}");
    assert_eq!(
        issued.len(),
        2,
        "that of all and that of its shard, and nothing of the thousands: {issued:?}"
    );
    assert_eq!(listed(&world, None, CrlKind::Delta), 1);
    assert_eq!(in_shards(&world, CrlKind::Delta).iter().sum::<usize>(), 1);

    let report = publish_now(&mut world, 3 * SECOND);
    assert!(report.failures.is_empty(), "{:?}", report.failures);
    assert_eq!(listed(&world, None, CrlKind::Full) as u64, REVOKED + 1);
    assert_eq!(in_shards(&world, CrlKind::Full).iter().sum::<usize>() as u64, REVOKED + 1);
}

#[test]
fn t21_answers_that_were_made_go_on_without_the_database_until_their_next_update_and_no_longer() {
    let mut world = many_in_shards(CERTIFICATES, SHARDS);
    let (desk, act) = (desk(&world), world.act(SECOND));
    desk.answers.synchronise(&mut world.db, &act).unwrap();
    let known = desk.answers.statuses.view().unwrap().image.certificates();
    assert!(known >= CERTIFICATES as usize, "{known}");

    // Every hundredth: of ten that follow each other three are revoked.
    let requests: Vec<Vec<u8>> = (0..CERTIFICATES)
        .step_by(101)
        .map(|n| {
            let serial = [&[0x1E, 0, 0, 0, 0, 0, 0, 0][..], &u64::from(n).to_be_bytes()].concat();
            about(&world, ID_SHA_1, &serial)
        })
        .collect();
    let asked = |at: Timestamp| -> Vec<Answer> {
        let now = Act { at, ..act.clone() };
        requests.iter().map(|request| desk.ask(request, &now)).collect()
    };
    let made = asked(act.at);
    assert_eq!(desk.signed(), requests.len());
    desk.cut();
    let end = act.at.whole_second().plus(world.policy.ocsp_validity);
    let octets = |answers: &[Answer]| answers.iter().map(|answer| answer.der.clone()).collect::<Vec<_>>();
    for at in [act.at, act.at.plus(world.policy.ocsp_validity / 2), end.minus(Duration::from_secs(1))] {
        let sent = asked(at);
        assert!(sent.iter().all(|answer| matches!(
            answer.kind,
            AnswerKind::Signed { next_update, .. } if next_update == end
        )));
        assert_eq!(octets(&sent), octets(&made), "nothing newer is known: the same goes out");
    }
    assert_eq!(desk.signed(), requests.len(), "and nothing more is signed");
    let over = asked(end);
    assert!(over.iter().all(|answer| *answer == Answer::error(OcspResponseStatus::TryLater)));
}
