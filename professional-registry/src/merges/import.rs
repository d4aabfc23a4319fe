use std::io::Read;

use diesel::prelude::*;
use serde::Serialize;
use serde_json::json;
use store::audit::{self, Event};
use store::schema::{professionals, register_merges};
use store::{Act, CryptoRng, Database, Timestamp};

use super::case::{self, MergeCase, NewCase};
use super::judge::{Judged, judge};
use super::read::{self, Correspondence, Pair};
use super::{MergeCaseKind, MergeError, MergeRowError, SLICE, date};
use crate::extract::{Encoding, ExtractError};
use crate::import::feed::{self, Begun, Changes, Feed, Rows, Written};
use crate::import::{Brakes, Difference, Excess, Hold, ImportError, Outcome, Release, Warning, hold};

/// Of what a correspondence is a feed: `register_feeds.source`.
pub const SOURCE: &str = "adeli-rpps";

/// How many refused rows a report shows.
const SHOWN_ERRORS: usize = 100;

/// How to import a correspondence.
#[derive(Clone, Debug, Default)]
pub struct MergeOptions {
    /// How its bytes become text.
    pub encoding: Encoding,
    /// When it was made, for a file whose name does not say so.
    pub extracted_at: Option<Timestamp>,
    /// Read everything, say what would change, write nothing.
    pub dry_run: bool,
    /// When the brakes stop it.
    pub brakes: Brakes,
    /// That two officers have released it.
    pub release: Option<Release>,
}

/// What the import of a correspondence did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MergeReport {
    /// Whether anything was written.
    pub outcome: Outcome,
    /// SHA-256 of the file, in hex: the evidence.
    pub feed: String,
    /// The file's name.
    pub file_name: String,
    /// When it was made.
    pub extracted_at: Timestamp,
    /// Rows after the header.
    pub rows_read: u64,
    /// Rows that were refused.
    pub rows_rejected: u64,
    /// The first hundred of them.
    pub errors: Vec<MergeRowError>,
    /// Merges that are new.
    pub new: u64,
    /// Those of them whose ADELI number the register knows: somebody's number changes.
    pub touched: u64,
    /// Merges that were known.
    pub known: u64,
    /// Merges that were not made, because the two persons have other names, or another birth: officers decide on them.
    pub doubtful: u64,
    /// The cases that were opened of them.
    pub cases: Vec<MergeCase>,
    /// What of it is more than one day usually brings.
    pub warnings: Vec<Warning>,
    /// The officers who released it, where it had been put aside.
    pub released_by: Option<[String; 2]>,
}

