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
