use diesel::connection::SimpleConnection;

use super::tests::Server;

/// Two versions of a feed that a brake stopped.
const HELD_FEED: &str = "
    WITH versions (version) AS (VALUES (1), (2))
    INSERT INTO register_holds (feed, version, source, file_name, extracted_at, base, rows_read, living, added, changed,
        ceased, kept, reappeared, held_at, held_by)
    SELECT printf('%064d', 1), version, 'activities', 'x', 5, '', 1, 1, 0, 0, 1, 0, 0, 6, 'operator:x' FROM versions;";

/// A newer feed of its source.
const OVERTAKEN: &str = "
    INSERT INTO register_feeds (id, source, file_name, extracted_at, imported_at, status, sequence, rows_read, rows_rejected,
        speaks_of_absent)
    VALUES (printf('%064d', 2), 'activities', 'y', 7, 8, 'complete', 1, 1, 0, TRUE);";

/// One of another source of which a line could not be read, and one after it of which none.
const MUTE: [&str; 2] = [
    "INSERT INTO register_feeds (id, source, file_name, extracted_at, imported_at, status, sequence, rows_read, rows_rejected,
        speaks_of_absent)
     VALUES (printf('%064d', 3), 'mailboxes', 'z', 7, 8, 'complete', 2, 2, 1, FALSE);",
    "INSERT INTO register_feeds (id, source, file_name, extracted_at, imported_at, status, sequence, rows_read, rows_rejected,
        speaks_of_absent)
     VALUES (printf('%064d', 4), 'mailboxes', 'z', 9, 9, 'complete', 3, 1, 0, TRUE);",
];

#[test]
fn a_feed_that_was_put_aside_is_an_alarm_until_a_newer_one_is_complete() {
    let mut server = Server::start();
    let (_, metrics) = server.operations("/metrics");
    assert!(metrics.contains("igc_register_feeds_held 0"), "{metrics}");
    server.world.db.batch_execute(HELD_FEED).unwrap();
    let (_, metrics) = server.operations("/metrics");
    assert!(metrics.contains("igc_register_feeds_held 1"), "one feed, whatever its versions: {metrics}");
    let held = "[!] register: 1 feeds are put aside, see igc registry held\nready\n";
    assert_eq!(server.operations("/readyz"), (200, held.to_owned()), "no reason to send anybody away");
    server.world.db.batch_execute(OVERTAKEN).unwrap();
    assert_eq!(server.operations("/readyz"), (200, "ready\n".to_owned()));
}

#[test]
fn a_feed_that_does_not_say_who_has_left_is_an_alarm_until_one_of_its_source_does() {
    let mut server = Server::start();
    server.world.db.batch_execute(OVERTAKEN).unwrap();
    for (feed, mute) in MUTE.into_iter().zip([1, 0]) {
        server.world.db.batch_execute(feed).unwrap();
        let (_, metrics) = server.operations("/metrics");
        assert!(metrics.contains(&format!("igc_register_feeds_mute {mute}")), "{metrics}");
        let alarm = "[!] register: 1 feeds do not say who has left, see igc doctor\n".repeat(mute);
        assert_eq!(server.operations("/readyz"), (200, format!("{alarm}ready\n")));
    }
}
