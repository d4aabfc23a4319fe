//! The web role: the officers' pages. Holds no key of an authority and no token.

use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use actix_tls::accept::openssl::TlsStream;
use actix_web::dev::Extensions;
use actix_web::middleware::from_fn;
use actix_web::rt::net::TcpStream;
use actix_web::{App, HttpServer, web};
use crl_publisher::http::{Connections, between_requests};
use professional_registry::ImportedRegister;
use registration_authority::certificate_request;
use store::audit::export::ExportedEvent;
use store::{Actor, Database, DatabaseRole, Timestamp};
use web_admin::{EventProof, Peer, SignInLinks, SubmitRequest, Untold, WebSettings, WebState};

use super::publications::PublicSide;
use super::{Running, web_tls, worker};
use crate::audit_log::{AuditLog, proof, selection};
use crate::diagnosis;
use crate::faults;
use crate::installation::{Installation, system_rng};
use crate::jobs;
use crate::officer;
use crate::problem::Problem;
use crate::{status_figures, status_hint};

/// Threads that answer.
const WORKERS: usize = 2;

/// The most connections of each, on all listeners: one more waits in the system's queue until one ends.
const CONNECTIONS: usize = 512;

/// How long the head of a request may take.
const HEADER: Duration = Duration::from_secs(5);

/// How long a connection may wait for its next request.
const IDLE: Duration = Duration::from_secs(15);

/// Starts the officers' pages on `listener`, and on `cards` for those who come with a certificate; gives what makes sign-in
/// links.
pub fn start(
    installation: &Installation,
    listener: TcpListener,
    cards: Option<TcpListener>,
) -> Result<(Running, SignInLinks), Problem> {
    let address = listener.local_addr().map_err(|error| Problem::new(faults::LISTENER, error.to_string()))?;
    if let Err(problem) = go_on_with_oppositions(installation) {
        // The worker does the same, before it publishes.
        tracing::warn!(
            code = problem.code().name,
            "the opposition list is not looked at: {}",
            problem.detail()
        );
    }
    let links = SignInLinks::default();
    let tls = web_tls::acceptor(&installation.config.tls)?;
    let cards = match (cards, &installation.config.client_certificates) {
        (Some(listener), Some(section)) => Some((listener, web_tls::asking(installation, &section.tls)?)),
        _ => None,
    };
    let state = web::Data::new(state(installation, links.clone())?);
    let watched = Connections::watched(HEADER, IDLE)
        .map_err(|error| Problem::new(faults::LISTENER, error.to_string()))?;
    let running = Running::start(address, move || {
        let mut server = HttpServer::new(move || {
            App::new()
                .wrap(from_fn(web_admin::bound_bodies))
                .wrap(from_fn(between_requests))
                .app_data(state.clone())
                .configure(web_admin::configure)
        })
        .workers(WORKERS)
        .max_connections(CONNECTIONS)
        .client_request_timeout(HEADER)
        .keep_alive(IDLE)
        .disable_signals()
        .on_connect(move |connection, data| {
            let Some(connection) = connection.downcast_ref::<TlsStream<TcpStream>>() else { return };
            watched.keep(connection.get_ref(), data);
            keep_peer(connection, data);
        })
        .listen_openssl(listener, tls)?;
        if let Some((listener, tls)) = cards {
            server = server.listen_openssl(listener, tls)?;
        }
        Ok(server.run())
    })?;
    Ok((running, links))
}

/// The certificate that a connection was opened with, for every request that comes over it.
fn keep_peer(connection: &TlsStream<TcpStream>, data: &mut Extensions) {
    if let Some(Ok(der)) = connection.ssl().peer_certificate().map(|certificate| certificate.to_der()) {
        data.insert(Peer(der));
    }
}

fn go_on_with_oppositions(installation: &Installation) -> Result<(), Problem> {
    let act = installation.act(Actor::Job("opposition-list"));
    jobs::continue_opposition_list(installation, &mut installation.database(DatabaseRole::Web)?, &act)
}

fn state(installation: &Installation, links: SignInLinks) -> Result<WebState, Problem> {
    let clock = installation.clock;
    let (opened, dir, node) = (installation.clone(), installation.dir.clone(), installation.dir.clone());
    let (diagnosed, ending) = (installation.clone(), installation.clone());
    let published = Arc::new(PublicSide::of(installation));
    let (listed, kept) = (Arc::clone(&published), Arc::clone(&published));
    let approver = match installation.config.is_demo() {
        true => Some(officer::approver(installation)?),
        false => None,
    };
    let config = &installation.config;
    Ok(WebState::new(WebSettings {
        open: Arc::new(move || opened.open_database(DatabaseRole::Web)),
        clock: Arc::new(move || clock.now()),
        rng: Arc::new(|| Box::new(system_rng())),
        approver,
        verifier: officer::verifier(installation)?,
        relying_party: config.passkeys.as_ref().map(|passkeys| passkeys.relying_party.clone()),
        card_origin: config.client_certificates.as_ref().map(|section| section.origin.clone()),
        submit_request: submit_request(installation),
        certificate_terms: config.certificates.read_terms()?,
        links,
        suspensions: installation.config.opposition.suspensions(),
        codes_by_mail: config.mail.is_some(),
        opposition_limits: config.opposition.limits(),
        contact: config.registration_authority.contact.clone(),
        working_hours: installation.config.desk.hours.clone(),
        publications: Arc::new(move |db, at| listed.list(db, at).map_err(untold)),
        published_file: Arc::new(move |path| published.file(path)),
        publication: Arc::new(move |sequence| status_hint::ask(&dir, sequence)),
        ocsp_figures: Arc::new(move || status_figures::ask(&node)),
        list_progress: Arc::new(move |db, at| kept.list_progress(db, at).map_err(untold)),
        diagnose: Arc::new(move |db, at| diagnose(&diagnosed, db, at).map_err(untold)),
        expiries: Arc::new(move |db, at| diagnosis::expiries::list(&ending, db, at).map_err(untold)),
        prove_event: Arc::new(|db, event| prove(db, event).map_err(untold)),
        write_selection: Arc::new(|db, selected| selection::write(db, selected).map_err(untold)),
        jobs: worker::paces(&installation.config),
    }))
}

fn submit_request(installation: &Installation) -> SubmitRequest {
    let installation = installation.clone();
    Arc::new(move |db, new, rng, act| {
        let issuance = installation.issuance().map_err(untold)?;
        Ok(certificate_request::submit(db, &mut ImportedRegister, issuance, new, rng, act))
    })
}

fn diagnose(
    installation: &Installation,
    db: &mut Database,
    at: Timestamp,
) -> Result<Vec<web_admin::Finding>, Problem> {
    let found = diagnosis::of_the_pages(installation, db, &worker::paces(&installation.config), at)?;
    Ok(found.into_iter().map(Into::into).collect())
}

fn prove(db: &mut Database, event: ExportedEvent) -> Result<Option<EventProof>, Problem> {
    let log = AuditLog::of(db)?;
    let proven = db.snapshot(|db| proof::prove(db, &log, vec![event]))?.pop();
    Ok(proven.map(|proven| EventProof {
        size: proven.head().size,
        signed_at: proven.head().at,
        key: log.verifier_key(),
        text: proven.tlog_proof(),
    }))
}

fn untold(problem: Problem) -> Untold {
    (problem.code(), problem.detail().to_owned())
}
