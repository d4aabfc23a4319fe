//! P11: an extract of the register, its first import and that of the next day, beside what the databases themselves
//! take to copy the same file into a table of text; and what memory a whole extract takes.

mod importer;
pub mod place;

use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use professional_registry::fictional::FictionalRegister;

use crate::installation::Installation;
use crate::outcome::{Goal, Outcome};
use crate::pairs::measure;
pub use importer::IMPORTER;
use importer::{Took, import};
use place::{Place, Postgresql, Sqlite};

/// A slice of a whole extract.
const PERSONS: u32 = 70_000;
/// A whole one: 2.4 million lines.
const ALL_PERSONS: u32 = 1_700_000;
const CHANGES: f64 = 0.01;
const DAY: Duration = Duration::from_secs(86_400);
/// What an import may have in memory, octets.
const ALLOWED: f64 = 300e6;
/// The name of the database.
const REGISTER: &str = "register";

/// Runs it.
pub fn run(installation: &Installation) -> Vec<Outcome> {
    let folder = installation.folder();
    let (sqlite, postgresql) = (Sqlite::in_folder(folder), Postgresql::of_the_environment());
    let places: [(&str, &dyn Place); 2] = [("SQLite", &sqlite), ("PostgreSQL", &postgresql)];
    let slice = Days::write(folder, PERSONS);
    let mut outcomes: Vec<_> = places.iter().flat_map(|(name, place)| speed(name, *place, &slice)).collect();
    let whole = Days::write(folder, ALL_PERSONS);
    outcomes.extend(places.iter().flat_map(|(name, place)| memory(name, *place, &whole)));
    outcomes
}

/// The extracts of two days.
struct Days {
    persons: u32,
    today: PathBuf,
    tomorrow: PathBuf,
}

impl Days {
    fn write(folder: &Path, persons: u32) -> Self {
        let register = FictionalRegister::new(persons, 11);
        let [today, tomorrow] = ["today.txt", "tomorrow.txt"].map(|name| folder.join(name));
        for (register, file) in [(&register, &today), (&register.next_day(CHANGES).0, &tomorrow)] {
            let mut file = File::create(file).expect("the folder can be written");
            register.write(&mut file).expect("the disk has room");
        }
        Self { persons, today, tomorrow }
    }

    /// Imports the first into an empty database.
    fn first(&self, place: &dyn Place) -> Took {
        place.empty(REGISTER);
        import(&place.url(REGISTER), &self.today, Duration::ZERO)
    }

    /// Imports the second into a database that has the first.
    fn second(&self, place: &dyn Place) -> Took {
        import(&place.url(REGISTER), &self.tomorrow, DAY)
    }
}

/// The database's own copy of a file.
fn copied(place: &dyn Place, file: &Path) -> Took {
    place.make_table();
    let began = Instant::now();
    place.copy(file);
    Took { wall: began.elapsed().as_secs_f64(), peak: 0.0 }
}

fn speed(name: &str, place: &dyn Place, days: &Days) -> Vec<Outcome> {
    let first = measure(|| days.first(place), || copied(place, &days.today));
    let daily = measure(
        || {
            days.first(place);
            days.second(place)
        },
        || copied(place, &days.tomorrow),
    );
    let seconds = |took: &Took| took.wall;
    let told =
        [("first import of an extract", first, 2.0), ("import of the next day's, 1 % changed", daily, 1.0)];
    told.map(|(what, pairs, goal)| {
        let what = format!(
            "{what}, {} persons, one connection, to its copy into a table of text; {name}",
            days.persons
        );
        Outcome::new("P11", what, "s", pairs.medians(seconds), pairs.ratio(seconds), Goal::AtMost(goal))
    })
    .into()
}

/// Memory is no matter of chance: each is measured once.
fn memory(name: &str, place: &dyn Place, days: &Days) -> Vec<Outcome> {
    let took = [("first import", days.first(place)), ("import of the next day's", days.second(place))];
    let outcome = |(what, took): (&str, Took)| {
        let what = format!(
            "the most memory of the process at the {what} of a whole extract, {} persons ({:.1} s), to 300 MB; {name}",
            days.persons, took.wall
        );
        let figures = (took.peak, ALLOWED);
        Outcome::new("P11", what, "octets", figures, took.peak / ALLOWED, Goal::AtMost(1.0)).measured(1)
    };
    took.map(outcome).into()
}
