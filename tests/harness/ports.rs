use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::ops::Range;
use std::sync::Mutex;
use std::time::{Duration, Instant};

/// Below the ports that the kernel gives to whoever connects (`net.ipv4.ip_local_port_range`): none of the
/// thousands of connections of a test run comes from one of these, and none can connect to itself.
const PORTS: Range<u16> = 16_384..32_768;

/// What keeps a port for this process: a UDP socket of the same number, which no program here listens on.
static KEPT: Mutex<Vec<UdpSocket>> = Mutex::new(Vec::new());

/// A TCP port of the loopback interface for the programs that this process starts: nobody listens on it, and
/// no test gives it again, here or in another test run of this machine.
pub fn free_port() -> u16 {
    let mut kept = KEPT.lock().expect("no test panics while it holds this");
    // Runs side by side begin at different places.
    let first = std::process::id() as usize * 97 % PORTS.len();
    for port in PORTS.cycle().skip(first).take(PORTS.len()) {
        let Ok(keeper) = UdpSocket::bind((Ipv4Addr::LOCALHOST, port)) else { continue };
        if TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok() {
            kept.push(keeper);
            return port;
        }
    }
    panic!("every port of {PORTS:?} is taken");
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
