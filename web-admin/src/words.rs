//! The messages for what the rules name in English: refusals by their stable code, states, roles, grounds.

use ca_core::revocation::RevocationReason;
use card::{CardKind, CardStatus, KeyUsage};
use professional_registry::{Department, Profession};
use registration_authority::certificate_request::RequestState;
use registration_authority::decision::Decision;
use registration_authority::officers::{Role, Scope};
use registration_authority::opposition::Ground;
use registration_authority::opposition::requester::Requester;
use registration_authority::order::OrderStatus;
use registration_authority::outbox::Notice;
use registration_authority::queue::Risk;
use registration_authority::queue::lease::UNDER_REVIEW;
use registration_authority::suspension::CardState;

use crate::language::Language;
use crate::messages::Key;

mod checks;
mod jobs;
mod refusals;

pub(crate) use checks::{check, names_somebody};
pub(crate) use jobs::job;
pub use jobs::job_words;
pub(crate) use refusals::{Refusal, refusal};

/// Where an order stands.
pub(crate) const fn order_status(status: OrderStatus) -> Key {
    Key::of(match status {
        OrderStatus::Submitted => "order-status-submitted",
        OrderStatus::Waiting => "order-status-waiting",
        OrderStatus::Approved => "order-status-approved",
        OrderStatus::Refused => "order-status-refused",
        OrderStatus::Withdrawn => "order-status-withdrawn",
        OrderStatus::Ordered => "order-status-ordered",
    })
}

/// The same, by the word of the database.
pub(crate) fn order_state(word: &str) -> Key {
    if word == UNDER_REVIEW {
        return Key::of("order-status-under-review");
    }
    let status = OrderStatus::ALL.into_iter().find(|status| status.as_str() == word);
    status.map_or(Key::of("order-status-unknown"), order_status)
}

/// That a decision on an order waits until something follows from it; `at` goes into it.
pub(crate) fn pending(decision: &Decision) -> Key {
    Key::of(match decision.approves() {
        true => "dossier-approval-pending",
        false => "dossier-refusal-pending",
    })
}

/// What somebody was told, by the word of the database.
pub(crate) fn notice(word: &str) -> Key {
    Key::of(match Notice::from_stored(word) {
        Some(Notice::Received) => "notice-received",
        Some(Notice::Approved) => "notice-approved",
        Some(Notice::Refused) => "notice-refused",
        Some(Notice::Withdrawn) => "notice-withdrawn",
        Some(Notice::QuestionAsked) => "notice-question-asked",
        Some(Notice::CardDelivered) => "notice-card-delivered",
        Some(Notice::CardActivated) => "notice-card-activated",
        Some(Notice::CardLapsed) => "notice-card-lapsed",
        Some(Notice::CertificateLapsed) => "notice-certificate-lapsed",
        Some(Notice::CertificateRevoked) => "notice-certificate-revoked",
        Some(Notice::CardOpposed) => "notice-card-opposed",
        Some(Notice::CardSuspended) => "notice-card-suspended",
        Some(Notice::SuspensionLifted) => "notice-suspension-lifted",
        Some(Notice::OppositionUnproved) => "notice-opposition-unproved",
        Some(Notice::CertificateIssued) => "notice-certificate-issued",
        Some(Notice::CertificateNotRetrieved) => "notice-certificate-not-retrieved",
        Some(Notice::DecisionSeen) => "notice-decision-seen",
        Some(Notice::DecisionNotHeld) => "notice-decision-not-held",
        Some(Notice::DecisionTakenBack) => "notice-decision-taken-back",
        Some(Notice::DecisionsDigest) => "notice-decisions-digest",
        Some(Notice::KeyAdded) => "notice-key-added",
        Some(Notice::KeyRevoked) => "notice-key-revoked",
        Some(Notice::AddressChanged) => "notice-address-changed",
        Some(Notice::ApprovalContested) => "notice-approval-contested",
        Some(Notice::CardWayBack) => "notice-card-way-back",
        Some(Notice::CardExpiring) => "notice-card-expiring",
        Some(Notice::StaffCardOrdered) => "notice-staff-card-ordered",
        Some(Notice::StaffCardDelivered) => "notice-staff-card-delivered",
        Some(Notice::StaffCardOpposed) => "notice-staff-card-opposed",
        Some(Notice::StaffCardExpiring) => "notice-staff-card-expiring",
        Some(Notice::StaffCardLapsed) => "notice-staff-card-lapsed",
        None => "notice-other",
    })
}

