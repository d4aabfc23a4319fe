//! Crashes and files that change under the reader.

use super::*;

/// Fails at the end of the file's second reading: a crash in the middle of the writing.
struct Fails<'a> {
    file: Cursor<&'a [u8]>,
    readings: u32,
    fails_at: u64,
}

impl Read for Fails<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        if self.readings == 2 && self.file.position() >= self.fails_at {
            return Err(std::io::Error::other("the disk is gone"));
        }
        self.file.read(buffer)
    }
}

impl Seek for Fails<'_> {
    fn seek(&mut self, to: std::io::SeekFrom) -> std::io::Result<u64> {
        self.readings += 1;
        self.file.seek(to)
    }
}

#[test]
fn an_import_that_was_interrupted_is_taken_up_and_ends_as_if_it_had_not_been() {
    on_both(interrupted);
}

fn interrupted(database: &dyn Fn() -> Database) {
    let today = FictionalRegister::new(3000, 5);
    let first = written(&today);
    let second = written(&today.next_day(0.05).0);
    let undisturbed = &mut database();
    import(undisturbed, &first, 0).unwrap();
    import(undisturbed, &second, 1).unwrap();

    let db = &mut database();
    for (day, bytes) in [(0, &first), (1, &second)] {
        let fails_at = bytes.len() as u64 / 2;
        let mut file = Fails { file: Cursor::new(bytes), readings: 0, fails_at };
        let mut rng = UnwrapErr(getrandom::SysRng);
        let options = ImportOptions::default();
        let cut =
            import_extract(db, &mut file, &name_of(day), &options, &mut |_, _| (), &mut rng, &act_on(day));
        assert_eq!(refused(cut), faults::REGISTER_FILE.name);
        let status: String = register_feeds::table
            .order(register_feeds::sequence.desc())
            .select(register_feeds::status)
            .first(db)
            .unwrap();
        assert_eq!(status, "importing");
        let report = import(db, bytes, day).unwrap();
        assert!(report.resumed);
        assert_eq!(report.sequence, Some(day + 1));
        if day == 0 {
            assert_eq!(
                report.difference.new, 3000,
                "who came with the interrupted import is new all the same"
            );
        }
    }
    assert_eq!(contents(db), contents(undisturbed));
}

#[test]
fn an_import_that_was_taken_up_says_what_the_whole_feed_changed() {
    on_both(told_whole);
}

fn told_whole(database: &dyn Fn() -> Database) {
    // More persons than one transaction writes, so that some of the changes stand before it breaks off.
    let today = FictionalRegister::new(10_000, 5);
    let (first, second) = (written(&today), written(&today.next_day(1.0).0));
    let options = ImportOptions {
        brakes: Brakes { refusal_percent: 100, ..Brakes::default() },
        ..ImportOptions::default()
    };
    let undisturbed = &mut database();
    import(undisturbed, &first, 0).unwrap();
    let whole = import_with(undisturbed, &second, 1, &options).unwrap();
    assert!(whole.difference.ceased > 2000 && whole.difference.changed > 4000 && whole.warnings.len() == 2);

    let db = &mut database();
    import(db, &first, 0).unwrap();
    let fails_at = second.len() as u64 * 9 / 10;
    let mut file = Fails { file: Cursor::new(&second), readings: 0, fails_at };
    let rng = &mut UnwrapErr(getrandom::SysRng);
    let broken = import_extract(db, &mut file, &name_of(1), &options, &mut |_, _| (), rng, &act_on(1));
    assert_eq!(refused(broken), faults::REGISTER_FILE.name);
    let so_far: i64 =
        professionals::table.filter(professionals::last_feed.eq(2)).count().get_result(db).unwrap();
    assert!(so_far >= 5000, "{so_far} stand as the second feed has them");
    let begun = newest_feeds(db, 1).unwrap().remove(0);
    assert_eq!((begun.status.as_str(), begun.difference), ("importing", Some(whole.difference)));
    let report = import_with(db, &second, 1, &options).unwrap();
    assert!(report.resumed);
    assert_eq!((report.difference, &report.warnings), (whole.difference, &whole.warnings));
    assert_eq!(newest_feeds(db, 1).unwrap()[0].difference, Some(whole.difference));
    assert!(is_warned_of(db, 2).unwrap() && !is_warned_of(db, 1).unwrap());
    assert_eq!(contents(db), contents(undisturbed));
}

