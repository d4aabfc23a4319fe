//! The stream, read from a socket as it comes.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;

use super::super::super::StreamLimits;
use super::super::super::tests::Server;

struct Stream {
    socket: TcpStream,
    seen: String,
}

impl Stream {
    fn open(server: &Server, query: &str, header: &str) -> Self {
        let mut socket = TcpStream::connect(&server.public).unwrap();
        socket.set_read_timeout(Some(Duration::from_millis(100))).unwrap();
        write!(socket, "GET /oppositions/events{query} HTTP/1.1\r\nHost: x\r\n{header}\r\n").unwrap();
        let mut stream = Self { socket, seen: String::new() };
        stream.wait_for("\r\n\r\n");
        stream
    }

    /// Reads until the text has come.
    #[track_caller]
    fn wait_for(&mut self, text: &str) {
        let started = Instant::now();
        while !self.seen.contains(text) {
            assert!(started.elapsed() < Duration::from_secs(20), "no {text:?} in {}", self.seen);
            let mut octets = [0; 4096];
            match self.socket.read(&mut octets) {
                Ok(0) => panic!("the stream ended: {}", self.seen),
                Ok(read) => self.seen.push_str(std::str::from_utf8(&octets[..read]).unwrap()),
                Err(error) if [ErrorKind::WouldBlock, ErrorKind::TimedOut].contains(&error.kind()) => {}
                Err(error) => panic!("{error}: {}", self.seen),
            }
        }
    }

    /// Reads what is left until nobody is there any more.
    fn is_cut(&mut self) -> bool {
        let started = Instant::now();
        let mut octets = vec![0; 1 << 16];
        while started.elapsed() < Duration::from_secs(10) {
            match self.socket.read(&mut octets) {
                Ok(0) => return true,
                Ok(_) => {}
                Err(error) if [ErrorKind::WouldBlock, ErrorKind::TimedOut].contains(&error.kind()) => {}
                Err(_) => return true,
            }
        }
        false
    }

    /// The ids of the events that have come, in their order.
    fn ids(&self) -> Vec<i64> {
        self.seen.lines().filter_map(|line| line.strip_prefix("id: ")?.parse().ok()).collect()
    }
}

#[test]
fn a_stream_begins_with_what_is_new_and_tells_card_date_and_sequence_and_nothing_else() {
    let mut server = Server::start();
    let mut stream = Stream::open(&server, "", "");
    assert!(stream.seen.contains("content-type: text/event-stream"), "{}", stream.seen);
    assert!(stream.seen.contains("cache-control: no-store"), "{}", stream.seen);
    stream.wait_for("retry: 5000\n\n");
    server.world.oppose(3, "2600000033");
    let at = server.world.start;
    stream.wait_for(&format!(
        "id: 3\nevent: opposition\ndata: {{\"card_number\":\"2600000033\",\"opposed_at\":\"{at}\",\"sequence\":3}}\n\n"
    ));
    assert_eq!(stream.ids(), [3]);
}

#[test]
fn a_reader_who_comes_back_misses_nothing_and_gets_nothing_twice() {
    let mut server = Server::start();
    let mut stream = Stream::open(&server, "?since=1", "");
    stream.wait_for("id: 2\n");
    drop(stream);
    for (sequence, card) in [(3, "2600000033"), (4, "2600000041")] {
        server.world.oppose(sequence, card);
    }
    let mut stream = Stream::open(&server, "?since=0", "Last-Event-ID: 2\r\n");
    stream.wait_for("id: 4\n");
    server.world.oppose(5, "2600000058");
    stream.wait_for("id: 5\n");
    assert_eq!(stream.ids(), [3, 4, 5]);
}

#[test]
fn a_stream_that_cannot_go_on_from_there_is_refused() {
    let server = Server::start();
    for (header, status, code) in [
        ("Last-Event-ID: 3", 400, "oppositions-since-ahead"),
        ("Last-Event-ID: x", 400, "oppositions-since-invalid"),
        ("Last-Event-ID: -1", 400, "oppositions-since-invalid"),
    ] {
        let mut refused = Stream::open(&server, "", &format!("{header}\r\n"));
        refused.wait_for(&format!("\"code\":\"{code}\""));
        assert!(refused.seen.starts_with(&format!("HTTP/1.1 {status} ")), "{header}: {}", refused.seen);
    }
}

