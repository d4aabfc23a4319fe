//! Feeds that are refused whole, and the brakes.

use diesel::connection::SimpleConnection;

use super::*;

#[test]
fn files_that_are_no_whole_extract_are_refused_whole() {
    let db = &mut database();
    let good = written(&FictionalRegister::new(30, 1));
    let header_only = format!("{}|\n", COLUMNS.join("|"));
    assert_eq!(refused(import(db, b"", 0)), faults::REGISTER_EMPTY.name);
    assert_eq!(refused(import(db, header_only.as_bytes(), 0)), faults::REGISTER_EMPTY.name);
    assert_eq!(refused(import(db, &good[..good.len() - 1], 0)), faults::REGISTER_TRUNCATED.name);
    assert_eq!(refused(import(db, &good[200..], 0)), faults::REGISTER_HEADER.name);
    let mut latin = good.clone();
    let place = latin.len() - 20;
    latin[place] = 0xE9;
    assert_eq!(refused(import(db, &latin, 0)), faults::REGISTER_ENCODING.name);
    let mut rng = UnwrapErr(getrandom::SysRng);
    let unnamed = import_extract(
        db,
        &mut Cursor::new(&good),
        "extract.txt",
        &ImportOptions::default(),
        &mut |_, _| (),
        &mut rng,
        &act_on(0),
    );
    assert_eq!(refused(unnamed), faults::REGISTER_DATE.name);
    let feeds: i64 = register_feeds::table.count().get_result(db).unwrap();
    let events: i64 = audit_events::table.count().get_result(db).unwrap();
    assert_eq!((feeds, events, contents(db).len()), (0, 0, 0));
}

#[test]
fn an_older_feed_and_one_of_the_future_are_refused() {
    let db = &mut database();
    import(db, &written(&FictionalRegister::new(30, 1)), 3).unwrap();
    let other = written(&FictionalRegister::new(30, 2));
    assert_eq!(refused(import(db, &other, 2)), faults::REGISTER_OLDER.name);
    assert_eq!(refused(import(db, &other, 3)), faults::REGISTER_OLDER.name);
    let future = Timestamp::from_seconds(FIRST_DAY + 6 * DAY);
    let options = ImportOptions { extracted_at: Some(future), ..Default::default() };
    assert_eq!(refused(import_with(db, &other, 4, &options)), faults::REGISTER_DATE.name);
}

/// What puts the bytes aside, and the release of it that two officers would give.
fn put_aside(db: &mut Database, bytes: &[u8], day: i64) -> (String, Release) {
    match import(db, bytes, day).unwrap_err() {
        ImportError::Held { hold, why } => {
            (why, Release::by_two(*hold, ["alice", "bob"].map(str::to_owned)).unwrap())
        }
        other => panic!("{other}"),
    }
}

#[test]
fn a_feed_that_would_empty_the_register_is_put_aside_until_it_is_released() {
    let db = &mut database();
    let full = FictionalRegister::new(100, 1);
    let mut thin = full.clone();
    let struck: Vec<_> = full.professionals().take(21).collect();
    thin.strike_off(&struck);
    import(db, &written(&full), 0).unwrap();
    let before = contents(db);
    let bytes = written(&thin);
    let dry = ImportOptions { dry_run: true, ..Default::default() };
    assert_eq!(refused(import_with(db, &bytes, 1, &dry)), faults::REGISTER_BRAKE.name);
    assert_eq!(waiting_holds(db).unwrap(), [], "a dry run puts nothing aside");
    let (why, release) = put_aside(db, &bytes, 1);
    assert_eq!(why, "the feed would cease 21 of 100 living professionals");
    assert_eq!(contents(db), before);
    assert_eq!(waiting_holds(db).unwrap().len(), 1);
    // The database counts two decisions, of which this crate makes none.
    let released = ImportOptions { release: Some(release), ..Default::default() };
    let error = import_with(db, &bytes, 1, &released).unwrap_err().to_string();
    assert!(error.contains("two officers release"), "{error}");
    decided_by_two(db);
    let report = import_with(db, &bytes, 1, &released).unwrap();
    assert_eq!((report.difference.ceased, waiting_holds(db).unwrap().len()), (21, 0));
}

