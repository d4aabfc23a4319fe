use std::path::Path;
use std::time::Duration;

use diesel::prelude::*;
use serde::Serialize;
use serde_json::json;
use store::audit::{Event, record};
use store::schema::{signing_acknowledgements, signing_alarms, signing_ledgers};
use store::{Act, Code, CryptoRng, Database, Timestamp};
use thiserror::Error;

use super::awaited;
use super::following::{Look, latest};
use super::verdict::Verdict;
use crate::faults;
use crate::signer::KeyReference;
use crate::signer::ledger::{Entry, LedgerError, LedgerFault, Position, identify};
use crate::signer::process::LedgerKind;

/// By how much the clock may have been set back between an intention and its signature.
pub(super) const CLOCK_TOLERANCE: Duration = Duration::from_secs(5);

/// The sequence under which the alarm about a ledger that is gone stands. No line has it.
const GONE: i64 = -1;

/// The sequence under which the alarm about a ledger that breaks off after `last` stands. No line has it, so that what is
/// found about the next line, once it reads, is an alarm of its own.
pub(super) fn broken_after(last: i64) -> i64 {
    GONE - 1 - last
}

/// Where a ledger is.
#[derive(Clone, Copy, Debug)]
pub struct LedgerPlace<'a> {
    /// The file.
    pub file: &'a Path,
    /// What it is kept of.
    pub kind: LedgerKind,
    /// Host and path: two nodes on one database have a ledger each, at places of their own.
    pub place: &'a str,
    /// The name of the audit log, whose heads stand in the ledger; none where no ceremony has made its key yet.
    pub log: Option<&'a str>,
    /// Since when whoever looks has been there to record what is signed: while no program ran, nothing could be recorded.
    pub running_since: Timestamp,
}

/// What a run has done.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Reconciled {
    /// Lines that were looked at.
    pub lines: u64,
    /// What was found; each is found once.
    pub alarms: Vec<Alarm>,
}

/// Something that must not be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Alarm {
    /// The stable code.
    #[serde(serialize_with = "code_name")]
    pub code: Code,
    /// The ledger.
    pub ledger: String,
    /// The line's sequence.
    pub sequence: i64,
    /// The key, where the alarm is about one line.
    #[serde(skip)]
    pub key: Option<KeyReference>,
    /// What was found, in words.
    pub what: String,
}

