//! Reading a whole extract into the register.
//!
//! Two passes over the file. The first (`survey`) reads all of it and writes nothing: digest, header, end of the
//! file, every line, and then, against the register, what the feed would change (`difference`). The second
//! (`apply`) writes who does not stand as the feed has him, a person at a time, in transactions so short that an
//! opposition never waits long; the last transactions (`close`) cease whom the feed no longer names. Why so: decision
//! 25.
//!
//! A broken line ceases nobody. Where its person, or mailbox, can be read, nothing of theirs ceases; where not even
//! that can be read, it may be anybody's, and nothing ceases with the whole feed: persons, exercises and
//! activities that it does not name are held as they were, and the report counts them. The next feed without
//! such a line ceases them, or one with it that an operator who has looked at its lines imports with
//! [`ImportOptions::accept_unidentified`]. A line whose place of practice alone cannot be read is a good one, and its
//! person keeps the places that he had: a structure is known by who practises there.
//!
//! A row of the register that cannot be read stops nobody else: it stands as it was, and the report names it.
//!
//! A crash in between leaves the feed `importing`; the same file is then imported again from its start, and whoever
//! was written already stands as it has him. Memory is 16 bytes a line, and what is kept of the lines of those whose
//! lines stand apart.

mod apply;
mod brakes;
mod close;
mod difference;
mod entered;
mod error;
pub(crate) mod feed;
mod history;
pub(crate) mod hold;
mod options;
mod report;
mod silence;
mod subject;
mod survey;
mod upsert;

#[cfg(test)]
mod tests;

use std::io::{Read, Seek};

use store::{Act, CryptoRng, Database, audit, crash_point};

use crate::extract::{self, ExtractError, Form, Table};
use crate::faults;
use crate::nomenclature::InForce;
use apply::Plan;
use feed::{Begun, Changes, Feed, Rows, Written};

pub use brakes::Brakes;
pub use entered::{Entrant, EntrantsPage, entered};
pub use error::ImportError;
pub use feed::{NewestFeed, is_warned_of, newest as newest_feed};
pub use history::{ImportedFeed, newest_feeds, newest_of_each, under_way};
pub use hold::{Hold, Release, newest as newest_hold, waiting as waiting_holds};
pub use options::ImportOptions;
pub use report::{Difference, Excess, ImportReport, Outcome, UnknownCodes, Warning};
pub use silence::is_silent_of;

/// How many rows of the register that cannot be read a report names.
const SHOWN_UNREADABLE: usize = 100;

