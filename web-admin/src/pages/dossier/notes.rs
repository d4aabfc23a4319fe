//! What officers wrote about an order for each other.

use registration_authority::views::Dossier;
use store::Database;

use super::name_of;
use crate::failure::Failure;
use crate::typography::Shown;

/// A note, with its author's name.
pub(super) struct Written {
    pub(super) by: String,
    pub(super) at: Shown,
    pub(super) note: String,
}

/// The notes of a dossier, as it is shown.
pub(super) fn shown(db: &mut Database, dossier: &Dossier) -> Result<Vec<Written>, Failure> {
    dossier
        .notes
        .iter()
        .map(|note| {
            Ok(Written {
                by: name_of(db, &note.written_by)?,
                at: Shown(note.written_at),
                note: note.note.clone(),
            })
        })
        .collect()
}
