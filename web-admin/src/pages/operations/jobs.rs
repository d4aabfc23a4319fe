//! What each job did last. One that runs and does not say so is as loud as one that fails.

use std::time::Duration;

use ca_core::job_run::{JobRun, JobStanding};
use store::Timestamp;

use super::State;
use crate::language::Language;
use crate::messages::Key;
use crate::operations::{JobPace, Urgency};
use crate::typography::Shown;
use crate::words;

/// One job.
pub(super) struct JobRow {
    pub(super) name: String,
    pub(super) purpose: Option<Key>,
    /// None where it never ran, or never said so.
    pub(super) last: Option<LastRun>,
    /// How it stands, in words.
    pub(super) word: Key,
    pub(super) state: State,
}

pub(super) struct LastRun {
    pub(super) began_at: Shown,
    pub(super) took: String,
    pub(super) trouble: Option<String>,
    pub(super) troubled_for: Option<String>,
}

/// The jobs that the worker runs, then those that were run by hand alone.
pub(super) fn read(
    paces: &[JobPace],
    mut runs: Vec<JobRun>,
    language: Language,
    at: Timestamp,
) -> Vec<JobRow> {
    // Where others are heard of, a worker has begun a moment ago: one that hangs is silent, and told so.
    let worker_is_heard = !runs.is_empty();
    let mut rows: Vec<JobRow> = paces
        .iter()
        .map(|pace| {
            let place = runs.iter().position(|run| run.job == pace.job);
            let pause = pace.pause.filter(|_| place.is_some() || !worker_is_heard);
            row(pace.job, pause, place.map(|place| runs.swap_remove(place)), language, at)
        })
        .collect();
    rows.extend(runs.into_iter().map(|run| row(&run.job.clone(), None, Some(run), language, at)));
    rows.sort_by(|one, other| (other.state.urgency, &one.name).cmp(&(one.state.urgency, &other.name)));
    rows
}

fn row(
    name: &str,
    pause: Option<Duration>,
    run: Option<JobRun>,
    language: Language,
    at: Timestamp,
) -> JobRow {
    let (word, urgency) = standing(pause, run.as_ref(), at);
    JobRow {
        name: name.to_owned(),
        purpose: words::job(name),
        last: run.map(|run| LastRun {
            began_at: Shown(run.began_at),
            took: took(run.took_ms, language),
            trouble: run.trouble,
            troubled_for: run.troubled_since.map(|since| language.ago(since, at)),
        }),
        word,
        state: State::of(urgency),
    }
}

/// How a job with this pause stands after this run, in words.
fn standing(pause: Option<Duration>, run: Option<&JobRun>, at: Timestamp) -> (Key, Urgency) {
    let Some(run) = run else {
        return match pause {
            Some(_) => (Key::of("operations-job-unheard"), Urgency::Warning),
            None => (Key::of("operations-job-waits"), Urgency::Well),
        };
    };
    match run.standing(pause, at) {
        JobStanding::Done => (Key::of("operations-job-done"), Urgency::Well),
        JobStanding::Partly => (Key::of("operations-job-partly"), Urgency::Warning),
        JobStanding::Failing => (Key::of("operations-job-failing"), Urgency::Warning),
        JobStanding::FailingForLong => (Key::of("operations-job-failing-long"), Urgency::Alarm),
        JobStanding::Silent => (Key::of("operations-job-silent"), Urgency::Alarm),
    }
}

/// « 40 ms », « 2,5 s », « 3 min »; a point in English.
fn took(millis: i64, language: Language) -> String {
    let point = match language {
        Language::French => ',',
        Language::English => '.',
    };
    match millis {
        ..1000 => format!("{millis}\u{a0}ms"),
        1000..100_000 => format!("{}{point}{}\u{a0}s", millis / 1000, millis % 1000 / 100),
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
        let rows = read(&paces, vec![run("b"), run("a"), run("hand")], Language::French, at(1000));
        let names: Vec<_> = rows.iter().map(|row| (row.name.as_str(), row.state.urgency)).collect();
        let well = Urgency::Well;
        assert_eq!(names, [("a", Urgency::Alarm), ("b", well), ("c", well), ("hand", well)]);
    }

    #[test]
    fn where_nobody_is_heard_of_every_job_is_to_be_seen_to() {
        let paces = [JobPace { job: "a", pause: Some(Duration::from_secs(5)) }];
        assert_eq!(read(&paces, Vec::new(), Language::French, at(0))[0].state.urgency, Urgency::Warning);
        let others = read(&paces, vec![run("b")], Language::French, at(0));
        assert!(others.iter().all(|row| row.state.urgency == Urgency::Well));
    }

    #[test]
    fn a_length_is_said_in_one_unit() {
        assert_eq!(
            [40, 2540, 200_000].map(|millis| took(millis, Language::French)),
            ["40\u{a0}ms", "2,5\u{a0}s", "3\u{a0}min"]
        );
        assert_eq!(took(2540, Language::English), "2.5\u{a0}s");
    }
}
