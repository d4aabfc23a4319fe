//! Reads the opposition list, in CSV and JSON, as its documentation describes it (docs/opposition-lists.md).

use serde::Deserialize;
use store::Timestamp;

use super::der::Malformed;

/// The newest sequence, and every line.
#[derive(Debug)]
pub struct List<'a> {
    /// The newest sequence; zero where no card is opposed.
    pub sequence: i64,
    /// Until when, where it says so.
    pub next_update: Option<Timestamp>,
    /// What stands on it, in the order it stands there.
    pub lines: Vec<Line<'a>>,
}

/// A card that is opposed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Line<'a> {
    /// Its place.
    pub sequence: i64,
    /// Its number.
    pub card_number: &'a str,
    /// Since when, RFC 3339.
    pub opposed_at: &'a str,
}

const HEADER: &str = "sequence;card_number;opposed_at";

/// `full.csv`, and the pages of the changes in that form.
pub fn csv(octets: &[u8]) -> Result<List<'_>, Malformed> {
    let text = std::str::from_utf8(octets).map_err(|_| Malformed("text"))?;
    let mut lines = text.lines();
    if lines.next() != Some(HEADER) {
        return Err(Malformed("CSV with the header of the list"));
    }
    let mut read = Vec::new();
    for line in lines {
        let mut fields = line.split(';');
        let (Some(sequence), Some(card_number), Some(opposed_at), None) =
            (fields.next(), fields.next(), fields.next(), fields.next())
        else {
            return Err(Malformed("CSV of three fields a line"));
        };
        let sequence = sequence.parse().map_err(|_| Malformed("CSV with a number first"))?;
        read.push(Line { sequence, card_number, opposed_at });
    }
    Ok(List { sequence: read.last().map_or(0, |line| line.sequence), next_update: None, lines: read })
}

/// `full.json`.
pub fn json(octets: &[u8]) -> Result<List<'_>, Malformed> {
    #[derive(Deserialize)]
    struct Document<'a> {
        sequence: i64,
        next_update: Timestamp,
        #[serde(borrow)]
        oppositions: Vec<Line<'a>>,
    }
    let Document { sequence, next_update, oppositions } =
        serde_json::from_slice(octets).map_err(|_| Malformed("the list in JSON"))?;
    Ok(List { sequence, next_update: Some(next_update), lines: oppositions })
}

/// `changes?since=N`, and a page of the changes in JSON.
pub fn changes(octets: &[u8]) -> Result<List<'_>, Malformed> {
    #[derive(Deserialize)]
    struct Document<'a> {
        sequence: i64,
        #[serde(borrow)]
        oppositions: Vec<Line<'a>>,
    }
    let Document { sequence, oppositions } =
        serde_json::from_slice(octets).map_err(|_| Malformed("changes in JSON"))?;
    Ok(List { sequence, next_update: None, lines: oppositions })
}
