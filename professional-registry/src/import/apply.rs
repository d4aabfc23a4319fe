use std::collections::HashSet;
use std::io::Read;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread;
use std::time::Instant;

use store::{Act, Database, crash_point};

use super::ImportError;
use super::difference::{Place, Places};
use super::feed::Feed;
use super::subject::{Gathering, Subject};
use super::survey::{SubjectKey, Survey};
use super::upsert::{self, Structure};
use crate::extract::{Encoding, Form, Header, Line, Lines};
use crate::nomenclature::InForce;

/// How many subjects go into one transaction: few enough that an opposition never waits long.
const SLICE: usize = 5000;

/// How many slices are read ahead of the one that is written.
const AHEAD: usize = 2;

/// What the second pass goes by.
#[derive(Clone, Copy)]
pub(super) struct Plan<'a> {
    pub(super) form: &'static Form,
    pub(super) survey: &'a Survey,
    pub(super) places: &'a Places,
    pub(super) encoding: Encoding,
    pub(super) in_force: InForce,
    pub(super) ceases: bool,
}

/// What is written in one transaction.
#[derive(Default)]
pub(super) struct Slice {
    /// Subjects that the register has never known.
    pub(super) new: Vec<Subject>,
    /// Subjects that it knows, otherwise.
    pub(super) changed: Vec<Subject>,
    pub(super) structures: Vec<Structure>,
    bytes: u64,
    rows: u64,
}

/// The second pass: writes who does not stand as the feed has him. A thread reads while this one writes. Gives back those whose
/// row in the register cannot be read.
pub(super) fn apply<R: Read + Send>(
    db: &mut Database,
    file: R,
    feed: &mut Feed,
    plan: Plan<'_>,
    progress: &mut dyn FnMut(u64, u64),
    act: &Act,
) -> Result<Vec<String>, ImportError> {
    let all_new = upsert::knows_no_structure(db)?;
    thread::scope(|scope| {
        let (sender, receiver) = sync_channel(AHEAD);
        let reader = scope.spawn(move || read(file, plan, &sender));
        let (mut written, mut unreadable) = (Ok(()), Vec::new());
        for slice in receiver {
            match write(db, feed, (&plan, all_new), &slice, act) {
                Ok(mut left) => unreadable.append(&mut left),
                Err(error) => {
                    // The reader finds nobody who takes its next slice, and ends.
                    written = Err(error);
                    break;
                }
            }
            progress(plan.survey.bytes + slice.bytes, plan.survey.rows_read + slice.rows);
        }
        let read = reader.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        written.and(read).map(|()| unreadable)
    })
}

fn write(
    db: &mut Database,
    feed: &mut Feed,
    (plan, all_new): (&Plan<'_>, bool),
    slice: &Slice,
    act: &Act,
) -> Result<Vec<String>, ImportError> {
    if slice.new.is_empty() && slice.changed.is_empty() && slice.structures.is_empty() {
        return Ok(Vec::new());
    }
    let began = Instant::now();
    let unreadable = feed.write(db, slice.rows, |db, sequence| {
        upsert::structures(db, sequence, &slice.structures, all_new)?;
        let target = upsert::Target { form: plan.form, feed: sequence };
        target.add(db, &slice.new)?;
        target.change(db, &slice.changed, plan.ceases, act)
    })?;
    crash_point("register.lines-written");
    if !db.is_on_server() {
        // SQLite has one writer, and who waits looks again now and then: he needs a gap to find.
        thread::sleep(began.elapsed() / 4);
    }
    Ok(unreadable)
}

/// Reads the file once more and sends what is to be written, slice by slice.
fn read<R: Read>(file: R, plan: Plan<'_>, slices: &SyncSender<Slice>) -> Result<(), ImportError> {
    let Plan { form, survey, places, encoding, in_force, .. } = plan;
    let mut lines = Lines::new(file, encoding);
    let Some((_, first)) = lines.next()? else { return Err(ImportError::FileChanged) };
    let header = Header::read(form, first, in_force)?;
    let mut gathering = Gathering::default();
    let mut done = vec![false; survey.lines.len()];
    let mut structures = HashSet::new();
    let mut slice = Slice::default();
    while let Some((number, line)) = lines.next()? {
        slice.rows += 1;
        let Some(place) = SubjectKey::of_line(form, line).and_then(|subject| survey.place_of(subject)) else {
            continue;
        };
        let standing = places.standing(place);
        if standing != Place::Same
            && !done[place]
            && let Ok(line) = Line::read(header, number, line)
        {
            if let Some(cells) = line.structure
                && !structures.contains(cells.technical_id)
            {
                structures.insert(cells.technical_id.to_owned());
                slice.structures.push(Structure::of(cells));
            }
            if let Some(subject) = gathering.take(form, survey, place, &line) {
                done[place] = true;
                match standing {
                    Place::New => slice.new.push(subject),
                    Place::Changed | Place::Same => slice.changed.push(subject),
                }
            }
        }
        if slice.new.len() + slice.changed.len() >= SLICE || slice.rows.is_multiple_of(50_000) {
            let (bytes, rows) = (lines.bytes_read(), slice.rows);
            let next = Slice { rows, ..Slice::default() };
            if slices.send(Slice { bytes, ..std::mem::replace(&mut slice, next) }).is_err() {
                return Ok(());
            }
        }
    }
    let (bytes, rows) = (lines.bytes_read(), slice.rows);
    if rows == 0 || hex::encode(lines.into_digest()) != survey.digest {
        return Err(ImportError::FileChanged);
    }
    // Where nobody takes it, he says why.
    let _ = slices.send(Slice { bytes, ..slice });
    Ok(())
}
