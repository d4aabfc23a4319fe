//! The stream of oppositions, as a reader sees it who comes back.

use std::time::Duration;

use super::{Checks, Seen};
use crate::LookError;
use crate::difference::{Face, Kind};
use crate::fetch::{HERE, Stream};
use crate::readers::events;
use crate::recorded::Opposed;

const PLACE: &str = "/oppositions/events";

/// What was opposed a while ago comes at once, to whoever has not seen it.
const PATIENCE: Duration = Duration::from_secs(5);

/// The most that is read: what is asked for is a hundred events, of some 130 octets each, and what comes after them.
const MOST: u64 = 256 * 1024;

impl Checks<'_> {
    /// Comes back with the sequence before the oldest of these oppositions, which are the newest that must be there, and
    /// stays until the last of them has come. Where there is none, until the stream begins.
    pub(super) fn events(&mut self, due: &[Opposed]) -> Result<(), LookError> {
        let since = due.last().map_or(0, |oldest| oldest.sequence - 1);
        let newest = due.first().map_or(since, |newest| newest.sequence);
        let has_come = |octets: &[u8]| match events::read(octets) {
            Ok(events) if newest == since => !events.whole.is_empty(),
            Ok(events) => events.lines.iter().any(|line| line.sequence >= newest),
            Err(_) => true,
        };
        let wanted = Stream { path: PLACE, last_event_id: since, limit: MOST, patience: PATIENCE };
        let fetcher = self.fetcher;
        let octets = match self.silence.breaks(Face::List, HERE, || fetcher.stream(&wanted, has_come)) {
            Ok(octets) => octets,
            Err(error) => {
                self.differences.add(Face::List, PLACE, Kind::Unreachable, "", error.to_string());
                return Ok(());
            }
        };
        let events = match events::read(&octets) {
            Ok(events) => events,
            Err(malformed) => {
                self.differences.add(Face::List, PLACE, Kind::Unreadable, "", malformed.to_string());
                return Ok(());
            }
        };
        if events.whole.is_empty() {
            let found = format!("nothing came in {} seconds", PATIENCE.as_secs());
            self.differences.add(Face::List, PLACE, Kind::Missing, "", found);
        }
        let until = events.lines.iter().map(|line| line.sequence).max().unwrap_or(newest).max(newest);
        self.seen.push(Seen { number: Some(until), ..Seen::of(PLACE, events.whole) });
        self.lines(PLACE, &events.lines, (since, until))
    }
}
