use std::collections::{BTreeMap, BTreeSet};

use diesel::prelude::*;
use professional_registry::fhir::EndCause;
use serde::Serialize;
use store::Database;
use store::schema::{card_lapses, cards};

use crate::opposition::Ground;

/// How many persons, why: what no file of the register says, and the directory does where it says anything.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Causes {
    /// Whose registrations with a council have all ended.
    pub struck_off: u64,
    /// Who died.
    pub deceased: u64,
    /// Who retired.
    pub retired: u64,
}

impl Causes {
    pub(super) fn count(&mut self, cause: EndCause) {
        *match cause {
            EndCause::StruckOff => &mut self.struck_off,
            EndCause::Deceased => &mut self.deceased,
            EndCause::Retired => &mut self.retired,
        } += 1;
    }
}

/// Why those left the register whose cards lapsed in the light of each feed, by the feed's sequence: as far as the directory was asked about
/// them, confirmed it, and gave a cause. A person counts once, whatever cards he has.
pub fn causes(db: &mut Database) -> QueryResult<BTreeMap<i64, Causes>> {
    let rows: Vec<(i64, Option<String>, String)> = card_lapses::table
        .inner_join(cards::table.on(cards::number.eq(card_lapses::card_number)))
        .filter(card_lapses::second_ground.is_not_null())
        .select((card_lapses::first_sequence, card_lapses::second_ground, cards::holder))
        .load(db)?;
    let persons: BTreeSet<(i64, Option<String>, String)> = rows.into_iter().collect();
    let mut causes: BTreeMap<i64, Causes> = BTreeMap::new();
    for (sequence, ground, _) in persons {
        let known = [EndCause::StruckOff, EndCause::Deceased, EndCause::Retired];
        let of_ground =
            known.into_iter().find(|one| ground.as_deref() == Some(Ground::of_cause(*one).as_str()));
        if let Some(cause) = of_ground {
            causes.entry(sequence).or_default().count(cause);
        }
    }
    Ok(causes)
}
