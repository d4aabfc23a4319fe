//! Long work: how much of what should be is, since when the rest waits, and what came of it last. No job says how far it is: it compares
//! what is with what should be, and so does this.

use professional_registry::import::{self, ImportedFeed};
use registration_authority::lapse;
use registration_authority::renewal::PlanProgress;
use store::Timestamp;

use super::State;
use super::jobs::JobRow;
use crate::desk::Work;
use crate::failure::Failure;
use crate::language::Language;
use crate::messages::{Key, Message};
use crate::operations::Urgency;
use crate::typography::Shown;

/// One work.
pub(super) struct WorkRow {
    pub(super) name: Key,
    /// How much of it is done, of how much; none where that is not known, or nothing.
    pub(super) done: Option<(i64, i64)>,
    /// The same in words.
    pub(super) words: Message,
    /// For how long what is left waits.
    pub(super) since: Option<String>,
    pub(super) last: Option<Last>,
    /// The colour of its result, and the word.
    pub(super) state: State,
    pub(super) word: Key,
}

/// What came of it last.
pub(super) struct Last {
    pub(super) at: Shown,
    /// The stable code of why not.
    pub(super) trouble: Option<String>,
}

/// The rows of the table. `jobs` is what each job did last.
pub(super) fn read(
    work: &mut Work<'_>,
    jobs: &[JobRow],
    plans: &[PlanProgress],
    language: Language,
    at: Timestamp,
) -> Result<Vec<WorkRow>, Failure> {
    let mut rows = imports(work, language, at)?;
    let told = work.state.list_progress(work.db, at);
    let lists = told.map_err(|(code, detail)| Failure::coded(code, detail))?;
    let figures = [lists.current, lists.all].map(|number| i64::try_from(number).unwrap_or(i64::MAX));
    let Job { last, state, word } = Job::find("publication", jobs);
    rows.push(WorkRow {
        name: Key::of("operations-work-lists"),
        done: of_some(figures[0], figures[1]),
        words: counted(language, figures[0], figures[1]),
        since: lists.due_since.map(|since| language.ago(since, at)),
        last,
        state,
        word,
    });
    let applied: Vec<&PlanProgress> = plans.iter().filter(|plan| !plan.proposed).collect();
    let ordered = applied.iter().map(|plan| plan.ordered).sum();
    let renews = applied.iter().map(|plan| plan.renews).sum();
    let oldest = applied.iter().map(|plan| plan.planned_at).min();
    let Job { last, state, word } = Job::find("renewal", jobs);
    rows.push(WorkRow {
        name: Key::of("operations-work-renewals"),
        done: of_some(ordered, renews),
        words: counted(language, ordered, renews),
        since: oldest.map(|since| language.ago(since, at)),
        last,
        state,
        word,
    });
    let lapses = lapse::progress(work.db, at)?;
    let Job { last, state, word } = Job::find("revalidation", jobs);
    rows.push(WorkRow {
        name: Key::of("operations-work-lapses"),
        done: of_some(lapses.settled, lapses.all),
        words: match lapses.unexamined {
            true => language.say("operations-work-unexamined"),
            false => counted(language, lapses.settled, lapses.all),
        },
        since: lapses.since.map(|since| language.ago(since, at)),
        last,
        state,
        word,
    });
    Ok(rows)
}

/// The extracts that are being read; where there is none, the last one that was.
fn imports(work: &mut Work<'_>, language: Language, at: Timestamp) -> Result<Vec<WorkRow>, Failure> {
    let under_way = import::under_way(work.db)?;
    if under_way.is_empty() {
        let newest = import::newest_feeds(work.db, 1)?;
        return Ok(newest.into_iter().map(|feed| imported(feed, language)).collect());
    }
    let row = |feed: ImportedFeed| WorkRow {
        name: Key::of("operations-work-import"),
        done: feed.rows_in_file.and_then(|all| of_some(feed.rows_read, all)),
        words: language
            .say("operations-work-rows")
            .count("done", feed.rows_read)
            .with("of", feed.rows_in_file.map_or_else(|| "?".to_owned(), |all| language.thousands(all)))
            .with("file", feed.file_name),
        since: Some(language.ago(feed.imported_at, at)),
        last: None,
        state: State::of(Urgency::Well),
        word: Key::of("operations-work-under-way"),
    };
    Ok(under_way.into_iter().map(row).collect())
}

fn imported(feed: ImportedFeed, language: Language) -> WorkRow {
    let (urgency, word) = match (feed.speaks_of_absent, feed.rows_rejected) {
        (true, 0) => (Urgency::Well, Key::of("operations-job-done")),
        (true, _) => (Urgency::Warning, Key::of("operations-job-partly")),
        (false, _) => (Urgency::Warning, Key::of("operations-work-mute")),
    };
    WorkRow {
        name: Key::of("operations-work-import"),
        done: of_some(feed.rows_read, feed.rows_read),
        words: language
            .say("operations-work-imported")
            .count("rows", feed.rows_read)
            .count("rejected", feed.rows_rejected)
            .with("file", feed.file_name),
        since: None,
        last: Some(Last { at: Shown(feed.imported_at), trouble: None }),
        state: State::of(urgency),
        word,
    }
}

/// Of nothing nothing is drawn.
fn of_some(done: i64, all: i64) -> Option<(i64, i64)> {
    (all > 0).then_some((done, all))
}

fn counted(language: Language, done: i64, all: i64) -> Message {
    match all {
        0 => language.say("operations-work-none"),
        _ => language.say("operations-work-done").count("done", done).count("of", all),
    }
}

/// What the job did last that does the work.
struct Job {
    last: Option<Last>,
    state: State,
    word: Key,
}

impl Job {
    fn find(name: &str, jobs: &[JobRow]) -> Self {
        let Some(job) = jobs.iter().find(|job| job.name == name) else {
            let word = Key::of("operations-job-waits");
            return Self { last: None, state: State::of(Urgency::Well), word };
        };
        let last = job.last.as_ref();
        Self {
            last: last.map(|run| Last { at: run.began_at, trouble: run.trouble.clone() }),
            state: job.state.clone(),
            word: job.word.clone(),
        }
    }
}