#[test]
fn where_nothing_comes_a_heartbeat_does() {
    let server =
        Server::with(StreamLimits { heartbeat: Duration::from_millis(600), ..StreamLimits::default() });
    Stream::open(&server, "", "").wait_for(": nothing new\n\n");
}

#[test]
fn a_stream_outlives_a_database_that_goes_away_and_comes_back() {
    let mut server =
        Server::with(StreamLimits { heartbeat: Duration::from_millis(600), ..StreamLimits::default() });
    server.world.oppose(3, "2600000033");
    let mut stream = Stream::open(&server, "?since=2", "");
    stream.wait_for("id: 3\n");
    server.reachable.store(false, Ordering::SeqCst);
    // A connection that is open goes on answering until it fails.
    server.world.db.batch_execute("ALTER TABLE card_oppositions RENAME TO out_of_reach").unwrap();
    for _ in 0..3 {
        stream.seen.clear();
        stream.wait_for(": nothing new\n\n");
    }
    server.world.db.batch_execute("ALTER TABLE out_of_reach RENAME TO card_oppositions").unwrap();
    server.reachable.store(true, Ordering::SeqCst);
    server.world.oppose(4, "2600000041");
    stream.wait_for("id: 4\n");
}

/// One of them looks for all; each sees that the list went back.
#[test]
fn a_list_that_goes_back_ends_every_stream_that_was_told_more() {
    let mut server = Server::start();
    server.world.oppose(3, "2600000033");
    let mut streams: Vec<_> = (0..8).map(|_| Stream::open(&server, "?since=2", "")).collect();
    streams.iter_mut().for_each(|stream| stream.wait_for("id: 3\n"));
    let mut behind = Stream::open(&server, "?since=1", "");
    behind.wait_for("id: 3\n");
    // A backup takes the place of the database, and the next card takes the number once all have looked.
    let back = "ALTER TABLE card_oppositions RENAME TO newer;
                CREATE TABLE card_oppositions AS SELECT * FROM newer WHERE sequence < 3";
    server.world.db.batch_execute(back).unwrap();
    std::thread::sleep(Duration::from_millis(1500));
    let given_again = "INSERT INTO card_oppositions (sequence, card_number, opposed_at)
                           SELECT 3, '2600000041', opposed_at FROM newer LIMIT 1";
    server.world.db.batch_execute(given_again).unwrap();
    for stream in streams.iter_mut().chain([&mut behind]) {
        assert!(stream.is_cut(), "it goes on: {}", stream.seen);
    }
    let mut again = Stream::open(&server, "?since=2", "");
    again.wait_for("2600000041");
}

#[test]
fn streams_are_bounded_and_a_reader_who_goes_leaves_his_place() {
    let limits =
        StreamLimits { streams: 2, heartbeat: Duration::from_millis(600), ..StreamLimits::default() };
    let server = Server::with(limits);
    let streams = [Stream::open(&server, "", ""), Stream::open(&server, "", "")];
    let mut refused = Stream::open(&server, "", "");
    refused.wait_for("\"code\":\"oppositions-streams-full\"");
    assert!(refused.seen.starts_with("HTTP/1.1 503 "), "{}", refused.seen);
    assert!(refused.seen.contains("retry-after: "), "{}", refused.seen);
    drop(streams);
    wait_until_a_place_is_free(&server);
}

#[track_caller]
fn wait_until_a_place_is_free(server: &Server) {
    let started = Instant::now();
    let free = || {
        let mut socket = TcpStream::connect(&server.public).unwrap();
        socket.write_all(b"GET /oppositions/events HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
        let mut status = [0; 12];
        socket.read_exact(&mut status).unwrap();
        &status == b"HTTP/1.1 200"
    };
    while !free() {
        assert!(started.elapsed() < Duration::from_secs(20), "no place became free");
        std::thread::sleep(Duration::from_millis(100));
    }
}

#[test]
fn a_reader_who_takes_nothing_is_cut_off() {
    let limits = StreamLimits { streams: 1, patience: Duration::from_secs(1), ..StreamLimits::default() };
    let mut server = Server::with(limits);
    // More than the buffers of both ends hold.
    server.world.give_cards(2_600_100_001..=2_600_200_000);
    server.world.oppose_many(3, 2_600_100_001..=2_600_200_000);
    let mut stream = Stream::open(&server, "?since=0", "");
    wait_until_a_place_is_free(&server);
    assert!(stream.is_cut(), "the connection still stands");
}
