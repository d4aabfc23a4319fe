//! What came after a sequence: up to the published list by that list, which is signed, and after it by the database.

use std::sync::Arc;

use actix_web::http::StatusCode;
use diesel::result::Error as DieselError;
use serde_json::json;
use store::{Database, Timestamp};

use super::super::reply::Reply;
use super::super::service::unavailable;
use super::files::VerifiedFile;
use crate::faults;
use crate::pool::Pool;
use crate::publish::list_content::csv;
use crate::publish::list_file::ListForm;
use crate::publish::opposition_list::{self, OppositionEntry};

/// The most changes one answer holds.
const MOST: i64 = 10_000;

/// What is asked for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wanted {
    /// The last sequence already known.
    pub(crate) since: i64,
    /// At most so many.
    pub(crate) limit: i64,
}

/// Oppositions, oldest first.
#[derive(Debug)]
pub(crate) struct Changes {
    pub(crate) oppositions: Vec<OppositionEntry>,
    /// Where to go on from.
    pub(crate) sequence: i64,
    /// Whether there are more after these.
    pub(crate) more: bool,
    /// When the last of them was opposed, or the newest of all where there are none; nothing where no card is.
    pub(crate) modified: Option<Timestamp>,
}

/// Why there are none to give.
#[derive(Debug)]
pub(crate) enum ChangesRefused {
    /// The sequence does not exist yet: the caller knows another list.
    Ahead { newest: i64 },
    /// Whether it exists cannot be known while the database is away.
    Unavailable,
}

impl Wanted {
    /// From a query: `since`, 0 where absent, and `limit`.
    pub(crate) fn parse(query: &str) -> Result<Self, (store::Code, &'static str)> {
        let field = |name: &str| query.split('&').find_map(|part| part.strip_prefix(name)?.strip_prefix('='));
        let since = field("since").map_or(Some(0), sequence).ok_or((faults::OPPOSITIONS_SINCE, SINCE))?;
        let limit = field("limit").map_or(Some(MOST), sequence).filter(|limit| (1..=MOST).contains(limit));
        let limit = limit.ok_or((faults::OPPOSITIONS_LIMIT, "limit: a whole number from 1 to 10 000"))?;
        Ok(Self { since, limit })
    }
}

/// The rule for `since` and `Last-Event-ID`.
pub(crate) const SINCE: &str = "since: a whole number from 0, the sequence of the last change already known";

/// A sequence, as it stands in a request: digits and nothing else.
pub(crate) fn sequence(text: &str) -> Option<i64> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

impl Changes {
    /// What the published list and the database say.
    pub(crate) fn read(
        published: Option<&Arc<VerifiedFile>>,
        pool: &Pool<Database>,
        wanted: Wanted,
    ) -> Result<Self, ChangesRefused> {
        let Wanted { since, limit } = wanted;
        let list = published.and_then(|file| file.list.as_ref());
        let listed = list.map_or(0, |list| list.sequence);
        let most = usize::try_from(limit).unwrap_or(0);
        // One more than is given says whether there is more; the list may hold a million.
        let mut oppositions: Vec<_> = list.map_or(&[][..], |list| list.after(since, most + 1)).to_vec();
        let mut newest = listed;
        let mut newest_at = list.and_then(|list| list.oppositions.last()).map(|entry| entry.opposed_at);
        if oppositions.len() <= most {
            let room = limit + 1 - oppositions.len() as i64;
            let found = pool.run(|db| {
                db.snapshot(|db| {
                    let newest = opposition_list::newest_entry(db)?;
                    Ok::<_, DieselError>((newest, opposition_list::since(db, since.max(listed), room)?))
                })
            });
            match found {
                Some((last, after)) => {
                    if let Some(last) = last.filter(|last| last.sequence > listed) {
                        (newest, newest_at) = (last.sequence, Some(last.opposed_at));
                    }
                    oppositions.extend(after);
                }
                None if list.is_none() || since > listed => return Err(ChangesRefused::Unavailable),
                None => {}
            }
        }
        if since > newest {
            return Err(ChangesRefused::Ahead { newest });
        }
        let more = oppositions.len() > most;
        oppositions.truncate(most);
        // Numbers that a restored backup passed over are behind whoever has read to the end.
        let last = oppositions.last().map(|entry| entry.sequence);
        let sequence = if more { last.unwrap_or(since) } else { newest };
        let modified = oppositions.last().map(|entry| entry.opposed_at).or(newest_at);
        Ok(Self { oppositions, sequence, more, modified })
    }

    /// The answer to whoever knew the list up to `since`.
    pub(crate) fn reply(self, since: i64, form: ListForm, at: Timestamp) -> Reply {
        // Never later than the answer (RFC 9110 §8.8.2.1), whatever a clock has written.
        let modified = self.modified.map(|modified| modified.min(at));
        match form {
            ListForm::Csv => Reply::revalidated(form.content_type(), csv(&self.oppositions).into(), modified),
            ListForm::Json => {
                let body = json!({
                    "since": since,
                    "sequence": self.sequence,
                    "more": self.more,
                    "oppositions": self.oppositions,
                });
                Reply::revalidated(form.content_type(), body.to_string().into(), modified)
            }
        }
    }
}

impl ChangesRefused {
    pub(crate) fn reply(&self, since: i64) -> Reply {
        match self {
            Self::Unavailable => unavailable(),
            Self::Ahead { newest } => {
                let detail = format!("since: {since} does not exist yet, the newest opposition is {newest}");
                Reply::problem(StatusCode::BAD_REQUEST, faults::OPPOSITIONS_AHEAD, &detail)
            }
        }
    }
}
