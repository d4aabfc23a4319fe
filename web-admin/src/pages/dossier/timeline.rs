//! What happened to an order: who, when, what, why, oldest first.

use registration_authority::decision::{Decision, Retraction};
use registration_authority::order::Question;
use registration_authority::refusal_reasons;
use registration_authority::views::Dossier;
use store::{Database, Timestamp};

use super::name_of;
use crate::failure::Failure;
use crate::typography::Shown;

/// One thing that happened.
pub(super) struct Event {
    pub(super) what: &'static str,
    pub(super) by: String,
    pub(super) at: Shown,
    /// Of which version, and what proves it.
    pub(super) detail: String,
    pub(super) reason: Option<&'static str>,
    /// The officer's own sentence, where it goes to the holder.
    pub(super) text: Option<String>,
}

/// Who did what, by login, and when.
struct Raw {
    at: Timestamp,
    by: String,
    what: &'static str,
    detail: String,
    reason: Option<&'static str>,
    text: Option<String>,
}

/// The events of a dossier, with these decisions among them.
pub(super) fn of(
    db: &mut Database,
    dossier: &Dossier,
    decisions: &[&Decision],
) -> Result<Vec<Event>, Failure> {
    let order = &dossier.order;
    let mut raw = vec![plain(order.submitted_at, &order.submitted_by, "Déposée", 1)];
    raw.extend(dossier.questions.iter().flat_map(asked));
    raw.extend(decisions.iter().map(|decision| decided(decision)));
    raw.extend(dossier.retractions.iter().map(taken_back));
    raw.sort_by_key(|event| event.at);
    raw.into_iter()
        .map(|Raw { at, by, what, detail, reason, text }| {
            Ok(Event { what, by: name_of(db, &by)?, at: Shown(at), detail, reason, text })
        })
        .collect()
}

fn plain(at: Timestamp, by: &str, what: &'static str, version: i64) -> Raw {
    let detail = format!("version {version}");
    Raw { at, by: by.to_owned(), what, detail, reason: None, text: None }
}

fn asked(question: &Question) -> Vec<Raw> {
    let version = question.version;
    let mut events = vec![plain(question.asked_at, &question.asked_by, "Question posée", version)];
    if let Some(answer) = &question.answer {
        events.push(plain(answer.answered_at, &answer.answered_by, "Réponse", version));
    }
    events
}

fn decided(decision: &Decision) -> Raw {
    let proof = match decision.proof_kind.as_str() {
        "passkey" => "signée par sa clé de sécurité",
        _ => "preuve de démonstration, sans valeur",
    };
    let reason = decision.reason_code.as_deref().and_then(refusal_reasons::find);
    Raw {
        at: decision.decided_at,
        by: decision.decided_by.clone(),
        what: if decision.approves() { "Approuvée" } else { "Refusée" },
        detail: format!("version {}, {proof}", decision.subject_version),
        reason: reason.map(|reason| reason.sentence),
        text: decision.reason_text.clone(),
    }
}

fn taken_back(retraction: &Retraction) -> Raw {
    let Retraction { subject_version, decided_by, retracted_at } = retraction;
    plain(*retracted_at, decided_by, "Décision annulée", *subject_version)
}
