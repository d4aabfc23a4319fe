//! Connections that stand between two requests: the server's own timer of a head runs before the first one only, and its
//! timer of idleness ends with the first octet of the next. Whoever sends that octet and no other would keep his place.

use std::any::Any;
use std::os::fd::{AsFd, OwnedFd};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::{Duration, Instant};

use actix_web::HttpRequest;
use actix_web::dev::Extensions;
use actix_web::rt::net::TcpStream;
use rustix::net::{Shutdown, shutdown};

/// From one look at the connections to the next.
const EVERY: Duration = Duration::from_millis(250);

/// Octets a second that whoever is sent an answer takes at least.
const SLOWEST: u64 = 16 * 1024;

/// The end of a connection that has none.
const NEVER: u64 = u64::MAX;

/// The open connections of one listener. Those who look at them end with it.
pub(super) struct Connections {
    began: Instant,
    /// Between two requests at most, heads included.
    between: Duration,
    open: Mutex<Vec<Weak<Connection>>>,
}

/// One of them, as long as it is open.
struct Connection {
    listener: Arc<Connections>,
    /// The socket once more: the server's own cannot be had.
    socket: OwnedFd,
    /// When it is ended, milliseconds since the listener began.
    ends_at: AtomicU64,
}

/// The connection that a request came over.
#[derive(Clone)]
pub(super) struct Place(Arc<Connection>);

impl Connections {
    /// Of a listener where the head of a request may take so long, and a connection may be idle for so long.
    pub(super) fn watched(header: Duration, idle: Duration) -> std::io::Result<Arc<Self>> {
        let open = Mutex::default();
        let connections = Arc::new(Self { began: Instant::now(), between: header + idle, open });
        let watched = Arc::downgrade(&connections);
        std::thread::Builder::new().name("connections".to_owned()).spawn(move || {
            while let Some(connections) = watched.upgrade() {
                connections.end_overdue();
                drop(connections);
                std::thread::sleep(EVERY);
            }
        })?;
        Ok(connections)
    }

    /// For `HttpServer::on_connect`.
    pub(super) fn keep(self: &Arc<Self>, connection: &dyn Any, data: &mut Extensions) {
        let Some(connection) = connection.downcast_ref::<TcpStream>() else { return };
        let socket = match connection.as_fd().try_clone_to_owned() {
            Ok(socket) => socket,
            Err(error) => {
                tracing::warn!(%error, "a connection has no end between its requests: {error}");
                return;
            }
        };
        let ends_at = AtomicU64::new(self.after(self.between));
        let connection = Arc::new(Connection { listener: Arc::clone(self), socket, ends_at });
        self.open.lock().unwrap_or_else(PoisonError::into_inner).push(Arc::downgrade(&connection));
        data.insert(Place(connection));
    }

    fn after(&self, time: Duration) -> u64 {
        u64::try_from((self.began.elapsed() + time).as_millis()).unwrap_or(NEVER)
    }

    fn end_overdue(&self) {
        let now = self.after(Duration::ZERO);
        self.open.lock().unwrap_or_else(PoisonError::into_inner).retain(|connection| {
            let Some(connection) = connection.upgrade() else { return false };
            if connection.ends_at.load(Ordering::Relaxed) > now {
                return true;
            }
            // It has ended already, or does now; the server gives its place back when it reads the end.
            let _ = shutdown(&connection.socket, Shutdown::Both);
            false
        });
    }
}

impl Place {
    /// Over which a request came; nothing where nobody watches its listener.
    pub(super) fn of(request: &HttpRequest) -> Option<&Self> {
        request.conn_data()
    }

    /// A request is being answered, which has bounds of its own.
    pub(super) fn works(&self) {
        self.0.ends_at.store(NEVER, Ordering::Relaxed);
    }

    /// So many octets are being sent; after them it may rest until its next request.
    pub(super) fn rests_after(&self, octets: u64) {
        let listener = &self.0.listener;
        let sent = Duration::from_secs(octets / SLOWEST);
        self.0.ends_at.store(listener.after(listener.between + sent), Ordering::Relaxed);
    }
}
