use std::time::Duration;

use ca_core::job_run::{JobOutcome, record};

use super::tests::Server;
use crate::faults;

/// A run of a job that began so many minutes ago.
fn ran(server: &mut Server, job: &'static str, minutes_ago: u64, outcome: JobOutcome) {
    let began = server.service.now().minus(Duration::from_secs(60 * minutes_ago));
    record(&mut server.world.db, job, began, Duration::from_millis(7), outcome).unwrap();
}

/// What the gauge of a job says.
fn fails(server: &Server, job: &str) -> bool {
    let (_, metrics) = server.operations("/metrics");
    let line = |fails: u8| format!("igc_publication_fails{{job=\"{job}\"}} {fails}\n");
    assert!(metrics.contains(&line(0)) != metrics.contains(&line(1)), "{metrics}");
    metrics.contains(&line(1))
}

#[test]
fn a_crl_that_was_refused_is_an_alarm_at_once_and_another_fault_after_ten_minutes() {
    let mut server = Server::start();
    let now = server.service.now();
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

/// What could not be made at its time is made by the job that runs again and again: nobody is alarmed until the next night.
#[test]
fn a_scheduled_run_that_failed_is_over_once_everything_was_published_after_it() {
    let mut server = Server::start();
    let failed = JobOutcome::Failed(faults::FOLDER);
    let ready = (200, "ready\n".to_owned());
    ran(&mut server, "publication", 40, JobOutcome::Done);
    ran(&mut server, "full-crl", 30, failed);
    assert!(server.operations("/readyz").1.contains("[!] full-crl: not everything is published"));
    assert!(fails(&server, "full-crl"));
    ran(&mut server, "publication", 9, failed);
    assert!(fails(&server, "full-crl"), "the other has not made it either");
    ran(&mut server, "publication", 8, JobOutcome::Done);
    assert_eq!((server.operations("/readyz"), fails(&server, "full-crl")), (ready, false));
    // A CRL that was refused is not made by waiting, nor looked at before it is due.
    ran(&mut server, "full-crl", 7, JobOutcome::Failed(faults::CRL_ENTRY_LOST));
    ran(&mut server, "publication", 6, JobOutcome::Done);
    assert!(server.operations("/readyz").1.contains("(crl-entry-lost)") && fails(&server, "full-crl"));
}
