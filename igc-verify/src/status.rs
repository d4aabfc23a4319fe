//! What the status log and the leaves say of a certificate after its issuance, beside where its record says that it stands.

use serde::Deserialize;

/// A line of `status_events.jsonl`.
#[derive(Debug, Deserialize)]
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

/// The record, the status events by their number, each with whether a leaf has told of it, and how often the leaves said
/// what. Counted, not ordered: of leaves that wait for their place the order is not known.
#[derive(Debug, Default)]
pub struct Status {
    word: String,
    standing: Standing,
    events: Vec<(StatusEvent, bool)>,
    signing: u64,
    abandoned: u64,
    revoked: u64,
    held: u64,
    released: u64,
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

    /// A leaf of a status event.
    pub fn told(&mut self, change: &str, told: &Told) -> Result<(), String> {
        match change {
            "revoked" => self.revoked += 1,
            "held" => self.held += 1,
            _ => self.released += 1,
        }
        let its =
            |(event, seen): &&mut (StatusEvent, bool)| !seen && event.event == change && told.is_of(event);
        let event = self.events.iter_mut().find(its);
        let (_, seen) = event.ok_or(format!("no status event is what its {change} leaf recorded"))?;
        *seen = true;
        Ok(())
    }

    /// What does not hold, after the last leaf.
    pub fn conclude(&self, is_there: bool) -> Vec<String> {
        let untold = self.events.iter().filter(|(_, seen)| !seen);
        let untold = untold.map(|(event, _)| format!("no leaf tells of its status event {}", event.sequence));
        let checks = [self.check_word(is_there), self.check_standing()];
        untold.chain(checks.into_iter().filter_map(Result::err)).collect()
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

    /// Whether its word is what the leaves lead to, of a certificate that is there or is not: what was never sent to be signed is
    /// intended or abandoned, what was sent and is not there stays or is revoked; nothing un-revokes, and only what is
    /// held is released. (That a certificate that is there was sent and issued is told by its own leaves.)
    fn check_word(&self, is_there: bool) -> Result<(), String> {
        let Self { signing, abandoned, revoked, held, released, .. } = *self;
        let status = self.word.as_str();
        let (is_held, is_free) = (held == released + 1, held == released);
        let holds = match (is_there, status) {
            (true, "good") => (abandoned, revoked) == (0, 0) && is_free,
            (true, "held") => (abandoned, revoked) == (0, 0) && is_held,
            (true, "revoked") => (abandoned, revoked) == (0, 1) && (is_held || is_free),
            (false, _) if (held, released) != (0, 0) => false,
            (false, "intended") => (signing, abandoned, revoked) == (0, 0, 0),
            (false, "abandoned") => (signing, abandoned, revoked) == (0, 1, 0),
            (false, "signing") => (signing, abandoned, revoked) == (1, 0, 0),
            (false, "revoked") => (signing, abandoned, revoked) == (1, 0, 1),
            _ => false,
        };
        if holds {
            return Ok(());
        }
        let there = if is_there { "there" } else { "not there" };
        Err(format!(
            "it is {status} and {there}, and its leaves say signing {signing}, abandoned {abandoned}, revoked {revoked}, held {held} and released {released} times"
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WORDS: [&str; 7] = ["intended", "signing", "good", "held", "revoked", "abandoned", "gone"];

    /// The words that a certificate may stand under after these leaves.
    fn after(actions: &[&str], is_there: bool) -> Vec<&'static str> {
        let count = |action| actions.iter().filter(|one| **one == action).count() as u64;
        let after = |word: &str| Status {
            signing: count("signing"),
            abandoned: count("abandoned"),
            revoked: count("revoked"),
            held: count("held"),
            released: count("released"),
            ..Status::of(word, Standing::default())
        };
        WORDS.into_iter().filter(|word| after(word).check_word(is_there).is_ok()).collect()
    }

    #[test]
    fn a_certificate_stands_where_its_leaves_lead() {
        for (actions, word) in [
            (&["signing"][..], Some("good")),
            (&["signing", "held", "released"], Some("good")),
            (&["signing", "held"], Some("held")),
            (&["signing", "revoked"], Some("revoked")),
            (&["signing", "held", "revoked"], Some("revoked")),
            (&["signing", "held", "released", "revoked"], Some("revoked")),
            (&["signing", "released"], None),
            (&["signing", "held", "held"], None),
            (&["signing", "revoked", "revoked"], None),
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

    #[test]
    fn a_leaf_of_before_takes_the_first_event_of_its_sort_and_no_event_twice() {
        let mut status = Status::of("held", Standing { held_since: Some(9), ..Standing::default() });
        status.signing();
        for line in [event(1, "held", 3), event(4, "held", 9)] {
            status.event(line);
        }
        let before = told(serde_json::json!({"reason": "certificateHold"}));
        let since = told(serde_json::json!({"reason": "certificateHold", "sequence": 4, "at": 9}));
        assert!(status.told("held", &before).is_ok() && status.told("held", &since).is_ok());
        assert!(status.told("held", &since).is_err() && status.told("held", &before).is_err());
        assert!(status.told("revoked", &told(serde_json::json!({"reason": "keyCompromise"}))).is_err());
    }
}
