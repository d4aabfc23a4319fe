//! Arguments that become domain types where they are read.

use professional_registry::Profession;

/// A profession by its code in TRE_G15.
pub fn profession(text: &str) -> Result<Profession, String> {
    Profession::from_code(text).ok_or_else(|| format!("{text:?} is no code of the table TRE_G15"))
}
