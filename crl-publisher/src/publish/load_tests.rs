//! Measurements, by hand: `cargo test --release -p crl-publisher publish::load_tests -- --ignored --nocapture`.
//! Nothing here fails on a time.

use std::time::Instant;

use ca_core::revocation::RevocationReason;
use diesel::connection::SimpleConnection;

use super::tests::{SECOND, publish_now, run};
use crate::fixture::{ISSUING, World};

/// So many certificates over so many shards, three of ten revoked.
pub(crate) fn many_in_shards(certificates: u32, shards: u32) -> World {
    let mut world = World::new();
    world.open_shards(ISSUING, 1..=shards);
    let (end, at) = (world.start.plus(300 * super::tests::DAY).millis(), world.start.millis());
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

#[test]
#[ignore = "measures"]
fn one_more_revocation_among_a_million_in_shards() {
    let mut world = many_in_shards(1_000_000, 64);
    let begun = Instant::now();
    let report = publish_now(&mut world, SECOND);
    assert!(report.failures.is_empty(), "{:?}", report.failures);
    let ours = report.issued.iter().filter(|crl| crl.issuer == ISSUING);
    let entries: u64 = ours.clone().map(|crl| crl.entries).sum();
    println!("everything: {} lists, {entries} entries, {:?}", ours.count(), begun.elapsed());
    for (nth, serial) in
        ["1E000000000000000000000000000004", "1E000000000000000000000000000005"].iter().enumerate()
    {
        let act = world.act((nth as u32 * 2 + 2) * SECOND);
        let begun = Instant::now();
        let report = run(&mut world, &act);
        println!("nothing to do: {} lists, {:?}", report.issued.len(), begun.elapsed());
        world.revoke(ISSUING, serial, RevocationReason::Superseded);
        let act = world.act((nth as u32 * 2 + 3) * SECOND);
        let begun = Instant::now();
        let report = run(&mut world, &act);
        assert_eq!(report.issued.len(), 2, "{report:?}");
        println!("one more: the delta of all and that of its shard, {:?}", begun.elapsed());
    }
}
