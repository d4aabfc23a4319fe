use super::{code_as_text, in_force};

/// TRE_R09-CategorieProfessionnelle: under which status a profession is exercised. Labels and dates are data
/// ([`InForce`](super::InForce)).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Category {
    /// C: civil.
    Civil,
    /// M: military.
    Military,
    /// E: student; a professional in training, whose card is a CPF.
    Student,
}

impl Category {
    pub(super) const TABLE: &'static str = "TRE_R09-CategorieProfessionnelle";

    /// From the letter of the table.
    pub fn from_code(code: &str) -> Option<Self> {
        match code {
            "C" => Some(Self::Civil),
            "M" => Some(Self::Military),
            "E" => Some(Self::Student),
            _ => None,
        }
    }

    /// The letter of the table.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Civil => "C",
            Self::Military => "M",
            Self::Student => "E",
        }
    }

    /// The French label.
    pub fn label(self) -> &'static str {
        in_force::category_label(self)
    }
}

code_as_text!(Category);
