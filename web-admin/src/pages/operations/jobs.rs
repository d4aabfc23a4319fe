//! What each job did last. One that runs and does not say so is as loud as one that fails.

use std::time::Duration;

use ca_core::job_run::JobRun;
use store::Timestamp;

use super::State;
use crate::operations::{JobPace, Urgency};
use crate::typography::{Shown, ago};
use crate::words;

/// How much later than its pause a job may be: what it did is written down once a minute, and others come before it.
const PATIENCE: Duration = Duration::from_secs(180);

/// How long a job may fail before somebody must see to it.
const FAILS_AT_MOST: Duration = Duration::from_secs(600);

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
    let mut rows: Vec<JobRow> = paces
        .iter()
        .map(|pace| {
            let place = runs.iter().position(|run| run.job == pace.job);
            row(pace.job, Some(pace), place.map(|place| runs.swap_remove(place)), at)
        })
        .collect();
    rows.extend(runs.into_iter().map(|run| row(&run.job.clone(), None, Some(run), at)));
    rows.sort_by(|one, other| (other.state.urgency, &one.name).cmp(&(one.state.urgency, &other.name)));
    rows
}

fn row(name: &str, pace: Option<&JobPace>, run: Option<JobRun>, at: Timestamp) -> JobRow {
    let (word, urgency) = standing(pace.and_then(|pace| pace.pause), run.as_ref(), at);
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

/// How a job with this pause stands after this run.
fn standing(pause: Option<Duration>, run: Option<&JobRun>, at: Timestamp) -> (&'static str, Urgency) {
    let Some(run) = run else {
        return match pause {
            Some(_) => ("N'a pas encore rendu compte", Urgency::Warning),
            None => ("Attend son heure", Urgency::Well),
        };
    };
    let ended = run.began_at.plus(Duration::from_millis(u64::try_from(run.took_ms).unwrap_or(0)));
    if pause.is_some_and(|pause| ended.plus(pause).plus(PATIENCE) < at) {
        return ("Ne rend plus compte", Urgency::Alarm);
    }
    let for_long = run.troubled_since.is_some_and(|since| since.plus(FAILS_AT_MOST) < at);
    match (run.outcome.as_str(), for_long) {
        ("done", _) => ("Fait", Urgency::Well),
        ("partly", _) => ("Fait en partie", Urgency::Warning),
        (_, false) => ("A échoué", Urgency::Warning),
        (_, true) => ("A échoué", Urgency::Alarm),
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

    fn run(outcome: &str, troubled_since: Option<i64>) -> JobRun {
        JobRun {
            job: "publication".to_owned(),
            began_at: at(0),
            took_ms: 40,
            outcome: outcome.to_owned(),
            trouble: None,
            troubled_since: troubled_since.map(at),
        }
    }

    #[test]
    fn a_job_that_fails_or_falls_silent_is_loud_and_louder_after_a_while() {
        let pause = Some(Duration::from_secs(5));
        let of = |run: &JobRun, seconds| standing(pause, Some(run), at(seconds)).1;
        let (done, failed) = (run("done", None), run("failed", Some(0)));
        assert_eq!([0, 180].map(|seconds| of(&done, seconds)), [Urgency::Well; 2]);
        assert_eq!(of(&done, 190), Urgency::Alarm, "it is silent");
        assert_eq!(of(&failed, 10), Urgency::Warning);
        assert_eq!(of(&run("failed", Some(-700)), 10), Urgency::Alarm, "it has failed for long");
        assert_eq!(of(&run("partly", Some(-700)), 10), Urgency::Warning);
        assert_eq!(standing(None, Some(&done), at(1_000_000)).1, Urgency::Well, "its schedule says when");
        assert_eq!(standing(pause, None, at(0)).1, Urgency::Warning);
    }

    #[test]
    fn what_is_worst_comes_first() {
        let paces = [("a", Some(5)), ("b", Some(100_000)), ("c", None)]
            .map(|(job, pause)| JobPace { job, pause: pause.map(Duration::from_secs) });
        let of = |job: &str| JobRun { job: job.to_owned(), ..run("done", None) };
        let rows = read(&paces, vec![of("b"), of("a"), of("hand")], at(1000));
        let names: Vec<_> = rows.iter().map(|row| (row.name.as_str(), row.state.urgency)).collect();
        let well = Urgency::Well;
        assert_eq!(names, [("a", Urgency::Alarm), ("b", well), ("c", well), ("hand", well)]);
    }

    #[test]
    fn a_length_is_said_in_one_unit() {
        assert_eq!([40, 2540, 200_000].map(took), ["40\u{a0}ms", "2,5\u{a0}s", "3\u{a0}min"]);
    }
}
