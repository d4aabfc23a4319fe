//! What a parent counts of its signer's process: how many signatures, how long it waited for them, how often a child was
//! started, and whether each token answers. In memory, for whoever looks; nothing rests on it.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use store::{Code, Fault};

use super::protocol::Answer;
use crate::signer::SignerError;

/// How a signer's process works, since its parent set it up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignerFigures {
    /// How long ago that was.
    pub age: Duration,
    /// How many children were started; all but the first followed one that crashed, hung or was ended.
    pub starts: u64,
    /// How many signatures and message authentication codes came back.
    pub signatures: u64,
    /// How long ago the last one did.
    pub last_signed: Option<Duration>,
    /// Within which time half of the questions for signatures were answered, from the sending on; one question carries up to 64
    /// digests. At most an eighth too long.
    pub p50: Option<Duration>,
    /// The same of 99 in 100.
    pub p99: Option<Duration>,
    /// Each token that was asked for something, by its name.
    pub tokens: BTreeMap<String, TokenFigures>,
}

/// What a token answered last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenFigures {
    /// How long ago it was asked.
    pub asked: Duration,
    /// Why it does not answer, and for how long it has not.
    pub trouble: Option<(Code, Duration)>,
}

/// The counting side.
pub(super) struct Counted {
    since: Instant,
    starts: u64,
    signatures: u64,
    last_signed: Option<Instant>,
    waits: Waits,
    tokens: BTreeMap<String, (Instant, Option<(Code, Instant)>)>,
}

impl Counted {
    pub(super) fn new() -> Self {
        Self {
            since: Instant::now(),
            starts: 0,
            signatures: 0,
            last_signed: None,
            waits: Waits::default(),
            tokens: BTreeMap::new(),
        }
    }

    pub(super) fn started(&mut self) {
        self.starts += 1;
    }

    /// What a token answered to a question, and how long that took.
    pub(super) fn answered(&mut self, token: &str, answer: &Result<Answer, SignerError>, took: Duration) {
        let made = match answer {
            Ok(Answer::Signatures(each)) => each.iter().filter(|one| one.is_ok()).count() as u64,
            Ok(Answer::Mac(_)) => 1,
            _ => 0,
        };
        if made > 0 {
            self.signatures += made;
            self.last_signed = Some(Instant::now());
            self.waits.add(took);
        }
        let failure = match answer {
            Err(error) => Some(error),
            Ok(Answer::Signatures(each)) if made == 0 => each.iter().find_map(|one| one.as_ref().err()),
            Ok(_) => None,
        };
        match failure {
            Some(error) => self.failed(token, error),
            None => drop(self.tokens.insert(token.to_owned(), (Instant::now(), None))),
        }
    }

    /// A question that a token did not answer, or not as it should.
    pub(super) fn failed(&mut self, token: &str, error: &SignerError) {
        let now = Instant::now();
        let before = self.tokens.get(token).and_then(|(_, trouble)| *trouble);
        let trouble = is_of_token(error).then(|| {
            (error.code(), before.filter(|(code, _)| *code == error.code()).map_or(now, |last| last.1))
        });
        self.tokens.insert(token.to_owned(), (now, trouble));
    }

    pub(super) fn figures(&self) -> SignerFigures {
        let tokens = self.tokens.iter().map(|(name, (asked, trouble))| {
            let trouble = trouble.map(|(code, since)| (code, since.elapsed()));
            (name.clone(), TokenFigures { asked: asked.elapsed(), trouble })
        });
        SignerFigures {
            age: self.since.elapsed(),
            starts: self.starts,
            signatures: self.signatures,
            last_signed: self.last_signed.map(|at| at.elapsed()),
            p50: self.waits.quantile(50),
            p99: self.waits.quantile(99),
            tokens: tokens.collect(),
        }
    }
}

/// Whether the token, or what leads to it, is in trouble: else it answered, and what was asked for was wrong.
fn is_of_token(error: &SignerError) -> bool {
    !matches!(
        error,
        SignerError::NoSuchKey { .. }
            | SignerError::Unsuitable { .. }
            | SignerError::OtherKey { .. }
            | SignerError::AlreadyInitialised { .. }
    )
}

