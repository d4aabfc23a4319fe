//! Which oppositions are recent, and how many of them are told of.

use diesel::connection::SimpleConnection;
use tempfile::TempDir;

use super::*;
use crate::fixture::unguarded;

/// Oppositions of cards without certificates, a thousand each second from second zero on.
fn opposed(count: u32) -> (TempDir, Database) {
    let (folder, mut db) = unguarded();
    db.batch_execute(&format!(
        "WITH RECURSIVE r (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < {count})
         INSERT INTO card_oppositions (sequence, card_number, opposed_at)
             SELECT n, printf('26%08d', n), n FROM r;"
    ))
    .unwrap();
    (folder, db)
}

#[test]
fn of_more_recent_oppositions_than_are_told_of_the_rest_is_counted() {
    let (_folder, mut db) = opposed(2000);
    let mut told = |count: u32, millis_later: i64| {
        let at = Timestamp::from_millis(millis_later).plus(RECENT);
        db.batch_execute(&format!("DELETE FROM card_oppositions WHERE sequence > {count}")).unwrap();
        let recent = recent(&mut db, Duration::from_secs(3600), at).unwrap();
        (recent.told.len(), recent.more, recent.told.first().map(|one| one.sequence))
    };
    assert_eq!(told(2000, 0), (500, 1500, Some(2000)));
    assert_eq!(told(2000, 700), (500, 800, Some(2000)), "those of the first 700 milliseconds are older");
    assert_eq!(told(2000, 1500), (500, 0, Some(2000)));
    assert_eq!(told(2000, 1999), (1, 0, Some(2000)));
    assert_eq!(told(2000, 2000), (0, 0, None));
    assert_eq!(told(501, 0), (500, 1, Some(501)));
    assert_eq!(told(500, 0), (500, 0, Some(500)));
}

const HOUR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(24 * 3600);

/// An opposition that ended these certificates at the same moment, each of which OCSP was seen to call revoked.
fn ended(db: &mut Database, sequence: i64, certificates: u32, at: Timestamp) {
    let millis = at.millis();
    db.batch_execute(&format!(
        "INSERT INTO card_oppositions (sequence, card_number, opposed_at)
             VALUES ({sequence}, printf('26%08d', {sequence}), {millis});"
    ))
    .unwrap();
    for certificate in 1..=certificates {
        let event = sequence * 100 + i64::from(certificate);
        db.batch_execute(&format!(
            "INSERT INTO card_certificates (issuer, serial, card_number, key_usage)
                 VALUES ('ACI-FO-PP', '1D{event}', printf('26%08d', {sequence}), 'authentication');
             INSERT INTO certificate_status_events (sequence, issuer, serial, event, reason, occurred_at)
                 VALUES ({event}, 'ACI-FO-PP', '1D{event}', 'revoked', 'keyCompromise', {millis});
             INSERT INTO coherence_sightings VALUES ('ocsp', 'ACI-FO-PP', '', {event}, {millis} + 1000);"
        ))
        .unwrap();
    }
}

#[test]
fn what_somebody_may_still_hold_an_answer_of_is_told_behind_newer_ones_that_nobody_asks_about() {
    let (_folder, mut db) = unguarded();
    let start = Timestamp::from_seconds(1_800_000_000);
    // A card that was opposed before it was certified stands before and behind each that had certificates.
    for (sequence, certificates) in [(1, 0), (2, 2), (3, 0), (4, 2), (5, 0)] {
        ended(&mut db, sequence, certificates, start.plus(HOUR * sequence as u32));
    }
    let mut told = |later: Duration| -> Vec<i64> {
        let recent = recent(&mut db, 8 * DAY, start.plus(later)).unwrap();
        recent.told.into_iter().map(|one| one.sequence).collect()
    };
    assert_eq!(told(6 * HOUR), [5, 4, 3, 2, 1]);
    assert_eq!(told(3 * DAY), [4, 2], "OCSP answers last eight days");
    assert_eq!(told(8 * DAY + 3 * HOUR), [4]);
    assert!(told(8 * DAY + 5 * HOUR).is_empty());
}

#[test]
fn an_answer_of_a_longer_life_is_counted_after_it_was_made_shorter() {
    let (_folder, mut db) = unguarded();
    let start = Timestamp::from_seconds(1_800_000_000);
    ended(&mut db, 1, 1, start);
    for (later, life) in [(Duration::ZERO, 8 * DAY), (DAY, HOUR)] {
        let request = store::RequestId("test".to_owned());
        let act = store::Act { at: start.plus(later), actor: store::Actor::Job("test"), request };
        crate::lifetimes::note_ocsp_lifetime(&mut db, life, &act).unwrap();
    }
    let recent = recent(&mut db, HOUR, start.plus(5 * DAY)).unwrap();
    let until = recent.told.first().expect("it is told of").last_good_until;
    assert_eq!(until, Some(start.plus(8 * DAY + Duration::from_secs(1))));
}
