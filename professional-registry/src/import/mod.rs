//! Reading a whole extract into the register.
//!
//! Two passes over the file. The first (`survey`) reads all of it and writes nothing: digest, header, end of the
//! file, every line, and then, against the register, what the feed would change (`difference`). The second
//! (`apply`) writes, in transactions of about a thousand lines, so that an opposition never waits behind it; the
//! last transactions (`close`) cease what the feed no longer names.
//!
//! A broken line ceases nobody. Where its person can be read, nothing of that person's ceases; where not even
//! that can be read, it may be anybody's, and nothing ceases with the whole feed: persons, exercises and
//! activities that it does not name are held as they were, and the report counts them. The next feed without
//! such a line ceases them, or this one, imported with [`ImportOptions::accept_unidentified`] by an operator who
//! has looked at its lines.
//!
//! A crash in between leaves the feed `importing`; the same file is then imported again from its start, and what
//! was written already is found in place. Memory is 16 bytes a line and nothing else that grows with the file.

mod apply;
mod close;
mod difference;
mod error;
mod feed;
mod options;
mod report;
mod survey;
mod upsert;

#[cfg(test)]
mod tests;

use std::io::{Read, Seek};

use store::{Act, CryptoRng, Database, audit, crash_point};

use crate::extract::{self, ExtractError};
use feed::{Begun, Feed};

pub use error::ImportError;
pub use options::ImportOptions;
pub use report::{Difference, ImportReport, Outcome};

/// Imports an extract. Opens its own transactions, so it must not be called inside one.
///
/// `file_name` is the published name (no path), which says when the extract was made; `progress` is told how many
/// bytes and rows were read so far over both passes (so the bytes end at twice the size of the file). A feed that
/// was imported already is a no-op whose report says so.
///
/// Two brakes against disaster stop a feed before anything is written: it would cease more than a fifth of the
/// living professionals, or more than a fifth of its rows are refused (and more than ten, in both cases);
/// [`ImportOptions::accept_mass_change`] lifts them. The full design of the brakes is a later issue.
///
/// Only one import should run at a time (the worker's lease sees to it); should two run, the one with the older
/// feed stops with [`ImportError::Superseded`], and no row of the newer one is overwritten.
pub fn import_extract<F: Read + Seek>(
    db: &mut Database,
    file: &mut F,
    file_name: &str,
    options: &ImportOptions,
    progress: &mut dyn FnMut(u64, u64),
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<ImportReport, ImportError> {
    let extracted_at =
        options.extracted_at.or_else(|| extract::extracted_at(file_name)).ok_or(ExtractError::Date)?;
    file.rewind().map_err(ExtractError::File)?;
    let survey = survey::survey(&mut *file, options.encoding, progress)?;
    let standing = feed::standing(db, &survey.digest, extracted_at, act)?;
    let mut report = ImportReport::new(&survey, file_name, extracted_at);
    if let Some(sequence) = standing.complete {
        report.outcome = Outcome::AlreadyImported;
        report.sequence = Some(sequence);
        return Ok(report);
    }
    let ceases = survey.rows_unidentified == 0 || options.accept_unidentified;
    let change = difference::against_register(db, &survey, ceases, standing.importing)?;
    report.difference = change.difference;
    report.resumed = standing.importing.is_some();
    if !options.accept_mass_change {
        survey.brake()?;
        change.brake()?;
    }
    if options.dry_run {
        report.outcome = Outcome::DryRun;
        return Ok(report);
    }

    let feed = Begun { digest: &survey.digest, file_name, extracted_at };
    let feed = db.write(|db| Feed::begin(db, &feed, rng, act))?;
    crash_point("register.feed-begun");
    report.sequence = Some(feed.sequence);
    file.rewind().map_err(ExtractError::File)?;
    apply::apply(db, &mut *file, &feed, &survey, options.encoding, progress)?;
    if ceases {
        close::cease_unseen(db, &feed, &survey, act)?;
    }
    db.write(|db| {
        feed.complete(db, &survey, act)?;
        audit::record(db, report.event(), rng, act)?;
        Ok::<_, ImportError>(())
    })?;
    crash_point("register.feed-complete");
    tracing::info!(feed.sequence, rows = survey.rows_read, "register feed {} is imported", feed.sequence);
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
