use super::error::{IdentifierError, check_digit, digit, form};
use super::{checked_text, luhn};

/// A legal entity in the INSEE register: nine digits with a Luhn key.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Siren(String);

checked_text!(Siren, check_siren);

/// An establishment in the INSEE register: SIREN and five digits, with a Luhn key over all fourteen.
/// The establishments of La Poste (SIREN 356000000) are the known exception \[M\]: the sum of their digits
/// is a multiple of five.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Siret(String);

checked_text!(Siret, check_siret);

impl Siret {
    /// The legal entity the establishment belongs to.
    pub fn siren(&self) -> Siren {
        Siren(self.0[..9].to_owned())
    }
}

const LA_POSTE: &str = "356000000";

fn check_siren(text: &str) -> Result<(), IdentifierError> {
    form("SIREN", text, 9, digit)?;
    check_digit("SIREN", luhn::holds(text))
}

fn check_siret(text: &str) -> Result<(), IdentifierError> {
    form("SIRET", text, 14, digit)?;
    let plain_sum: u32 = text.bytes().map(|byte| u32::from(byte - b'0')).sum();
    let post = text.starts_with(LA_POSTE) && plain_sum.is_multiple_of(5);
    check_digit("SIRET", luhn::holds(text) || post)?;
    // The SIREN inside has its own key; otherwise `Siret::siren` would make an unchecked value.
    check_digit("SIRET", luhn::holds(&text[..9]))
}
