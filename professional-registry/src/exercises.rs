//! The exercises of a person as they stand in his row: JSON, short keys, nothing that is empty or said elsewhere.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use store::Timestamp;

/// One exercise of a profession by a person, with its activities.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct StoredExercise<'a> {
    /// Code of the profession.
    #[serde(borrow)]
    pub(crate) profession: Cow<'a, str>,
    /// Letter of the category.
    #[serde(borrow)]
    pub(crate) category: Cow<'a, str>,
    /// *Nom d'exercice*, where it is not the person's.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub(crate) family_name: Option<Cow<'a, str>>,
    /// *Prénom d'exercice*, where it is not the person's.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub(crate) given_name: Option<Cow<'a, str>>,
    /// Type and code; both empty where there is none.
    #[serde(borrow, default, skip_serializing_if = "StoredKnowHow::is_none")]
    pub(crate) know_how: StoredKnowHow<'a>,
    /// The feed that first named it, where that is a later one than the person's first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) first_feed: Option<i64>,
    /// Since when the register no longer lists it, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) ceased_at: Option<i64>,
    /// The feed that no longer named it; none of one that ceased before this was kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) ceased_feed: Option<i64>,
    /// Sorted. Two lines may say the same of all that is kept.
    #[serde(borrow, default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) activities: Vec<StoredActivity<'a>>,
}

/// Type and code of a know-how.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct StoredKnowHow<'a>(
    #[serde(borrow)] pub(crate) Cow<'a, str>,
    #[serde(borrow)] pub(crate) Cow<'a, str>,
);

/// Structure, mode, sector of an activity; each may be empty.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct StoredActivity<'a>(
    #[serde(borrow)] pub(crate) Cow<'a, str>,
    #[serde(borrow)] pub(crate) Cow<'a, str>,
    #[serde(borrow)] pub(crate) Cow<'a, str>,
);

impl StoredKnowHow<'_> {
    fn is_none(&self) -> bool {
        self.1.is_empty()
    }

    /// Which of two lines of one exercise speaks for its know-how: an ordinal speciality (`S`), else another
    /// know-how, by type and code, else none; the lesser rank wins.
    pub(crate) fn rank(&self) -> (u8, &str, &str) {
        match (&*self.0, &*self.1) {
            (_, "") => (2, "", ""),
            ("S", code) => (0, "", code),
            (kind, code) => (1, kind, code),
        }
    }
}

/// Reads the column.
pub(crate) fn read(text: &str) -> serde_json::Result<Vec<StoredExercise<'_>>> {
    serde_json::from_str(text)
}

/// Writes the column.
pub(crate) fn written(exercises: &[StoredExercise<'_>]) -> String {
    serde_json::to_string(exercises).expect("text and numbers are always JSON")
}

/// What a feed may end of what a person had.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ends {
    /// Nothing: it has a line that may be anybody's.
    Nothing,
    /// The exercises that it does not name. Of those that it names the places stay: one that it names cannot be read, and may
    /// be any of them.
    Exercises,
    /// The exercises and the places that it does not name.
    All,
}

/// What becomes of the exercises that stood (`before`) where the register now names `now`, by `feed`: those that are no longer
/// named cease by it, at `at`, and lose their activities, as far as the feed may [end](Ends) them; what it may not end stands as it was.
/// What was never named before says which feed names it first.
pub(crate) fn succeed<'a>(
    before: Vec<StoredExercise<'a>>,
    mut now: Vec<StoredExercise<'a>>,
    ends: Ends,
    feed: i64,
    at: Timestamp,
) -> Vec<StoredExercise<'a>> {
    for new in &mut now {
        new.first_feed = Some(feed);
    }
    for mut old in before {
        let named =
            now.iter_mut().find(|new| new.profession == old.profession && new.category == old.category);
        match named {
            Some(new) => {
                new.first_feed = old.first_feed;
                if ends == Ends::Exercises {
                    old.activities.retain(|activity| !activity.0.is_empty());
                }
                if ends != Ends::All {
                    new.activities.append(&mut old.activities);
                    new.activities.sort();
                    new.activities.dedup();
                }
            }
            None => {
                if ends != Ends::Nothing {
                    old.cease(feed, at);
                }
                now.push(old);
            }
        }
    }
    now.sort_by(|a, b| (&a.profession, &a.category).cmp(&(&b.profession, &b.category)));
    now
}

impl StoredExercise<'_> {
    fn cease(&mut self, feed: i64, at: Timestamp) {
        self.activities.clear();
        if self.ceased_at.is_none() {
            self.ceased_at = Some(at.millis());
            self.ceased_feed = Some(feed);
        }
    }
}
