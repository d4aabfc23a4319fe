use diesel::prelude::*;
use store::schema::{review_findings, reviews};
use store::{Act, Database, Timestamp};

use super::review::{About, Finding, MOST_LISTED, ReviewError, Row, about, is_within, readable};
use crate::officers::{self, Right};

/// A look whose finding was that something was not right.
#[derive(Clone, Debug)]
pub struct Contested {
    /// What was looked at.
    pub about: About,
    /// Why.
    pub reason: String,
    /// When that was said.
    pub found_at: Timestamp,
}

/// What was contested, the newest first, `limit` at most: for those who read what waits.
pub fn contested(db: &mut Database, limit: usize, act: &Act) -> Result<Vec<Contested>, ReviewError> {
    let officer = officers::require(db, Right::ReadCard, act)?;
    let rows: Vec<(Row, Option<String>, Timestamp)> = review_findings::table
        .inner_join(reviews::table)
        .filter(review_findings::finding.eq(Finding::Contested.as_str()))
        .order((review_findings::found_at.desc(), review_findings::review))
        .limit(MOST_LISTED)
        .select((Row::as_select(), review_findings::reason, review_findings::found_at))
        .load(db)?;
    let mut contested = Vec::new();
    for (row, reason, found_at) in rows {
        let Some(about) = readable(about(db, row))? else { continue };
        if is_within(db, &officer, &about)? {
            contested.push(Contested { about, reason: reason.unwrap_or_default(), found_at });
        }
        if contested.len() == limit {
            break;
        }
    }
    Ok(contested)
}
