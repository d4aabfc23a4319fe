//! The processes that have the keys, and whether their tokens answer: what the worker wrote down of its own, what the status role of
//! this node says of its own.

use std::time::Duration;

use ca_core::signer::process::LedgerKind;
use ca_core::signer_standing::{self, SignerStanding, TokenStanding};
use store::{Database, Timestamp};

use super::{State, ledger_kind};
use crate::failure::Failure;
use crate::language::Language;
use crate::messages::Key;
use crate::operations::Urgency;
use crate::typography::Shown;

/// How old what the worker wrote may be: it writes every fifteen seconds.
const PATIENCE: Duration = Duration::from_secs(180);

/// What is known of the HSM.
#[derive(Default)]
pub(super) struct Hsm {
    pub(super) signers: Vec<SignerRow>,
    pub(super) tokens: Vec<TokenRow>,
}

/// One signer's process.
pub(super) struct SignerRow {
    pub(super) kind: Key,
    pub(super) since: Shown,
    /// How long ago the last signature came back.
    pub(super) last: Option<String>,
    /// Within which times half, and 99 in 100, of the questions for signatures were answered.
    pub(super) waits: Option<(String, String)>,
    pub(super) signatures: String,
    pub(super) restarts: String,
    pub(super) state: State,
}

/// One token.
pub(super) struct TokenRow {
    pub(super) token: String,
    pub(super) asked: String,
    /// The code of why it does not answer, and for how long it has not.
    pub(super) trouble: Option<(String, String)>,
    pub(super) word: Key,
    pub(super) state: State,
}

impl Hsm {
    /// Of the worker, and of the status role, where it told anything.
    pub(super) fn read(
        db: &mut Database,
        answers: Option<&SignerStanding>,
        language: Language,
        at: Timestamp,
    ) -> Result<Self, Failure> {
        let issuing = signer_standing::read(db, LedgerKind::Issuing)?;
        let mut hsm = Self::default();
        for (kind, standing) in [(LedgerKind::Issuing, issuing.as_ref()), (LedgerKind::Answers, answers)] {
            let Some(standing) = standing else { continue };
            hsm.signers.push(SignerRow::of(kind, standing, language, at));
            hsm.tokens.extend(standing.tokens.iter().map(|token| TokenRow::of(token, language, at)));
        }
        Ok(hsm)
    }

    pub(super) fn is_well(&self) -> bool {
        let states = self.signers.iter().map(|signer| &signer.state);
        states.chain(self.tokens.iter().map(|token| &token.state)).all(State::is_well)
    }
}

impl SignerRow {
    fn of(kind: LedgerKind, standing: &SignerStanding, language: Language, at: Timestamp) -> Self {
        let count = |number: u64| language.thousands(i64::try_from(number).unwrap_or(i64::MAX));
        let heard = standing.told_at.plus(PATIENCE) >= at;
        Self {
            kind: ledger_kind(kind.name()),
            since: Shown(standing.since),
            last: standing.last_signed_at.map(|last| language.ago(last, at)),
            waits: standing.waits.map(|(half, most)| (wait(half, language), wait(most, language))),
            signatures: count(standing.signatures),
            restarts: count(standing.starts.saturating_sub(1)),
            state: State::of(if heard { Urgency::Well } else { Urgency::Warning }),
        }
    }
}

impl TokenRow {
    fn of(standing: &TokenStanding, language: Language, at: Timestamp) -> Self {
        let (word, urgency) = match &standing.trouble {
            None => (Key::of("operations-token-answers"), Urgency::Well),
            Some(_) => (Key::of("operations-token-fails"), Urgency::Alarm),
        };
        let trouble = standing.trouble.as_ref();
        Self {
            token: standing.token.clone(),
            asked: language.ago(standing.asked_at, at),
            trouble: trouble.map(|(code, since)| (code.clone(), language.ago(*since, at))),
            word,
            state: State::of(urgency),
        }
    }
}

/// « 0,9 ms », « 40 ms », « 2 500 ms »; a point in English.
fn wait(time: Duration, language: Language) -> String {
    let point = match language {
        Language::French => ',',
        Language::English => '.',
    };
    match i64::try_from(time.as_micros()).unwrap_or(i64::MAX) {
        micros @ ..10_000 => format!("{}{point}{}\u{a0}ms", micros / 1000, micros % 1000 / 100),
        micros => format!("{}\u{a0}ms", language.thousands(micros / 1000)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_seconds(1_000_000 + seconds)
    }

    #[test]
    fn a_token_that_fails_is_an_alarm_and_a_worker_that_no_longer_tells_a_warning() {
        let token = |trouble| TokenStanding { token: "issuing".to_owned(), asked_at: at(0), trouble };
        let urgency = |trouble| TokenRow::of(&token(trouble), Language::French, at(0)).state.urgency;
        assert_eq!(urgency(None), Urgency::Well);
        assert_eq!(urgency(Some(("signer-unavailable".to_owned(), at(-5)))), Urgency::Alarm);
        let standing = SignerStanding {
            since: at(-100),
            starts: 3,
            signatures: 1234,
            last_signed_at: Some(at(-60)),
            waits: Some((Duration::from_micros(950), Duration::from_millis(2500))),
            told_at: at(0),
            tokens: Vec::new(),
        };
        let row = |now| SignerRow::of(LedgerKind::Issuing, &standing, Language::French, now);
        assert_eq!([180, 181].map(|now| row(at(now)).state.is_well()), [true, false]);
        assert_eq!(row(at(0)).restarts, "2");
        let (half, most) = row(at(0)).waits.unwrap();
        assert_eq!((half.as_str(), most.as_str()), ("0,9\u{a0}ms", "2\u{202f}500\u{a0}ms"));
    }
}
