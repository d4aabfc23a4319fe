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
