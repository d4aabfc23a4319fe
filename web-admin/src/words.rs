//! The French of what the rules name in English: refusals by their stable code, states, roles, grounds.
//! Sentences are typed with plain spaces; [`crate::typography::french`] gives them theirs.

use card::{CardStatus, KeyUsage};
use professional_registry::Profession;
use registration_authority::officers::{Role, Scope};
use registration_authority::opposition::Ground;
use registration_authority::order::OrderStatus;
use registration_authority::outbox::Notice;
use registration_authority::queue::Risk;

mod checks;
mod jobs;
mod refusals;
mod requests;
mod structures;

pub(crate) use checks::check;
pub use jobs::job;
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

/// The same, by the word of the database.
pub(crate) fn order_state(word: &str) -> &'static str {
    let status = OrderStatus::ALL.into_iter().find(|status| status.as_str() == word);
    status.map_or("Inconnue", order_status)
}

/// What somebody was told, by the word of the database.
pub(crate) fn notice(word: &str) -> &'static str {
    match Notice::from_stored(word) {
        Some(Notice::Received) => "Demande reçue",
        Some(Notice::Approved) => "Demande approuvée",
        Some(Notice::Refused) => "Demande refusée",
        Some(Notice::Withdrawn) => "Demande retirée",
        Some(Notice::QuestionAsked) => "Question posée",
        Some(Notice::CardDelivered) => "Carte remise",
        Some(Notice::CardActivated) => "Carte activée",
        Some(Notice::CardLapsed) => "Carte que le répertoire ne justifie plus",
        Some(Notice::CertificateLapsed) => "Certificat que le répertoire ne justifie plus",
        Some(Notice::CertificateRevoked) => "Certificat révoqué",
        Some(Notice::CardOpposed) => "Carte mise en opposition",
        Some(Notice::CardSuspended) => "Carte suspendue",
        Some(Notice::SuspensionLifted) => "Suspension levée",
        Some(Notice::OppositionUnproved) => "Déclaration de perte ou de vol sans preuve",
        Some(Notice::CertificateIssued) => "Certificat à retirer",
        Some(Notice::DecisionSeen) => "Décision prise en compte",
        Some(Notice::DecisionNotHeld) => "Décision sans valeur",
        None => "Autre avis",
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

/// How hard to look at an order: a sign and a word, so that no colour is needed.
pub(crate) fn risk(risk: Risk) -> &'static str {
    match risk {
        Risk::Green => "● Aucun",
        Risk::Orange => "▲ À vérifier",
        Risk::Red => "■ Graves",
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
        "held" => "Suspendu",
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

/// For which orders an officer is there: « Médecin, Infirmier ; structures F0B0193488 ».
pub(crate) fn scope(scope: &Scope) -> String {
    let professions: Vec<&str> =
        scope.professions().filter_map(Profession::from_code).map(|profession| profession.label()).collect();
    let structures: Vec<&str> = scope.structures().collect();
    match (professions.is_empty(), structures.is_empty()) {
        (true, true) => "toutes les demandes".to_owned(),
        (false, true) => professions.join(", "),
        (true, false) => format!("structures {}", structures.join(", ")),
        (false, false) => format!("{} ; structures {}", professions.join(", "), structures.join(", ")),
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
