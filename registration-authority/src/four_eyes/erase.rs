use std::time::Duration;

use diesel::prelude::*;
use store::schema::{review_findings, reviews};
use store::{Act, Database};

/// Looks of which one run erases something; the others are the next one's.
const A_RUN: i64 = 10_000;

/// Erases since when a contact was new beside the looks that were taken longer than `kept_for` ago; of how many. The look and what it found
/// stay. Can be called any number of times. Needs the rights of the database's owner.
pub fn erase_contact_changes(db: &mut Database, kept_for: Duration, act: &Act) -> QueryResult<usize> {
    let due: Vec<String> = reviews::table
        .inner_join(review_findings::table.on(review_findings::review.eq(reviews::number)))
        .filter(reviews::contact_changed_at.is_not_null())
        .filter(review_findings::found_at.lt(act.at.minus(kept_for)))
        .order(reviews::number)
        .limit(A_RUN)
        .select(reviews::number)
        .load(db)?;
    for number in &due {
        diesel::update(reviews::table.find(number))
            .set(reviews::contact_changed_at.eq(None::<store::Timestamp>))
            .execute(db)?;
    }
    Ok(due.len())
}
