use std::collections::HashMap;

use diesel::prelude::*;
use store::Database;
use store::schema::{register_merge_cases, register_merges};

use super::person::{self, Person};
use super::read::Pair;
use super::{MergeCaseKind, MergeDoubt, MergeFault, Settled};

/// What becomes of a row of the correspondence.
pub(super) enum Judged {
    /// The two are one already.
    Known {
        /// Whether both persons were known when they were compared, and agreed.
        compared: bool,
    },
    /// It may not be.
    Refused(MergeFault),
    /// Nothing speaks against it.
    New {
        /// Whether the register knows the ADELI number, so that somebody's number changes.
        touches: bool,
        /// Whether it knows both, and they agree.
        compared: bool,
    },
    /// Officers must say.
    Doubtful {
        doubt: MergeDoubt,
        /// Fingerprint of what the doubt rests on.
        identities: String,
        /// Whether officers were asked, and wait or have answered: the publisher's files are cumulative, and say it every day.
        asked: bool,
    },
}

impl Judged {
    /// Whether this file is judged by the pair: both persons are known, and agree, or differ as nobody has been asked about yet.
    pub(super) fn is_compared(&self) -> bool {
        matches!(
            self,
            Self::Known { compared: true }
                | Self::New { compared: true, .. }
                | Self::Doubtful { asked: false, .. }
        )
    }
}

/// Judges each of these rows, against what is merged and who is known.
pub(super) fn judge(db: &mut Database, pairs: &[Pair]) -> QueryResult<Vec<Judged>> {
    let ids: Vec<String> =
        pairs.iter().flat_map(|pair| [pair.adeli.to_string(), pair.rpps.to_string()]).collect();
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    let rows: Vec<Merged> = register_merges::table
        .filter(register_merges::adeli.eq_any(&ids))
        .select(Merged::as_select())
        .load(db)?;
    let mut merged: HashMap<String, Vec<Merged>> = HashMap::new();
    for row in rows {
        merged.entry(row.adeli.clone()).or_default().push(row);
    }
    let rows: Vec<Asked> = register_merge_cases::table
        .filter(register_merge_cases::adeli.eq_any(&ids))
        .filter(register_merge_cases::kind.eq(MergeCaseKind::Join.as_str()))
        .select(Asked::as_select())
        .load(db)?;
    let mut asked: HashMap<String, Vec<Asked>> = HashMap::new();
    for row in rows {
        asked.entry(row.adeli.clone()).or_default().push(row);
    }
    let persons = person::known(db, &ids)?;
    let judged = pairs.iter().map(|pair| {
        let (adeli, rpps) = (pair.adeli.to_string(), pair.rpps.to_string());
        let before = merged.get(&adeli).map_or(&[][..], Vec::as_slice);
        let asked = asked.get(&adeli).map_or(&[][..], Vec::as_slice);
        standing(before, &rpps)
            .unwrap_or_else(|| of_new(persons.get(&adeli), persons.get(&rpps), (asked, &rpps)))
    });
    Ok(judged.collect())
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = register_merges)]
struct Merged {
    adeli: String,
    rpps: String,
    compared_at: Option<i64>,
    ended_at: Option<i64>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = register_merge_cases)]
struct Asked {
    adeli: String,
    rpps: String,
    identities: String,
    outcome: Option<String>,
}

/// What is known of an ADELI number decides, where something is.
fn standing(before: &[Merged], rpps: &str) -> Option<Judged> {
    if let Some(stands) = before.iter().find(|one| one.ended_at.is_none()) {
        return Some(if stands.rpps == rpps {
            Judged::Known { compared: stands.compared_at.is_some() }
        } else {
            Judged::Refused(MergeFault::Contradicts)
        });
    }
    before.iter().any(|one| one.rpps == rpps).then_some(Judged::Refused(MergeFault::Parted))
}

fn of_new(old: Option<&Person>, new: Option<&Person>, (asked, rpps): (&[Asked], &str)) -> Judged {
    if let (Some(one), Some(other)) = (old, new)
        && let Some(doubt) = person::doubt(one, other)
    {
        let identities = person::fingerprint(doubt, old, new);
        let overtaken = Settled::Overtaken.as_str();
        let stands = |one: &Asked| match one.outcome.as_deref() {
            None => true,
            Some(outcome) => outcome != overtaken && one.identities == identities,
        };
        let asked = asked.iter().any(|one| one.rpps == rpps && stands(one));
        return Judged::Doubtful { doubt, identities, asked };
    }
    Judged::New { touches: old.is_some(), compared: old.is_some() && new.is_some() }
}
