//! What a dossier's page says beside the dossier itself.

use store::{BrokenRule, Code};

/// What was just done, or was not.
#[derive(Clone, Debug, Default)]
pub(in crate::pages) struct Said {
    /// What was just done, as the address names it.
    pub(in crate::pages) did: Option<String>,
    /// Why nothing was done.
    pub(in crate::pages) problem: Option<Code>,
    /// Every rule that what was asked for breaks.
    pub(in crate::pages) rules: Vec<BrokenRule>,
    /// The reason that was chosen, and the sentence that was typed, so that nobody types it twice.
    pub(in crate::pages) reason: String,
    pub(in crate::pages) text: String,
    /// Whether the letter of the refusal was asked for.
    pub(in crate::pages) previewed: bool,
}

impl Said {
    /// From the query of the dossier's address.
    pub(super) fn of_query(query: &str) -> Self {
        let did = query.split('&').find_map(|part| part.strip_prefix("fait="));
        Self { did: did.map(str::to_owned), ..Self::default() }
    }

    /// In words. An approval is the first of two where another one is to follow.
    pub(super) fn done(&self, first_of_two: bool) -> Option<&'static str> {
        Some(match self.did.as_deref()? {
            "depot" => "La demande est déposée. Une autre personne que vous doit en décider.",
            "approbation" if first_of_two => {
                "Votre approbation est enregistrée. Un autre opérateur d'enregistrement doit approuver à son tour."
            }
            "approbation" => {
                "La demande est approuvée. La carte part en fabrication avec le prochain lot qui suit la prise d'effet."
            }
            "question" => "La question est posée : la demande attend le demandeur.",
            "reponse" => "La réponse est enregistrée : la demande est de nouveau à vérifier.",
            "refus" => "La demande est refusée. Le porteur en est averti dès que le refus prend effet.",
            "retour" => {
                "Votre décision est annulée : rien n'est envoyé. La demande est à vérifier de nouveau."
            }
            "reprise" => "Les données du répertoire sont reprises : relisez la demande avant de décider.",
            "note" => "La note est enregistrée.",
            "retrait" => "La demande est retirée.",
            _ => return None,
        })
    }
}
