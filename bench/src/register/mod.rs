//! P11: an extract of the register, its first import and that of the next day, beside what the databases themselves
//! take to copy the same file into a table of text.

pub mod place;

use std::fs::File;
use std::path::Path;
use std::time::Duration;

use professional_registry::fictional::FictionalRegister;
use professional_registry::import::{ImportOptions, import_extract};
use store::{Act, Database, Timestamp};

use crate::installation::{Installation, act, chance};
use crate::outcome::{Goal, Outcome};
use crate::pairs::{Sample, measure};
use place::{Place, Postgresql, Sqlite};

/// A slice of the 1.7 million persons, 2.4 million lines, of a whole extract.
const PERSONS: u32 = 70_000;
const CHANGES: f64 = 0.01;
const DAY: Duration = Duration::from_secs(86_400);

/// Runs it.
pub fn run(installation: &Installation) -> Vec<Outcome> {
    let folder = installation.folder();
    let register = FictionalRegister::new(PERSONS, 11);
    let files = ["today.txt", "tomorrow.txt"].map(|name| folder.join(name));
    for (register, file) in [&register, &register.next_day(CHANGES).0].into_iter().zip(&files) {
        let mut file = File::create(file).expect("the folder can be written");
        register.write(&mut file).expect("the disk has room");
    }
    let [today, tomorrow] = &files;
    let sqlite = Sqlite::in_folder(folder);
    let postgresql = Postgresql::of_the_environment();
    [outcomes("SQLite", &sqlite, today, tomorrow), outcomes("PostgreSQL", &postgresql, today, tomorrow)]
        .concat()
}

fn outcomes(name: &str, place: &dyn Place, today: &Path, tomorrow: &Path) -> Vec<Outcome> {
    let copy = |file: &Path| {
        place.make_table();
        Sample::of(|| {
            place.copy(file);
            1
        })
    };
    let first = measure(|| import(&mut place.empty("register"), today, Duration::ZERO), || copy(today));
    let daily = measure(
        || {
            let mut db = place.empty("register");
            import(&mut db, today, Duration::ZERO);
            import(&mut db, tomorrow, DAY)
        },
        || copy(tomorrow),
    );
    let seconds = |sample: &Sample| sample.wall.as_secs_f64();
    let told =
        [("first import of an extract", first, 2.0), ("import of the next day's, 1 % changed", daily, 1.0)];
    told.map(|(what, pairs, goal)| {
        let what =
            format!("{what}, {PERSONS} persons, one connection, to its copy into a table of text; {name}");
        Outcome::new("P11", what, "s", pairs.medians(seconds), pairs.ratio(seconds), Goal::AtMost(goal))
    })
    .into()
}

fn import(db: &mut Database, file: &Path, later: Duration) -> Sample {
    let at: Timestamp = act().at.plus(later);
    let act = Act { at, ..act() };
    let options = ImportOptions { extracted_at: Some(at), ..ImportOptions::default() };
    let mut file = File::open(file).expect("it was written before");
    Sample::of(|| {
        let report = import_extract(db, &mut file, "extract", &options, &mut |_, _| (), &mut chance(), &act);
        report.expect("the extract is good");
        1
    })
}