/// Steps of a doubling.
const STEPS: u64 = 8;

/// Steps in all, of which the last one begins at 35 minutes.
const LAST: usize = 232;

/// How often something took how long, in steps of which eight make a doubling.
struct Waits {
    counts: [u64; LAST + 1],
    all: u64,
}

impl Default for Waits {
    fn default() -> Self {
        Self { counts: [0; LAST + 1], all: 0 }
    }
}

impl Waits {
    fn add(&mut self, wait: Duration) {
        let micros = u64::try_from(wait.as_micros()).unwrap_or(u64::MAX);
        self.counts[step(micros)] += 1;
        self.all += 1;
    }

    /// The time within which `percent` in 100 of them ended; none where there were none.
    fn quantile(&self, percent: u64) -> Option<Duration> {
        let wanted = (self.all * percent).div_ceil(100).max(1);
        let mut seen = 0;
        let step = self.counts.iter().position(|count| {
            seen += count;
            seen >= wanted
        })?;
        Some(Duration::from_micros(end_of(step)))
    }
}

/// The step of a time in microseconds: below eight each has its own.
fn step(micros: u64) -> usize {
    if micros < STEPS {
        return micros as usize;
    }
    let doublings = u64::from(micros.ilog2()) - 2;
    let within = (micros >> (doublings - 1)) % STEPS;
    ((doublings * STEPS + within) as usize).min(LAST)
}

/// The longest time of a step, in microseconds.
fn end_of(step: usize) -> u64 {
    let (doublings, within) = (step as u64 / STEPS, step as u64 % STEPS);
    match doublings {
        0 => within,
        _ => ((STEPS + within + 1) << (doublings - 1)) - 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::faults;
    use crate::signer::{KeyId, KeyReference};

    fn unavailable() -> SignerError {
        SignerError::Unavailable { token: "issuing".to_owned(), detail: "gone".to_owned() }
    }

    #[test]
    fn a_quantile_is_never_too_short_and_at_most_an_eighth_too_long() {
        for micros in (0..200_000).chain([1_000_000, 59_000_000, 1_200_000_000]) {
            let end = end_of(step(micros));
            assert!(end >= micros && end <= micros + micros / 8, "{micros}: {end}");
        }
        let mut waits = Waits::default();
        assert_eq!(waits.quantile(50), None);
        for millis in 1..=100 {
            waits.add(Duration::from_millis(millis));
        }
        let within = |percent, least: u64, most: u64| {
            let found = waits.quantile(percent).unwrap();
            assert!(
                (Duration::from_millis(least)..=Duration::from_millis(most)).contains(&found),
                "{found:?}"
            );
        };
        within(50, 50, 57);
        within(99, 99, 112);
    }

    #[test]
    fn a_token_is_in_trouble_from_its_first_failure_to_its_next_answer() {
        let mut counted = Counted::new();
        let token = |counted: &Counted| counted.figures().tokens["issuing"].trouble;
        counted.failed("issuing", &unavailable());
        let (code, first) = token(&counted).unwrap();
        assert_eq!(code, faults::SIGNER_UNAVAILABLE);
        std::thread::sleep(Duration::from_millis(5));
        counted.failed("issuing", &unavailable());
        assert!(token(&counted).unwrap().1 >= first + Duration::from_millis(5), "since the first one");
        counted.answered("issuing", &Ok(Answer::IsInitialised(true)), Duration::ZERO);
        assert_eq!(token(&counted), None);
        let key = KeyReference { token: "issuing".to_owned(), id: KeyId::new([1]).unwrap() };
        counted.failed("issuing", &SignerError::NoSuchKey { key, found: 0 });
        assert_eq!(token(&counted), None, "it answered");
    }

    #[test]
    fn what_was_refused_is_no_signature() {
        let mut counted = Counted::new();
        counted.answered(
            "issuing",
            &Ok(Answer::Signatures(vec![Err(unavailable())])),
            Duration::from_secs(9),
        );
        let figures = counted.figures();
        assert_eq!((figures.signatures, figures.last_signed, figures.p99), (0, None, None));
        assert!(figures.tokens["issuing"].trouble.is_some());
    }
}
