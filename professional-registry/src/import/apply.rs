use std::collections::BTreeMap;
use std::io::Read;

use store::{Database, crash_point};

use super::ImportError;
use super::feed::Feed;
use super::survey::{Survey, line_digest};
use super::upsert::{self, ActivityRow, ExerciseRow, PersonRow, StructureRow};
use crate::extract::{Encoding, Header, Lines, Row, StructureCells};

/// How many lines go into one transaction: few enough that an opposition never waits.
const BATCH: usize = 1000;

/// The second pass: writes what the lines say.
pub(super) fn apply<R: Read>(
    db: &mut Database,
    file: R,
    feed: &Feed,
    survey: &Survey,
    encoding: Encoding,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<(), ImportError> {
    let mut lines = Lines::new(file, encoding);
    let Some((_, first)) = lines.next()? else { return Err(ImportError::FileChanged) };
    let header = Header::read(first)?;
    let mut batch = Batch::default();
    let mut rows = 0;
    while let Some((number, line)) = lines.next()? {
        rows += 1;
        if let Ok(row) = Row::read(header, number, line) {
            batch.add(&row);
        }
        if batch.lines == BATCH {
            batch.write(db, feed, rows)?;
            batch = Batch::default();
            progress(survey.bytes + lines.bytes_read(), survey.rows_read + rows);
        }
    }
    batch.write(db, feed, rows)?;
    progress(survey.bytes + lines.bytes_read(), survey.rows_read + rows);
    if rows == 0 || hex::encode(lines.into_digest()) != survey.digest {
        return Err(ImportError::FileChanged);
    }
    Ok(())
}

/// What some lines say, each row once: one statement may not meet the same key twice.
#[derive(Default)]
struct Batch {
    lines: usize,
    structures: BTreeMap<String, StructureRow>,
    persons: BTreeMap<String, PersonRow>,
    exercises: BTreeMap<(String, &'static str, &'static str), ExerciseRow>,
    activities: BTreeMap<(String, [u8; 32]), ActivityRow>,
}

impl Batch {
    fn add(&mut self, row: &Row<'_>) {
        self.lines += 1;
        if let Some(cells) = row.structure
            && !self.structures.contains_key(cells.technical_id)
        {
            self.structures.insert(cells.technical_id.to_owned(), structure_row(cells));
        }
        if !self.persons.contains_key(row.id_nat) {
            let person = [row.id_nat, row.family_name, row.given_name, row.civility].map(str::to_owned);
            self.persons.insert(row.id_nat.to_owned(), person);
        }
        let (profession, category) = (row.profession.code(), row.category.code());
        let exercise = [
            row.id_nat,
            profession,
            category,
            row.family_name,
            row.given_name,
            row.know_how_type,
            row.know_how,
        ]
        .map(str::to_owned);
        self.exercises
            .entry((row.id_nat.to_owned(), profession, category))
            .and_modify(|standing| {
                if upsert::know_how_rank(&exercise) < upsert::know_how_rank(standing) {
                    standing.clone_from(&exercise);
                }
            })
            .or_insert(exercise);

        let digest = line_digest(row);
        let structure = row.structure.map_or("", |cells| cells.technical_id);
        let line = hex::encode(digest);
        let activity =
            [row.id_nat, profession, category, &line, row.mode, row.sector, structure].map(str::to_owned);
        self.activities.insert((row.id_nat.to_owned(), digest), activity);
    }

    fn write(self, db: &mut Database, feed: &Feed, rows: u64) -> Result<(), ImportError> {
        db.write(|db| {
            feed.hold(db, rows)?;
            upsert::structures(db, feed.sequence, self.structures.into_values().collect())?;
            upsert::persons(db, feed.sequence, self.persons.into_values().collect())?;
            upsert::exercises(db, feed.sequence, self.exercises.into_values().collect())?;
            upsert::activities(db, feed.sequence, self.activities.into_values().collect())?;
            Ok::<_, ImportError>(())
        })?;
        crash_point("register.lines-written");
        Ok(())
    }
}

fn structure_row(cells: StructureCells<'_>) -> StructureRow {
    [
        cells.technical_id,
        cells.siret,
        cells.siren,
        cells.finess,
        cells.finess_legal,
        cells.corporate_name,
        cells.department_code,
        cells.department_label,
    ]
    .map(str::to_owned)
}
