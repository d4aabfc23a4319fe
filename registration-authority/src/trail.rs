//! Reading the audit trail. Who reads it is recorded in it: what was asked for is an event of its own, committed before the
//! answer is read.

use rand_core::CryptoRng;
use serde_json::{Value, json};
use store::audit::export::ExportedEvent;
use store::audit::search::{self, Filter, Found};
use store::audit::{self, Event};
use store::{Act, Database};

use crate::officers::{self, NotAuthorised, Right};

/// Events on a page.
pub const PAGE: usize = 50;

/// Most events of a selection that is taken away: each has a proof of its own, which reads some thousand hashes.
pub const SELECTION: usize = 1000;

/// What readings are about.
const SUBJECT: &str = "audit log";

/// A page of the events that fit, older than the one `after`, the newest first.
pub fn search(
    db: &mut Database,
    filter: &Filter,
    after: Option<&str>,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<Found, NotAuthorised> {
    note(db, "audit-reading.searched", asked(filter, after), rng, act)?;
    Ok(search::page(db, filter, after, PAGE)?)
}

/// One event, without its payload; none where there is none of this identifier.
pub fn leaf(
    db: &mut Database,
    id: &str,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<Option<ExportedEvent>, NotAuthorised> {
    officers::require(db, Right::ReadTrail, act)?;
    let Some(event) = search::find(db, id)? else { return Ok(None) };
    note(db, "audit-reading.leaf", json!({ "event": event.id }), rng, act)?;
    Ok(Some(event))
}

/// The newest events that fit, to be taken away; where there are more, behind which one they go on.
pub fn select(
    db: &mut Database,
    filter: &Filter,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<Found, NotAuthorised> {
    note(db, "audit-reading.exported", asked(filter, None), rng, act)?;
    Ok(search::page(db, filter, None, SELECTION)?)
}

/// What was asked for, as it is recorded.
fn asked(filter: &Filter, after: Option<&str>) -> Value {
    let Filter { action, actor, subject, from, before } = filter;
    json!({ "action": action, "actor": actor, "subject": subject, "from": from, "before": before, "after": after })
}

fn note(
    db: &mut Database,
    action: &'static str,
    payload: Value,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<(), NotAuthorised> {
    db.write(|db| {
        officers::require(db, Right::ReadTrail, act)?;
        audit::record(db, Event { action, subject: SUBJECT.to_owned(), payload }, rng, act)?;
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use diesel::prelude::*;
    use store::schema::{audit_events, audit_payloads};

    use super::*;
    use crate::testing::*;

    /// Every reading that is recorded: action, actor, payload.
    fn readings(house: &mut House) -> Vec<(String, String, String)> {
        audit_events::table
            .inner_join(audit_payloads::table)
            .filter(audit_events::action.like("audit-reading.%"))
            .order(audit_events::id)
            .select((audit_events::action, audit_events::actor, audit_payloads::payload))
            .load(&mut house.db)
            .unwrap()
    }

    #[test]
    fn only_an_auditor_reads_the_trail_and_each_of_his_readings_stands_in_it() {
        let mut house = House::new();
        let filter = Filter { action: Some("officer.".to_owned()), ..Filter::default() };
        for login in ["alice", "rita", "admin", "agent"] {
            let act = house.officer(login);
            let House { db, rng, .. } = &mut house;
            assert_eq!(code(search(db, &filter, None, rng, &act)), "reading-not-allowed", "{login}");
            assert_eq!(code(leaf(db, "x", rng, &act)), "reading-not-allowed", "{login}");
            assert_eq!(code(select(db, &filter, rng, &act)), "reading-not-allowed", "{login}");
        }
        assert_eq!(readings(&mut house), []);
        let act = house.officer("audrey");
        let House { db, rng, .. } = &mut house;
        let found = search(db, &filter, None, rng, &act).unwrap();
        assert!(found.events.iter().all(|event| event.action.starts_with("officer.")));
        assert_eq!(leaf(db, "nothing", rng, &act).unwrap().map(|event| event.id), None);
        let id = found.events[0].id.clone();
        assert_eq!(leaf(db, &id, rng, &act).unwrap().unwrap().id, id);
        assert_eq!(select(db, &filter, rng, &act).unwrap().events.len(), found.events.len());
        let read = readings(&mut house);
        let actions: Vec<_> = read.iter().map(|(action, ..)| action.as_str()).collect();
        assert_eq!(actions.len(), 3, "what does not exist was not read: {read:?}");
        assert!(read.iter().all(|(_, actor, _)| actor == "officer:audrey"), "{read:?}");
        assert!(read.iter().any(|(action, _, payload)| action == "audit-reading.searched"
            && payload.contains("\"action\":\"officer.\"")));
        assert!(read.iter().any(|(_, _, payload)| payload.contains(&id)));
    }
}
