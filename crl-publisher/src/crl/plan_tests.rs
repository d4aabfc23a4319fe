//! What the database does for the rows of a CRL.

use diesel::prelude::*;
use diesel::query_builder::QueryFragment;
use diesel::sqlite::Sqlite;
use store::Timestamp;
use store::schema::{certificate_status_events, certificates};

use super::entries::{by_log_alone, by_state_alone, of_shard};
use super::entry_dates::shown_after;
use super::record::{cuts, ending_after, numbers};
use crate::fixture::World;
use crate::status::tests::plan;

fn planned(query: &impl QueryFragment<Sqlite>) -> String {
    let text = diesel::debug_query::<Sqlite, _>(query).to_string();
    let (sql, _) = text.split_once(" -- binds").unwrap();
    plan(&mut World::new().db, sql)
}

#[test]
fn the_state_and_the_log_of_a_crl_are_each_read_from_an_index_alone_and_nothing_is_sorted() {
    let state = by_state_alone("A", "B").select((
        certificates::serial,
        certificates::revoked_at,
        certificates::revocation_reason,
        certificates::not_after,
    ));
    let found = planned(&state);
    assert_eq!(
        found.trim(),
        "SEARCH certificates USING COVERING INDEX certificates_revoked (issuer=? AND serial>?)"
    );
    let log = by_log_alone("A", 7, "B").select((
        certificate_status_events::serial,
        certificate_status_events::sequence,
        certificate_status_events::reason,
        certificate_status_events::occurred_at,
        certificate_status_events::since,
    ));
    let found = planned(&log);
    let index = "COVERING INDEX certificate_status_events_revocations (issuer=? AND serial>?)";
    assert_eq!(found.trim(), format!("SEARCH certificate_status_events USING {index}"));
}

#[test]
fn each_certificate_of_a_shard_finds_its_event_in_an_index_and_nothing_is_sorted() {
    let found = planned(&of_shard("A", 1, 7, "B").select(certificates::serial));
    assert!(found.contains("certificates_by_shard (issuer=? AND shard=? AND serial>?)"), "{found}");
    assert!(found.contains("certificate_status_events_revocations (issuer=? AND serial=?"), "{found}");
    assert!(!found.contains("TEMP B-TREE"), "{found}");
}

#[test]
fn what_a_crl_asks_of_those_before_it_is_read_out_of_indexes() {
    for (query, expected) in [
        (
            planned(&ending_after("A", "all", world_time())),
            "INDEX crls_by_end (issuer=? AND scope=? AND kind=? AND next_update>?)",
        ),
        (
            planned(&shown_after("A", "all", 7)),
            "COVERING INDEX crls_by_cut (issuer=? AND scope=? AND log_sequence>?)",
        ),
        (planned(&cuts("A", "all")), "COVERING INDEX crls_by_cut (issuer=? AND scope=?)"),
        (
            planned(&numbers("A", "all", "full")),
            "COVERING INDEX sqlite_autoindex_crls_1 (issuer=? AND scope=? AND kind=?)",
        ),
    ] {
        assert_eq!(query.trim(), format!("SEARCH crls USING {expected}"));
    }
}

fn world_time() -> Timestamp {
    Timestamp::from_seconds(1_800_000_000)
}
