//! What a dossier's page says beside the dossier itself.

use store::{BrokenRule, Code};

use crate::messages::Key;

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

    /// Whether a decision on another dossier led to this one.
    pub(super) fn led_here(&self) -> bool {
        self.did.as_deref() == Some("suite")
    }

    /// In words. An approval is the first of two where another one is to follow.
    pub(super) fn done(&self, first_of_two: bool) -> Option<Key> {
        Some(Key::of(match self.did.as_deref()? {
            "depot" => "dossier-done-order",
            "approbation" if first_of_two => "dossier-done-first-approval",
            "approbation" => "dossier-done-approval",
            "question" => "dossier-done-question",
            "second-avis" => "dossier-done-second-officer",
            "reponse" => "dossier-done-answer",
            "refus" => "dossier-done-refusal",
            "suite" => "dossier-done-onward",
            "retour" => "dossier-done-taken-back",
            "reprise" => "dossier-done-refresh",
            "note" => "dossier-done-note",
            "document" => "dossier-done-document",
            "retrait" => "dossier-done-withdrawal",
            _ => return None,
        }))
    }
}
