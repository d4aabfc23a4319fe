//! The tables of the *Nomenclatures des Objets de Santé* that decide who may hold what: professions,
//! categories, modes, sectors, know-how, types of cards (domain.md §2.4).
//!
//! Each is a data file with dates of validity. A profession whose time is over stays readable, because registers and old
//! cards carry it; it is just not active. Of the codes that an enum names, [`InForce`] says whether they are given on a
//! day (decision 46).

mod category;
mod in_force;
mod know_how;
mod mode;
mod profession;
mod sector;
mod table;

#[cfg(test)]
mod tests;

pub use category::Category;
pub use in_force::{CodeTables, InForce, NotInForce, card_type_label};
pub use know_how::{KnowHow, know_how_codes};
pub use mode::ExerciseMode;
pub use profession::Profession;
pub use sector::Sector;

use store::{Code, Fault};
use thiserror::Error;

use crate::faults;

/// A code that its table does not know.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{table} has no {}", code.as_ref().map_or_else(|| "such code".to_owned(), |code| format!("code {code}")))]
pub struct UnknownCode {
    /// The table: `TRE_G15-ProfessionSante`.
    pub table: &'static str,
    /// The code, where it is of the form of one; anything else may be personal.
    pub code: Option<String>,
}

impl UnknownCode {
    /// Of this table, whatever stood in the place of a code.
    pub(crate) fn of(table: &'static str, text: &str) -> Self {
        let short = (1..=8).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
        // A name has no digit, and more than one letter.
        let code = short && (text.len() == 1 || text.bytes().any(|byte| byte.is_ascii_digit()));
        Self { table, code: code.then(|| text.to_owned()) }
    }
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
                Self::from_code(text).ok_or_else(|| $crate::nomenclature::UnknownCode::of(Self::TABLE, text))
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
