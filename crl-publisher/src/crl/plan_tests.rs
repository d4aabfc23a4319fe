//! What the database does for the rows of a CRL.

use diesel::prelude::*;
use store::schema::certificates;

use super::entries::following;
use crate::fixture::World;
use crate::status::tests::plan;

#[test]
fn each_certificate_of_a_crl_finds_its_event_in_an_index_and_nothing_is_sorted() {
    let mut world = World::new();
    let rows = following("A", 7, "B").select(certificates::serial).limit(3);
    let text = diesel::debug_query::<diesel::sqlite::Sqlite, _>(&rows).to_string();
    let (sql, _) = text.split_once(" -- binds").unwrap();
    let found = plan(&mut world.db, sql);
    assert!(found.contains("certificate_status_events_revoke_once (issuer=? AND serial=?)"), "{found}");
    assert!(!found.contains("TEMP B-TREE"), "{found}");
}
