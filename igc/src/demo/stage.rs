//! What the steps of a demonstration share.

use registration_authority::approval::DemoApprover;
use store::{Act, Actor};

use crate::bureau_process::BureauProcess;
use crate::installation::Installation;
use crate::jobs::Worker;
use crate::problem::Problem;

use super::cast::Cast;

/// The officer who submits.
pub const SUBMITTER: &str = "camille.martin";
/// The officer who decides.
pub const APPROVER: &str = "dominique.bernard";
/// The officer who opposes.
pub const REVOKER: &str = "sacha.petit";
/// The officer who enrols.
pub const ADMINISTRATOR: &str = "alix.moreau";

/// The stage.
pub struct Stage {
    /// The worker of the installation, in this process.
    pub worker: Worker,
    /// What signs the officers' decisions.
    pub approver: DemoApprover,
    /// The bureau.
    pub bureau: BureauProcess,
    /// Who plays, once the register is there.
    pub cast: Option<Cast>,
}

impl Stage {
    /// An act of one of the officers, now.
    pub fn officer(&self, login: &str) -> Act {
        self.installation().act(Actor::Officer(login.to_owned()))
    }

    /// An act of the person at the machine, now.
    pub fn operator(&self) -> Act {
        self.installation().operator_act()
    }

    /// The installation.
    pub fn installation(&self) -> &Installation {
        &self.worker.installation
    }

    /// The folder of the installation.
    pub fn path(&self, name: &str) -> std::path::PathBuf {
        self.installation().dir.join(name)
    }

    /// Ends the worker in good order.
    pub fn leave(self) -> Result<(), Problem> {
        self.worker.end()
    }
}
