//! The operator's own listener: is it alive, is it ready, what are its figures.

use std::net::TcpListener;

use actix_web::{App, HttpServer};
use crl_publisher::http::{StatusService, configure_operations};

use super::Running;
use crate::faults;
use crate::problem::Problem;

/// Starts answering on `listener`.
pub fn start(service: &StatusService, listener: TcpListener) -> Result<Running, Problem> {
    let service = service.clone();
    let address = listener.local_addr().map_err(|error| Problem::new(faults::LISTENER, error.to_string()))?;
    Running::start(address, move || {
        let server = HttpServer::new(move || App::new().configure(configure_operations(service.clone())))
            .workers(1)
            .disable_signals()
            .listen(listener)?;
        Ok(server.run())
    })
}
