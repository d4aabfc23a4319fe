//! What makes an officer look twice, and what the applicant was asked.

use registration_authority::order::{Answer, Question};
use registration_authority::risk::{Level, RaisedFlag};
use store::Database;

use super::name_of;
use crate::failure::Failure;
use crate::messages::Key;
use crate::typography::Shown;

/// A flag: a sign, a word and a reason, so that colour alone says nothing.
pub(super) struct Signal {
    pub(super) class: &'static str,
    pub(super) sign: &'static str,
    pub(super) word: Key,
    pub(super) reason: String,
    pub(super) second_officer: bool,
}

impl Signal {
    pub(super) fn of(flag: RaisedFlag) -> Self {
        let (class, sign, word) = match flag.level() {
            Level::Red => ("red", "■", Key::of("dossier-flag-red")),
            Level::Orange => ("orange", "▲", Key::of("dossier-flag-orange")),
        };
        Self { class, sign, word, reason: flag.reason, second_officer: flag.second_officer }
    }
}

/// A question, and its answer where there is one.
pub(super) struct Asked {
    pub(super) by: String,
    pub(super) at: Shown,
    pub(super) question: String,
    pub(super) answer: Option<Said>,
}

/// An answer.
pub(super) struct Said {
    pub(super) by: String,
    pub(super) at: Shown,
    pub(super) answer: String,
}

impl Asked {
    pub(super) fn of(db: &mut Database, question: Question) -> Result<Self, Failure> {
        let answer = match question.answer {
            Some(Answer { answered_by, answered_at, answer }) => {
                Some(Said { by: name_of(db, &answered_by)?, at: Shown(answered_at), answer })
            }
            None => None,
        };
        Ok(Self {
            by: name_of(db, &question.asked_by)?,
            at: Shown(question.asked_at),
            question: question.question,
            answer,
        })
    }
}
