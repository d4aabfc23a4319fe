use std::fmt;
use std::str::FromStr;

use super::error::{IdentifierError, Rule};
use super::{AdeliRank, Finess, RppsRank, Siren, Siret, serde_as_text};

/// IdNat_Struct, the national identifier of a structure (TRE_G07, OID 1.2.250.1.71.1.2.14): one digit
/// that says which register, and the identifier there (\[S\] domain.md §2.2). It stands in the
/// organisation's name of certificates (`OU`).
///
/// 5 and 6 (FINESS told apart as EJ and EG, deprecated in 2016), 40 and 41 are not read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum IdNatStruct {
    /// 0: practice known by ADELI-rang.
    AdeliRank(AdeliRank),
    /// 1: FINESS, legal entity or place.
    Finess(Finess),
    /// 2: SIREN, legal entity.
    Siren(Siren),
    /// 3: SIRET, place.
    Siret(Siret),
    /// 4: practice known by RPPS-rang.
    RppsRank(RppsRank),
}

impl FromStr for IdNatStruct {
    type Err = IdentifierError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let fail = |rule| Err(IdentifierError { identifier: "IdNat_Struct", rule });
        let Some(digit) = text.chars().next() else {
            return fail(Rule::Length { expected: 10, found: 0 });
        };
        let rest = &text[digit.len_utf8()..];
        Ok(match digit {
            '0' => Self::AdeliRank(rest.parse()?),
            '1' => Self::Finess(rest.parse()?),
            '2' => Self::Siren(rest.parse()?),
            '3' => Self::Siret(rest.parse()?),
            '4' => Self::RppsRank(rest.parse()?),
            '5' | '6' => return fail(Rule::Closed(digit)),
            _ => return fail(Rule::Prefix("0, 1, 2, 3, 4")),
        })
    }
}

impl fmt::Display for IdNatStruct {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AdeliRank(practice) => write!(f, "0{practice}"),
            Self::Finess(finess) => write!(f, "1{finess}"),
            Self::Siren(siren) => write!(f, "2{siren}"),
            Self::Siret(siret) => write!(f, "3{siret}"),
            Self::RppsRank(practice) => write!(f, "4{practice}"),
        }
    }
}

serde_as_text!(IdNatStruct);
