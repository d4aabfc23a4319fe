//! How many shards each authority shall have, as the operator wrote it.

use std::collections::BTreeMap;

use serde::Serialize;
use thiserror::Error;

use super::MOST;
use crate::identity::split_generation;

/// By the short name of an authority's first generation: later ones have as many. None for whoever is not named.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct ShardCounts(BTreeMap<String, u32>);

/// A number of shards that cannot be.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum BadShardCount {
    /// None, or too many.
    #[error("{authority}: {count} shards; 1 to {MOST} may be")]
    Count {
        /// The name that was written.
        authority: String,
        /// The number beside it.
        count: u32,
    },
    /// Named with its generation.
    #[error("{0}: name the first generation, later ones have as many shards")]
    Generation(String),
}

impl ShardCounts {
    /// From names and numbers.
    pub fn new(counts: BTreeMap<String, u32>) -> Result<Self, BadShardCount> {
        for (authority, &count) in &counts {
            if !(1..=MOST).contains(&count) {
                return Err(BadShardCount::Count { authority: authority.clone(), count });
            }
            if split_generation(authority).1.is_some() {
                return Err(BadShardCount::Generation(authority.clone()));
            }
        }
        Ok(Self(counts))
    }

    /// How many this authority shall have, whatever its generation.
    pub fn of(&self, short_name: &str) -> u32 {
        self.0.get(split_generation(short_name).0).copied().unwrap_or(0)
    }

    /// The names that were written.
    pub fn authorities(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }
}