#[test]
fn one_officer_twice_releases_nothing() {
    let db = &mut database();
    let text = String::from_utf8(written(&FictionalRegister::new(100, 1))).unwrap();
    import(db, text.as_bytes(), 0).unwrap();
    import(db, text.replace("|Rue|", "|Avenue|").as_bytes(), 1).unwrap_err();
    let hold = waiting_holds(db).unwrap().remove(0);
    assert_eq!(Release::by_two(hold, ["alice", "alice"].map(str::to_owned)), None);
}

/// Two rows about the feed that waits, as the registration authority writes them.
fn decided_by_two(db: &mut Database) {
    let feed = waiting_holds(db).unwrap().remove(0).feed;
    for officer in ["alice", "bob"] {
        db.batch_execute(&format!(
            "INSERT INTO decisions (subject_kind, subject_number, subject_version, decided_by, decision, decided_at, \
             proof_kind, proof) VALUES ('register-feed', '{feed}', 1, '{officer}', 'approve', 1, 'demo', x'00')"
        ))
        .unwrap();
    }
}

#[test]
fn a_feed_most_of_whose_rows_are_refused_is_refused() {
    let db = &mut database();
    let text = String::from_utf8(written(&FictionalRegister::new(100, 1))).unwrap();
    let error = import(db, text.replace("|C|Civil|", "|?|Civil|").as_bytes(), 0).unwrap_err();
    assert_eq!(error.code(), faults::REGISTER_BRAKE);
    assert!(error.to_string().contains("the first at line"), "{error}");
}

#[test]
fn a_feed_that_would_change_too_many_is_put_aside_until_it_is_released() {
    let db = &mut database();
    let text = String::from_utf8(written(&FictionalRegister::new(100, 1))).unwrap();
    import(db, text.as_bytes(), 0).unwrap();
    let before = contents(db);
    let moved = text.replace("|Rue|", "|Avenue|");
    let (why, release) = put_aside(db, moved.as_bytes(), 1);
    assert_eq!(why, "the feed would cease, change or bring back 100, against 100 living professionals");
    assert_eq!(contents(db), before);
    decided_by_two(db);
    let accepted = ImportOptions { release: Some(release), ..Default::default() };
    let report = import_with(db, moved.as_bytes(), 1, &accepted).unwrap();
    assert_eq!(report.difference.changed, 100);
    assert_eq!(report.warnings, [Warning { what: Excess::Changed, part: 100, of: 100 }]);
}

#[test]
fn a_release_is_worth_nothing_under_another_date() {
    let db = &mut database();
    let text = String::from_utf8(written(&FictionalRegister::new(100, 1))).unwrap();
    import(db, text.as_bytes(), 0).unwrap();
    let moved = text.replace("|Rue|", "|Avenue|");
    let (_, release) = put_aside(db, moved.as_bytes(), 1);
    decided_by_two(db);
    // It would bar every feed until then.
    let later = ImportOptions {
        release: Some(release),
        extracted_at: Some(Timestamp::from_seconds(FIRST_DAY + DAY + 7200)),
        ..Default::default()
    };
    assert_eq!(refused(import_with(db, moved.as_bytes(), 1, &later)), faults::REGISTER_HELD.name);
}

#[test]
fn a_feed_that_ends_more_than_usual_is_imported_with_a_warning_and_the_shares_are_settings() {
    let full = FictionalRegister::new(200, 1);
    let mut thin = full.clone();
    let struck: Vec<_> = full.professionals().take(12).collect();
    thin.strike_off(&struck);
    let [full, thin] = [full, thin].map(|register| written(&register));
    // Twelve of two hundred are six in a hundred.
    let warned = [Warning { what: Excess::Ceased, part: 12, of: 200 }];
    for (warning_percent, refusal_percent, wanted) in
        [(5, 20, Ok(&warned[..])), (6, 20, Ok(&[][..])), (2, 5, Err(faults::REGISTER_HELD.name))]
    {
        let db = &mut database();
        import(db, &full, 0).unwrap();
        let brakes = Brakes { warning_percent, refusal_percent };
        let options = ImportOptions { brakes, ..Default::default() };
        let report = import_with(db, &thin, 1, &options);
        let found = report.as_ref().map(|report| &report.warnings[..]).map_err(|error| error.code().name);
        assert_eq!(found, wanted, "{brakes:?}");
    }
}

