use store::Timestamp;

use super::{Brakes, Release};
use crate::extract::{Encoding, Form};
use crate::nomenclature::CodeTables;

/// How to import.
#[derive(Clone, Debug, Default)]
pub struct ImportOptions {
    /// Of which form the file is, where its name does not say so: that of the activities, by default.
    pub form: Option<&'static Form>,
    /// When the extract was made, for a file whose name does not say so.
    pub extracted_at: Option<Timestamp>,
    /// How its bytes become text.
    pub encoding: Encoding,
    /// Read everything, say what would change, write nothing.
    pub dry_run: bool,
    /// Cease whom the feed does not name, although some of its lines name nobody that can be read.
    pub accept_unidentified: bool,
    /// Which codes are in force on which days, where that is not for this program's own tables to say.
    pub tables: Option<&'static CodeTables>,
    /// When the brakes stop a feed.
    pub brakes: Brakes,
    /// That two officers have released this feed.
    pub release: Option<Release>,
}
