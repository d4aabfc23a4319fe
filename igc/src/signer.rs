//! The signer's processes of an installation: one for what is issued, one for OCSP answers.

use std::path::PathBuf;
use std::process::Command;
use std::sync::{Arc, OnceLock};

use ca_core::signer::process::{LedgerKind, SignerSettings};
use ca_core::signer::{SignerError, SignerProcess, Tokens};

use crate::installation::Installation;
use crate::problem::Problem;

/// Each is started by the first signature that needs it.
#[derive(Clone, Default)]
pub struct SignerProcesses {
    issuing: Arc<OnceLock<SignerProcess>>,
    answers: Arc<OnceLock<SignerProcess>>,
}

impl SignerProcesses {
    /// The one that signs this.
    pub fn get(&self, kind: LedgerKind, installation: &Installation) -> Result<SignerProcess, Problem> {
        if let Some(process) = self.started(kind) {
            return Ok(process);
        }
        let process = SignerProcess::new(settings(kind, installation)?);
        Ok(self.slot(kind).get_or_init(|| process).clone())
    }

    /// The one that signs this, where it was asked for before.
    pub fn started(&self, kind: LedgerKind) -> Option<SignerProcess> {
        self.slot(kind).get().cloned()
    }

    fn slot(&self, kind: LedgerKind) -> &OnceLock<SignerProcess> {
        match kind {
            LedgerKind::Issuing => &self.issuing,
            LedgerKind::Answers => &self.answers,
        }
    }
}

/// `signer/issuing.ledger`, `signer/answers.ledger` in the installation's folder.
pub fn ledger_file(kind: LedgerKind, installation: &Installation) -> PathBuf {
    installation.dir.join("signer").join(format!("{}.ledger", kind.name()))
}

/// The tokens that a process may reach: that of the OCSP responders is the status role's, and all it has.
pub fn tokens(kind: LedgerKind, installation: &Installation) -> Result<Tokens, SignerError> {
    let (all, status) = (Tokens::read(&installation.config.tokens)?, &installation.config.status_token);
    match kind {
        LedgerKind::Issuing => Ok(all.without(status)),
        LedgerKind::Answers => all.only(status),
    }
}

fn settings(kind: LedgerKind, installation: &Installation) -> Result<SignerSettings, Problem> {
    let (dir, config) = (installation.dir.clone(), installation.config_file.clone());
    let output = installation.output.name();
    let ledger = ledger_file(kind, installation);
    Ok(SignerSettings {
        tokens: tokens(kind, installation)?,
        kind,
        sessions: installation.config.signer.sessions,
        deadline: installation.config.signer.deadline,
        command: Box::new(move || {
            // This very program, also where its file was replaced since it started.
            let mut command = Command::new("/proc/self/exe");
            command.arg("--dir").arg(&dir).arg("--config").arg(&config).args(["--output", output]);
            command.args(["signer", "--ledger", kind.name(), "--file"]).arg(&ledger);
            command
        }),
    })
}
