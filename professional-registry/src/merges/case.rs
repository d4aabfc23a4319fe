//! Two numbers of which officers say whether they are one person's (decision 81). It is put aside as a feed is, and they decide on it there;
//! what they decided is settled here.

use diesel::prelude::*;
use serde::Serialize;
use serde_json::json;
use sha2::{Digest, Sha256};
use store::audit::{self, Event};
use store::schema::{register_merge_cases, register_merges};
use store::{Act, Code, CryptoRng, Database, Fault, Timestamp};
use thiserror::Error;

use super::person;
use crate::faults;
use crate::identifiers::IdNatPs;
use crate::import::{Difference, Hold, Release, hold};

/// As what a case is put aside: `register_holds.source`.
pub const CASE_SOURCE: &str = "merge-case";

/// Most that the program opens by itself while they wait: what is more is found again later.
pub(super) const MOST_OPEN: i64 = 100;

/// What a case asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum MergeCaseKind {
    /// Whether two numbers are one person's, as the correspondence says and something contradicts.
    Join,
    /// Whether two numbers that were made one person's are two persons'.
    Part,
}

impl MergeCaseKind {
    /// As it is stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Join => "join",
            Self::Part => "part",
        }
    }
}

/// What speaks against one person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum MergeDoubt {
    /// Two dates of birth.
    Births,
    /// Other names.
    Names,
    /// Somebody asked.
    Asked,
}

impl MergeDoubt {
    /// As it is stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Births => "births",
            Self::Names => "names",
            Self::Asked => "asked",
        }
    }
}

/// A case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MergeCase {
    /// 64 hexadecimal digits: the feed's digest, for whoever decides.
    pub id: String,
    /// What is asked.
    pub kind: MergeCaseKind,
    /// IdNat_PS of the ADELI number.
    pub adeli: String,
    /// IdNat_PS of the RPPS number.
    pub rpps: String,
    /// What speaks against one person.
    pub doubt: MergeDoubt,
    /// When it was opened.
    pub opened_at: Timestamp,
}

/// What became of a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Settled {
    /// The numbers are one person's now, or no longer.
    Done,
    /// An officer refused it: they stay what they are.
    Refused,
    /// It was settled otherwise meanwhile, or before.
    Overtaken,
}

impl Settled {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Refused => "refused",
            Self::Overtaken => "overtaken",
        }
    }
}

/// Why no case is opened, or settled.
#[derive(Debug, Error)]
pub enum MergeCaseError {
    /// There is nothing to end.
    #[error("{0} has become no other number")]
    NotMerged(IdNatPs),
    /// There is none of this identifier, or its row is unreadable.
    #[error("there is no case {0} of a merge")]
    Unknown(String),
    /// The database refused.
    #[error("database: {0}")]
    Database(#[from] diesel::result::Error),
}

impl Fault for MergeCaseError {
    fn code(&self) -> Code {
        match self {
            Self::NotMerged(_) => faults::MERGE_UNKNOWN,
            Self::Unknown(_) => faults::MERGE_CASE_UNKNOWN,
            Self::Database(_) => store::fault::DATABASE,
        }
    }
}

/// A case to open.
pub(super) struct NewCase<'a> {
    pub(super) kind: MergeCaseKind,
    pub(super) adeli: &'a str,
    pub(super) rpps: &'a str,
    pub(super) doubt: MergeDoubt,
    pub(super) identities: &'a str,
}

