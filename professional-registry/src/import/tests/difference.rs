//! What changes from one feed to the next.

use super::*;

#[test]
fn each_feed_keeps_the_difference_that_its_report_gave() {
    let db = &mut database();
    let first = import(db, &written(&FictionalRegister::new(60, 1)), 0).unwrap();
    let second = import(db, &written(&FictionalRegister::new(58, 1)), 1).unwrap();
    let kept: Vec<(String, Option<Difference>)> =
        newest_feeds(db, 10).unwrap().into_iter().map(|feed| (feed.status, feed.difference)).collect();
    let complete = |report: &ImportReport| ("complete".to_owned(), Some(report.difference));
    assert_eq!(kept, [complete(&second), complete(&first)]);
    assert_eq!((first.difference.new, second.difference.ceased), (60, 2));
}

#[test]
fn a_first_import_brings_everybody_with_every_activity() {
    let db = &mut database();
    let register = FictionalRegister::new(2500, 1);
    let bytes = written(&register);
    let mut told = Vec::new();
    let mut rng = UnwrapErr(getrandom::SysRng);
    let report = import_extract(
        db,
        &mut Cursor::new(&bytes),
        &name_of(0),
        &ImportOptions::default(),
        &mut |read, rows| told.push((read, rows)),
        &mut rng,
        &act_on(0),
    )
    .unwrap();

    let lines = bytes.iter().filter(|byte| **byte == b'\n').count() as u64 - 1;
    assert_eq!((report.outcome, report.sequence, report.resumed), (Outcome::Imported, Some(1), false));
    assert_eq!((report.rows_read, report.rows_rejected, report.values_dropped), (lines, 0, 0));
    assert_eq!(report.difference, Difference { new: 2500, ..Difference::default() });
    assert_eq!(told.last(), Some(&(2 * bytes.len() as u64, 2 * lines)));

    let text = String::from_utf8(bytes).unwrap();
    for rpps in register.professionals().step_by(97) {
        let record = record(db, &rpps).unwrap();
        assert_eq!(record.feed, report.feed);
        assert_eq!(record.ceased_at, None);
        let of_person = text.lines().filter(|line| line.contains(&format!("|8{rpps}|"))).count();
        assert_eq!(
            record.exercises.iter().map(|exercise| exercise.activities.len()).sum::<usize>(),
            of_person
        );
        let back: ProfessionalRecord =
            serde_json::from_str(&serde_json::to_string(&record).unwrap()).unwrap();
        assert_eq!(back, record);
        for activity in record.exercises.iter().flat_map(|exercise| &exercise.activities) {
            let structure =
                ImportedRegister.structure(db, activity.structure.as_ref().unwrap()).unwrap().unwrap();
            assert!(text.contains(&structure.corporate_name));
        }
    }
    assert_eq!(record(db, &"99700075064".parse().unwrap()), None);
}

#[test]
fn the_same_file_again_changes_nothing_and_says_so() {
    let db = &mut database();
    let bytes = written(&FictionalRegister::new(30, 1));
    import(db, &bytes, 0).unwrap();
    let before = contents(db);
    let again = import(db, &bytes, 1).unwrap();
    assert_eq!((again.outcome, again.sequence), (Outcome::AlreadyImported, Some(1)));
    assert_eq!(again.played_again, Some(name_of(0)), "another day's name, and the octets of that one");
    assert_eq!(import(db, &bytes, 0).unwrap().played_again, None, "a command that is repeated");
    assert_eq!(contents(db), before);
    let imported: i64 = audit_events::table
        .filter(audit_events::action.eq("register.imported"))
        .count()
        .get_result(db)
        .unwrap();
    assert_eq!(imported, 1);
}

