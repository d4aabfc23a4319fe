//! Requests of several connections at a time, each one after the other.

use std::thread;
use std::time::{Duration, Instant};

use super::connection::Connection;
use crate::cpu;
use crate::pairs::Sample;

/// How many connections.
pub const CONNECTIONS: usize = 4;

/// Who is asked, and how.
#[derive(Clone, Copy, Debug)]
pub struct Server<'a> {
    /// The process whose CPU counts, with that of its children.
    pub pid: u32,
    /// Where it listens.
    pub address: &'a str,
    /// Whether a connection is kept for the next request.
    pub keeping: Keeping,
}

/// Whether a connection is kept for the next request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keeping {
    /// It is.
    Kept,
    /// Each request has one of its own: what a server asks for that closes them.
    Anew,
}

/// What a run of requests took.
#[derive(Clone, Copy, Debug)]
pub struct Run {
    /// How many, and the server's wall and CPU time, its children's included and the client's not.
    pub sample: Sample,
    /// How long all but one in a hundred waited for their answers, at most.
    pub p99: Duration,
}

impl Run {
    /// Microseconds.
    pub fn p99_micros(&self) -> f64 {
        self.p99.as_secs_f64() * 1e6
    }
}

/// Asks `server` for a while. `client` makes what writes the requests of a connection, by its number.
pub fn run<W>(server: Server<'_>, lasting: Duration, client: impl Fn(u64) -> W) -> Run
where
    W: FnMut(&mut Vec<u8>) + Send,
{
    let until = Instant::now() + lasting;
    run_while(server, || Instant::now() < until, client)
}

/// The same for as long as `going` says.
pub fn run_while<W>(server: Server<'_>, going: impl Fn() -> bool + Sync, client: impl Fn(u64) -> W) -> Run
where
    W: FnMut(&mut Vec<u8>) + Send,
{
    let writers: Vec<W> = (0..CONNECTIONS as u64).map(client).collect();
    let (cpu_before, began) = (cpu::used_by(server.pid), Instant::now());
    let going = &going;
    let mut waits: Vec<Duration> = thread::scope(|scope| {
        let started: Vec<_> =
            writers.into_iter().map(|writer| scope.spawn(move || ask(server, going, writer))).collect();
        started.into_iter().flat_map(|thread| thread.join().expect("a client does not panic")).collect()
    });
    let wall = began.elapsed();
    let cpu = cpu::used_by(server.pid).saturating_sub(cpu_before);
    Run { sample: Sample { operations: waits.len() as u64, wall, cpu }, p99: percentile(&mut waits, 99) }
}

fn ask(server: Server<'_>, going: impl Fn() -> bool, mut write: impl FnMut(&mut Vec<u8>)) -> Vec<Duration> {
    let (mut connection, mut request, mut waits) = (Connection::open(server.address), Vec::new(), Vec::new());
    while going() {
        write(&mut request);
        let sent = Instant::now();
        if server.keeping == Keeping::Anew && !waits.is_empty() {
            connection = Connection::open(server.address);
        }
        connection.exchange(&request);
        waits.push(sent.elapsed());
    }
    waits
}

/// The smallest of `values` that so many in a hundred do not exceed.
pub fn percentile(values: &mut [Duration], percent: usize) -> Duration {
    values.sort_unstable();
    values[(values.len() * percent).div_ceil(100).max(1) - 1]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_two_hundred_waits_two_are_longer_than_the_p99() {
        let mut waits: Vec<Duration> = (1..=200).rev().map(Duration::from_millis).collect();
        assert_eq!(percentile(&mut waits, 99), Duration::from_millis(198));
        assert_eq!(percentile(&mut waits[..1], 99), Duration::from_millis(1));
    }
}