/// Reads a correspondence, and keeps what is new of it. Opens its own transactions: whatever a crash leaves of it stands, and
/// the same file goes on from there. `file_name` is the published name (no path), which says when it was made.
///
/// One that is older than one that was read is refused; one that would give too many of those whom the register knows another number is put
/// aside ([`ImportError::Held`]), and read once [`MergeOptions::release`] says that two officers have released it. Where too many of the
/// pairs that can be compared are two persons', it is refused whole: it is no correspondence.
pub fn import_merges<F: Read>(
    db: &mut Database,
    file: F,
    file_name: &str,
    options: &MergeOptions,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<MergeReport, MergeError> {
    let extracted_at = options.extracted_at.or_else(|| date::made_at(file_name)).ok_or(ExtractError::Date)?;
    let Correspondence { feed, rows_read, pairs, mut errors } = read::correspondence(file, options.encoding)?;
    let compared = Written::now(db, SOURCE)?;
    let standing = feed::standing(db, SOURCE, &feed, extracted_at, act)?;
    let mut report = MergeReport {
        outcome: Outcome::Imported,
        feed,
        file_name: file_name.to_owned(),
        extracted_at,
        rows_read,
        rows_rejected: errors.len() as u64,
        errors: Vec::new(),
        new: 0,
        touched: 0,
        known: 0,
        doubtful: 0,
        cases: Vec::new(),
        warnings: Vec::new(),
        released_by: None,
    };
    // What was read already is judged again and written nowhere.
    let survey = db.snapshot(|db| survey(db, &pairs))?;
    let living = living(db)?;
    if standing.complete.is_none() {
        stop(db, &mut report, &survey, (living, compared, standing.importing.is_some()), options, rng, act)?;
    }
    if standing.complete.is_some() || options.dry_run {
        report.outcome = if standing.complete.is_some() { Outcome::AlreadyImported } else { Outcome::DryRun };
        errors.extend(survey.refused.iter().cloned());
        report.count(&survey);
        report.show(errors);
        return Ok(report);
    }

    // One that is taken up changes what it was begun with.
    let changes = standing.began_with.unwrap_or_else(|| {
        let difference = Difference { new: survey.new, merged: survey.touched, ..Difference::default() };
        Changes { difference, warnings: report.warnings.clone() }
    });
    let rows = rows_read;
    let begun =
        Begun { source: SOURCE, digest: &report.feed, file_name, extracted_at, rows, changes: &changes };
    let mut feed = db.write(|db| Feed::begin(db, &begun, compared, rng, act))?;
    for slice in pairs.chunks(SLICE) {
        let kept = feed.write(db, rows_read, |db, _| Ok(keep(db, slice, &report.feed, rng, act)?))?;
        errors.extend(kept.counts.refused.iter().cloned());
        report.count(&kept.counts);
        report.cases.extend(kept.cases);
    }
    report.show(errors);
    let event = Event {
        action: "register.merges-imported",
        subject: format!("feed {}", report.feed),
        payload: json!({
            "file_name": report.file_name, "extracted_at": report.extracted_at,
            "rows_read": report.rows_read, "rows_rejected": report.rows_rejected, "new": report.new,
            "touched": report.touched, "known": report.known, "doubtful": report.doubtful,
            "released_by": report.released_by,
        }),
    };
    let rows = Rows { read: rows_read, rejected: report.rows_rejected };
    db.write(|db| {
        // It speaks of nobody who is absent, and lets none of them down.
        feed.complete(db, rows, &changes, true, act)?;
        audit::record(db, event, rng, act)?;
        Ok::<_, ImportError>(())
    })?;
    Ok(report)
}

/// How many rows become what.
#[derive(Default)]
struct Counts {
    new: u64,
    touched: u64,
    known: u64,
    doubtful: u64,
    /// Those of them about which nobody has been asked.
    unasked: u64,
    /// What the file is judged by.
    compared: u64,
    refused: Vec<MergeRowError>,
}

impl Counts {
    fn take(&mut self, pair: &Pair, judged: &Judged) {
        self.compared += u64::from(judged.is_compared());
        match judged {
            Judged::Known { .. } => self.known += 1,
            Judged::Refused(fault) => {
                let fault = fault.clone();
                self.refused.push(MergeRowError { line: pair.line, column: read::RPPS, fault });
            }
            Judged::New { touches, .. } => {
                self.new += 1;
                self.touched += u64::from(*touches);
            }
            Judged::Doubtful { asked, .. } => {
                self.doubtful += 1;
                self.unasked += u64::from(!asked);
            }
        }
    }
}

impl MergeReport {
    fn count(&mut self, counts: &Counts) {
        self.new += counts.new;
        self.touched += counts.touched;
        self.known += counts.known;
        self.doubtful += counts.doubtful;
        self.rows_rejected += counts.refused.len() as u64;
    }

    fn show(&mut self, mut errors: Vec<MergeRowError>) {
        errors.sort_by_key(|error| error.line);
        errors.truncate(SHOWN_ERRORS);
        self.errors = errors;
    }
}

fn survey(db: &mut Database, pairs: &[Pair]) -> Result<Counts, MergeError> {
    let mut counts = Counts::default();
    for slice in pairs.chunks(SLICE) {
        for (pair, judged) in slice.iter().zip(judge(db, slice)?) {
            counts.take(pair, &judged);
        }
    }
    Ok(counts)
}

fn living(db: &mut Database) -> QueryResult<u64> {
    let living: i64 =
        professionals::table.filter(professionals::ceased_at.is_null()).count().get_result(db)?;
    Ok(u64::try_from(living).unwrap_or(0))
}

/// Stops what is too much at once, unless it was released.
fn stop(
    db: &mut Database,
    report: &mut MergeReport,
    survey: &Counts,
    (living, compared, resumed): (u64, Written, bool),
    options: &MergeOptions,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<(), MergeError> {
    // One that was begun was judged then, and its first rows are in.
    if !resumed && options.brakes.is_too_many(survey.unasked, survey.compared) {
        return Err(MergeError::MassDoubt { doubtful: survey.unasked, compared: survey.compared });
    }
    let touched = survey.touched;
    if options.brakes.is_many(touched, living) {
        report.warnings.push(Warning { what: Excess::Merged, part: touched, of: living });
    }
    if !options.brakes.is_too_many(touched, living) {
        return Ok(());
    }
    let stopped = ImportError::MassMerge { merged: touched, living };
    let would = Hold {
        feed: report.feed.clone(),
        version: 1,
        source: SOURCE.to_owned(),
        file_name: report.file_name.clone(),
        extracted_at: report.extracted_at,
        base: feed::base(db, SOURCE)?,
        rows_read: report.rows_read,
        living,
        // Of those whom the register knows, the number changes.
        difference: Difference { new: survey.new - touched, changed: touched, ..Difference::default() },
        held_at: act.at,
        held_by: hold::who(act),
    };
    match options.release.as_ref().filter(|release| release.hold().covers(&would)) {
        Some(release) => {
            report.released_by = Some(release.officers().clone());
            Ok(())
        }
        None if options.dry_run => Err(stopped.into()),
        None => {
            let hold = db.write(|db| {
                if Written::now(db, SOURCE)? != compared {
                    return Err(ImportError::Meanwhile);
                }
                Ok(hold::stand_aside(db, would, resumed, rng, act)?)
            })?;
            Err(ImportError::Held { hold: Box::new(hold), why: stopped.to_string() }.into())
        }
    }
}

/// What became of a slice.
struct Kept {
    counts: Counts,
    cases: Vec<MergeCase>,
}

/// Keeps those that are new; of those that are doubtful it opens a case, as long as not too many wait.
fn keep(
    db: &mut Database,
    pairs: &[Pair],
    feed: &str,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> QueryResult<Kept> {
    let mut kept = Kept { counts: Counts::default(), cases: Vec::new() };
    let room = case::room(db)?;
    for (pair, judged) in pairs.iter().zip(judge(db, pairs)?) {
        kept.counts.take(pair, &judged);
        let (adeli, rpps) = (pair.adeli.to_string(), pair.rpps.to_string());
        match judged {
            Judged::Known { .. } | Judged::Refused(_) => {}
            Judged::New { compared, .. } => {
                diesel::insert_into(register_merges::table)
                    .values((
                        register_merges::adeli.eq(adeli),
                        register_merges::rpps.eq(rpps),
                        register_merges::feed.eq(feed),
                        register_merges::merged_at.eq(act.at),
                        register_merges::compared_at.eq(compared.then(|| act.at.millis())),
                    ))
                    .execute(db)?;
            }
            Judged::Doubtful { doubt, identities, asked: false } if (kept.cases.len() as u64) < room => {
                let kind = MergeCaseKind::Join;
                let new = NewCase { kind, adeli: &adeli, rpps: &rpps, doubt, identities: &identities };
                kept.cases.extend(case::open(db, &new, rng, act)?);
            }
            Judged::Doubtful { .. } => {}
        }
    }
    Ok(kept)
}
