//! The web role: the officers' pages. Holds no key of an authority and no token.

use std::net::TcpListener;
use std::sync::Arc;

use actix_web::{App, HttpServer, web};
use openssl::ssl::{SslAcceptor, SslFiletype, SslMethod};
use store::{Actor, DatabaseRole};
use web_admin::{SignInLinks, Untold, WebSettings, WebState};

use super::Running;
use super::publications::PublicSide;
use crate::faults;
use crate::installation::{Installation, system_rng};
use crate::jobs;
use crate::officer;
use crate::problem::Problem;
use crate::setup::refuse_shared_key;
use crate::status_hint;

/// Threads that answer.
const WORKERS: usize = 2;

/// Starts the officers' pages on `listener`; gives what makes sign-in links.
pub fn start(installation: &Installation, listener: TcpListener) -> Result<(Running, SignInLinks), Problem> {
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
    let tls = acceptor(installation)?;
    let state = web::Data::new(state(installation, links.clone())?);
    let running = Running::start(address, move || {
        let server =
            HttpServer::new(move || App::new().app_data(state.clone()).configure(web_admin::configure))
                .workers(WORKERS)
                .disable_signals()
                .listen_openssl(listener, tls)?;
        Ok(server.run())
    })?;
    Ok((running, links))
}

fn go_on_with_oppositions(installation: &Installation) -> Result<(), Problem> {
    let act = installation.act(Actor::Job("opposition-list"));
    jobs::continue_opposition_list(installation, &mut installation.database(DatabaseRole::Web)?, &act)
}

fn state(installation: &Installation, links: SignInLinks) -> Result<WebState, Problem> {
    let clock = installation.clock;
    let (opened, dir) = (installation.clone(), installation.dir.clone());
    let published = Arc::new(PublicSide::of(installation));
    let listed = Arc::clone(&published);
    let approver = match installation.config.is_demo() {
        true => Some(officer::approver(installation)?),
        false => None,
    };
    Ok(WebState::new(WebSettings {
        open: Arc::new(move || opened.open_database(DatabaseRole::Web)),
        clock: Arc::new(move || clock.now()),
        rng: Arc::new(|| Box::new(system_rng())),
        approver,
        verifier: officer::verifier(installation)?,
        relying_party: installation.config.passkeys.as_ref().map(|passkeys| passkeys.relying_party.clone()),
        links,
        suspensions: installation.config.opposition.suspensions(),
        publications: Arc::new(move |db, at| listed.list(db, at).map_err(untold)),
        published_file: Arc::new(move |path| published.file(path)),
        publication: Arc::new(move |sequence| status_hint::ask(&dir, sequence)),
    }))
}

fn untold(problem: Problem) -> Untold {
    (problem.code(), problem.detail().to_owned())
}

/// TLS 1.2 and later, forward secrecy, the files of the configuration.
fn acceptor(installation: &Installation) -> Result<openssl::ssl::SslAcceptorBuilder, Problem> {
    let files = &installation.config.tls;
    refuse_shared_key(&files.key)?;
    let build = || -> Result<openssl::ssl::SslAcceptorBuilder, openssl::error::ErrorStack> {
        let mut builder = SslAcceptor::mozilla_intermediate_v5(SslMethod::tls_server())?;
        builder.set_certificate_chain_file(&files.certificate)?;
        builder.set_private_key_file(&files.key, SslFiletype::PEM)?;
        builder.check_private_key()?;
        Ok(builder)
    };
    build().map_err(|error| {
        Problem::new(
            faults::CONFIG_INVALID,
            format!("TLS: {} or {}: {error}", files.certificate.display(), files.key.display()),
        )
    })
}
