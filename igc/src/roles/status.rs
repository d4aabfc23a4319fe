//! The status role: public answers. Reads the database; of the tokens it uses the OCSP keys only.

use std::net::TcpListener;
use std::sync::Arc;

use ca_core::signer::process::LedgerKind;
use crl_publisher::http::{
    CertIdHash, Following, SigningAhead, StatusService, StatusSettings, StreamLimits, public_server,
};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use store::DatabaseRole;

use super::Running;
use crate::config::{self, Publication};
use crate::faults;
use crate::installation::Installation;
use crate::jobs;
use crate::problem::Problem;
use crate::signer::ledger_file;

/// Connections, signers, and threads that answer.
const WORKERS: usize = 4;

/// Open files of a connection: it, and once more for whoever ends it where it stands still between two requests.
const FILES_EACH: u64 = 2;

/// Files that the process may have open beside its connections: the database's, published ones, the signer's.
const OTHER_FILES: u64 = 256;

/// The status role, running.
pub struct StatusRole {
    service: StatusService,
    server: Running,
    following: Following,
}

impl StatusRole {
    /// Starts following the status log, and answering on `listener`.
    pub fn start(installation: &Installation, listener: TcpListener) -> Result<Self, Problem> {
        allow_connections(installation.config.status_limits.connections)?;
        let service = service(installation);
        let following = service
            .follow()
            .map_err(|error| Problem::new(faults::LISTENER, format!("status log: {error}")))?;
        let server = answer(&service, listener)?;
        Ok(Self { service, server, following })
    }

    /// What answers, for the operator's listener and for hints.
    pub fn service(&self) -> &StatusService {
        &self.service
    }

    /// Lets requests under way end, then stops. No connection to the database is left: SQLite leaves no log file
    /// behind.
    pub fn stop(self) -> Result<(), Problem> {
        drop(self.following);
        self.server.stop()
    }
}

fn answer(service: &StatusService, listener: TcpListener) -> Result<Running, Problem> {
    let service = service.clone();
    let address = listener.local_addr().map_err(|error| Problem::new(faults::LISTENER, error.to_string()))?;
    Running::start(address, move || public_server(&service, listener, WORKERS))
}

/// A connection is an open file: the process asks the system for as many as the configuration speaks of, and does not
/// start where it may not have them. Without them nobody is answered while strangers hold what there is.
fn allow_connections(connections: usize) -> Result<(), Problem> {
    let needed = FILES_EACH * connections as u64 + OTHER_FILES;
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    if current.is_none_or(|current| current >= needed) {
        return Ok(());
    }
    let raised = match maximum {
        Some(maximum) if maximum < needed => false,
        maximum => setrlimit(Resource::Nofile, Rlimit { current: Some(needed), maximum }).is_ok(),
    };
    if raised {
        return Ok(());
    }
    let detail = format!(
        "status.connections: {connections} connections need {needed} open files, and this process may have {} (RLIMIT_NOFILE)",
        maximum.or(current).unwrap_or_default()
    );
    Err(Problem::new(faults::CONFIG_INVALID, detail))
}

fn service(installation: &Installation) -> StatusService {
    let clock = installation.clock;
    let (reading, signing, counting) = (installation.clone(), installation.clone(), installation.clone());
    StatusService::new(StatusSettings {
        folder: jobs::folder(installation),
        policy: jobs::policy(&installation.config),
        answer_cache_octets: installation.config.publication.ocsp_cache_octets,
        ahead: ahead(&installation.config.publication),
        workers: WORKERS,
        open_database: Box::new(move || {
            Ok(reading.database(DatabaseRole::Status).map_err(|problem| problem.detail().to_owned())?)
        }),
        open_signer: Box::new(move || {
            let process =
                signing.signer_process(LedgerKind::Answers).map_err(|problem| problem.detail().to_owned())?;
            Ok(Box::new(process.signer()))
        }),
        signer_figures: Arc::new(move || Some(counting.started_signer(LedgerKind::Answers)?.figures())),
        answers_ledger: ledger_file(LedgerKind::Answers, installation),
        clock: Arc::new(move || clock.now()),
        streams: StreamLimits::default(),
        connections: installation.config.status_limits,
    })
}

fn ahead(publication: &Publication) -> SigningAhead {
    let hash = |hash: &config::CertIdHash| match hash {
        config::CertIdHash::Sha1 => CertIdHash::Sha1,
        config::CertIdHash::Sha256 => CertIdHash::Sha256,
    };
    SigningAhead {
        hashes: publication.ocsp_sign_ahead.iter().map(hash).collect(),
        per_second: publication.ocsp_sign_ahead_per_second,
    }
}
