use clap::Args;
use registration_authority::opposition::requester::Claim;

use crate::problem::Problem;

/// Who asked for an opposition, as the officer writes it down.
#[derive(Debug, Args)]
pub struct Asked {
    /// Who asks: authority (of its own motion), holder, structure, employing-professional.
    #[arg(long, default_value = "authority")]
    requester: String,
    /// The number of the structure's mandate, or the employer's RPPS number or IdNat_PS.
    #[arg(long, value_name = "ID")]
    requested_by: Option<String>,
}

impl Asked {
    /// The same, for the rules to judge.
    pub fn claim(&self) -> Result<Claim, Problem> {
        let (requester, identity) = self.told();
        Ok(Claim::read(requester, identity.unwrap_or_default())?)
    }

    /// As it was typed.
    pub fn told(&self) -> (&str, Option<&str>) {
        (&self.requester, self.requested_by.as_deref())
    }
}