/// A ledger that could not be held against the database.
#[derive(Debug, Error)]
pub enum ReconcileError {
    /// The file does not open.
    #[error("signing ledger {0}")]
    File(LedgerError),
    /// The ledger contradicts itself, was cut, or is gone: nothing after that place can be looked at.
    #[error("signing ledger: {0}")]
    Broken(String),
    /// The database failed.
    #[error("database: {0}")]
    Database(#[from] diesel::result::Error),
}

impl store::Fault for ReconcileError {
    fn code(&self) -> Code {
        match self {
            Self::File(_) => faults::SIGNER_LEDGER,
            Self::Broken(_) => faults::SIGNING_LEDGER_BROKEN,
            Self::Database(_) => store::fault::DATABASE,
        }
    }
}

/// Looks at every line of a ledger that nobody has looked at yet, and again at those whose record was awaited.
///
/// Each line's digest must be that of a certificate that was being signed, or of an intention that is not younger than the
/// line and says the same; its key one that may sign such a thing, and what is stored of it what was signed: a CRL the
/// recorded one, a head of the audit log that of the stored tree. Of an answer, which is stored nowhere, the key must be
/// a responder's of the authority that it is about. A line about signatures that did not verify is an alarm too, even where
/// the second attempt held: the token signs with another key, or wrongly.
///
/// Runs its own transactions. An alarm is recorded once, with an audit event; of refused signatures of one key there is
/// none more while one is open.
pub fn reconcile(
    db: &mut Database,
    ledger: &LedgerPlace<'_>,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<Reconciled, ReconcileError> {
    let mut done = Reconciled::default();
    let id = match identify(ledger.file) {
        Ok(id) => id,
        Err(LedgerError { what: LedgerFault::NoHead, .. }) => None,
        Err(error) => return Err(ReconcileError::File(error)),
    };
    if ledger.kind == LedgerKind::Issuing {
        missing(db, ledger, id.as_deref(), &mut done, rng, act)?;
        done.alarms.extend(awaited::look_again(db, ledger, rng, act)?);
    }
    let Some(id) = id else { return Ok(done) };
    let position = known(db, &id)?;
    let mut look = Look { ledger, rng, act, done };
    let last = match (&position, ledger.kind) {
        (None, LedgerKind::Answers) => latest(db, ledger, &id)?,
        _ => None,
    };
    let Some(last) = last else {
        look.through(db, ledger.file, &id, position, None)?;
        return Ok(look.done);
    };
    // It was put aside when it was full: what stands in it that nobody has looked at comes first.
    let aside = ledger.file.with_extension("before");
    let standing = match identify(&aside) {
        Ok(standing) => standing,
        Err(LedgerError { what: LedgerFault::NoHead, .. }) => None,
        Err(error) => return Err(ReconcileError::File(error)),
    };
    let (ended, broken) = match standing.as_ref() == Some(&last.ledger) {
        false => (Some(last), None),
        true => match look.through(db, &aside, &last.ledger.clone(), Some(last), None) {
            Ok(ended) => (ended, None),
            // Whatever is wrong with it, the next one is looked at.
            Err(broken @ ReconcileError::Broken(_)) => (None, Some(broken)),
            Err(error) => return Err(error),
        },
    };
    look.through(db, ledger.file, &id, None, ended)?;
    broken.map_or(Ok(look.done), Err)
}

/// The ledger that stood at this place before, and is not there now.
fn missing(
    db: &mut Database,
    ledger: &LedgerPlace<'_>,
    stands: Option<&str>,
    done: &mut Reconciled,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<(), ReconcileError> {
    let before: Vec<(String, i64)> = signing_ledgers::table
        .filter(signing_ledgers::place.eq(ledger.place))
        .filter(signing_ledgers::kind.eq(ledger.kind.name()))
        .filter(signing_ledgers::ledger.ne(stands.unwrap_or_default()))
        .select((signing_ledgers::ledger, signing_ledgers::sequence))
        .load(db)?;
    for (gone, sequence) in before {
        let what = format!("{}: the ledger that reached sequence {sequence} is gone", ledger.file.display());
        let alarm =
            Alarm { code: faults::SIGNING_LEDGER_BROKEN, ledger: gone, sequence: GONE, key: None, what };
        if db.write(|db| raise(db, &alarm, rng, act))? {
            done.alarms.push(alarm);
        }
    }
    Ok(())
}

pub(super) fn known(db: &mut Database, ledger: &str) -> QueryResult<Option<Position>> {
    let row: Option<(i64, i64, Vec<u8>)> = signing_ledgers::table
        .find(ledger)
        .select((signing_ledgers::position, signing_ledgers::sequence, signing_ledgers::chain))
        .first(db)
        .optional()?;
    Ok(row.map(|(offset, sequence, chain)| Position {
        ledger: ledger.to_owned(),
        offset: offset.cast_unsigned(),
        sequence: sequence.cast_unsigned(),
        chain: chain.try_into().expect("the table checks that a chain has 32 octets"),
    }))
}

/// Writes down what was found about a line, inside a transaction; gives the alarm where it is one.
pub(super) fn take_down(
    db: &mut Database,
    ledger: &str,
    entry: &Entry,
    verdict: &Verdict,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> QueryResult<Option<Alarm>> {
    match verdict {
        Verdict::Fits => Ok(None),
        Verdict::Awaited(_) => awaited::remember(db, ledger, entry, act).map(|()| None),
        Verdict::Superseded(by) => awaited::tell_superseded(db, ledger, entry, by, rng, act).map(|()| None),
        Verdict::Refused => {
            let alarm = refused(ledger, entry);
            Ok((!is_told_of(db, &alarm)? && raise(db, &alarm, rng, act)?).then_some(alarm))
        }
        Verdict::Objection(why) => {
            let alarm = unintended(ledger, entry, why);
            Ok(raise(db, &alarm, rng, act)?.then_some(alarm))
        }
    }
}

fn unintended(ledger: &str, entry: &Entry, why: &str) -> Alarm {
    Alarm {
        code: faults::SIGNATURE_NOT_INTENDED,
        ledger: ledger.to_owned(),
        sequence: entry.sequence.cast_signed(),
        key: Some(entry.key.clone()),
        what: format!(
            "line {}: key {} signed {} for {:?} at {}: {why}",
            entry.sequence,
            entry.key,
            hex::encode(&entry.digest),
            entry.subject,
            entry.at
        ),
    }
}

fn refused(ledger: &str, entry: &Entry) -> Alarm {
    let (count, subject) = entry.refused().unwrap_or_default();
    Alarm {
        code: faults::SIGNER_WRONG_SIGNATURE,
        ledger: ledger.to_owned(),
        sequence: entry.sequence.cast_signed(),
        key: Some(entry.key.clone()),
        what: format!(
            "line {}: {count} signatures were refused at {}, the first for {subject:?}: they are not of key {}",
            entry.sequence, entry.at, entry.key
        ),
    }
}

/// Whether an alarm about refused signatures of this key is open: more of them say nothing new, and each would have to be
/// acknowledged.
fn is_told_of(db: &mut Database, alarm: &Alarm) -> QueryResult<bool> {
    let open = signing_alarms::table
        .left_join(
            signing_acknowledgements::table.on(signing_acknowledgements::ledger
                .eq(signing_alarms::ledger)
                .and(signing_acknowledgements::sequence.eq(signing_alarms::sequence))),
        )
        .filter(signing_acknowledgements::reason.is_null())
        .filter(signing_alarms::code.eq(alarm.code.name))
        .filter(signing_alarms::signing_key.eq(alarm.key.as_ref().map(ToString::to_string)));
    Ok(open.count().get_result::<i64>(db)? > 0)
}

/// Records an alarm and its audit event; false where it stands already.
pub(super) fn raise(
    db: &mut Database,
    alarm: &Alarm,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> QueryResult<bool> {
    let standing: i64 = signing_alarms::table.find((&alarm.ledger, alarm.sequence)).count().get_result(db)?;
    if standing > 0 {
        return Ok(false);
    }
    diesel::insert_into(signing_alarms::table)
        .values((
            signing_alarms::ledger.eq(&alarm.ledger),
            signing_alarms::sequence.eq(alarm.sequence),
            signing_alarms::what.eq(&alarm.what),
            signing_alarms::found_at.eq(act.at),
            signing_alarms::code.eq(alarm.code.name),
            signing_alarms::signing_key.eq(alarm.key.as_ref().map(ToString::to_string)),
        ))
        .execute(db)?;
    let event = Event {
        action: "signing.alarm",
        subject: format!("ledger {} {}", alarm.ledger, alarm.sequence),
        payload: json!({ "code": alarm.code.name, "what": alarm.what }),
    };
    record(db, event, rng, act)?;
    Ok(true)
}

/// Remembers how far the ledger was followed; false where another worker was quicker.
pub(super) fn advance(
    db: &mut Database,
    ledger: &LedgerPlace<'_>,
    from: Option<&Position>,
    to: &Position,
    act: &Act,
) -> QueryResult<bool> {
    let reached = (
        signing_ledgers::place.eq(ledger.place),
        signing_ledgers::position.eq(to.offset.cast_signed()),
        signing_ledgers::sequence.eq(to.sequence.cast_signed()),
        signing_ledgers::chain.eq(to.chain.as_slice()),
        signing_ledgers::reconciled_at.eq(act.at),
    );
    let changed = match from {
        Some(from) => diesel::update(signing_ledgers::table.find(&to.ledger))
            .filter(signing_ledgers::sequence.eq(from.sequence.cast_signed()))
            .set(reached)
            .execute(db)?,
        None => {
            let standing: i64 = signing_ledgers::table.find(&to.ledger).count().get_result(db)?;
            if standing > 0 {
                return Ok(false);
            }
            diesel::insert_into(signing_ledgers::table)
                .values((
                    signing_ledgers::ledger.eq(&to.ledger),
                    signing_ledgers::kind.eq(ledger.kind.name()),
                    reached,
                ))
                .execute(db)?
        }
    };
    Ok(changed == 1)
}

fn code_name<S: serde::Serializer>(code: &Code, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(code.name)
}
