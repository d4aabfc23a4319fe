//! What the public page lists, as it is shown.

use store::{Database, Timestamp};

use super::shelf::Shelf;
use super::test_certificates::{TestRow, rows};
use crate::failure::Failure;
use crate::publications::PublishedCoherence;
use crate::state::WebState;
use crate::typography::Shown;

/// Everything on the page that is the same for whoever looks at the same moment.
pub(crate) struct Listing {
    /// The moment that it is of.
    pub(super) read_at: Shown,
    pub(super) authorities: Vec<Shelf>,
    pub(super) tests: Vec<TestRow>,
    pub(super) chain: Option<String>,
    pub(super) practice_statement: String,
    pub(super) oppositions: Option<(i64, Shown)>,
    pub(super) coherence: Option<Coherence>,
}

/// What the last look at everything published found.
pub(super) struct Coherence {
    pub(super) looked_at: Shown,
    pub(super) differences: u64,
}

impl Listing {
    pub(super) fn read(state: &WebState, db: &mut Database, at: Timestamp) -> Result<Self, Failure> {
        let told = (state.publications())(db, at);
        let published = told.map_err(|(code, detail)| Failure::coded(code, detail))?;
        Ok(Self {
            read_at: Shown(at),
            authorities: published.authorities.into_iter().map(Shelf::of).collect::<Result<_, _>>()?,
            tests: rows(db, at)?,
            chain: published.chain,
            practice_statement: published.practice_statement,
            oppositions: published.oppositions.map(|list| (list.sequence, Shown(list.next_update))),
            coherence: published.coherence.map(|PublishedCoherence { looked_at, differences }| Coherence {
                looked_at: Shown(looked_at),
                differences,
            }),
        })
    }
}
