//! The tables of the *Nomenclatures des Objets de Santé* that decide who may hold what: professions,
//! categories, modes, sectors, know-how, card products (domain.md §2.4).
//!
//! The long ones are data files with dates of validity. A code whose time is over stays readable, because
//! registers and old cards carry it; it is just not active.

mod card_product;
mod category;
mod know_how;
mod mode;
mod profession;
mod sector;
mod table;

#[cfg(test)]
mod tests;

pub use card_product::CardProduct;
pub use category::Category;
pub use know_how::{KnowHow, know_how_codes};
pub use mode::ExerciseMode;
pub use profession::Profession;
pub use sector::Sector;

use store::{Code, Fault};
use thiserror::Error;

use crate::faults;

/// A code that its table does not know.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{table} has no such code")]
pub struct UnknownCode {
    /// The table: `TRE_G15-ProfessionSante`.
    pub table: &'static str,
}

impl Fault for UnknownCode {
    fn code(&self) -> Code {
        faults::NOMENCLATURE_UNKNOWN
    }
}

/// A code read and written as the text of its table.
macro_rules! code_as_text {
    ($name:ident) => {
        impl std::str::FromStr for $name {
            type Err = $crate::nomenclature::UnknownCode;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Self::from_code(text).ok_or($crate::nomenclature::UnknownCode { table: Self::TABLE })
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.code())
            }
        }

        $crate::identifiers::serde_as_text!($name);
    };
}

pub(crate) use code_as_text;
