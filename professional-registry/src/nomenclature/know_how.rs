use serde::{Deserialize, Serialize};

use super::UnknownCode;
use super::table::{Embedded, embedded};

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
        KNOW_HOW.find(&self.code).map(|entry| entry.label)
    }

    /// Whether the table knows the code.
    pub(crate) fn known(code: &str) -> Result<(), UnknownCode> {
        KNOW_HOW.find(code).map(drop).ok_or_else(|| UnknownCode::of("TRE_R01-EnsembleSavoirFaire", code))
    }
}

static KNOW_HOW: Embedded = embedded!("TRE_R01-EnsembleSavoirFaire");

/// The codes of TRE_R01 and their labels.
pub fn know_how_codes() -> impl Iterator<Item = (&'static str, &'static str)> {
    KNOW_HOW.iter().map(|entry| (entry.code, entry.label))
}
