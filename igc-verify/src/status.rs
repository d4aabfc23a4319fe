//! What the status log and the leaves say of a certificate after its issuance, beside where its record says that it stands.

use serde::Deserialize;

/// A line of `status_events.jsonl`.
#[derive(Clone, Debug, Deserialize)]
pub struct StatusEvent {
    pub sequence: u64,
    pub issuer: String,
    pub serial: String,
    /// `revoked`, `held` or `released`.
    event: String,
    reason: String,
    /// Milliseconds.
    occurred_at: i64,
    /// Of a revocation: since when it had been held.
    since: Option<i64>,
}

/// What a leaf says of its status event: the reason alone, where it was written before it said more.
#[derive(Debug, Deserialize)]
pub struct Told {
    reason: String,
    sequence: Option<u64>,
    at: Option<i64>,
    since: Option<i64>,
}

impl Told {
    pub fn is_numbered(&self) -> bool {
        self.sequence.is_some()
    }

    fn is_of(&self, event: &StatusEvent) -> bool {
        let whole = (self.sequence, self.at, self.since)
            == (Some(event.sequence), Some(event.occurred_at), event.since);
        self.reason == event.reason && (whole || self.sequence.is_none())
    }
}

/// What a certificate's own record says of its status, beside the word.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct Standing {
    revoked_at: Option<i64>,
    revocation_reason: Option<String>,
    held_since: Option<i64>,
}

/// The record, the status events by their number, each with whether a leaf has told of it, and how often the leaves said the
/// rest.
#[derive(Debug, Default)]
pub struct Status {
    word: String,
    standing: Standing,
    events: Vec<(StatusEvent, bool)>,
    /// How many of them, from the first, have been told of without a gap.
    told: usize,
    signing: u64,
    abandoned: u64,
}

impl Status {
    pub fn of(word: &str, standing: Standing) -> Self {
        Self { word: word.to_owned(), standing, ..Self::default() }
    }

    pub fn event(&mut self, event: StatusEvent) {
        self.events.push((event, false));
    }

    pub fn signing(&mut self) {
        self.signing += 1;
    }

    pub fn abandoned(&mut self) {
        self.abandoned += 1;
    }

    /// A leaf of a status event: of the one whose number it says. One that was written before they said it is of the first that
    /// no leaf has told of yet, so that leaves in another order than their events are found.
    pub fn told(&mut self, change: &str, told: &Told) -> Result<(), String> {
        while self.events.get(self.told).is_some_and(|(_, seen)| *seen) {
            self.told += 1;
        }
        let place = match told.sequence {
            None => Some(self.told),
            Some(number) => self.events.binary_search_by_key(&number, |(event, _)| event.sequence).ok(),
        };
        let next = place.and_then(|place| self.events.get_mut(place));
        let its = next.filter(|(event, seen)| !seen && event.event == change && told.is_of(event));
        let (_, seen) = its.ok_or(format!("no status event is what its {change} leaf recorded"))?;
        *seen = true;
        Ok(())
    }

    /// What does not hold, after the last leaf.
    pub fn conclude(&self, is_there: bool) -> Vec<String> {
        let untold = self.events.iter().filter(|(_, seen)| !seen);
        let untold = untold.map(|(event, _)| format!("no leaf tells of its status event {}", event.sequence));
        let checks = [self.check_order(), self.check_word(is_there), self.check_standing()];
        untold.chain(checks.into_iter().filter_map(Result::err)).collect()
    }

    /// Nothing follows a revocation, and only what is held is released.
    fn check_order(&self) -> Result<(), String> {
        let mut before = "released";
        for (event, _) in &self.events {
            match (before, event.event.as_str()) {
                ("released", "held" | "revoked") | ("held", "released" | "revoked") => before = &event.event,
                (_, change) => {
                    return Err(format!("its status event {} says {change} where it cannot", event.sequence));
                }
            }
        }
        Ok(())
    }

    /// Date and reason of the record are those of the last event: nothing follows a revocation.
    fn check_standing(&self) -> Result<(), String> {
        let mut by_log = Standing::default();
        match self.events.last() {
            Some((event, _)) if event.event == "revoked" => {
                by_log.revoked_at = Some(event.since.unwrap_or(event.occurred_at));
                by_log.revocation_reason = Some(event.reason.clone());
            }
            Some((event, _)) if event.event == "held" => by_log.held_since = Some(event.occurred_at),
            _ => {}
        }
        if self.standing == by_log {
            return Ok(());
        }
        Err("date or reason of its status are not those of its last status event".to_owned())
    }

