use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// The kinds of cards (TRE_R87-TypeCarte, OID 1.2.250.1.213.1.6.1.106).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum CardKind {
    /// *Carte de professionnel de santé*: a regulated professional.
    Cps,
    /// *Carte de professionnel en formation*: a student who may practise.
    Cpf,
    /// *Carte de personnel d'établissement*: staff of a health establishment.
    Cpe,
    /// *Carte de directeur d'établissement*: the head of a health establishment.
    Cde,
    /// *Carte de personnel autorisé*: staff of another authorised body.
    Cpa,
    /// *Carte de directeur autorisé*: the head of another authorised body.
    Cda,
}

impl CardKind {
    /// Every kind there is.
    pub const ALL: [Self; 6] = [Self::Cps, Self::Cpf, Self::Cpe, Self::Cde, Self::Cpa, Self::Cda];

    /// The code of TRE_G02-TypeProduit, as the card-type extension of a certificate says it
    /// (1.2.250.1.71.1.2.2): 0 CPS, 1 CPF, 2 CDE and CPE, 3 CDA and CPA \[S\].
    pub const fn product_type(self) -> u8 {
        match self {
            Self::Cps => 0,
            Self::Cpf => 1,
            Self::Cde | Self::Cpe => 2,
            Self::Cda | Self::Cpa => 3,
        }
    }

    /// The three letters, as stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Cps => "CPS",
            Self::Cpf => "CPF",
            Self::Cpe => "CPE",
            Self::Cde => "CDE",
            Self::Cpa => "CPA",
            Self::Cda => "CDA",
        }
    }
}

impl fmt::Display for CardKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Not one of the six kinds.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("kind of card: expected CPS, CPF, CPE, CDE, CPA or CDA")]
pub struct UnknownKind;

impl FromStr for CardKind {
    type Err = UnknownKind;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text).ok_or(UnknownKind)
    }
}
