//! The checks of the diagnostic page, in French.

/// What a check is about, and who can help.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct CheckWords {
    /// What it looks at.
    pub(crate) title: &'static str,
    /// Who can help where it is not well.
    pub(crate) helper: &'static str,
    /// Whether what it finds may name an officer or what he decided: that is not copied for others.
    pub(crate) names_somebody: bool,
}

const OPERATOR: &str = "L'exploitant de la machine";

/// The words of a check, by its stable name; nothing of one that has none here.
pub(crate) fn check(name: &str) -> Option<CheckWords> {
    let (title, helper) = match name {
        "clock" => ("Horloge", OPERATOR),
        "reserve" => ("Place réservée aux oppositions", OPERATOR),
        "responders" => ("Répondeurs OCSP", OPERATOR),
        "crls" => (
            "Listes de révocation publiées",
            "L'exploitant ; pour une racine, les porteurs de part, en cérémonie",
        ),
        "coherence" => ("Cohérence des publications", OPERATOR),
        "register" => ("Répertoire et cartes caduques", "Deux opérateurs d'enregistrement, ou l'exploitant"),
        "oppositions" => ("Déclarations et avis", "Un opérateur de révocation ou d'enregistrement"),
        "decisions" => ("Décisions des opérateurs", "L'opérateur nommé, puis l'administrateur et l'auditeur"),
        "officers" => ("Adresses des opérateurs", "Deux administrateurs"),
        "tls" => ("Certificat TLS de ce site", OPERATOR),
        "sequencer" => ("Mise en ordre du journal d'audit", OPERATOR),
        "signatures" => ("Signatures du module de sécurité", "L'officier de sécurité, sans attendre"),
        "jobs" => ("Travaux automatiques", OPERATOR),
        _ => return None,
    };
    Some(CheckWords { title, helper, names_somebody: matches!(name, "decisions" | "officers") })
}