#[test]
fn who_is_held_or_ceases_by_what_the_operator_says_when_he_takes_it_up_is_told_as_it_is() {
    let began = Difference { changed: 4, held: 9, ..Difference::default() };
    let left = Difference { changed: 3, ceased: 7, merged: 2, ..Difference::default() };
    assert_eq!(
        began.taken_up(&left, true),
        Difference { changed: 4, ceased: 7, merged: 2, ..Difference::default() }
    );
    let began = Difference { new: 1, ceased: 9, ..Difference::default() };
    let left = Difference { held: 5, ..Difference::default() };
    assert_eq!(
        began.taken_up(&left, false),
        Difference { new: 1, ceased: 4, held: 5, ..Difference::default() }
    );
    assert_eq!(began.taken_up(&Difference { ceased: 2, ..Difference::default() }, true), began);
}

/// A first import that was broken off and never taken up, and the next extract: whom that names was there before.
#[test]
fn nobody_was_entered_by_the_first_feed_that_came_in_whole() {
    on_both(first_in_whole);
}

fn first_in_whole(database: &dyn Fn() -> Database) {
    let db = &mut database();
    let today = FictionalRegister::new(40, 5);
    let first = written(&today);
    let mut file = Fails { file: Cursor::new(&first), readings: 0, fails_at: first.len() as u64 / 2 };
    let (options, rng) = (ImportOptions::default(), &mut UnwrapErr(getrandom::SysRng));
    let broken = import_extract(db, &mut file, &name_of(0), &options, &mut |_, _| (), rng, &act_on(0));
    assert_eq!(refused(broken), faults::REGISTER_FILE.name);
    let entered_since = |db: &mut Database| {
        entered(db, Timestamp::from_seconds(FIRST_DAY - DAY), "", 100).unwrap().entrants.len()
    };
    assert_eq!(entered_since(db), 0, "none is whole yet");
    let second = FictionalRegister::new(41, 5);
    assert_eq!(import(db, &written(&second), 1).unwrap().sequence, Some(2));
    assert_eq!(entered_since(db), 0, "they were all there before");
    assert_eq!(import(db, &written(&FictionalRegister::new(43, 5)), 2).unwrap().difference.new, 2);
    assert_eq!(entered_since(db), 2);
}

#[test]
fn a_file_that_changes_between_the_readings_is_never_complete() {
    struct Changes {
        versions: Vec<Cursor<Vec<u8>>>,
        reading: usize,
    }
    impl Read for Changes {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            self.versions[self.reading - 1].read(buffer)
        }
    }
    impl Seek for Changes {
        fn seek(&mut self, _: std::io::SeekFrom) -> std::io::Result<u64> {
            self.reading += 1;
            Ok(0)
        }
    }
    let db = &mut database();
    let versions = [1, 2].map(|seed| Cursor::new(written(&FictionalRegister::new(30, seed)))).to_vec();
    let mut rng = UnwrapErr(getrandom::SysRng);
    let outcome = import_extract(
        db,
        &mut Changes { versions, reading: 0 },
        &name_of(0),
        &ImportOptions::default(),
        &mut |_, _| (),
        &mut rng,
        &act_on(0),
    );
    assert_eq!(refused(outcome), faults::REGISTER_FILE_CHANGED.name);
    // What the file really was can still be imported.
    let report = import(db, &written(&FictionalRegister::new(30, 2)), 0).unwrap();
    assert_eq!((report.outcome, report.sequence), (Outcome::Imported, Some(2)));
}
