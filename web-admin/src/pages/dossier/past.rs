//! What was decided before, and what the holder has.

use card::Card;
use registration_authority::decision::Decision;
use registration_authority::order::OrderStatus;
use registration_authority::queue::OrderSummary;
use registration_authority::refusal_reasons;
use store::Database;

use super::name_of;
use crate::failure::Failure;
use crate::typography::Shown;
use crate::words;

/// A decision on this order.
pub(super) struct Past {
    pub(super) verdict: &'static str,
    pub(super) by: String,
    pub(super) at: Shown,
    pub(super) version: i64,
    pub(super) reason: Option<&'static str>,
    pub(super) text: Option<String>,
    /// What proves it, in words.
    pub(super) proof: &'static str,
}

/// A card of the holder.
pub(super) struct PastCard {
    pub(super) number: String,
    pub(super) kind: String,
    pub(super) status: &'static str,
}

/// Another order for the holder.
pub(super) struct PastOrder {
    pub(super) number: String,
    pub(super) day: String,
    pub(super) profession: String,
    pub(super) status: &'static str,
}

impl Past {
    pub(super) fn of(db: &mut Database, decision: &Decision) -> Result<Self, Failure> {
        let reason = decision.reason_code.as_deref().and_then(refusal_reasons::find);
        Ok(Self {
            verdict: if decision.approves() { "Approuvée" } else { "Refusée" },
            by: name_of(db, &decision.decided_by)?,
            at: Shown(decision.decided_at),
            version: decision.subject_version,
            reason: reason.map(|reason| reason.sentence),
            text: decision.reason_text.clone(),
            proof: match decision.proof_kind.as_str() {
                "passkey" => "signée par sa clé de sécurité",
                _ => "preuve de démonstration, sans valeur",
            },
        })
    }
}

impl PastCard {
    pub(super) fn of(card: &Card) -> Self {
        Self {
            number: card.number.to_string(),
            kind: card.kind.to_string(),
            status: words::card_status(card.life.status()),
        }
    }
}

impl PastOrder {
    pub(super) fn of(order: &OrderSummary) -> Self {
        let status = OrderStatus::ALL.into_iter().find(|status| status.as_str() == order.status);
        Self {
            number: order.number.clone(),
            day: Shown(order.submitted_at).day(),
            profession: order.profession.clone(),
            status: status.map_or("État inconnu", words::order_status),
        }
    }
}
