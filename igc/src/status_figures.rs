//! What the status role of a node tells of itself over its Unix socket, for the operations page: what it has answered by
//! OCSP, minute by minute. A line for each figure:
//!
//! ```text
//! read 1795622346305          when the status log was last read; milliseconds since 1970
//! memory 120                  answers since the start, from memory
//! signing 7                   and with the database or a signature
//! minute 1795622280000 42     a whole minute, and its answers; an hour at most, oldest first
//! signer 1795622346310 1795622000000 1 7      the signer's process: when this is said, since when, children started, signatures
//! signed 1795622346305        when the last signature came back
//! waits 900 20000             within which microseconds 50 and 99 in 100 questions were answered
//! token status 1795622346305  a token, and when it was last asked
//! trouble signer-unavailable 1795622340000    of the token before: why it does not answer, since when
//! ```

use std::fmt::Write;
use std::path::Path;
use std::time::Duration;

use ca_core::signer_standing::{SignerStanding, TokenStanding};
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
    if let Some(signer) = &given.signer {
        tell_signer(&mut text, signer);
    }
    text
}

fn tell_signer(text: &mut String, signer: &SignerStanding) {
    let SignerStanding { since, starts, signatures, last_signed_at, waits, told_at, tokens } = signer;
    let _ = writeln!(text, "signer {} {} {starts} {signatures}", told_at.millis(), since.millis());
    if let Some(at) = last_signed_at {
        let _ = writeln!(text, "signed {}", at.millis());
    }
    if let Some((half, most)) = waits {
        let _ = writeln!(text, "waits {} {}", half.as_micros(), most.as_micros());
    }
    for TokenStanding { token, asked_at, trouble } in tokens {
        let _ = writeln!(text, "token {token} {}", asked_at.millis());
        if let Some((code, since)) = trouble {
            let _ = writeln!(text, "trouble {code} {}", since.millis());
        }
    }
}

/// What the status role of the installation in `dir` says; nothing where none answers within a quarter of a second.
pub fn ask(dir: &Path) -> Option<OcspFigures> {
    let told = status_hint::question(dir, QUESTION, LONGEST);
    let told = told.inspect_err(|error| tracing::debug!(%error, "the status role told no figures")).ok()?;
    read(&told)
}

fn read(told: &str) -> Option<OcspFigures> {
    let (mut log_read_at, mut from_memory, mut by_signing, mut by_minute) = (None, None, None, Vec::new());
    let mut signer: Option<SignerStanding> = None;
    for line in told.lines() {
        match line.split(' ').collect::<Vec<_>>()[..] {
            ["read", at] => log_read_at = Some(moment(at)?),
            ["memory", answers] => from_memory = Some(answers.parse().ok()?),
            ["signing", answers] => by_signing = Some(answers.parse().ok()?),
            ["minute", begins, answers] => {
                by_minute.push((moment(begins)?, answers.parse().ok()?));
            }
            ["signer", told_at, since, starts, signatures] => {
                signer = Some(SignerStanding {
                    since: moment(since)?,
                    starts: starts.parse().ok()?,
                    signatures: signatures.parse().ok()?,
                    last_signed_at: None,
                    waits: None,
                    told_at: moment(told_at)?,
                    tokens: Vec::new(),
                });
            }
            ["signed", at] => signer.as_mut()?.last_signed_at = Some(moment(at)?),
            ["waits", half, most] => signer.as_mut()?.waits = Some((micros(half)?, micros(most)?)),
            ["token", token, asked_at] => signer.as_mut()?.tokens.push(TokenStanding {
                token: token.to_owned(),
                asked_at: moment(asked_at)?,
                trouble: None,
            }),
            ["trouble", code, since] => {
                signer.as_mut()?.tokens.last_mut()?.trouble = Some((code.to_owned(), moment(since)?));
            }
            _ => return None,
        }
    }
    Some(OcspFigures { log_read_at, from_memory: from_memory?, by_signing: by_signing?, by_minute, signer })
}

fn moment(millis: &str) -> Option<Timestamp> {
    millis.parse().ok().map(Timestamp::from_millis)
}

fn micros(micros: &str) -> Option<Duration> {
    micros.parse().ok().map(Duration::from_micros)
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
            signer: Some(SignerStanding {
                since: Timestamp::from_millis(1_795_622_000_000),
                starts: u64::MAX,
                signatures: u64::MAX,
                last_signed_at: Some(Timestamp::from_millis(1_795_622_346_305)),
                waits: Some((Duration::from_micros(900), Duration::from_micros(u64::MAX))),
                told_at: Timestamp::from_millis(1_795_622_346_310),
                tokens: vec![TokenStanding {
                    token: "t".repeat(32),
                    asked_at: Timestamp::from_millis(1_795_622_346_305),
                    trouble: Some(("signer-unavailable".to_owned(), Timestamp::from_millis(1))),
                }],
            }),
        };
        let told = told(&given);
        assert!(told.len() < usize::try_from(LONGEST).unwrap(), "{}", told.len());
        let read = read(&told).unwrap();
        assert_eq!((read.from_memory, read.by_signing), (given.from_memory, 7));
        assert_eq!((read.log_read_at, read.by_minute), (given.log_read_at, given.by_minute));
        assert_eq!(read.signer, given.signer);
    }

    #[test]
    fn what_is_not_an_answer_tells_nothing() {
        for text in [
            "",
            "memory 1\n",
            "yes\n",
            "memory 1\nsigning x\n",
            "memory 1\nsigning 2\nminute 3\n",
            "signed 1\n",
            "trouble a 1\n",
        ] {
            assert!(read(text).is_none(), "{text:?}");
        }
    }
}
