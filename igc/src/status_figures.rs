//! What the status role of a node tells of itself over its Unix socket, for the operations page: what it has answered by
//! OCSP, minute by minute. A line for each figure:
//!
//! ```text
//! read 1795622346305          when the status log was last read; milliseconds since 1970
//! memory 120                  answers since the start, from memory
//! signing 7                   and with the database or a signature
//! minute 1795622280000 42     a whole minute, and its answers; an hour at most, oldest first
//! ```

use std::fmt::Write;
use std::path::Path;

use crl_publisher::http::AnswersGiven;
use store::Timestamp;
use web_admin::OcspFigures;

use crate::status_hint;

/// What is asked.
pub const QUESTION: &str = "answers";

/// The longest answer, in octets: sixty minutes of the largest figures.
const LONGEST: u64 = 4096;

/// What the status role says.
pub fn told(given: &AnswersGiven) -> String {
    let mut text = String::new();
    if let Some(at) = given.log_read_at {
        text += &format!("read {}\n", at.millis());
    }
    let _ = write!(text, "memory {}\nsigning {}\n", given.from_memory, given.by_signing);
    for (begins, answers) in &given.by_minute {
        let _ = writeln!(text, "minute {} {answers}", begins.millis());
    }
    text
}

/// What the status role of the installation in `dir` says; nothing where none answers within a quarter of a second.
pub fn ask(dir: &Path) -> Option<OcspFigures> {
    let told = status_hint::question(dir, QUESTION, LONGEST);
    let told = told.inspect_err(|error| tracing::debug!(%error, "the status role told no figures")).ok()?;
    read(&told)
}

fn read(told: &str) -> Option<OcspFigures> {
    let (mut log_read_at, mut from_memory, mut by_signing, mut by_minute) = (None, None, None, Vec::new());
    for line in told.lines() {
        match line.split(' ').collect::<Vec<_>>()[..] {
            ["read", at] => log_read_at = Some(Timestamp::from_millis(at.parse().ok()?)),
            ["memory", answers] => from_memory = Some(answers.parse().ok()?),
            ["signing", answers] => by_signing = Some(answers.parse().ok()?),
            ["minute", begins, answers] => {
                by_minute.push((Timestamp::from_millis(begins.parse().ok()?), answers.parse().ok()?));
            }
            _ => return None,
        }
    }
    Some(OcspFigures { log_read_at, from_memory: from_memory?, by_signing: by_signing?, by_minute })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_told_is_what_is_read_and_an_hour_fits() {
        let minute = |place: i64| (Timestamp::from_millis(1_795_622_280_000 + 60_000 * place), u64::MAX);
        let given = AnswersGiven {
            log_read_at: Some(Timestamp::from_millis(1_795_622_346_305)),
            from_memory: u64::MAX,
            by_signing: 7,
            by_minute: (0..60).map(minute).collect(),
        };
        let told = told(&given);
        assert!(told.len() < usize::try_from(LONGEST).unwrap(), "{}", told.len());
        let read = read(&told).unwrap();
        assert_eq!((read.from_memory, read.by_signing), (given.from_memory, 7));
        assert_eq!((read.log_read_at, read.by_minute), (given.log_read_at, given.by_minute));
    }

    #[test]
    fn what_is_not_an_answer_tells_nothing() {
        for text in ["", "memory 1\n", "yes\n", "memory 1\nsigning x\n", "memory 1\nsigning 2\nminute 3\n"] {
            assert!(read(text).is_none(), "{text:?}");
        }
    }
}
