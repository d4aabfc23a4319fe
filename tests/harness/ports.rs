use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::time::{Duration, Instant};

/// A TCP port of the loopback interface that nobody listened on a moment ago.
pub fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("the loopback interface is up");
    listener.local_addr().expect("a bound listener has an address").port()
}

/// Waits until something listens on `port`; panics after `patience`.
pub fn wait_for_port(port: u16, patience: Duration) {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let started = Instant::now();
    while TcpStream::connect_timeout(&address, Duration::from_millis(250)).is_err() {
        assert!(started.elapsed() < patience, "nothing listens on port {port} after {patience:?}");
        std::thread::sleep(Duration::from_millis(20));
    }
}
