use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::{Duration, Instant};

use diesel::QueryResult;
use diesel::connection::SimpleConnection;

use super::{Commits, Database, DatabaseRole, RESERVE, Reserve, is_unique_violation};

fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

fn open(path: &Path) -> Database {
    Database::open(&format!("sqlite:{}", path.display()), DatabaseRole::Owner).unwrap()
}

#[test]
fn a_new_database_file_its_log_and_its_copy_are_closed_to_others() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("igc.sqlite");
    let mut db = open(&path);
    db.migrate().unwrap();
    let copy = folder.path().join("l'autre.sqlite");
    db.copy_into(&copy).unwrap();
    for file in ["igc.sqlite", "igc.sqlite-wal", "igc.sqlite-shm", "l'autre.sqlite"] {
        let found = mode(&folder.path().join(file));
        assert_eq!(found & !0o640, 0, "{file} has mode {found:o}");
    }
    open(&copy).batch_execute("SELECT count(*) FROM audit_events").unwrap();
    assert!(db.copy_into(&copy).is_err(), "a copy never overwrites");
}

#[test]
fn a_database_that_stands_keeps_its_mode_and_its_rows() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("igc.sqlite");
    open(&path).migrate().unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
    open(&path).batch_execute("SELECT count(*) FROM audit_events").unwrap();
    assert_eq!(mode(&path), 0o600);
}

#[test]
fn a_database_file_that_went_away_is_not_made_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("igc.sqlite");
    let url = format!("sqlite:{}", path.display());
    let refused = Database::open_standing(&url, DatabaseRole::Status).err().unwrap().to_string();
    assert!(refused.contains(path.to_str().unwrap()) && !path.exists(), "{refused}");
    open(&path).migrate().unwrap();
    Database::open_standing(&url, DatabaseRole::Status).unwrap();
}

#[test]
fn no_process_that_stays_reads_a_file_whose_changes_it_would_not_see() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("igc.sqlite");
    open(&path).migrate().unwrap();
    // As for a user who may only read: the index of the write-ahead log cannot be made.
    std::os::unix::fs::symlink("nowhere", folder.path().join("igc.sqlite-shm")).unwrap();
    for role in [DatabaseRole::Web, DatabaseRole::Worker, DatabaseRole::Status] {
        let opened = Database::open(&format!("sqlite:{}", path.display()), role);
        assert!(opened.is_err(), "{role:?} would read what stood when it opened, for ever");
    }
}

#[test]
fn who_listens_hears_of_what_others_commit_and_of_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("igc.sqlite");
    let (mut listens, mut writes) = (open(&path), open(&path));
    listens.migrate().unwrap();
    let mut commits = Commits::listen(&mut listens, "certificate_status_events").unwrap();
    let mut heard = |listens: &mut Database| commits.heard(listens).unwrap();
    assert!(!heard(&mut listens), "nobody has written");
    writes
        .write(|db| {
            db.batch_execute("UPDATE certificate_status_counter SET last = last + 1")?;
            assert!(!heard(&mut listens), "it is not committed");
            QueryResult::Ok(())
        })
        .unwrap();
    assert!(heard(&mut listens));
    assert!(!heard(&mut listens), "once is enough");
}

#[test]
fn a_key_that_a_trigger_keeps_from_being_replaced_is_a_taken_key() {
    let mut db = Database::open("sqlite::memory:", DatabaseRole::Owner).unwrap();
    db.migrate().unwrap();
    let enrol =
        "INSERT INTO officers (login, display_name, role, enrolled_at) VALUES ('a', 'A', 'auditor', 1)";
    db.batch_execute(enrol).unwrap();
    for again in [enrol.to_owned(), enrol.replace("INSERT", "INSERT OR REPLACE")] {
        let refused = db.batch_execute(&again).unwrap_err();
        assert!(is_unique_violation(&refused), "{refused}");
    }
    let ended = db.batch_execute("DELETE FROM officers").unwrap_err();
    assert!(!is_unique_violation(&ended), "{ended}");
}

#[test]
fn room_that_a_copy_has_only_the_length_of_is_taken_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("igc.sqlite");
    let mut db = open(&path);
    assert_eq!(db.hold_reserve().unwrap(), Reserve::Held);
    let room = folder.path().join("igc.sqlite-reserve");
    std::fs::remove_file(&room).unwrap();
    std::fs::File::create(&room).unwrap().set_len(RESERVE).unwrap();
    assert_eq!(std::fs::metadata(&room).unwrap().blocks(), 0, "holes, as `cp --sparse` leaves them");
    assert_eq!(db.hold_reserve().unwrap(), Reserve::Held);
    assert!(std::fs::metadata(&room).unwrap().blocks() * 512 >= RESERVE);
}

#[test]
fn who_waits_to_write_comes_before_who_has_just_written() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("igc.sqlite");
    let mut busy = open(&path);
    busy.batch_execute("CREATE TABLE t (n BIGINT)").unwrap();
    let (stop, written) = (AtomicBool::new(false), AtomicU32::new(0));
    std::thread::scope(|scope| {
        let (stop, written) = (&stop, &written);
        scope.spawn(move || {
            // Some seconds at most, should the other fail.
            for _ in (0..1000).take_while(|_| !stop.load(Ordering::Relaxed)) {
                busy.write(|db| {
                    db.batch_execute("INSERT INTO t VALUES (1)")?;
                    std::thread::sleep(Duration::from_millis(5));
                    QueryResult::Ok(())
                })
                .unwrap();
                written.fetch_add(1, Ordering::Relaxed);
            }
        });
        let mut waits = open(&path);
        while written.load(Ordering::Relaxed) < 3 {
            std::thread::yield_now();
        }
        for _ in 0..20 {
            let before = written.load(Ordering::Relaxed);
            let passed = waits.write(|_| QueryResult::Ok(written.load(Ordering::Relaxed) - before)).unwrap();
            assert!(passed <= 2, "{passed} transactions of another passed by one that waited");
        }
        stop.store(true, Ordering::Relaxed);
    });
}

#[test]
fn who_only_reads_leaves_no_file_beside_the_database() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("igc.sqlite");
    open(&path).batch_execute("CREATE TABLE t (n BIGINT)").unwrap();
    open(&path).snapshot(|db| db.batch_execute("SELECT n FROM t")).unwrap();
    let beside = |suffix| folder.path().join(format!("igc.sqlite{suffix}"));
    assert!(!beside("-queue").exists() && !beside("-turn").exists());
    open(&path).write(|db| db.batch_execute("INSERT INTO t VALUES (1)")).unwrap();
    assert_eq!((mode(&beside("-queue")) & !0o640, mode(&beside("-turn")) & !0o640), (0, 0));
}

#[test]
fn a_turn_that_ends_in_an_error_is_ended() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("igc.sqlite");
    let (mut one, mut other) = (open(&path), open(&path));
    one.write(|db| db.batch_execute("no statement")).unwrap_err();
    let began = Instant::now();
    other.write(|_| QueryResult::Ok(())).unwrap();
    assert!(began.elapsed() < Duration::from_secs(5), "the turn was waited for until patience ended");
}
