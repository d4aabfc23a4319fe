//! Why an order or a request is refused: a code that is stored and signed, and the French sentence
//! that stands in the letter. No refusal without a reason.

use crate::approval::SubjectKind;

/// One reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RefusalReason {
    /// As stored and signed.
    pub code: &'static str,
    /// For the letter to the holder or the structure.
    pub sentence: &'static str,
    /// What can be done about it; the next sentence of the letter.
    pub remedy: &'static str,
    /// Whether the officer must add a sentence of his own.
    pub needs_text: bool,
    /// What it is a reason for.
    of: &'static [SubjectKind],
}

/// Longest sentence of an officer, in characters.
pub const REASON_TEXT_BOUND: usize = 2000;

/// What people ask for.
const ASKED: &[SubjectKind] =
    &[SubjectKind::CardOrder, SubjectKind::CertificateRequest, SubjectKind::RenewalPlan];
/// What a brake of the register stopped.
const STOPPED: &[SubjectKind] = &[SubjectKind::RegisterFeed, SubjectKind::OppositionPlan];
const EVERYTHING: &[SubjectKind] = &[
    SubjectKind::CardOrder,
    SubjectKind::CertificateRequest,
    SubjectKind::RenewalPlan,
    SubjectKind::RegisterFeed,
    SubjectKind::OppositionPlan,
    SubjectKind::OfficerEnrolment,
    SubjectKind::SuspensionLift,
    SubjectKind::StructureMandate,
];

/// What makes an officer, or unmakes one.
const ENROLLED: &[SubjectKind] = &[SubjectKind::OfficerEnrolment];

/// What can be done where nothing else is said.
const ASK_AGAIN: &str = "Une fois cette raison levée, une nouvelle demande peut être déposée.";
/// Who speaks for a structure.
const MANDATED: &[SubjectKind] = &[SubjectKind::StructureMandate];

const fn reason(code: &'static str, sentence: &'static str) -> RefusalReason {
    RefusalReason { code, sentence, remedy: ASK_AGAIN, needs_text: false, of: ASKED }
}

/// The same, with what can be done about it.
const fn with_remedy(reason: RefusalReason, remedy: &'static str) -> RefusalReason {
    RefusalReason { remedy, ..reason }
}

/// About a name of a structure, or the public key that it sent.
const fn of_requests(code: &'static str, sentence: &'static str) -> RefusalReason {
    RefusalReason { of: &[SubjectKind::CertificateRequest], ..reason(code, sentence) }
}

/// About what the register says of too many at once.
const fn of_stops(code: &'static str, sentence: &'static str) -> RefusalReason {
    RefusalReason { of: STOPPED, ..reason(code, sentence) }
}

/// About an officer's key.
const fn of_enrolments(code: &'static str, sentence: &'static str) -> RefusalReason {
    RefusalReason { of: ENROLLED, ..reason(code, sentence) }
}

/// About the doubt for which a card was suspended.
const fn of_lifts(code: &'static str, sentence: &'static str) -> RefusalReason {
    RefusalReason { of: &[SubjectKind::SuspensionLift], ..reason(code, sentence) }
}

/// About who speaks for a structure.
const fn of_mandates(code: &'static str, sentence: &'static str) -> RefusalReason {
    RefusalReason { of: MANDATED, ..reason(code, sentence) }
}

/// Every reason, in the order of the officer's list.
pub const ALL: &[RefusalReason] = &[
    with_remedy(
        reason(
            "register-mismatch",
            "Les informations de la demande ne correspondent pas à celles du répertoire national.",
        ),
        "Faites corriger le répertoire par l'autorité qui tient votre inscription ; une nouvelle demande peut ensuite \
         être déposée.",
    ),
    with_remedy(
        reason("not-entitled", "La situation du porteur n'ouvre pas droit à ce produit."),
        "Si votre situation change, une nouvelle demande peut être déposée.",
    ),
    with_remedy(
        reason("duplicate", "Une demande ou une carte équivalente est déjà en cours."),
        "Vous n'avez rien à faire : cette autre demande ou cette autre carte suit son cours.",
    ),
    reason("submitter-not-mandated", "Le demandeur n'est pas mandaté pour cette demande."),
    reason("incomplete", "La demande est incomplète."),
    of_requests("name-not-approved", "Un nom demandé n'est pas autorisé pour cette structure."),
    of_requests(
        "key-refused",
        "La clé publique présentée n'est pas conforme à la politique de certification.",
    ),
    reason("suspected-fraud", "Les éléments fournis ne permettent pas d'établir l'origine de la demande."),
    of_stops("file-wrong", "L'extrait du répertoire est erroné ou incomplet."),
    of_stops("not-confirmed", "L'émetteur de l'extrait ne confirme pas ce changement."),
    of_enrolments("key-not-recognised", "L'empreinte de la clé n'est pas celle que son porteur a donnée."),
    of_lifts("doubt-remains", "Le doute qui a conduit à suspendre la carte n'est pas levé."),
    of_enrolments("not-appointed", "Cette personne n'est pas désignée pour ce rôle."),
    of_mandates(
        "document-insufficient",
        "Le document présenté n'établit pas que cette personne représente la structure.",
    ),
    of_mandates("mandate-over", "Le mandat a pris fin."),
    of_mandates("agent-not-recognised", "La structure ne reconnaît pas cette personne comme son mandataire."),
    RefusalReason {
        code: "other",
        sentence: "Autre motif, précisé ci-après.",
        remedy: ASK_AGAIN,
        needs_text: true,
        of: EVERYTHING,
    },
];

/// The reasons for which one of these is refused, in the order of the officer's list.
pub fn of(kind: SubjectKind) -> impl Iterator<Item = &'static RefusalReason> {
    ALL.iter().filter(move |reason| reason.of.contains(&kind))
}

/// The reason of this code.
pub fn find(code: &str) -> Option<&'static RefusalReason> {
    ALL.iter().find(|reason| reason.code == code)
}
