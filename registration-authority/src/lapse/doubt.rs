//! Which readings nobody but two officers may act on, however few cards they are about: a feed that ended, or changed, more at once than a day
//! usually brings may be cut behind a line, and says the same the next day when it is cut there again; and of somebody whom the directory
//! has, a feed alone says that he is gone.

use std::collections::HashMap;

use professional_registry::import::{self, NewestFeed};
use store::Database;

use super::{CertificateLapse, Lapse, LapseError, cause};

/// Something that a lapse is of, and its readings.
pub(super) trait Read {
    /// The place of the feed that said it first.
    fn first(&self) -> i64;
    /// What it said.
    fn cause(&self) -> &str;
    /// What the directory says of it: the same, something else, or nothing.
    fn confirmed(&self) -> Option<bool>;
}

impl Read for Lapse {
    fn first(&self) -> i64 {
        self.first_sequence
    }

    fn cause(&self) -> &str {
        &self.cause
    }

    fn confirmed(&self) -> Option<bool> {
        match self.second_answer {
            Some(_) => Some(true),
            None => self.is_contradicted.then_some(false),
        }
    }
}

impl Read for CertificateLapse {
    fn first(&self) -> i64 {
        self.first_sequence
    }

    fn cause(&self) -> &str {
        &self.cause
    }

    fn confirmed(&self) -> Option<bool> {
        None
    }
}

/// Which feeds are doubtful, as far as they were asked about.
pub(super) struct Doubts {
    newest: bool,
    of: HashMap<i64, bool>,
}

impl Doubts {
    /// With `feed` as the newest, the second reading of all that is due.
    pub(super) fn of(db: &mut Database, feed: &NewestFeed) -> Result<Self, LapseError> {
        Ok(Self { newest: import::is_warned_of(db, feed.sequence)?, of: HashMap::new() })
    }

    /// Those of them that rest on a doubtful reading, and those that do not. What is true without a feed rests on none, and what the
    /// directory has confirmed rests on its answer.
    pub(super) fn part<L: Read>(
        &mut self,
        db: &mut Database,
        lapses: Vec<L>,
    ) -> Result<(Vec<L>, Vec<L>), LapseError> {
        let (mut doubtful, mut clear) = (Vec::new(), Vec::new());
        for lapse in lapses {
            match self.is_doubtful(db, &lapse)? {
                true => doubtful.push(lapse),
                false => clear.push(lapse),
            }
        }
        Ok((doubtful, clear))
    }

    fn is_doubtful(&mut self, db: &mut Database, lapse: &impl Read) -> Result<bool, LapseError> {
        match lapse.confirmed() {
            Some(confirmed) => Ok(!confirmed),
            None if !cause::needs_a_feed_that_speaks(lapse.cause()) => Ok(false),
            None => Ok(self.newest || self.is_warned_of(db, lapse.first())?),
        }
    }

    fn is_warned_of(&mut self, db: &mut Database, feed: i64) -> Result<bool, LapseError> {
        if let Some(known) = self.of.get(&feed) {
            return Ok(*known);
        }
        let warned = import::is_warned_of(db, feed)?;
        self.of.insert(feed, warned);
        Ok(warned)
    }
}