/// Opens it, unless one of these numbers waits, or officers have answered the same doubt. Inside a transaction.
pub(super) fn open(
    db: &mut Database,
    new: &NewCase<'_>,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> QueryResult<Option<MergeCase>> {
    let NewCase { kind, adeli, rpps, doubt, identities } = *new;
    let of_these = || {
        let numbers = register_merge_cases::adeli.eq(adeli).and(register_merge_cases::rpps.eq(rpps));
        register_merge_cases::table.filter(register_merge_cases::kind.eq(kind.as_str()).and(numbers))
    };
    let waits: i64 = of_these().filter(register_merge_cases::outcome.is_null()).count().get_result(db)?;
    let before: i64 = of_these().count().get_result(db)?;
    let answered = register_merge_cases::outcome.ne(Settled::Overtaken.as_str());
    let same: i64 = of_these()
        .filter(register_merge_cases::identities.eq(identities).and(answered))
        .count()
        .get_result(db)?;
    if waits > 0 || (same > 0 && doubt != MergeDoubt::Asked) {
        return Ok(None);
    }
    let id = hex::encode(Sha256::digest(format!("merge-case\n{}\n{adeli}\n{rpps}\n{before}", kind.as_str())));
    diesel::insert_into(register_merge_cases::table)
        .values((
            register_merge_cases::id.eq(&id),
            register_merge_cases::kind.eq(kind.as_str()),
            register_merge_cases::adeli.eq(adeli),
            register_merge_cases::rpps.eq(rpps),
            register_merge_cases::doubt.eq(doubt.as_str()),
            register_merge_cases::identities.eq(identities),
            register_merge_cases::opened_at.eq(act.at),
        ))
        .execute(db)?;
    let aside = Hold {
        feed: id.clone(),
        version: 1,
        source: CASE_SOURCE.to_owned(),
        file_name: format!("{CASE_SOURCE}-{}", kind.as_str()),
        extracted_at: act.at,
        base: identities.to_owned(),
        rows_read: 1,
        living: 1,
        difference: Difference { changed: 1, ..Difference::default() },
        held_at: act.at,
        held_by: hold::who(act),
    };
    hold::stand_aside(db, aside, false, rng, act)?;
    let payload = json!({ "kind": kind.as_str(), "adeli": adeli, "rpps": rpps, "doubt": doubt.as_str() });
    let event = Event { action: "register.merge-doubted", subject: format!("feed {id}"), payload };
    audit::record(db, event, rng, act)?;
    Ok(Some(MergeCase { id, kind, adeli: adeli.to_owned(), rpps: rpps.to_owned(), doubt, opened_at: act.at }))
}

