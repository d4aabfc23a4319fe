use std::time::Duration;

use ca_core::job_run::{JobOutcome, record};

use super::tests::Server;
use crate::faults;

#[test]
fn a_crl_that_was_refused_is_an_alarm_at_once_and_another_fault_after_ten_minutes() {
    let mut server = Server::start();
    let now = server.service.now();
    let ran = |server: &mut Server, job, minutes_ago: u64, outcome| {
        let began = now.minus(Duration::from_secs(60 * minutes_ago));
        record(&mut server.world.db, job, began, Duration::from_millis(7), outcome).unwrap();
    };
    let fails = |server: &Server, job: &str| {
        let (_, metrics) = server.operations("/metrics");
        let line = |fails: u8| format!("igc_publication_fails{{job=\"{job}\"}} {fails}\n");
        assert!(metrics.contains(&line(0)) != metrics.contains(&line(1)), "{metrics}");
        metrics.contains(&line(1))
    };
    let ready = |text: String| (200, format!("{text}ready\n"));
    ran(&mut server, "coherence", 60, JobOutcome::Failed(faults::FOLDER));
    ran(&mut server, "publication", 3, JobOutcome::Done);
    assert_eq!((server.operations("/readyz"), fails(&server, "publication")), (ready(String::new()), false));

    ran(&mut server, "publication", 2, JobOutcome::Failed(faults::CRL_ENTRY_LOST));
    let since = now.minus(Duration::from_secs(120));
    let alarm = |since, code| {
        ready(format!(
            "[!] publication: not everything is published since {since} ({code}), see igc job status\n"
        ))
    };
    assert_eq!(server.operations("/readyz"), alarm(since, "crl-entry-lost"));
    assert!(fails(&server, "publication"));

    ran(&mut server, "publication", 1, JobOutcome::Done);
    ran(&mut server, "publication", 1, JobOutcome::Failed(faults::FOLDER));
    assert_eq!((server.operations("/readyz"), fails(&server, "publication")), (ready(String::new()), true));
    ran(&mut server, "publication", 1, JobOutcome::Done);
    ran(&mut server, "publication", 11, JobOutcome::Failed(faults::FOLDER));
    let since = now.minus(Duration::from_secs(660));
    assert_eq!(server.operations("/readyz"), alarm(since, faults::FOLDER.name));
}
