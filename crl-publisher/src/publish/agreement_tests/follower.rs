//! Who follows oppositions: by the changes that the status role answers with, by their stream, and off line.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use opposition_list_reader::{Answer, CompactList};
use serde_json::Value;
use store::Timestamp;

use super::Opposition;
use super::client::opposition;
use super::status_role::StatusRole;

/// Longer than a stream waits before it looks again.
const PATIENCE: Duration = Duration::from_secs(20);

/// Asks for the changes since what he knows, and hears the stream from its beginning on.
pub(super) struct Follower {
    /// By changes, in the order in which they came.
    known: Vec<Opposition>,
    stream: TcpStream,
    heard: String,
}

impl Follower {
    /// Of this status role.
    pub(super) fn of(status: &StatusRole) -> Self {
        let mut stream = TcpStream::connect(&status.public).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.write_all(b"GET /oppositions/events?since=0 HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
        Self { known: Vec::new(), stream, heard: String::new() }
    }

    /// These cards were opposed in this order: by changes and by the stream, neither more nor fewer.
    pub(super) fn knows(&mut self, status: &StatusRole, opposed: &[Opposition]) {
        let new = changes(status, self.known.len());
        self.known.extend(new);
        assert_eq!(self.known, opposed, "by changes since the last");
        assert_eq!(changes(status, 0), opposed, "by changes since the beginning");
        let started = Instant::now();
        while self.told().len() < opposed.len() {
            assert!(started.elapsed() < PATIENCE, "{opposed:?}, and the stream has told {}", self.heard);
            let mut octets = [0; 4096];
            let read = self.stream.read(&mut octets).unwrap();
            assert!(read > 0, "the stream ended: {}", self.heard);
            self.heard.push_str(std::str::from_utf8(&octets[..read]).unwrap());
        }
        assert_eq!(self.told(), opposed, "by the stream");
    }

    /// The cards of whole events, in the order in which they came.
    fn told(&self) -> Vec<Opposition> {
        let end = self.heard.rfind("\n\n").unwrap_or(0);
        let data = self.heard[..end].lines().filter_map(|line| line.strip_prefix("data: "));
        data.map(|data| opposition(&serde_json::from_str(data).unwrap())).collect()
    }
}

/// The cards after a sequence; here each is the one before and one.
fn changes(status: &StatusRole, since: usize) -> Vec<Opposition> {
    let body = status.get(&format!("/oppositions/changes?since={since}")).unwrap();
    let changes: Value = serde_json::from_slice(&body).unwrap();
    let oppositions = changes["oppositions"].as_array().unwrap_or_else(|| panic!("{changes}"));
    let sequence = since + oppositions.len();
    assert_eq!((&changes["sequence"], &changes["more"]), (&sequence.into(), &false.into()), "{changes}");
    let numbered = oppositions.iter().zip(since + 1..);
    numbered.for_each(|(one, sequence)| assert_eq!(one["sequence"], sequence));
    oppositions.iter().map(opposition).collect()
}

/// When the compact list was made, and whether each of these cards is opposed on it; nothing of one that it does not
/// cover.
pub(super) fn on_compact_list(
    status: &StatusRole,
    cards: impl Iterator<Item = u64>,
) -> (Timestamp, BTreeMap<u64, bool>) {
    let octets = status.get("/oppositions/full.bin").unwrap();
    let list = CompactList::read(&octets).unwrap();
    let covered = cards.filter_map(|card| match list.answer(card) {
        Answer::Opposed => Some((card, true)),
        Answer::NotOpposed => Some((card, false)),
        Answer::NotCovered => None,
    });
    (Timestamp::from_seconds(list.produced_at().cast_signed()), covered.collect())
}
