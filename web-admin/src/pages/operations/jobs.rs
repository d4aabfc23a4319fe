//! What each job did last. One that runs and does not say so is as loud as one that fails.

use std::time::Duration;

use ca_core::job_run::{JobRun, JobStanding};
use store::Timestamp;

use super::State;
use crate::operations::{JobPace, Urgency};
use crate::typography::{Shown, ago};
use crate::words;

/// One job.
pub(super) struct JobRow {
    pub(super) name: String,
    pub(super) purpose: &'static str,
    /// None where it never ran, or never said so.
    pub(super) last: Option<LastRun>,
    /// How it stands, in words.
    pub(super) word: &'static str,
    pub(super) state: State,
}

pub(super) struct LastRun {
    pub(super) began_at: Shown,
    pub(super) took: String,
    pub(super) trouble: Option<String>,
    pub(super) troubled_for: Option<String>,
}

/// The jobs that the worker runs, then those that were run by hand alone.
pub(super) fn read(paces: &[JobPace], mut runs: Vec<JobRun>, at: Timestamp) -> Vec<JobRow> {
    // Where others are heard of, a worker has begun a moment ago: one that hangs is silent, and told so.
    let worker_is_heard = !runs.is_empty();
    let mut rows: Vec<JobRow> = paces
        .iter()
        .map(|pace| {
            let place = runs.iter().position(|run| run.job == pace.job);
            let pause = pace.pause.filter(|_| place.is_some() || !worker_is_heard);
            row(pace.job, pause, place.map(|place| runs.swap_remove(place)), at)
        })
        .collect();
    rows.extend(runs.into_iter().map(|run| row(&run.job.clone(), None, Some(run), at)));
    rows.sort_by(|one, other| (other.state.urgency, &one.name).cmp(&(one.state.urgency, &other.name)));
    rows
}

fn row(name: &str, pause: Option<Duration>, run: Option<JobRun>, at: Timestamp) -> JobRow {
    let (word, urgency) = standing(pause, run.as_ref(), at);
    JobRow {
        name: name.to_owned(),
        purpose: words::job(name).unwrap_or_default(),
        last: run.map(|run| LastRun {
            began_at: Shown(run.began_at),
            took: took(run.took_ms),
            trouble: run.trouble,
            troubled_for: run.troubled_since.map(|since| ago(since, at)),
        }),
        word,
        state: State::of(urgency),
    }
}

/// How a job with this pause stands after this run, in words.
fn standing(pause: Option<Duration>, run: Option<&JobRun>, at: Timestamp) -> (&'static str, Urgency) {
    let Some(run) = run else {
        return match pause {
            Some(_) => ("Aucun processus n'en rend compte", Urgency::Warning),
            None => ("Attend son tour", Urgency::Well),
        };
    };
    match run.standing(pause, at) {
        JobStanding::Done => ("Fait", Urgency::Well),
        JobStanding::Partly => ("Fait en partie", Urgency::Warning),
        JobStanding::Failing => ("A échoué", Urgency::Warning),
        JobStanding::FailingForLong => ("Échoue depuis plus de dix minutes", Urgency::Alarm),
        JobStanding::Silent => ("Ne rend plus compte", Urgency::Alarm),
    }
}

/// « 40 ms », « 2,5 s », « 3 min ».
fn took(millis: i64) -> String {
    match millis {
        ..1000 => format!("{millis}\u{a0}ms"),
        1000..100_000 => format!("{},{}\u{a0}s", millis / 1000, millis % 1000 / 100),
        _ => format!("{}\u{a0}min", millis / 60_000),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_seconds(1_000_000 + seconds)
    }

    fn run(job: &str) -> JobRun {
        JobRun {
            job: job.to_owned(),
            began_at: at(0),
            took_ms: 40,
            outcome: "done".to_owned(),
            trouble: None,
            troubled_since: None,
        }
    }

    #[test]
    fn what_is_worst_comes_first() {
        let paces = [("a", Some(5)), ("b", Some(100_000)), ("c", None)]
            .map(|(job, pause)| JobPace { job, pause: pause.map(Duration::from_secs) });
        let rows = read(&paces, vec![run("b"), run("a"), run("hand")], at(1000));
        let names: Vec<_> = rows.iter().map(|row| (row.name.as_str(), row.state.urgency)).collect();
        let well = Urgency::Well;
        assert_eq!(names, [("a", Urgency::Alarm), ("b", well), ("c", well), ("hand", well)]);
    }

    #[test]
    fn where_nobody_is_heard_of_every_job_is_to_be_seen_to() {
        let paces = [JobPace { job: "a", pause: Some(Duration::from_secs(5)) }];
        assert_eq!(read(&paces, Vec::new(), at(0))[0].state.urgency, Urgency::Warning);
        let others = read(&paces, vec![run("b")], at(0));
        assert!(others.iter().all(|row| row.state.urgency == Urgency::Well));
    }

    #[test]
    fn a_length_is_said_in_one_unit() {
        assert_eq!([40, 2540, 200_000].map(took), ["40\u{a0}ms", "2,5\u{a0}s", "3\u{a0}min"]);
    }
}
