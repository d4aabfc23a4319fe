//! The French of what the rules name in English: refusals by their stable code, states, roles, grounds.
//! Sentences are typed with plain spaces; [`crate::typography::french`] gives them theirs.

use card::{CardStatus, KeyUsage};
use registration_authority::officers::Role;
use registration_authority::opposition::Ground;
use registration_authority::order::OrderStatus;

mod refusals;
mod requests;
mod structures;

pub(crate) use refusals::{Refusal, refusal};

/// Where an order stands.
pub(crate) fn order_status(status: OrderStatus) -> &'static str {
    match status {
        OrderStatus::Submitted => "À vérifier",
        OrderStatus::Waiting => "En attente du demandeur",
        OrderStatus::Approved => "Approuvée",
        OrderStatus::Refused => "Refusée",
        OrderStatus::Withdrawn => "Retirée",
        OrderStatus::Ordered => "Carte commandée",
    }
}

/// The same for the tabs of the queue.
pub(crate) fn order_statuses(status: OrderStatus) -> &'static str {
    match status {
        OrderStatus::Submitted => "À vérifier",
        OrderStatus::Waiting => "En attente du demandeur",
        OrderStatus::Approved => "Approuvées",
        OrderStatus::Refused => "Refusées",
        OrderStatus::Withdrawn => "Retirées",
        OrderStatus::Ordered => "Cartes commandées",
    }
}

/// Where a card stands.
pub(crate) fn card_status(status: CardStatus) -> &'static str {
    match status {
        CardStatus::Ordered => "Commandée",
        CardStatus::Batched => "En fabrication",
        CardStatus::Personalised => "Personnalisée, en attente de certificats",
        CardStatus::Certified => "Certifiée, à remettre",
        CardStatus::Delivered => "Remise, à activer",
        CardStatus::Active => "Active",
        CardStatus::Opposed => "En opposition",
        CardStatus::Expired => "Expirée",
        CardStatus::Cancelled => "Annulée",
    }
}

/// Where a certificate stands, by the word of the database.
pub(crate) fn certificate_status(word: &str) -> &'static str {
    match word {
        "intended" => "Préparé",
        "signing" => "En cours de signature",
        "good" => "Valide",
        "revoked" => "Révoqué",
        _ => "Abandonné avant signature",
    }
}

/// What a key of a card is for.
pub(crate) fn key_usage(usage: KeyUsage) -> &'static str {
    match usage {
        KeyUsage::Authentication => "Authentification",
        KeyUsage::Signature => "Signature",
    }
}

/// What an officer is there for.
pub(crate) fn role(role: Role) -> &'static str {
    match role {
        Role::CertificationAgent => "mandataire",
        Role::RegistrationOfficer => "opérateur d'enregistrement",
        Role::RevocationOfficer => "opérateur de révocation",
        Role::Administrator => "administrateur",
        Role::Auditor => "auditeur",
    }
}

/// Why a card may no longer be used.
pub(crate) fn ground(ground: Ground) -> &'static str {
    match ground {
        Ground::Lost => "Carte perdue",
        Ground::Stolen => "Carte volée",
        Ground::CodesDisclosed => "Codes divulgués",
        Ground::CardNotReceived => "Carte non reçue",
        Ground::CodesNotReceived => "Codes non reçus",
        Ground::Defective => "Carte défectueuse",
        Ground::Replaced => "Carte remplacée",
        Ground::Renewed => "Carte renouvelée",
        Ground::StructureChanged => "Changement de structure",
        Ground::DataChanged => "Changement d'une donnée certifiée",
        Ground::EndOfActivity => "Cessation d'activité",
        Ground::Retired => "Départ à la retraite",
        Ground::Deceased => "Décès du porteur",
        Ground::StruckOff => "Radiation par l'Ordre professionnel",
        Ground::Sanction => "Sanction interdisant l'exercice",
        Ground::BreachOfTerms => "Non-respect des conditions d'utilisation",
    }
}

/// What the register says against a card, by its stable code.
pub(crate) fn lapse_cause(code: &str) -> &'static str {
    match code {
        "order-holder-unknown" => "Le porteur n'y figure pas",
        "order-holder-ceased" => "Le porteur n'y figure plus",
        "order-profession-not-exercised" => "Le porteur n'y exerce pas cette profession",
        "order-profession-ceased" => "Le porteur n'y exerce plus cette profession",
        _ => "Autre constat",
    }
}

/// The French name of a field of a comparison.
pub(crate) fn field(field: &str) -> &'static str {
    match field {
        "family-name" => "Nom d'exercice",
        "given-name" => "Prénom d'exercice",
        "profession" => "Profession",
        "category" => "Catégorie",
        "structure" => "Structure",
        _ => "Autre donnée",
    }
}

#[cfg(test)]
mod tests;