/// Imports an extract. Opens its own transactions, so it must not be called inside one.
///
/// `file_name` is the published name (no path), which says of which form the extract is and when it was made; `progress` is told how many
/// bytes and rows were read so far over both passes (so the bytes end at twice the size of the file). A feed that
/// was imported already is a no-op whose report says so.
///
/// [`Brakes`] stop a feed before the register is touched. One too many of whose rows are refused is no extract to go by; one
/// that would cease, change or bring back too many, against the living, is put aside ([`ImportError::Held`]), and imported once
/// [`ImportOptions::release`] says that two officers have released it (more than ten, in each case).
///
/// Only one import should run at a time (the worker's lease sees to it); should two run, one goes on: the other stops
/// with [`ImportError::Superseded`] or [`ImportError::Meanwhile`], and overwrites nothing.
pub fn import_extract<F: Read + Seek + Send>(
    db: &mut Database,
    file: &mut F,
    file_name: &str,
    options: &ImportOptions,
    progress: &mut dyn FnMut(u64, u64),
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<ImportReport, ImportError> {
    let form = options.form.or_else(|| Form::of_name(file_name)).unwrap_or(Form::ACTIVITIES);
    let extracted_at =
        options.extracted_at.or_else(|| extract::extracted_at(file_name)).ok_or(ExtractError::Date)?;
    let in_force =
        options.tables.map_or_else(|| InForce::at(extracted_at), |tables| InForce::by(tables, extracted_at));
    file.rewind().map_err(ExtractError::File)?;
    let survey = survey::survey(&mut *file, form, (options.encoding, in_force), progress)?;
    let compared = Written::now(db, form.source)?;
    let standing = feed::standing(db, form.source, &survey.digest, extracted_at, act)?;
    let mut report = ImportReport::new(form, &survey, file_name, extracted_at);
    if let Some(sequence) = standing.complete {
        report.outcome = Outcome::AlreadyImported;
        report.sequence = Some(sequence);
        if standing.called != file_name {
            tracing::warn!(
                feed.sequence = sequence,
                "{file_name} is register feed {sequence} once more, which came as {}: nothing of it is read again",
                standing.called
            );
            report.played_again = Some(standing.called);
        }
        return Ok(report);
    }
    let ceases = survey.rows_unidentified == 0 || options.accept_unidentified;
    let change = difference::against_register(db, form, &survey, ceases, standing.importing)?;
    report.difference = change.difference;
    // The brakes and a release go by what is still to be done; the report and the log by what the feed does.
    report.resumed = standing.importing.is_some();
    options.brakes.rows(&survey)?;
    if let Err(stopped) = options.brakes.change(&change) {
        let base = feed::base(db, form.source)?;
        match options.release.as_ref().filter(|release| release.covers(&report, &base, &change)) {
            Some(release) => report.released_by = Some(release.officers().clone()),
            None if options.dry_run => return Err(stopped),
            None => {
                let compared = hold::Compared { report: &report, change: &change, base, written: compared };
                let hold = db.write(|db| hold::put_aside(db, compared, rng, act))?;
                crash_point("register.feed-held");
                return Err(ImportError::Held { hold: Box::new(hold), why: stopped.to_string() });
            }
        }
    }
    let mut changes = Changes::of(options.brakes, &change, standing.began_with, ceases);
    report.difference = changes.difference;
    report.warnings.clone_from(&changes.warnings);
    if options.dry_run {
        report.outcome = Outcome::DryRun;
        return Ok(report);
    }

    let rows = survey.rows_read;
    let feed = Begun {
        source: form.source,
        digest: &survey.digest,
        file_name,
        extracted_at,
        rows,
        changes: &changes,
    };
    let mut feed = db.write(|db| Feed::begin(db, &feed, compared, rng, act))?;
    crash_point("register.feed-begun");
    report.sequence = Some(feed.sequence);
    file.rewind().map_err(ExtractError::File)?;
    let plan =
        Plan { form, survey: &survey, places: &change.places, encoding: options.encoding, in_force, ceases };
    let mut unreadable = apply::apply(db, &mut *file, &mut feed, plan, progress, act)?;
    unreadable.append(&mut close::cease(db, form, &mut feed, survey.rows_read, &change.gone, act)?);
    changes.difference.unreadable = unreadable.len() as u64;
    report.difference = changes.difference;
    unreadable.truncate(SHOWN_UNREADABLE);
    report.unreadable = unreadable;
    if form.table == Table::Professionals {
        silence::record(db, &mut feed, survey.rows_read, &change.silent)?;
    }
    db.write(|db| {
        let rows = Rows { read: survey.rows_read, rejected: survey.rows_rejected };
        feed.complete(db, rows, &changes, ceases, act)?;
        audit::record(db, report.event(), rng, act)?;
        Ok::<_, ImportError>(())
    })?;
    crash_point("register.feed-complete");
    tracing::info!(feed.sequence, rows = survey.rows_read, "register feed {} is imported", feed.sequence);
    for Warning { what, part, of } in &report.warnings {
        let what = what.as_str();
        tracing::warn!(
            feed.sequence,
            part,
            of,
            "register feed {} {what} {part} of {of} at once",
            feed.sequence
        );
    }
    for UnknownCodes { table, code, rows } in &report.unknown_codes {
        let code = code.as_deref().unwrap_or("a cell");
        tracing::warn!(
            feed.sequence,
            rows,
            "register feed {}: {table} has no {code}: {rows} rows",
            feed.sequence
        );
    }
    for subject in &report.unreadable {
        tracing::error!(
            feed.sequence,
            code = faults::REGISTER_UNREADABLE.name,
            "register feed {}: the row of {subject} cannot be read, and stands as it was",
            feed.sequence
        );
    }
    if !ceases {
        let (lines, held) = (survey.rows_unidentified, report.difference.held);
        tracing::error!(
            feed.sequence,
            lines,
            held,
            "register feed {} ceased nobody: {lines} of its lines name nobody that can be read, and {held} persons are held",
            feed.sequence
        );
    }
    Ok(report)
}
