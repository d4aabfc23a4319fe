//! SIGKILL in an import, on the real process and on either database: taken up, it loses nothing and doubles nothing.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::thread;
use std::time::{Duration, Instant};

use acceptance::harness::{DatabaseKind, run};
use diesel::prelude::*;
use store::schema::{professionals, register_feeds, register_structures};
use store::{Database, DatabaseRole, Timestamp};

use super::workshop::{Workshop, workshop};

/// Persons of the extract that is killed: enough that its writing takes many transactions.
const PERSONS: i64 = 20_000;

#[test]
fn an_import_that_was_killed_twice_leaves_row_by_row_what_one_leaves_that_was_not() {
    for kind in [DatabaseKind::Sqlite, DatabaseKind::Postgresql] {
        let (killed, undisturbed) = (workshop(kind), workshop(kind));
        // Of the same names, an extract of 20 000 draws other persons than one of 1 000: brakes are no part of this.
        for workshop in [&killed, &undisturbed] {
            workshop.configure("register", "refusal_percent", 100);
        }
        let file = extract(&killed);
        undisturbed.import(&file).expect_exit(0);
        for depth in [1, PERSONS / 2] {
            let written = kill_at(&killed, &file, depth);
            assert!(written < PERSONS, "{kind}: it was killed before its end, at {written}");
            let status = newest_feed(&mut killed.open(DatabaseRole::Owner)).1;
            assert_eq!(status, "importing", "{kind}");
        }
        let taken_up = killed.import(&file).expect_exit(0).json();
        assert_eq!(taken_up[0]["resumed"], true, "{kind}: {taken_up}");
        let (persons, structures) = rows(&killed);
        assert!(persons.len() as i64 >= PERSONS, "{kind}: {} persons", persons.len());
        let (undisturbed_persons, undisturbed_structures) = rows(&undisturbed);
        let differs = persons.iter().zip(&undisturbed_persons).find(|(one, other)| one != other);
        assert_eq!(differs, None, "{kind}");
        assert_eq!(persons.len(), undisturbed_persons.len(), "{kind}");
        assert!(structures == undisturbed_structures, "{kind}: the structures differ");
    }
}

fn extract(workshop: &Workshop) -> PathBuf {
    let later = workshop.open(DatabaseRole::Owner).now().unwrap().plus(Duration::from_secs(12 * 3600));
    let persons = PERSONS.to_string();
    let mut generate =
        workshop.command(&["generate", "register", "--professionals", &persons, "--seed", "1"]);
    let folder = workshop.dir().join("extract-of-many");
    let written = run(generate.args(["--extracted-at", &later.to_string(), "--out"]).arg(folder));
    PathBuf::from(written.expect_exit(0).json()[0]["path"].as_str().unwrap())
}

/// Begins the import, or takes it up, and kills it once so many persons of it are written; how many were.
fn kill_at(workshop: &Workshop, file: &Path, depth: i64) -> i64 {
    let mut import = workshop.command(&["registry", "import"]);
    let mut process = import.arg(file).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let mut db = workshop.open(DatabaseRole::Owner);
    let before = newest_feed(&mut db);
    let began = Instant::now();
    loop {
        let (sequence, status) = newest_feed(&mut db);
        let under_way = status == "importing" && (before.1 == "importing" || sequence > before.0);
        if under_way && written(&mut db, sequence) >= depth {
            break;
        }
        assert_eq!(process.try_wait().unwrap(), None, "it ended before it was killed");
        assert!(began.elapsed() < Duration::from_secs(120), "it does not write");
        thread::sleep(Duration::from_millis(2));
    }
    process.kill().unwrap();
    process.wait().unwrap();
    let (sequence, _) = newest_feed(&mut db);
    written(&mut db, sequence)
}

fn newest_feed(db: &mut Database) -> (i64, String) {
    register_feeds::table
        .order(register_feeds::sequence.desc())
        .select((register_feeds::sequence, register_feeds::status))
        .first(db)
        .unwrap()
}

/// How many persons stand there as this feed has them.
fn written(db: &mut Database, feed: i64) -> i64 {
    professionals::table.filter(professionals::last_feed.eq(feed)).count().get_result(db).unwrap()
}

type Structures = Vec<(String, String, String, String, String, String, String, String, i64)>;

/// Every row, but for the moments at which it was written.
fn rows(workshop: &Workshop) -> (Vec<String>, Structures) {
    type Person = (String, String, String, String, i64, i64, Option<Timestamp>, i64, String);
    let mut db = workshop.open(DatabaseRole::Owner);
    let persons: Vec<Person> = professionals::table.order(professionals::id_nat).load(&mut db).unwrap();
    let persons =
        persons.into_iter().map(|(id, family, given, civility, first, last, ceased, lines, all)| {
            format!("{id} {family} {given} {civility} {first} {last} {} {lines} {all}", ceased.is_some())
        });
    let structures = register_structures::table
        .order(register_structures::technical_id)
        .select((
            register_structures::technical_id,
            register_structures::siret,
            register_structures::siren,
            register_structures::finess,
            register_structures::finess_legal,
            register_structures::corporate_name,
            register_structures::department_code,
            register_structures::department_label,
            register_structures::last_feed,
        ))
        .load(&mut db)
        .unwrap();
    (persons.collect(), structures)
}
