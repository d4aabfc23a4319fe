//! Two imports at once, and what else wants to write.

use std::sync::{Arc, Barrier};
use std::thread;
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;

use super::*;

/// The address of a file in a folder, so that there can be several connections.
fn in_folder(folder: &tempfile::TempDir) -> String {
    format!("sqlite:{}", folder.path().join("register.sqlite").display())
}

/// What the register says of everybody, without the feed that said it.
fn said(db: &mut Database, register: &FictionalRegister) -> Vec<ProfessionalRecord> {
    let one = |rpps| ProfessionalRecord { feed: String::new(), ..record(db, &rpps).unwrap() };
    register.professionals().map(one).collect()
}

#[test]
fn of_two_imports_at_once_one_goes_on_and_the_register_is_as_after_one() {
    let folder = tempfile::tempdir().unwrap();
    for url in [in_folder(&folder), fresh_postgresql()] {
        two_at_once(&url);
    }
}

fn two_at_once(url: &str) {
    let register = FictionalRegister::new(12_000, 3);
    let bytes = Arc::new(written(&register));
    let alone = &mut database();
    import(alone, &bytes, 0).unwrap();

    drop(at(url));
    let together = Arc::new(Barrier::new(2));
    let start = |_| {
        let (mut db, bytes, together) = (at(url), Arc::clone(&bytes), Arc::clone(&together));
        thread::spawn(move || {
            together.wait();
            import(&mut db, &bytes, 0).map(|report| report.outcome).map_err(|error| error.code().name)
        })
    };
    let ended: Vec<_> = [1, 2].map(start).into_iter().map(|import| import.join().unwrap()).collect();
    let imported = ended.iter().filter(|outcome| **outcome == Ok(Outcome::Imported)).count();
    let others = [faults::REGISTER_SUPERSEDED.name, faults::REGISTER_BUSY.name];
    assert_eq!(imported, 1, "{ended:?}");
    let other = ended.iter().find(|outcome| **outcome != Ok(Outcome::Imported)).unwrap();
    assert!(
        *other == Ok(Outcome::AlreadyImported) || other.is_err_and(|code| others.contains(&code)),
        "{ended:?}"
    );
    let db = &mut at(url);
    assert_eq!(said(db, &register), said(alone, &register));
    let known: i64 = professionals::table.count().get_result(db).unwrap();
    assert_eq!(known, 12_000);
}

/// What a feed changes that changes nothing.
fn nothing() -> Changes {
    Changes { difference: Difference::default(), warnings: Vec::new() }
}

#[test]
fn what_was_compared_before_another_import_wrote_is_not_written() {
    on_both(compared_before);
}

fn compared_before(database: &dyn Fn() -> Database) {
    let db = &mut database();
    let register = FictionalRegister::new(200, 3);
    import(db, &written(&register), 0).unwrap();
    let compared = Written::now(db, Form::ACTIVITIES.source).unwrap();
    import(db, &written(&register.next_day(0.05).0), 1).unwrap();
    let rng = &mut UnwrapErr(getrandom::SysRng);
    let late = Begun {
        source: Form::ACTIVITIES.source,
        digest: &"0".repeat(64),
        file_name: "late",
        extracted_at: Timestamp::from_seconds(FIRST_DAY + 2 * DAY),
        rows: 200,
        changes: &nothing(),
    };
    let error = Feed::begin(db, &late, compared, rng, &act_on(2)).err().unwrap();
    assert_eq!(error.code(), faults::REGISTER_BUSY);
}

#[test]
fn who_wants_to_write_during_an_import_finds_his_turn() {
    let folder = tempfile::tempdir().unwrap();
    let mut db = at(&in_folder(&folder));
    db.batch_execute("CREATE TABLE turns (number INTEGER)").unwrap();
    let bytes = written(&FictionalRegister::new(40_000, 3));
    let mut other = at(&in_folder(&folder));
    let importing = thread::spawn(move || import(&mut db, &bytes, 0).map(drop));
    let mut waited = Vec::new();
    while !importing.is_finished() {
        let began = Instant::now();
        other.write(|db| db.batch_execute("INSERT INTO turns VALUES (1)")).unwrap();
        waited.push(began.elapsed());
        thread::sleep(Duration::from_millis(20));
    }
    importing.join().unwrap().unwrap();
    // The lock is asked for ten seconds before SQLite gives up: every turn came (`unwrap`), and during the writing.
    assert!(waited.len() > 8, "{waited:?}");
}

#[test]
fn an_import_that_another_has_taken_up_writes_no_more() {
    on_both(taken_up);
}

fn taken_up(database: &dyn Fn() -> Database) {
    let db = &mut database();
    let rng = &mut UnwrapErr(getrandom::SysRng);
    let digest = "0".repeat(64);
    let extracted_at = Timestamp::from_seconds(FIRST_DAY);
    let changes = &nothing();
    let file = Begun {
        source: Form::ACTIVITIES.source,
        digest: &digest,
        file_name: "extract",
        extracted_at,
        rows: 9,
        changes,
    };
    let mut begin = |db: &mut Database| {
        let compared = Written::now(db, Form::ACTIVITIES.source).unwrap();
        db.write(|db| Feed::begin(db, &file, compared, rng, &act_on(0))).unwrap()
    };
    let mut first = begin(db);
    first.write(db, 1, |_, _| Ok(())).unwrap();
    let mut second = begin(db);
    assert_eq!(second.sequence, first.sequence, "the same file goes on where it was");
    let late = first.write(db, 2, |_, _| Ok(())).unwrap_err();
    assert_eq!(late.code(), faults::REGISTER_SUPERSEDED);
    second.write(db, 2, |_, _| Ok(())).unwrap();
}
