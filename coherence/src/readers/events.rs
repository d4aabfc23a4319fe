//! Reads the stream of oppositions, server-sent events (WHATWG HTML, "Server-sent events"), as its documentation
//! describes it (docs/opposition-lists.md).

use super::der::Malformed;
use super::list::Line;

/// As much of a stream as has come.
#[derive(Debug)]
pub struct Events<'a> {
    /// The oppositions that it has told, in the order in which they came.
    pub lines: Vec<Line<'a>>,
    /// What was read: whole events and comments, without one that is still coming.
    pub whole: &'a [u8],
}

/// The events that have come whole. The id of each is the sequence in its data, from which a reader who comes back
/// goes on.
pub fn read(octets: &[u8]) -> Result<Events<'_>, Malformed> {
    let end = octets.windows(2).rposition(|pair| pair == b"\n\n").map_or(0, |at| at + 2);
    let whole = &octets[..end];
    let text = std::str::from_utf8(whole).map_err(|_| Malformed("text"))?;
    let mut lines = Vec::new();
    for event in text.split_terminator("\n\n") {
        lines.extend(opposition(event)?);
    }
    Ok(Events { lines, whole })
}

/// What one event tells; nothing where it is a comment, or says how long to wait before coming back.
fn opposition(event: &str) -> Result<Option<Line<'_>>, Malformed> {
    let (mut id, mut kind, mut data) = (None, None, None);
    for line in event.lines().filter(|line| !line.starts_with(':')) {
        let (field, value) = line.split_once(": ").ok_or(Malformed("a field of an event"))?;
        let known = match field {
            "id" => &mut id,
            "event" => &mut kind,
            "data" => &mut data,
            "retry" => continue,
            _ => return Err(Malformed("a field of an event")),
        };
        if known.replace(value).is_some() {
            return Err(Malformed("an event that says each thing once"));
        }
    }
    if (id, kind, data) == (None, None, None) {
        return Ok(None);
    }
    let (Some(id), Some("opposition"), Some(data)) = (id, kind, data) else {
        return Err(Malformed("an opposition with its id"));
    };
    let line: Line<'_> = serde_json::from_str(data).map_err(|_| Malformed("an opposition in JSON"))?;
    if id == line.sequence.to_string() {
        Ok(Some(line))
    } else {
        Err(Malformed("an id that is its sequence"))
    }
}