#[test]
fn who_leaves_and_who_changes_are_counted_together() {
    let full = FictionalRegister::new(200, 1);
    let mut thin = full.clone();
    let struck: Vec<_> = full.professionals().take(24).collect();
    thin.strike_off(&struck);
    // Twelve in a hundred leave, and of the rest as many change: neither alone is a fifth.
    let mut changed = 0;
    let lines = String::from_utf8(written(&thin)).unwrap();
    let moved: Vec<String> = lines
        .lines()
        .map(|line| match line.contains("|Rue|") && changed < 24 {
            true => {
                changed += 1;
                line.replace("|Rue|", "|Avenue|")
            }
            false => line.to_owned(),
        })
        .collect();
    let moved = moved.join("\n") + "\n";
    let db = &mut database();
    import(db, &written(&full), 0).unwrap();
    let (why, _) = put_aside(db, moved.as_bytes(), 1);
    assert!(why.starts_with("the feed would cease, change or bring back 4"), "{why}");
    let db = &mut database();
    import(db, &written(&full), 0).unwrap();
    let brakes = Brakes { warning_percent: 20, refusal_percent: 50 };
    let report = import_with(db, moved.as_bytes(), 1, &ImportOptions { brakes, ..Default::default() });
    let [warning] = &report.unwrap().warnings[..] else { panic!("one warning") };
    assert_eq!((warning.what, warning.of), (Excess::Touched, 200));
    assert!(warning.part > 40, "{warning:?}");
}

/// An old extract under a new date: whoever was struck off since is in it.
#[test]
fn a_feed_that_brings_back_too_many_is_put_aside_until_it_is_released() {
    let db = &mut database();
    let full = FictionalRegister::new(100, 1);
    let struck: Vec<_> = full.professionals().take(34).collect();
    let mut thin = full.clone();
    import(db, &written(&full), 0).unwrap();
    for (day, some) in (1..).zip([&struck[..20], &struck[20..]]) {
        thin.strike_off(some);
        assert_eq!(import(db, &written(&thin), day).unwrap().difference.ceased, some.len() as u64);
    }
    let before = contents(db);
    let old = String::from_utf8(written(&full)).unwrap();
    // The very octets of the first day would be its feed.
    let old = old.replacen("|Rue|", "|Avenue|", 1);
    let (why, release) = put_aside(db, old.as_bytes(), 3);
    assert!(why.starts_with("the feed would cease, change or bring back 3"), "{why}");
    assert!(why.ends_with("against 66 living professionals"), "{why}");
    assert_eq!(contents(db), before);
    // What was released does not cover more than was told.
    let told = waiting_holds(db).unwrap().remove(0);
    assert_eq!(told.difference.reappeared, 34);
    decided_by_two(db);
    let accepted = ImportOptions { release: Some(release), ..Default::default() };
    let report = import_with(db, old.as_bytes(), 3, &accepted).unwrap();
    assert!(
        report.warnings.contains(&Warning { what: Excess::Reappeared, part: 34, of: 66 }),
        "{:?}",
        report.warnings
    );
}

#[test]
fn a_first_feed_and_one_into_a_register_that_everybody_has_left_are_told_apart() {
    let db = &mut database();
    let few = FictionalRegister::new(9, 1);
    import(db, &written(&few), 0).unwrap();
    // Nine are never too many; of another thousand nobody was there before.
    let report = import(db, &written(&FictionalRegister::new(1000, 2)), 1).unwrap();
    assert_eq!(report.warnings, []);
    assert!(report.difference.new > 900, "{:?}", report.difference);
}
