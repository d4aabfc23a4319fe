//! `igc registry feeds`: what each feed changed, and what the directory has said since of those who left with it.

use std::collections::BTreeMap;
use std::process::ExitCode;

use professional_registry::import::{self, Difference, ImportedFeed};
use registration_authority::lapse::{self, Causes};
use serde::Serialize;
use store::Database;

use crate::cli::Global;
use crate::output::{self, Row};
use crate::problem::Problem;

/// Most that are listed, the newest.
const LISTED: i64 = 100;

pub fn list(global: &Global, db: &mut Database) -> Result<ExitCode, Problem> {
    let (feeds, causes) =
        db.snapshot(|db| Ok::<_, Problem>((import::newest_feeds(db, LISTED)?, lapse::causes(db)?)))?;
    let rows: Vec<FeedRow> = feeds.into_iter().map(|feed| FeedRow::of(feed, &causes)).collect();
    output::list(global.output, &rows)?;
    Ok(ExitCode::SUCCESS)
}

#[derive(Serialize)]
struct FeedRow {
    #[serde(flatten)]
    feed: ImportedFeed,
    /// Of those who left with it and hold a card, why, as far as the directory has said so.
    causes: Causes,
}

impl FeedRow {
    fn of(feed: ImportedFeed, causes: &BTreeMap<i64, Causes>) -> Self {
        Self { causes: causes.get(&feed.sequence).copied().unwrap_or_default(), feed }
    }
}

impl Row for FeedRow {
    const HEADINGS: &'static [&'static str] = &[
        "FEED",
        "FILE",
        "MADE",
        "STATUS",
        "NEW",
        "CHANGED",
        "CEASED",
        "STRUCK OFF",
        "DECEASED",
        "RETIRED",
        "MERGED",
        "HELD",
        "REAPPEARED",
    ];

    fn cells(&self) -> Vec<String> {
        let Self { feed, causes } = self;
        // One whose difference was not kept has none; what it is not known to be is no zero.
        let count = |part: fn(&Difference) -> u64| {
            feed.difference.as_ref().map_or_else(|| "?".to_owned(), |difference| part(difference).to_string())
        };
        vec![
            feed.sequence.to_string(),
            feed.file_name.clone(),
            feed.extracted_at.to_string(),
            feed.status.clone(),
            count(|difference| difference.new),
            count(|difference| difference.changed),
            count(|difference| difference.ceased),
            causes.struck_off.to_string(),
            causes.deceased.to_string(),
            causes.retired.to_string(),
            count(|difference| difference.merged),
            count(|difference| difference.held),
            count(|difference| difference.reappeared),
        ]
    }
}
