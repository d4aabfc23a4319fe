//! The newest signed head of the audit tree, held against those that were recorded.

use ca_core::service_key::{self, Purpose};
use store::Timestamp;

use super::{Checks, Seen};
use crate::LookError;
use crate::difference::{Face, Kind};
use crate::readers::checkpoint::Checkpoint;
use crate::recorded;

const PLACE: &str = "/audit/checkpoint";

impl Checks<'_> {
    pub(super) fn checkpoint(&mut self) -> Result<(), LookError> {
        let keys = service_key::of_purpose(self.db, Purpose::Audit)?;
        let keys: Vec<Vec<u8>> = keys.into_iter().map(|key| key.public_key).collect();
        // Before the first head is signed nothing is served.
        if recorded::newest_head(self.db, Timestamp::from_millis(i64::MAX))?.is_none() {
            return Ok(());
        }
        let Some(octets) = self.fetch(Face::Checkpoint, PLACE) else { return Ok(()) };
        let head = match Checkpoint::read(&octets) {
            Ok(head) => head,
            Err(malformed) => {
                self.differences.add(Face::Checkpoint, PLACE, Kind::Unreadable, "", malformed.to_string());
                return Ok(());
            }
        };
        if !head.is_of(&keys) {
            let found = "is not signed by the key of the audit log";
            self.differences.add(Face::Checkpoint, PLACE, Kind::NotOurs, "", found);
            return Ok(());
        }
        let signed_at = Timestamp::from_millis(head.signed_at);
        self.is_not_ahead(Face::Checkpoint, PLACE, signed_at.seconds());
        self.seen.push(Seen {
            number: Some(head.size),
            this_update: Some(signed_at),
            ..Seen::of(PLACE, &octets)
        });
        // Read after it was fetched: each is recorded before it is published.
        match recorded::head(self.db, head.size)? {
            None => {
                let found = format!("no head of {} leaves was recorded", head.size);
                self.differences.add(Face::Checkpoint, PLACE, Kind::Unrecorded, "", found);
            }
            Some(recorded) if recorded.root_hash != head.root || recorded.signed_at != signed_at => {
                let found = format!("another head of {} leaves was recorded", head.size);
                self.differences.add(Face::Checkpoint, PLACE, Kind::Differs, "", found);
            }
            Some(_) => {}
        }
        let due = recorded::newest_head(self.db, self.at.minus(self.under_way()))?;
        if let Some(due) = due.filter(|due| due.tree_size > head.size) {
            let found = format!(
                "has {} leaves, and one of {} was signed {}",
                head.size, due.tree_size, due.signed_at
            );
            self.differences.add(Face::Checkpoint, PLACE, Kind::Stale, "", found);
        }
        Ok(())
    }
}
