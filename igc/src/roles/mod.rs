//! The roles of the program, each of which `igc serve` runs by itself or together with the others.

pub mod operations;
pub mod publications;
pub mod responders;
pub mod status;
pub mod web;
mod web_tls;
pub mod worker;

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;

use actix_web::dev::{Server, ServerHandle};

use crate::faults;
use crate::problem::Problem;

/// Says to every thread of the process that it is time to end.
#[derive(Clone, Debug, Default)]
pub struct Stop(Arc<AtomicBool>);

impl Stop {
    /// Is asked by SIGINT and SIGTERM.
    pub fn at_signals() -> Result<Self, Problem> {
        let stop = Self::default();
        for signal in [signal_hook::consts::SIGINT, signal_hook::consts::SIGTERM] {
            signal_hook::flag::register(signal, Arc::clone(&stop.0))
                .map_err(|error| Problem::new(faults::LISTENER, format!("signals: {error}")))?;
        }
        Ok(stop)
    }

    /// Asks everyone to end.
    pub fn ask(&self) {
        self.0.store(true, Ordering::SeqCst);
    }

    /// Whether somebody asked.
    pub fn asked(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }
}

/// An HTTP server in its own thread.
pub struct Running {
    /// Where it listens.
    pub address: SocketAddr,
    handle: ServerHandle,
    thread: JoinHandle<std::io::Result<()>>,
}

impl Running {
    /// Starts the server that `make` builds, on a thread with a runtime of its own.
    fn start(
        address: SocketAddr,
        make: impl FnOnce() -> std::io::Result<Server> + Send + 'static,
    ) -> Result<Self, Problem> {
        let (tell, told) = std::sync::mpsc::channel();
        let thread = std::thread::spawn(move || {
            actix_web::rt::System::new().block_on(async move {
                let server = make()?;
                // Where nobody listens for the handle, `start` has given up already.
                let _ = tell.send(server.handle());
                server.await
            })
        });
        match told.recv() {
            Ok(handle) => Ok(Self { address, handle, thread }),
            Err(_) => {
                let error = match thread.join() {
                    Ok(Err(error)) => error.to_string(),
                    _ => "the server did not start".to_owned(),
                };
                Err(Problem::new(faults::LISTENER, format!("{address}: {error}")))
            }
        }
    }

    /// Lets requests under way end, then stops.
    pub fn stop(self) -> Result<(), Problem> {
        actix_web::rt::System::new().block_on(self.handle.stop(true));
        self.wait()
    }

    /// Waits until the server ends by itself, at a signal.
    pub fn wait(self) -> Result<(), Problem> {
        match self.thread.join() {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(Problem::new(faults::LISTENER, format!("{}: {error}", self.address))),
            Err(_) => {
                Err(Problem::new(faults::LISTENER, format!("{}: the server's thread ended", self.address)))
            }
        }
    }
}

/// Takes a port before anything else is begun, so that a taken one is said at once.
pub fn listen(address: SocketAddr) -> Result<(TcpListener, SocketAddr), Problem> {
    let taken = |error: std::io::Error| Problem::new(faults::LISTENER, format!("{address}: {error}"));
    let listener = TcpListener::bind(address).map_err(taken)?;
    let bound = listener.local_addr().map_err(taken)?;
    Ok((listener, bound))
}
