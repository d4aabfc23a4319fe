//! Files that mean harm, or that somebody has mixed up.

use diesel::connection::SimpleConnection;

use super::*;

/// What is refused whole, and leaves no trace.
fn leaves_nothing(bytes: &[u8], options: &ImportOptions, code: store::Code) {
    let db = &mut database();
    assert_eq!(refused(import_with(db, bytes, 0, options)), code.name);
    let events: i64 = audit_events::table.count().get_result(db).unwrap();
    assert_eq!((events, contents(db).len()), (0, 0));
}

#[test]
fn what_is_no_extract_is_refused_before_it_is_held_in_memory() {
    let good = written(&FictionalRegister::new(30, 1));
    let utf8 = ImportOptions::default();
    // A line of ten megabytes, with and without an end; an archive; bytes; another of the extracts; old Mac line ends.
    let mut endless = good.clone();
    endless.extend(vec![b'8'; 10 * 1024 * 1024]);
    leaves_nothing(&endless, &utf8, faults::REGISTER_LINE_LENGTH);
    endless.push(b'\n');
    leaves_nothing(&endless, &utf8, faults::REGISTER_LINE_LENGTH);
    leaves_nothing(b"PK\x03\x04\x14\x00\x08\x08\x08\x00aaaa|\n8|\n", &utf8, faults::REGISTER_HEADER);
    leaves_nothing(&[0; 4096], &utf8, faults::REGISTER_TRUNCATED);
    let diplomas = ImportOptions { form: Some(Form::DIPLOMAS), ..Default::default() };
    leaves_nothing(&good, &diplomas, faults::REGISTER_HEADER);
    let mac: Vec<u8> = good.iter().map(|byte| if *byte == b'\n' { b'\r' } else { *byte }).collect();
    leaves_nothing(&mac, &utf8, faults::REGISTER_TRUNCATED);
    // UTF-8 that is announced as ISO 8859-1, and UTF-16.
    let latin = ImportOptions { encoding: Encoding::Latin1, ..Default::default() };
    leaves_nothing(&good, &latin, faults::REGISTER_HEADER);
    let wide: Vec<u8> = good.iter().flat_map(|byte| [*byte, 0]).collect();
    leaves_nothing(&wide, &utf8, faults::REGISTER_ENCODING);
}

#[test]
fn one_person_with_more_lines_than_anybody_has_is_refused_whole() {
    let text = String::from_utf8(written(&FictionalRegister::new(1, 1))).unwrap();
    let cells: Vec<&str> = text.lines().nth(1).unwrap().split('|').collect();
    let place = COLUMNS.iter().position(|name| *name == "Numéro Voie (coord. structure)").unwrap();
    let file = |lines: u32| {
        let mut file = format!("{}|\n", COLUMNS.join("|"));
        for number in 0..lines {
            let number = number.to_string();
            let mut cells = cells.clone();
            cells[place] = &number;
            file += &format!("{}\n", cells.join("|"));
        }
        file.into_bytes()
    };
    leaves_nothing(&file(10_001), &ImportOptions::default(), faults::REGISTER_LINES_OF_ONE);
    assert_eq!(import(&mut database(), &file(10_000), 0).unwrap().persons, 1);
}

#[test]
fn cells_under_the_wrong_names_end_nobody() {
    let text = String::from_utf8(written(&FictionalRegister::new(100, 1))).unwrap();
    let name = COLUMNS.iter().position(|name| *name == "Nom d'exercice").unwrap();
    let swapped = |one: usize, other: usize| {
        let swap = |line: &str| {
            let mut cells: Vec<&str> = line.split('|').collect();
            cells.swap(one, other);
            cells.join("|") + "\n"
        };
        let mut lines = text.lines();
        lines.next().unwrap().to_owned() + "\n" + &lines.map(swap).collect::<String>()
    };
    // Identifier and name: no line is anybody's. Family name and given name: everybody is another.
    for (file, code) in [
        (swapped(1, name), faults::REGISTER_BRAKE),
        (swapped(name, name + 1), faults::REGISTER_HELD),
        (swapped(name, name + 2), faults::REGISTER_BRAKE),
    ] {
        let db = &mut database();
        import(db, text.as_bytes(), 0).unwrap();
        let before = contents(db);
        assert_eq!(refused(import(db, file.as_bytes(), 1)), code.name);
        assert_eq!(contents(db), before);
    }
}

#[test]
fn a_released_import_that_was_interrupted_goes_on_with_its_release() {
    on_both(released);
}

fn released(database: &dyn Fn() -> Database) {
    let db = &mut database();
    let today = String::from_utf8(written(&FictionalRegister::new(12_000, 5))).unwrap();
    import(db, today.as_bytes(), 0).unwrap();
    let bytes = today.replace("|Rue|", "|Avenue|").into_bytes();
    let hold = |db: &mut Database| match import(db, &bytes, 1).unwrap_err() {
        ImportError::Held { hold, .. } => *hold,
        other => panic!("{other}"),
    };
    let first = hold(db);
    for officer in ["alice", "bob"] {
        db.batch_execute(&format!(
            "INSERT INTO decisions (subject_kind, subject_number, subject_version, decided_by, decision, decided_at, \
             proof_kind, proof) VALUES ('register-feed', '{}', 1, '{officer}', 'approve', 1, 'demo', '')",
            first.feed
        ))
        .unwrap();
    }
    let release = |hold: Hold| Release::by_two(hold, ["alice", "bob"].map(str::to_owned));
    let options = ImportOptions { release: release(first.clone()), ..Default::default() };
    // Dies when some are written.
    let cut = import_extract(
        db,
        &mut Dies { file: Cursor::new(&bytes), readings: 0 },
        &name_of(1),
        &options,
        &mut |_, _| (),
        &mut UnwrapErr(getrandom::SysRng),
        &act_on(1),
    );
    assert_eq!(refused(cut), faults::REGISTER_FILE.name);
    let changed = |db: &mut Database| -> i64 {
        professionals::table.filter(professionals::last_feed.eq(2)).count().get_result(db).unwrap()
    };
    assert!(changed(db) > 0, "some were written");
    // What is left is less: the same hold stands, and nobody decides again.
    let again = hold(db);
    assert_eq!(again, first);
    let options = ImportOptions { release: release(again), ..Default::default() };
    let report = import_with(db, &bytes, 1, &options).unwrap();
    assert!(report.resumed);
}

/// Fails past the middle of the file's second reading.
struct Dies<'a> {
    file: Cursor<&'a Vec<u8>>,
    readings: u32,
}

impl Read for Dies<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let late = self.file.get_ref().len() as u64 * 6 / 10;
        if self.readings == 2 && self.file.position() >= late {
            return Err(std::io::Error::other("the disk is gone"));
        }
        self.file.read(buffer)
    }
}

impl Seek for Dies<'_> {
    fn seek(&mut self, to: std::io::SeekFrom) -> std::io::Result<u64> {
        self.readings += 1;
        self.file.seek(to)
    }
}
