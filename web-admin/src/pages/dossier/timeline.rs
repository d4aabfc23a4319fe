//! What happened to an order: who, when, what, why, oldest first.

use registration_authority::decision::{Decision, Retraction};
use registration_authority::order::{GivenBack, Question};
use registration_authority::queue::lease::Examination;
use registration_authority::refusal_reasons;
use registration_authority::views::Dossier;
use store::{Database, Timestamp};

use super::author;
use crate::failure::Failure;
use crate::language::Language;
use crate::messages::{Key, Message};
use crate::pages::delegations::by_delegation;
use crate::typography::Shown;
use crate::words::{self, Refusal};

/// One thing that happened.
pub(super) struct Event {
    pub(super) what: Key,
    pub(super) by: String,
    pub(super) at: Shown,
    /// Of which version, and what proves it.
    pub(super) detail: String,
    pub(super) reason: Option<&'static str>,
    /// The officer's own sentence, where it goes to the holder.
    pub(super) text: Option<String>,
    /// Why the worker gave it back, and where he can help, whoever reads.
    pub(super) because: Option<String>,
}

/// Who did what, by login, and when.
struct Raw {
    at: Timestamp,
    by: String,
    /// The number of the delegation by which he did.
    delegation: Option<String>,
    what: Key,
    detail: Message,
    reason: Option<&'static str>,
    text: Option<String>,
}

/// The events of a dossier, as it is shown, with these examinations among them.
pub(super) fn of(
    db: &mut Database,
    language: Language,
    dossier: &Dossier,
    examined: &[Examination],
) -> Result<Vec<Event>, Failure> {
    let order = &dossier.order;
    let mut raw =
        vec![plain(language, order.submitted_at, &order.submitted_by, Key::of("dossier-event-submitted"), 1)];
    raw.extend(dossier.questions.iter().flat_map(|question| asked(language, question)));
    raw.extend(dossier.decisions.iter().map(|decision| decided(language, decision)));
    raw.extend(examined.iter().map(|one| {
        let what = Key::of("dossier-event-under-review");
        plain(language, one.begun_at, &one.officer, what, one.order_version)
    }));
    raw.extend(dossier.retractions.iter().map(|one| taken_back(language, one)));
    let mut events = raw
        .into_iter()
        .map(|Raw { at, by, delegation, what, detail, reason, text }| {
            let (by, detail) = (author(db, language, &by)?, detail.to_string());
            let by = match delegation {
                Some(number) => by_delegation(db, language, &by, &number)?,
                None => by,
            };
            Ok((at, Event { what, by, at: Shown(at), detail, reason, text, because: None }))
        })
        .collect::<Result<Vec<_>, Failure>>()?;
    events.extend(dossier.given_back.iter().map(|one| (one.given_back_at, given_back(language, one))));
    events.sort_by_key(|(at, _)| *at);
    Ok(events.into_iter().map(|(_, event)| event).collect())
}

/// By nobody: whoever decided is not named.
fn given_back(language: Language, one: &GivenBack) -> Event {
    let because = match &one.refusal {
        Some(code) => {
            let Refusal { what, .. } = words::refusal(language, code);
            language.say("dossier-given-back-refused").with("why", what).with("code", code).to_string()
        }
        None => language.say("dossier-given-back-two").to_string(),
    };
    Event {
        what: Key::of("dossier-event-given-back"),
        by: language.say("dossier-by-worker").to_string(),
        at: Shown(one.given_back_at),
        detail: language.say("dossier-detail").with("version", one.order_version).to_string(),
        reason: None,
        text: None,
        because: Some(because),
    }
}

fn plain(language: Language, at: Timestamp, by: &str, what: Key, version: i64) -> Raw {
    let detail = language.say("dossier-detail").with("version", version);
    Raw { at, by: by.to_owned(), delegation: None, what, detail, reason: None, text: None }
}

fn asked(language: Language, question: &Question) -> Vec<Raw> {
    let version = question.version;
    let mut events = vec![plain(
        language,
        question.asked_at,
        &question.asked_by,
        Key::of("dossier-event-question"),
        version,
    )];
    if let Some(answer) = &question.answer {
        events.push(plain(
            language,
            answer.answered_at,
            &answer.answered_by,
            Key::of("dossier-event-answer"),
            version,
        ));
    }
    events
}

fn decided(language: Language, decision: &Decision) -> Raw {
    let detail = match decision.proof_kind.as_str() {
        "passkey" => language.say("dossier-detail-passkey").with("version", decision.subject_version),
        _ => language.say("dossier-detail-demonstration").with("version", decision.subject_version),
    };
    let reason = decision.reason_code.as_deref().and_then(refusal_reasons::find);
    Raw {
        at: decision.decided_at,
        by: decision.decided_by.clone(),
        delegation: decision.delegation(),
        what: Key::of(if decision.approves() { "dossier-event-approved" } else { "dossier-event-refused" }),
        detail,
        reason: reason.map(|reason| reason.sentence),
        text: decision.reason_text.clone(),
    }
}

fn taken_back(language: Language, retraction: &Retraction) -> Raw {
    let Retraction { subject_version, decided_by, retracted_at } = retraction;
    plain(language, *retracted_at, decided_by, Key::of("dossier-event-taken-back"), *subject_version)
}
