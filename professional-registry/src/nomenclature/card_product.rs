use super::code_as_text;

/// TRE_G02-TypeProduit: the family of a card, as written in its certificates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CardProduct {
    /// 0: CPS, professional.
    Professional,
    /// 1: CPF, professional in training.
    InTraining,
    /// 2: CDE and CPE, director and staff of an establishment.
    Establishment,
    /// 3: CDA and CPA, director and staff of an authorised structure.
    Authorised,
}

impl CardProduct {
    pub(super) const TABLE: &'static str = "TRE_G02-TypeProduit";

    /// From the two digits of the table: `00`.
    pub fn from_code(code: &str) -> Option<Self> {
        match code {
            "00" => Some(Self::Professional),
            "01" => Some(Self::InTraining),
            "02" => Some(Self::Establishment),
            "03" => Some(Self::Authorised),
            _ => None,
        }
    }

    /// The two digits of the table.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Professional => "00",
            Self::InTraining => "01",
            Self::Establishment => "02",
            Self::Authorised => "03",
        }
    }

    /// The kinds of card in the family, as they are named.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Professional => "CPS",
            Self::InTraining => "CPF",
            Self::Establishment => "CDE/CPE",
            Self::Authorised => "CDA/CPA",
        }
    }
}

code_as_text!(CardProduct);
