//! What the steps of a demonstration share.

use registration_authority::approval::DemoApprover;
use serde_json::Value;
use store::{Act, Actor, DatabaseRole};

use crate::bureau_process::BureauProcess;
use crate::faults;
use crate::installation::Installation;
use crate::jobs::{self, Worker};
use crate::officer;
use crate::problem::Problem;

use super::cast::Cast;

/// The officer who submits.
pub const SUBMITTER: &str = "camille.martin";
/// The officer who decides.
pub const APPROVER: &str = "dominique.bernard";
/// Who approves where two must.
pub const SECOND_APPROVER: &str = "louison.durand";
/// The officer who opposes.
pub const REVOKER: &str = "sacha.petit";
/// The officer who enrols.
pub const ADMINISTRATOR: &str = "alix.moreau";
/// The one who reads.
pub const AUDITOR: &str = "andrea.leroy";

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
    /// The stage of a copy that was moved ahead: the same officers, the same register, a bureau that is made
    /// when it is needed.
    pub fn enter(installation: &Installation) -> Result<Self, Problem> {
        let demo = installation.config.demo.as_ref().ok_or_else(|| {
            Problem::new(faults::DEMO_ONLY, "only a copy of a demonstration sees the years ahead")
        })?;
        Ok(Self {
            approver: officer::approver(installation)?,
            bureau: BureauProcess::at(&demo.bureau_home),
            worker: Worker::begin(installation, DatabaseRole::Owner)?,
            cast: None,
        })
    }

    /// Who plays.
    pub fn cast(&self) -> &Cast {
        self.cast.as_ref().expect("the register step chose the players")
    }

    /// Runs a job of the worker; what it did.
    pub fn job(&mut self, name: &str) -> Result<Value, Problem> {
        let job = jobs::find(name).expect("a step names a job of this program");
        self.worker.run(job)
    }

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