    /// Whether its word is what the leaves and its last status event lead to, of a certificate that is there or is not: what was
    /// never sent to be signed is intended or abandoned, what was sent and is not there stays or is revoked, and was never held.
    /// (That a certificate that is there was sent and issued is told by its own leaves.)
    fn check_word(&self, is_there: bool) -> Result<(), String> {
        let (signing, abandoned) = (self.signing, self.abandoned);
        let last = self.events.last().map(|(event, _)| event.event.as_str());
        let holds = match (self.word.as_str(), is_there) {
            ("good", true) => abandoned == 0 && matches!(last, None | Some("released")),
            ("held", true) => abandoned == 0 && last == Some("held"),
            ("revoked", true) => abandoned == 0 && last == Some("revoked"),
            ("revoked", false) => {
                (signing, abandoned) == (1, 0) && self.events.len() == 1 && last == Some("revoked")
            }
            ("intended", false) => (signing, abandoned, last) == (0, 0, None),
            ("abandoned", false) => (signing, abandoned, last) == (0, 1, None),
            ("signing", false) => (signing, abandoned, last) == (1, 0, None),
            _ => false,
        };
        if holds {
            return Ok(());
        }
        let (word, there) = (&self.word, if is_there { "there" } else { "not there" });
        let last = last.unwrap_or("nothing");
        Err(format!(
            "it is {word} and {there}, its leaves say signing {signing} and abandoned {abandoned} times, and its last status event {last}"
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WORDS: [&str; 7] = ["intended", "signing", "good", "held", "revoked", "abandoned", "gone"];

    /// The words that a certificate may stand under after these leaves and status events.
    fn after(actions: &[&str], is_there: bool) -> Vec<&'static str> {
        let count = |action| actions.iter().filter(|one| **one == action).count() as u64;
        let changes = actions.iter().filter(|action| ["held", "released", "revoked"].contains(action));
        let events = changes.zip(1..).map(|(change, n)| (event(n, change, 5), true)).collect::<Vec<_>>();
        let after = |word: &str| Status {
            signing: count("signing"),
            abandoned: count("abandoned"),
            events: events.iter().map(|(line, seen)| (line.clone(), *seen)).collect(),
            ..Status::of(word, Standing::default())
        };
        let holds = |status: Status| status.check_word(is_there).and(status.check_order()).is_ok();
        WORDS.into_iter().filter(|word| holds(after(word))).collect()
    }

    #[test]
    fn a_certificate_stands_where_its_leaves_lead() {
        for (actions, word) in [
            (&["signing"][..], Some("good")),
            (&["signing", "held", "released"], Some("good")),
            (&["signing", "held", "released", "held"], Some("held")),
            (&["signing", "held"], Some("held")),
            (&["signing", "revoked"], Some("revoked")),
            (&["signing", "held", "revoked"], Some("revoked")),
            (&["signing", "held", "released", "revoked"], Some("revoked")),
            (&["signing", "released"], None),
            (&["signing", "held", "held"], None),
            (&["signing", "revoked", "revoked"], None),
            (&["signing", "revoked", "held"], None),
            (&["signing", "revoked", "held", "released"], None),
            (&["signing", "released", "held"], None),
            (&["abandoned"], None),
        ] {
            assert_eq!(after(actions, true), Vec::from_iter(word), "there, after {actions:?}");
        }
        for (actions, word) in [
            (&[][..], Some("intended")),
            (&["abandoned"], Some("abandoned")),
            (&["signing"], Some("signing")),
            (&["signing", "revoked"], Some("revoked")),
            (&["revoked"], None),
            (&["signing", "abandoned"], None),
            (&["signing", "held"], None),
            (&["signing", "held", "revoked"], None),
            (&["signing", "signing"], None),
        ] {
            assert_eq!(after(actions, false), Vec::from_iter(word), "not there, after {actions:?}");
        }
    }

    fn event(sequence: u64, event: &str, at: i64) -> StatusEvent {
        let reason = if event == "held" { "certificateHold" } else { "keyCompromise" };
        let line = serde_json::json!({
            "sequence": sequence, "issuer": "ACI", "serial": "1", "event": event, "reason": reason, "occurred_at": at,
        });
        serde_json::from_value(line).unwrap()
    }

    fn told(payload: serde_json::Value) -> Told {
        serde_json::from_value(payload).unwrap()
    }

    #[test]
    fn a_status_event_is_what_its_leaf_recorded_and_the_record_says_the_same() {
        let standing = Standing {
            revoked_at: Some(5),
            revocation_reason: Some("keyCompromise".to_owned()),
            held_since: None,
        };
        let whole = |sequence, at| {
            told(
                serde_json::json!({"reason": "keyCompromise", "sequence": sequence, "at": at, "since": null}),
            )
        };
        let before = told(serde_json::json!({"reason": "keyCompromise"}));
        let after = |told: &Told, standing: &Standing| {
            let mut status = Status::of("revoked", standing.clone());
            status.signing();
            status.event(event(7, "revoked", 5));
            (status.told("revoked", told).is_ok(), status.conclude(true))
        };
        for leaf in [whole(7, 5), before] {
            assert_eq!(after(&leaf, &standing), (true, Vec::new()), "{leaf:?}");
        }
        let other = told(serde_json::json!({"reason": "superseded"}));
        for leaf in [whole(8, 5), whole(7, 6), other] {
            let untold = vec!["no leaf tells of its status event 7".to_owned()];
            assert_eq!(after(&leaf, &standing), (false, untold), "{leaf:?}");
        }
        for altered in [
            Standing { revoked_at: Some(6), ..standing.clone() },
            Standing { revocation_reason: None, ..standing.clone() },
            Standing { held_since: Some(5), ..standing },
        ] {
            assert_eq!(after(&whole(7, 5), &altered).1.len(), 1, "{altered:?}");
        }
    }

    fn reason_of(change: &str) -> &'static str {
        if change == "held" { "certificateHold" } else { "keyCompromise" }
    }

    /// What is found of a certificate of this word, with these status events, after leaves of before in this order.
    fn after_leaves_of_before(word: &str, events: &[&str], leaves: &[&str]) -> Vec<String> {
        let at = events.len() as i64;
        let standing = match word {
            "revoked" => Standing {
                revoked_at: Some(at),
                revocation_reason: Some("keyCompromise".to_owned()),
                held_since: None,
            },
            "held" => Standing { held_since: Some(at), ..Standing::default() },
            _ => Standing::default(),
        };
        let mut status = Status::of(word, standing);
        status.signing();
        for (change, n) in events.iter().zip(1..) {
            status.event(event(n, change, n as i64));
        }
        let told =
            |change: &&str| status.told(change, &told(serde_json::json!({"reason": reason_of(change)})));
        let mut found: Vec<String> = leaves.iter().map(told).filter_map(Result::err).collect();
        found.extend(status.conclude(true));
        found
    }

    #[test]
    fn leaves_of_before_stand_in_the_order_of_their_events_and_the_last_says_how_it_stands() {
        let (held, released, revoked) = ("held", "released", "revoked");
        for (word, events) in [
            ("good", &[][..]),
            ("good", &[held, released]),
            ("held", &[held, released, held]),
            ("revoked", &[held, released, revoked]),
            ("revoked", &[held, revoked]),
        ] {
            assert_eq!(after_leaves_of_before(word, events, events), [""; 0], "{word}: {events:?}");
        }
        for (word, events, leaves, least) in [
            // The leaves stand otherwise than the events, by which it would be held, or free.
            ("held", &[released, held][..], &[held, released][..], "no status event is what its held leaf"),
            ("revoked", &[held, revoked], &[revoked, held], "no status event is what its revoked leaf"),
            ("revoked", &[held, released, revoked], &[held, revoked, released], "is what its revoked leaf"),
            // Something follows a revocation.
            ("held", &[revoked, held], &[revoked, held], "its status event 2 says held where it cannot"),
            ("revoked", &[revoked, held], &[revoked, held], "its status event 2 says held where it cannot"),
            // The last one is gone from both, and the record says what it was; or from one of them.
            ("revoked", &[held], &[held], "and its last status event held"),
            ("revoked", &[held, revoked], &[held], "no leaf tells of its status event 2"),
            ("revoked", &[held], &[held, revoked], "no status event is what its revoked leaf recorded"),
            ("held", &[held, released], &[held, released], "it is held and there"),
            // It is good, and held.
            ("good", &[held], &[held], "it is good and there"),
            ("good", &[held, released, held], &[held, released, held], "and its last status event held"),
        ] {
            let found = after_leaves_of_before(word, events, leaves);
            assert!(
                found.iter().any(|what| what.contains(least)),
                "{word}: {events:?} {leaves:?}: {found:?}"
            );
        }
    }

    #[test]
    fn no_event_is_told_of_twice_and_a_leaf_that_says_its_number_is_of_that_one() {
        let mut status = Status::of("held", Standing { held_since: Some(9), ..Standing::default() });
        for line in [event(1, "held", 3), event(3, "released", 4), event(4, "held", 9)] {
            status.event(line);
        }
        let before = told(serde_json::json!({"reason": "certificateHold"}));
        let since = told(serde_json::json!({"reason": "certificateHold", "sequence": 4, "at": 9}));
        assert!(status.told("held", &since).is_ok(), "also where it stands before another's");
        assert!(status.told("held", &before).is_ok());
        assert!(status.told("held", &since).is_err() && status.told("held", &before).is_err());
        assert!(status.told("revoked", &told(serde_json::json!({"reason": "keyCompromise"}))).is_err());
    }
}
