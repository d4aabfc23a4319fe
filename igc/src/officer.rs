//! Acting as an officer from the command line.
//!
//! An officer's act is his own: signed with his card or passkey. Only a demonstration lets the command
//! line speak for one of its fictional officers, with the demonstration's own visible proof.

use registration_authority::approval::{ApprovalVerifier, DemoApprover};
use registration_authority::enrolment::PinnedRoots;
use store::{Act, Actor};

use crate::config::Passkeys;
use crate::faults;
use crate::installation::Installation;
use crate::problem::Problem;
use crate::setup::refuse_shared_key;

/// `--as LOGIN`
#[derive(Clone, Debug, clap::Args)]
pub struct AsOfficer {
    /// The officer of the demonstration who acts.
    #[arg(long = "as", value_name = "LOGIN")]
    pub login: Option<String>,
}

impl AsOfficer {
    /// The act of that officer; in production, a problem that says who must act instead.
    pub fn act(&self, installation: &Installation) -> Result<Act, Problem> {
        if !installation.config.is_demo() {
            return Err(Problem::new(
                faults::DECISION_NEEDED,
                "an officer must do this himself, with his card or passkey",
            ));
        }
        let login = self.login.as_deref().ok_or_else(|| {
            Problem::new(faults::ARGUMENT, "say which officer of the demonstration acts, with --as LOGIN")
        })?;
        Ok(installation.act(Actor::Officer(login.to_owned())))
    }
}

/// What signs the decisions of a demonstration's officers.
pub fn approver(installation: &Installation) -> Result<DemoApprover, Problem> {
    let demo = installation.config.demo.as_ref().ok_or_else(|| {
        Problem::new(faults::DECISION_NEEDED, "an officer must decide himself, with his card or passkey")
    })?;
    refuse_shared_key(&demo.approval_key)?;
    Ok(DemoApprover::open(&demo.approval_key)?)
}

/// What verifies decisions: in a demonstration its own key counts, in production none does. Officers' passkeys count in both,
/// once roots are pinned.
pub fn verifier(installation: &Installation) -> Result<ApprovalVerifier, Problem> {
    let config = &installation.config;
    let mut addresses = config.demo.as_ref().map(|demo| demo.addresses.clone()).unwrap_or_default();
    addresses.extend(config.passkeys.iter().flat_map(|passkeys| passkeys.addresses.clone()));
    let verifier = match &config.demo {
        Some(demo) => DemoApprover::open(&demo.approval_key)?.verifier(),
        None => ApprovalVerifier::production(),
    }
    .with_delays(config.decisions)
    .with_bulk_bound(config.bulk_bound)
    .with_addresses(addresses);
    let pinned = config.passkeys.as_ref().filter(|passkeys| !passkeys.roots.is_empty());
    let Some(Passkeys { relying_party, roots, .. }) = pinned else { return Ok(verifier) };
    let roots = PinnedRoots::new(roots.clone())
        .map_err(|rule| Problem::new(faults::CONFIG_INVALID, format!("passkeys.root: {rule}")))?;
    Ok(verifier.with_passkeys(relying_party.clone(), roots))
}
