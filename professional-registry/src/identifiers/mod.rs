//! The national identifiers of persons and structures, each with its check digit.
//!
//! A value of one of these types has passed its check: [`std::str::FromStr`] is the only door, and
//! [`std::fmt::Display`] gives back exactly what was read (domain.md §2.1–2.3).

mod adeli;
mod error;
mod finess;
mod id_nat_ps;
mod id_nat_struct;
pub(crate) mod luhn;
mod rpps;
mod siren;
mod technical_structure;

#[cfg(test)]
mod tests;

pub use adeli::{Adeli, AdeliRank};
pub use error::{IdentifierError, Rule};
pub use finess::Finess;
pub use id_nat_ps::{IdNatPs, LocalId};
pub use id_nat_struct::IdNatStruct;
pub use rpps::{Rpps, RppsRank};
pub use siren::{Siren, Siret};
pub use technical_structure::{TechnicalStructureId, TechnicalStructureKind};

/// Text that passed a check: reading, printing and (de)serialising as a string.
macro_rules! checked_text {
    ($name:ident, $check:path) => {
        impl $name {
            /// As it is written.
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// Whether `text` is one, without keeping it.
            #[allow(
                dead_code,
                reason = "not every identifier stands in a file that is read in millions of lines"
            )]
            pub(crate) fn check(text: &str) -> Result<(), $crate::identifiers::IdentifierError> {
                $check(text)
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::identifiers::IdentifierError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                $check(text)?;
                Ok(Self(text.to_owned()))
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }

        $crate::identifiers::serde_as_text!($name);
    };
}

/// Serialises through `Display`, deserialises through `FromStr`: no unchecked value gets in by JSON.
macro_rules! serde_as_text {
    ($name:ident) => {
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

pub(crate) use {checked_text, serde_as_text};
