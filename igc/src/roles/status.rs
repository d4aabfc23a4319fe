//! The status role: public answers. Reads the database; of the tokens it uses the OCSP keys only.

use std::net::TcpListener;
use std::sync::Arc;

use actix_web::{App, HttpServer};
use ca_core::signer::process::LedgerKind;
use crl_publisher::http::{
    CertIdHash, Following, SigningAhead, StatusService, StatusSettings, StreamLimits, configure,
};
use store::DatabaseRole;

use super::Running;
use crate::config::{self, Publication};
use crate::faults;
use crate::installation::Installation;
use crate::jobs;
use crate::problem::Problem;

/// Connections, signers, and threads that answer.
const WORKERS: usize = 4;

/// How many seconds connections have to end by themselves when the role stops. Streams of oppositions never do.
const SHUTDOWN_SECONDS: u64 = 5;

/// The status role, running.
pub struct StatusRole {
    service: StatusService,
    server: Running,
    following: Following,
}

impl StatusRole {
    /// Starts following the status log, and answering on `listener`.
    pub fn start(installation: &Installation, listener: TcpListener) -> Result<Self, Problem> {
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
    Running::start(address, move || {
        let on_connect = service.on_connect();
        let server = HttpServer::new(move || App::new().configure(configure(service.clone())))
            .on_connect(on_connect)
            .shutdown_timeout(SHUTDOWN_SECONDS)
            .workers(WORKERS)
            .disable_signals()
            .listen(listener)?;
        Ok(server.run())
    })
}

fn service(installation: &Installation) -> StatusService {
    let clock = installation.clock;
    let (reading, signing) = (installation.clone(), installation.clone());
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
        clock: Arc::new(move || clock.now()),
        streams: StreamLimits::default(),
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
