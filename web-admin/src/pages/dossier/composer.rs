//! The region in which an officer decides: why he cannot, or what he chooses from and what will leave because of it.

use std::time::Duration;

use registration_authority::approval::{Delays, SubjectKind};
use registration_authority::faults as rules;
use registration_authority::letter::{self, Letter};
use registration_authority::notices::{self, Wording};
use registration_authority::officers::{Officer, Right};
use registration_authority::order::CardOrder;
use registration_authority::outbox::Notice;
use registration_authority::refusal_reasons::{self, RefusalReason};
use store::Code;

use super::Said;
use crate::language::Language;

/// What an officer decides with.
pub(super) struct Composer {
    /// Why he does not see the buttons.
    pub(super) barred: Option<String>,
    pub(super) reasons: Vec<Choice>,
    pub(super) text: String,
    pub(super) about_reason: bool,
    /// For how long each can be taken back, in words; nothing where it cannot.
    pub(super) approval_delay: Option<String>,
    pub(super) refusal_delay: Option<String>,
    /// What the holder is sent when the request is approved; when it is refused.
    pub(super) approval: Wording,
    pub(super) refusal: Wording,
    /// The letter of the refusal as it is chosen, where he asked to see it.
    pub(super) letter: Option<Letter>,
}

/// One reason of the list.
pub(in crate::pages) struct Choice {
    pub(in crate::pages) code: &'static str,
    pub(in crate::pages) sentence: &'static str,
    pub(in crate::pages) chosen: bool,
    /// The digit that picks it: its place in the list.
    pub(in crate::pages) key: String,
}

impl Composer {
    pub(super) fn of(
        order: &CardOrder,
        delays: Delays,
        language: Language,
        barred: Option<String>,
        said: &Said,
    ) -> Self {
        let in_words = |delay: Duration| (!delay.is_zero()).then(|| language.lasting(delay));
        Self {
            barred,
            reasons: choices(SubjectKind::CardOrder, &said.reason),
            text: said.text.clone(),
            about_reason: said.problem.is_some_and(is_about_reason),
            approval_delay: in_words(delays.approval),
            refusal_delay: in_words(delays.refusal),
            approval: mail(order, Notice::Approved),
            refusal: mail(order, Notice::Refused),
            letter: said.previewed.then(|| refusal_letter(order, &said.reason, &said.text)).flatten(),
        }
    }
}

/// The words of the mail that tells the holder.
pub(in crate::pages) fn mail(order: &CardOrder, notice: Notice) -> Wording {
    notices::wording(notice, &format!("order {}", order.number))
}

/// The letter for a reason's code and the officer's sentence; none where there is no such reason.
pub(in crate::pages) fn refusal_letter(order: &CardOrder, reason: &str, text: &str) -> Option<Letter> {
    let reason = refusal_reasons::find(reason)?;
    Some(letter::of_refusal(order, reason, Some(text)))
}

/// Why this officer does not see the decision's buttons. A help to him: the rule is asked again at each act.
pub(super) fn barred(
    language: Language,
    officer: &Officer,
    own: bool,
    (approved, near): (bool, Option<Code>),
    signs: bool,
) -> Option<String> {
    let code = if !officer.role.may(Right::Decide) {
        rules::OFFICER_ROLE_MISSING
    } else if own {
        rules::ORDER_SELF_APPROVAL
    } else if approved {
        rules::ORDER_SECOND_OFFICER
    } else if let Some(near) = near {
        near
    } else if !signs {
        crate::faults::DECISION_PROOF_MISSING
    } else {
        return None;
    };
    Some(crate::pages::barred(language, code, Right::Decide))
}

pub(super) fn is_about_reason(code: Code) -> bool {
    code == rules::ORDER_REASON_MISSING || code == rules::ORDER_REASON_UNKNOWN
}

/// The reasons to refuse one of these, this one chosen.
pub(in crate::pages) fn choices(kind: SubjectKind, chosen: &str) -> Vec<Choice> {
    let choice = |(place, reason): (usize, &RefusalReason)| Choice {
        key: (place + 1).to_string(),
        code: reason.code,
        sentence: reason.sentence,
        chosen: reason.code == chosen,
    };
    refusal_reasons::of(kind).enumerate().map(choice).collect()
}