/// Asks officers whether the merge of this ADELI number ends; the case that waits, where one does. Inside a write transaction.
pub fn ask_to_part(
    db: &mut Database,
    adeli: &IdNatPs,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<MergeCase, MergeCaseError> {
    let rpps = super::successor(db, adeli)?.ok_or_else(|| MergeCaseError::NotMerged(adeli.clone()))?;
    let (adeli, rpps) = (adeli.to_string(), rpps.to_string());
    let persons = person::known(db, &[&adeli, &rpps])?;
    let doubt = MergeDoubt::Asked;
    let identities = person::fingerprint(doubt, persons.get(&adeli), persons.get(&rpps));
    let kind = MergeCaseKind::Part;
    let new = NewCase { kind, adeli: &adeli, rpps: &rpps, doubt, identities: &identities };
    if let Some(opened) = open(db, &new, rng, act)? {
        return Ok(opened);
    }
    let row: Row = register_merge_cases::table
        .filter(register_merge_cases::kind.eq(kind.as_str()).and(register_merge_cases::outcome.is_null()))
        .filter(register_merge_cases::adeli.eq(&adeli).and(register_merge_cases::rpps.eq(&rpps)))
        .select(Row::as_select())
        .first(db)?;
    row.read().ok_or(MergeCaseError::Unknown(adeli))
}

/// The case of this identifier, settled or not.
pub fn case_of(db: &mut Database, id: &str) -> QueryResult<Option<MergeCase>> {
    let row: Option<Row> =
        register_merge_cases::table.find(id).select(Row::as_select()).first(db).optional()?;
    Ok(row.and_then(Row::read))
}

/// Those that are not settled, oldest first.
pub fn unsettled(db: &mut Database) -> QueryResult<Vec<MergeCase>> {
    let rows: Vec<Row> = register_merge_cases::table
        .filter(register_merge_cases::outcome.is_null())
        .order((register_merge_cases::opened_at, register_merge_cases::adeli, register_merge_cases::rpps))
        .select(Row::as_select())
        .load(db)?;
    Ok(rows.into_iter().filter_map(Row::read).collect())
}

/// How many the program may still open by itself.
pub(super) fn room(db: &mut Database) -> QueryResult<u64> {
    let open = register_merge_cases::table.filter(register_merge_cases::outcome.is_null());
    let open: i64 = open.count().get_result(db)?;
    Ok(u64::try_from(MOST_OPEN - open).unwrap_or(0))
}

/// Does what two officers have decided: makes the numbers one person's, or ends that they are. Inside a write transaction.
pub fn settle_released(
    db: &mut Database,
    release: &Release,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<Settled, MergeCaseError> {
    let id = &release.hold().feed;
    let case = case_of(db, id)?.ok_or_else(|| MergeCaseError::Unknown(id.clone()))?;
    let living = register_merges::adeli.eq(&case.adeli).and(register_merges::ended_at.is_null());
    let stands: Option<String> =
        register_merges::table.filter(living).select(register_merges::rpps).first(db).optional()?;
    let parted: i64 = register_merges::table
        .filter(register_merges::adeli.eq(&case.adeli).and(register_merges::rpps.eq(&case.rpps)))
        .filter(register_merges::ended_at.is_not_null())
        .count()
        .get_result(db)?;
    let settled = match (case.kind, &stands) {
        (MergeCaseKind::Join, None) if parted == 0 => Settled::Done,
        (MergeCaseKind::Part, Some(rpps)) if *rpps == case.rpps => Settled::Done,
        _ => Settled::Overtaken,
    };
    if !settle(db, &case, settled, json!({ "officers": release.officers() }), rng, act)? {
        return Ok(Settled::Overtaken);
    }
    match (settled, case.kind) {
        (Settled::Done, MergeCaseKind::Join) => {
            diesel::insert_into(register_merges::table)
                .values((
                    register_merges::adeli.eq(&case.adeli),
                    register_merges::rpps.eq(&case.rpps),
                    register_merges::feed.eq(&case.id),
                    register_merges::merged_at.eq(act.at),
                    register_merges::compared_at.eq(act.at.millis()),
                ))
                .execute(db)?;
        }
        (Settled::Done, MergeCaseKind::Part) => {
            let ended = diesel::update(register_merges::table)
                .filter(living.and(register_merges::rpps.eq(&case.rpps)))
                .set((
                    register_merges::ended_at.eq(act.at.millis()),
                    register_merges::ended_by_case.eq(&case.id),
                ))
                .execute(db)?;
            debug_assert_eq!(ended, 1, "it was read in this transaction");
        }
        (Settled::Refused | Settled::Overtaken, _) => {}
    }
    Ok(settled)
}

/// Settles a case that an officer has refused: the numbers stay what they are. Inside a write transaction.
pub fn settle_refused(
    db: &mut Database,
    id: &str,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<(), MergeCaseError> {
    let case = case_of(db, id)?.ok_or_else(|| MergeCaseError::Unknown(id.to_owned()))?;
    settle(db, &case, Settled::Refused, json!({}), rng, act)?;
    Ok(())
}

/// Puts a case aside of which a refusal says what nobody signed: the same doubt can be raised again, as another case. Inside a write
/// transaction.
pub fn settle_unsigned(
    db: &mut Database,
    id: &str,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<(), MergeCaseError> {
    let case = case_of(db, id)?.ok_or_else(|| MergeCaseError::Unknown(id.to_owned()))?;
    settle(db, &case, Settled::Overtaken, json!({ "refusal": "unsigned" }), rng, act)?;
    Ok(())
}

/// Writes it down; false where it was settled before.
fn settle(
    db: &mut Database,
    case: &MergeCase,
    settled: Settled,
    mut payload: serde_json::Value,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> QueryResult<bool> {
    let open = register_merge_cases::table.find(&case.id).filter(register_merge_cases::outcome.is_null());
    let row = (
        register_merge_cases::outcome.eq(settled.as_str()),
        register_merge_cases::settled_at.eq(act.at.millis()),
    );
    if diesel::update(open).set(row).execute(db)? == 0 {
        return Ok(false);
    }
    payload["kind"] = json!(case.kind.as_str());
    payload["adeli"] = json!(case.adeli);
    payload["rpps"] = json!(case.rpps);
    payload["outcome"] = json!(settled.as_str());
    let event = Event { action: "register.merge-settled", subject: format!("feed {}", case.id), payload };
    audit::record(db, event, rng, act)?;
    Ok(true)
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = register_merge_cases)]
struct Row {
    id: String,
    kind: String,
    adeli: String,
    rpps: String,
    doubt: String,
    opened_at: Timestamp,
}

impl Row {
    /// `None` of one that cannot be read: the schema lets none in.
    fn read(self) -> Option<MergeCase> {
        let Self { id, kind, adeli, rpps, doubt, opened_at } = self;
        let kind = [MergeCaseKind::Join, MergeCaseKind::Part].into_iter().find(|one| one.as_str() == kind)?;
        let doubts = [MergeDoubt::Births, MergeDoubt::Names, MergeDoubt::Asked];
        let doubt = doubts.into_iter().find(|one| one.as_str() == doubt)?;
        Some(MergeCase { id, kind, adeli, rpps, doubt, opened_at })
    }
}
