use std::str::FromStr;

use registration_authority::opposition::{Ground, GroundError};

/// What `--ground` says: an opposition, which is definitive, or a suspension.
#[derive(Clone, Copy, Debug)]
pub enum Motive {
    /// Why the card is opposed.
    Opposed(Ground),
    /// It is stopped for a time.
    Suspended,
}

impl FromStr for Motive {
    type Err = GroundError;

    fn from_str(text: &str) -> Result<Self, GroundError> {
        match text {
            Ground::HOLD => Ok(Self::Suspended),
            ground => ground.parse().map(Self::Opposed),
        }
    }
}
