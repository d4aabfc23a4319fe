use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use super::table::{Entry, entries};

/// A *savoir-faire* of an exercise: its type (`S` ordinal speciality, `C` competence, `CAPA`, …) and its code in
/// TRE_R01-EnsembleSavoirFaire (`SM54`). As the register says it: nothing is decided on it, so a code newer than
/// the table is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnowHow {
    /// Type of know-how.
    pub kind: String,
    /// Code of TRE_R01.
    pub code: String,
}

impl KnowHow {
    /// The French label, where this program knows the code.
    pub fn label(&self) -> Option<&'static str> {
        know_how_codes().find(|(code, _)| *code == self.code).map(|(_, label)| label)
    }
}

static KNOW_HOW: LazyLock<Vec<Entry>> =
    LazyLock::new(|| entries(include_str!("data/TRE_R01-EnsembleSavoirFaire.tsv")).collect());

/// The codes of TRE_R01 and their labels.
pub fn know_how_codes() -> impl Iterator<Item = (&'static str, &'static str)> {
    KNOW_HOW.iter().map(|entry| (entry.code, entry.label))
}