/// Where a request for a software certificate stands.
pub(crate) const fn request_state(state: &RequestState) -> Key {
    Key::of(match state {
        RequestState::Submitted => "request-status-submitted",
        RequestState::Approved { .. } => "request-status-approved",
        RequestState::Refused { .. } => "request-status-refused",
        RequestState::Withdrawn { .. } => "request-status-withdrawn",
        RequestState::Issued { .. } => "request-status-issued",
    })
}

/// The same for the tabs of the queue.
pub(crate) const fn order_statuses(status: OrderStatus) -> Key {
    Key::of(match status {
        OrderStatus::Submitted => "order-statuses-submitted",
        OrderStatus::Waiting => "order-statuses-waiting",
        OrderStatus::Approved => "order-statuses-approved",
        OrderStatus::Refused => "order-statuses-refused",
        OrderStatus::Withdrawn => "order-statuses-withdrawn",
        OrderStatus::Ordered => "order-statuses-ordered",
    })
}

/// How hard to look at an order: a sign and a word, so that no colour is needed.
pub(crate) const fn risk(risk: Risk) -> Key {
    Key::of(match risk {
        Risk::Green => "risk-green",
        Risk::Orange => "risk-orange",
        Risk::Red => "risk-red",
    })
}

/// As what somebody asks for an opposition.
pub(crate) const fn requester(requester: Requester) -> Key {
    Key::of(match requester {
        Requester::Holder => "requester-holder",
        Requester::Structure => "requester-structure",
        Requester::AuthorisedPerson => "requester-authorised-person",
        Requester::EmployingProfessional => "requester-employing-professional",
        Requester::Authority => "requester-authority",
        Requester::Register => "requester-register",
    })
}

/// Where a card stands.
pub(crate) const fn card_state(state: CardState) -> Key {
    match state {
        CardState::Suspended => Key::of("card-status-suspended"),
        CardState::In(status) => card_status(status),
    }
}

const fn card_status(status: CardStatus) -> Key {
    Key::of(match status {
        CardStatus::Ordered => "card-status-ordered",
        CardStatus::Batched => "card-status-batched",
        CardStatus::Personalised => "card-status-personalised",
        CardStatus::Certified => "card-status-certified",
        CardStatus::Delivered => "card-status-delivered",
        CardStatus::Active => "card-status-active",
        CardStatus::Opposed => "card-status-opposed",
        CardStatus::Expired => "card-status-expired",
        CardStatus::Cancelled => "card-status-cancelled",
    })
}

/// Where a certificate stands, by the word of the database.
pub(crate) fn certificate_status(word: &str) -> Key {
    Key::of(match word {
        "intended" => "certificate-status-intended",
        "signing" => "certificate-status-signing",
        "good" => "certificate-status-good",
        "held" => "certificate-status-held",
        "revoked" => "certificate-status-revoked",
        _ => "certificate-status-abandoned",
    })
}

/// Why a certificate is revoked.
pub(crate) const fn revocation_reason(reason: RevocationReason) -> Key {
    Key::of(match reason {
        RevocationReason::KeyCompromise => "revocation-reason-key-compromise",
        RevocationReason::CaCompromise => "revocation-reason-ca-compromise",
        RevocationReason::AffiliationChanged => "revocation-reason-affiliation-changed",
        RevocationReason::Superseded => "revocation-reason-superseded",
        RevocationReason::CessationOfOperation => "revocation-reason-cessation",
    })
}

