//! Connections that stand between two requests: the server's own timer of a head runs before the first one only, and its
//! timer of idleness ends with the first octet of the next. Whoever sends that octet and no other would keep his place.

use std::os::fd::{AsFd, OwnedFd};
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::{Duration, Instant};

use actix_web::HttpRequest;
use actix_web::body::{BodySize, MessageBody};
use actix_web::dev::{Extensions, ResponseHead, ServiceRequest, ServiceResponse};
use actix_web::http::ConnectionType;
use actix_web::middleware::Next;
use actix_web::rt::net::TcpStream;
use rustix::net::{Shutdown, shutdown};

/// From one look at the connections to the next.
const EVERY: Duration = Duration::from_millis(250);

/// Octets a second that whoever is sent an answer takes at least.
const SLOWEST: u64 = 16 * 1024;

/// The end of a connection that has none.
const NEVER: u64 = u64::MAX;

/// The open connections of a server. Those who look at them end with it.
pub struct Connections {
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
    /// When it is ended, milliseconds since the listener began; not before all its requests are answered.
    ends_at: AtomicU64,
    /// How many requests are being answered: HTTP/2 has several at a time.
    working: AtomicU32,
}

/// The connection that a request came over.
#[derive(Clone)]
struct Place(Arc<Connection>);

/// A request that is being answered, which has bounds of its own; however that ends, the connection has its end again.
pub(super) struct Working(Place);

impl Drop for Working {
    fn drop(&mut self) {
        self.0.0.working.fetch_sub(1, Ordering::Release);
    }
}

impl Connections {
    /// Of a server where the head of a request may take so long, and a connection may be idle for so long.
    pub fn watched(header: Duration, idle: Duration) -> std::io::Result<Arc<Self>> {
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

    /// Looks at this one from now on; for `HttpServer::on_connect`.
    pub fn keep(self: &Arc<Self>, connection: &TcpStream, data: &mut Extensions) {
        let socket = match connection.as_fd().try_clone_to_owned() {
            Ok(socket) => socket,
            Err(error) => {
                tracing::warn!(%error, "a connection has no end between its requests: {error}");
                return;
            }
        };
        let ends_at = AtomicU64::new(self.after(self.between));
        let working = AtomicU32::new(0);
        let connection = Arc::new(Connection { listener: Arc::clone(self), socket, ends_at, working });
        self.open.lock().unwrap_or_else(PoisonError::into_inner).push(Arc::downgrade(&connection));
        data.insert(Place(connection));
    }

    fn after(&self, time: Duration) -> u64 {
        u64::try_from((self.began.elapsed() + time).as_millis()).unwrap_or(NEVER)
    }

    /// When a connection has rested for as long as it may, after an answer of so many octets.
    fn rested_after(&self, octets: u64) -> u64 {
        self.after(self.between + Duration::from_secs(octets / SLOWEST))
    }

    fn end_overdue(&self) {
        let now = self.after(Duration::ZERO);
        self.open.lock().unwrap_or_else(PoisonError::into_inner).retain(|connection| {
            let Some(connection) = connection.upgrade() else { return false };
            if connection.working.load(Ordering::Acquire) > 0
                || connection.ends_at.load(Ordering::Relaxed) > now
            {
                return true;
            }
            // It has ended already, or does now; the server gives its place back when it reads the end.
            let _ = shutdown(&connection.socket, Shutdown::Both);
            false
        });
    }
}

impl Working {
    /// On the connection that a request came over; nothing where nobody watches its server.
    pub(super) fn on(request: &HttpRequest) -> Option<Self> {
        let place = request.conn_data::<Place>()?;
        place.0.working.fetch_add(1, Ordering::Relaxed);
        Some(Self(place.clone()))
    }

    /// The answer of so many octets goes out; after it the connection may rest until its next request.
    pub(super) fn answers(self, size: BodySize, head: &mut ResponseHead) {
        let connection = &self.0.0;
        let ends_at = match size {
            BodySize::Stream => {
                // It has bounds of its own, and no request comes after it.
                head.set_connection_type(ConnectionType::Close);
                NEVER
            }
            BodySize::None => connection.listener.rested_after(0),
            BodySize::Sized(octets) => connection.listener.rested_after(octets),
        };
        connection.ends_at.store(ends_at, Ordering::Relaxed);
    }
}

/// The same around all requests of a server; for `middleware::from_fn`.
pub async fn between_requests<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, actix_web::Error> {
    let working = Working::on(request.request());
    let mut answered = next.call(request).await?;
    if let Some(working) = working {
        let size = answered.response().body().size();
        working.answers(size, answered.response_mut().head_mut());
    }
    Ok(answered)
}
