//! What the checks of the installation found, as the diagnostic page tells it. The composition root makes them: they are
//! those of `igc doctor` that the web role may make.

use crate::operations::Urgency;

/// What one check found of one thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The check, by its stable name: `crls`.
    pub check: &'static str,
    /// How it is.
    pub urgency: Urgency,
    /// Of what, in English, as the command line says it.
    pub what: String,
    /// In words, in English.
    pub found: String,
    /// What the operator does, in English; nothing where it is well.
    pub action: &'static str,
}