#[test]
fn the_next_day_says_who_is_new_changed_and_gone() {
    let db = &mut database();
    let today = FictionalRegister::new(2000, 5);
    import(db, &written(&today), 0).unwrap();
    let (tomorrow, day) = today.next_day(0.05);
    let bytes = written(&tomorrow);
    let wanted = Difference {
        new: day.new.len() as u64,
        changed: day.changed.len() as u64,
        ceased: day.ceased.len() as u64,
        ..Difference::default()
    };
    assert!(wanted.new > 0 && wanted.changed > 0 && wanted.ceased > 0);

    let before = contents(db);
    let dry = import_with(db, &bytes, 1, &ImportOptions { dry_run: true, ..Default::default() }).unwrap();
    assert_eq!((dry.outcome, dry.sequence, dry.difference), (Outcome::DryRun, None, wanted));
    assert_eq!(contents(db), before);
    let feeds: i64 = register_feeds::table.count().get_result(db).unwrap();
    assert_eq!(feeds, 1);

    let report = import(db, &bytes, 1).unwrap();
    assert_eq!(report.difference, wanted);
    let gone = record(db, &day.ceased[0]).unwrap();
    assert_eq!(gone.ceased_at, Some(act_on(1).at));
    assert!(gone.exercises.iter().all(|exercise| exercise.ceased_at == Some(act_on(1).at)));
    assert!(gone.exercises.iter().all(|exercise| exercise.activities.is_empty()));
    assert_ne!(gone.feed, report.feed, "the newest feed that names the person is yesterday's");
    assert_eq!(gone.living_exercise(gone.exercises[0].profession), None);
    assert_eq!(record(db, &day.changed[0]).unwrap().feed, report.feed);

    // A register read in one go says the same of everybody as one that lived through the days.
    let fresh = &mut database();
    import(fresh, &bytes, 1).unwrap();
    for rpps in tomorrow.professionals() {
        let [mut lived, read] = [record(db, &rpps).unwrap(), record(fresh, &rpps).unwrap()];
        lived.exercises.retain(|exercise| exercise.ceased_at.is_none());
        lived.feed.clone_from(&read.feed);
        assert_eq!(lived, read);
    }
}

#[test]
fn a_person_who_reappears_is_no_longer_ceased() {
    let db = &mut database();
    let full = FictionalRegister::new(40, 1);
    let mut without = full.clone();
    let person = full.professionals().nth(7).unwrap();
    without.strike_off(std::slice::from_ref(&person));
    import(db, &written(&full), 0).unwrap();
    import(db, &written(&without), 1).unwrap();
    assert!(record(db, &person).unwrap().ceased_at.is_some());
    // The same bytes as on the first day would be the same feed: one person's work has changed.
    let (back, _) = full.next_day(0.1);
    assert!(back.professionals().any(|rpps| rpps == person));
    let report = import(db, &written(&back), 2).unwrap();
    assert_eq!(report.difference.reappeared, 1);
    let record = record(db, &person).unwrap();
    assert_eq!(record.ceased_at, None);
    assert!(record.exercises.iter().all(|exercise| exercise.ceased_at.is_none()));
    assert!(!record.exercises[0].activities.is_empty());
}

#[test]
fn an_exercise_that_is_no_longer_listed_ceases_while_the_person_stays() {
    let db = &mut database();
    let nurse: &[_] = &[("Code profession", "60")];
    let physiotherapist: &[_] = &[("Code profession", "70")];
    import(db, &small_extract(&[nurse, physiotherapist]), 0).unwrap();
    let report = import(db, &small_extract(&[nurse]), 1).unwrap();
    assert_eq!(report.difference, Difference { changed: 1, ..Default::default() });
    let person = FictionalRegister::new(1, 1).professionals().next().unwrap();
    let record = record(db, &person).unwrap();
    let ceased: Vec<bool> = record.exercises.iter().map(|exercise| exercise.ceased_at.is_some()).collect();
    assert_eq!((record.ceased_at, ceased), (None, vec![false, true]));
    assert!(record.living_exercise("60".parse().unwrap()).is_some());
    assert!(record.living_exercise("70".parse().unwrap()).is_none());
}

#[test]
fn the_digest_of_every_feed_stands_in_the_audit_trail() {
    let db = &mut database();
    let report = import(db, &written(&FictionalRegister::new(30, 1)), 0).unwrap();
    let events: Vec<(String, String)> = audit_events::table
        .order(audit_events::action)
        .select((audit_events::action, audit_events::subject))
        .load(db)
        .unwrap();
    let subject = format!("feed {}", report.feed);
    assert_eq!(
        events,
        [("register.import-begun".to_owned(), subject.clone()), ("register.imported".to_owned(), subject)]
    );
}