/// What a key of a card is for.
pub(crate) const fn key_usage(usage: KeyUsage) -> Key {
    Key::of(match usage {
        KeyUsage::Authentication => "key-usage-authentication",
        KeyUsage::Signature => "key-usage-signature",
    })
}

/// What an officer is there for.
pub(crate) const fn role(role: Role) -> Key {
    Key::of(match role {
        Role::CertificationAgent => "role-certification-agent",
        Role::RegistrationOfficer => "role-registration-officer",
        Role::RevocationOfficer => "role-revocation-officer",
        Role::Administrator => "role-administrator",
        Role::Auditor => "role-auditor",
    })
}

/// For which orders an officer is there: « Médecin, Infirmier ; structures F0B0193488 ; départements 2A ; cartes CPS ».
pub(crate) fn scope(language: Language, scope: &Scope) -> String {
    let professions = scope.professions().filter_map(Profession::from_code).map(Profession::label);
    let departments = scope.departments().map(Department::code);
    let named = |key, what, items: Vec<&str>| {
        (!items.is_empty()).then(|| language.say(key).with(what, items.join(", ")).to_string())
    };
    let parts = [
        Some(professions.collect::<Vec<_>>().join(", ")).filter(|professions| !professions.is_empty()),
        named("scope-structures", "structures", scope.structures().collect()),
        named("scope-departments", "departments", departments.collect()),
        named("scope-kinds", "kinds", scope.kinds().map(CardKind::as_str).collect()),
    ];
    let both = |first: String, second: String| {
        language.say("scope-and").with("first", first).with("second", second).to_string()
    };
    parts.into_iter().flatten().reduce(both).unwrap_or_else(|| language.say("scope-all").to_string())
}

/// Why a card may no longer be used.
pub(crate) const fn ground(ground: Ground) -> Key {
    Key::of(match ground {
        Ground::Lost => "ground-lost",
        Ground::Stolen => "ground-stolen",
        Ground::CodesDisclosed => "ground-codes-disclosed",
        Ground::CardNotReceived => "ground-card-not-received",
        Ground::CodesNotReceived => "ground-codes-not-received",
        Ground::Defective => "ground-defective",
        Ground::Replaced => "ground-replaced",
        Ground::Renewed => "ground-renewed",
        Ground::StructureChanged => "ground-structure-changed",
        Ground::DataChanged => "ground-data-changed",
        Ground::EndOfActivity => "ground-end-of-activity",
        Ground::Retired => "ground-retired",
        Ground::Deceased => "ground-deceased",
        Ground::StruckOff => "ground-struck-off",
        Ground::Sanction => "ground-sanction",
        Ground::BreachOfTerms => "ground-breach-of-terms",
    })
}

/// The same, by the word of the database.
pub(crate) fn ground_of(word: &str) -> Key {
    word.parse().map_or(Key::of("ground-other"), ground)
}

/// What the register says against a card, by its stable code.
pub(crate) fn lapse_cause(code: &str) -> Key {
    Key::of(match code {
        "order-holder-unknown" => "lapse-holder-unknown",
        "order-holder-ceased" => "lapse-holder-ceased",
        "order-profession-not-exercised" => "lapse-profession-not-exercised",
        "order-profession-ceased" => "lapse-profession-ceased",
        "order-structure-unknown" => "lapse-structure-gone",
        "order-not-mandated" => "lapse-mandate-ended",
        "order-member-unknown" => "lapse-member-left",
        "order-post-refused" => "lapse-post-changed",
        _ => "lapse-other",
    })
}

/// A field of a comparison.
pub(crate) fn field(field: &str) -> Key {
    Key::of(match field {
        "family-name" => "field-family-name",
        "given-name" => "field-given-name",
        "profession" => "field-profession",
        "category" => "field-category",
        "structure" => "field-structure",
        _ => "field-other",
    })
}

#[cfg(test)]
mod tests;
