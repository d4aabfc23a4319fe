use store::Timestamp;

use crate::extract::Encoding;

/// How to import.
#[derive(Clone, Debug, Default)]
pub struct ImportOptions {
    /// When the extract was made, for a file whose name does not say so.
    pub extracted_at: Option<Timestamp>,
    /// How its bytes become text.
    pub encoding: Encoding,
    /// Read everything, say what would change, write nothing.
    pub dry_run: bool,
    /// Cease whom the feed does not name, although some of its lines name nobody that can be read.
    pub accept_unidentified: bool,
    /// Go on where the brakes would refuse the feed.
    pub accept_mass_change: bool,
}
