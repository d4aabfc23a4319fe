use super::table::{Embedded, embedded};
use super::{UnknownCode, code_as_text};

/// TRE_R02-SecteurActivite (OID 1.2.250.1.71.4.2.4): `SA` and two digits. A code newer
/// than the table here is kept, without a label: what is decided on a sector names the ones that it is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Sector(String);

static SECTORS: Embedded = embedded!("TRE_R02-SecteurActivite");

impl Sector {
    pub(super) const TABLE: &'static str = "TRE_R02-SecteurActivite";

    /// From the code of the table: `SA07`.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::is_well_formed(code).then(|| Self(code.to_owned()))
    }

    /// Whether `code` is of the table's form, without keeping it.
    pub(crate) fn check(code: &str) -> Result<(), UnknownCode> {
        if Self::is_well_formed(code) { Ok(()) } else { Err(UnknownCode::of(Self::TABLE, code)) }
    }

    fn is_well_formed(code: &str) -> bool {
        code.strip_prefix("SA")
            .is_some_and(|digits| digits.len() == 2 && digits.bytes().all(|byte| byte.is_ascii_digit()))
    }

    /// The code of the table.
    pub fn code(&self) -> &str {
        &self.0
    }

    /// The French label, where this program knows the code.
    pub fn label(&self) -> Option<&'static str> {
        SECTORS.find(&self.0).map(|entry| entry.label)
    }

    /// Whether the table knows the code.
    pub(crate) fn known(code: &str) -> Result<(), UnknownCode> {
        SECTORS.find(code).map(drop).ok_or_else(|| UnknownCode::of(Self::TABLE, code))
    }
}

code_as_text!(Sector);
