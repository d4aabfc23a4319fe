//! How soon a PostgreSQL server that has gone silent is found. Where nothing refuses, a cable that was pulled or a firewall that
//! drops, libpq waits for as long as the system repeats what it has sent: some fifteen minutes.

/// Parameters of libpq (PostgreSQL documentation, "Parameter Key Words") that stand in every URL unless the operator has set them.
/// Those of TCP are ignored on a Unix socket.
const PATIENCE: [(&str, &str); 5] = [
    // Seconds for an address to answer, and to let us in.
    ("connect_timeout", "5"),
    // Seconds of silence before the other end is asked whether it is there, between two such questions, and how many.
    ("keepalives_idle", "4"),
    ("keepalives_interval", "2"),
    ("keepalives_count", "3"),
    // Milliseconds for which what was sent may stay without an acknowledgement.
    ("tcp_user_timeout", "10000"),
];

/// The URL with what it does not say itself.
pub(super) fn bounded(url: &str) -> String {
    let (_, query) = url.split_once('?').unwrap_or((url, ""));
    let says = |name: &str| query.split('&').any(|part| part.split('=').next() == Some(name));
    let missing = PATIENCE.iter().filter(|(name, _)| !says(name));
    let added: Vec<String> = missing.map(|(name, value)| format!("{name}={value}")).collect();
    let joint = match (url.contains('?'), query.is_empty() || query.ends_with('&')) {
        (false, _) => "?",
        (true, true) => "",
        (true, false) => "&",
    };
    if added.is_empty() { url.to_owned() } else { format!("{url}{joint}{}", added.join("&")) }
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;
    use std::time::{Duration, Instant};

    use super::*;
    use crate::{Database, DatabaseError, DatabaseRole};

    #[test]
    fn what_the_operator_has_set_stays_and_the_rest_is_added() {
        let all = "connect_timeout=5&keepalives_idle=4&keepalives_interval=2&keepalives_count=3&tcp_user_timeout=10000";
        assert_eq!(bounded("postgres://igc@db/igc"), format!("postgres://igc@db/igc?{all}"));
        assert_eq!(bounded("postgres://db/igc?"), format!("postgres://db/igc?{all}"));
        assert_eq!(
            bounded("postgres://igc@/igc?host=/run&tcp_user_timeout=0&connect_timeout=60"),
            "postgres://igc@/igc?host=/run&tcp_user_timeout=0&connect_timeout=60\
             &keepalives_idle=4&keepalives_interval=2&keepalives_count=3"
        );
    }

    #[test]
    fn a_server_that_takes_a_connection_and_says_nothing_is_given_up_after_seconds() {
        let silent = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("postgres://igc@127.0.0.1:{}/igc", silent.local_addr().unwrap().port());
        let began = Instant::now();
        let refused = Database::open(&url, DatabaseRole::Status);
        assert!(matches!(refused, Err(DatabaseError::Unreachable(_))));
        let waited = began.elapsed();
        assert!(waited > Duration::from_secs(2) && waited < Duration::from_secs(20), "{waited:?}");
    }
}
