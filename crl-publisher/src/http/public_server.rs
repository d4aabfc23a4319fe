//! The public listener: what connections of strangers may cost.

use std::io;
use std::net::TcpListener;
use std::time::Duration;

use actix_web::dev::Server;
use actix_web::rt::net::TcpStream;
use actix_web::{App, HttpServer};
use serde::Serialize;

use super::configure;
use super::connections::Connections;
use super::service::StatusService;

/// How many seconds connections have to end by themselves when the role stops. Streams of oppositions never do.
const SHUTDOWN_SECONDS: u64 = 5;

/// What connections may cost: how many there are, and how long each may take. Whoever takes longer loses his.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct ConnectionLimits {
    /// The most connections at a time, streams of oppositions among them: one more waits in the system's queue until one
    /// ends. At least one for each thread that answers.
    pub connections: usize,
    /// How long the head of the first request may take to arrive (408), a connection that says nothing included.
    pub header: Duration,
    /// How long the body of a request, of 8 KiB at most, may take (408).
    pub body: Duration,
    /// How long a connection may wait for its next request.
    pub idle: Duration,
}

impl Default for ConnectionLimits {
    fn default() -> Self {
        Self {
            connections: 2048,
            header: Duration::from_secs(5),
            body: Duration::from_secs(10),
            idle: Duration::from_secs(5),
        }
    }
}

/// The public side on `listener`, with so many threads, within the limits of `service`. It runs when it is awaited.
pub fn public_server(service: &StatusService, listener: TcpListener, threads: usize) -> io::Result<Server> {
    let ConnectionLimits { connections, header, idle, .. } = service.connection_limits();
    let (on_connect, watched) = (service.on_connect(), Connections::watched(header, idle)?);
    let service = service.clone();
    let server = HttpServer::new(move || App::new().configure(configure(service.clone())))
        .on_connect(move |connection, data| {
            on_connect(connection, data);
            if let Some(connection) = connection.downcast_ref::<TcpStream>() {
                watched.keep(connection, data);
            }
        })
        .workers(threads)
        .max_connections((connections / threads).max(1))
        .client_request_timeout(header)
        .keep_alive(idle)
        .shutdown_timeout(SHUTDOWN_SECONDS)
        .disable_signals()
        .listen(listener)?;
    Ok(server.run())
}
