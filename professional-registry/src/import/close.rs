use store::{Act, Database, crash_point};

use super::ImportError;
use super::feed::Feed;
use super::upsert::Target;
use crate::extract::Form;

/// How many subjects cease in one transaction.
const SLICE: usize = 1000;

/// Ceases the subjects that the feed no longer names: a person with all his exercises. Gives back those whose row cannot be read.
pub(super) fn cease(
    db: &mut Database,
    form: &'static Form,
    feed: &mut Feed,
    rows_read: u64,
    gone: &[String],
    act: &Act,
) -> Result<Vec<String>, ImportError> {
    let mut unreadable = Vec::new();
    for subjects in gone.chunks(SLICE) {
        unreadable
            .extend(feed.write(db, rows_read, |db, feed| Target { form, feed }.cease(db, subjects, act))?);
        crash_point("register.unseen-ceased");
    }
    Ok(unreadable)
}
