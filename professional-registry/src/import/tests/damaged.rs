//! Rows of the register that cannot be read: they stand as they were, and stop nobody else.

use diesel::connection::SimpleConnection;

use super::*;
use crate::Rpps;

fn damage(db: &mut Database, person: &Rpps) {
    db.batch_execute(&format!("UPDATE professionals SET exercises = 'x' WHERE id_nat = '8{person}'"))
        .unwrap();
}

fn exercises(db: &mut Database, person: &Rpps) -> (String, Option<Timestamp>) {
    professionals::table
        .find(format!("8{person}"))
        .select((professionals::exercises, professionals::ceased_at))
        .first(db)
        .unwrap()
}

#[test]
fn a_row_that_cannot_be_read_keeps_no_feed_out_and_is_told() {
    on_both(|database| {
        let db = &mut database();
        let today = FictionalRegister::new(400, 5);
        import(db, &written(&today), 0).unwrap();
        let (tomorrow, day) = today.next_day(0.05);
        assert!(day.changed.len() > 1 && day.ceased.len() > 1, "{day:?}");
        for person in [&day.changed[0], &day.ceased[0]] {
            damage(db, person);
        }
        let report = import(db, &written(&tomorrow), 1).unwrap();
        let mut unreadable = [&day.changed[0], &day.ceased[0]].map(|person| format!("8{person}"));
        unreadable.sort();
        let mut told = report.unreadable.clone();
        told.sort();
        assert_eq!((told, report.difference.unreadable), (unreadable.to_vec(), 2));
        for person in [&day.changed[0], &day.ceased[0]] {
            assert_eq!(exercises(db, person), ("x".to_owned(), None), "it stands as it was");
        }
        assert_eq!(record(db, &day.changed[1]).unwrap().feed, report.feed);
        assert!(exercises(db, &day.ceased[1]).1.is_some());
        let newest = newest_of_each(db).unwrap().remove(0);
        assert_eq!((newest.status.as_str(), newest.difference.unwrap().unreadable), ("complete", 2));
        // Once somebody has mended it, the next feed says what it is.
        db.batch_execute("UPDATE professionals SET exercises = '[]' WHERE exercises = 'x'").unwrap();
        let (third, _) = tomorrow.next_day(0.01);
        assert_eq!(import(db, &written(&third), 2).unwrap().difference.unreadable, 0);
        assert!(!record(db, &day.changed[0]).unwrap().exercises.is_empty());
    });
}

#[test]
fn who_was_entered_is_told_beside_whose_row_cannot_be_read() {
    let db = &mut database();
    import(db, &written(&FictionalRegister::new(10, 1)), 0).unwrap();
    import(db, &written(&FictionalRegister::new(14, 1)), 1).unwrap();
    let entered: Vec<Rpps> = FictionalRegister::new(14, 1).professionals().skip(10).collect();
    let mut keys: Vec<String> = entered.iter().map(|person| format!("8{person}")).collect();
    keys.sort();
    db.batch_execute(&format!("UPDATE professionals SET exercises = 'x' WHERE id_nat = '{}'", keys[1]))
        .unwrap();
    let since = Timestamp::from_seconds(FIRST_DAY);
    let page = super::entered(db, since, "", 2).unwrap();
    let ids = |page: &EntrantsPage| page.entrants.iter().map(|one| one.id.to_string()).collect::<Vec<_>>();
    assert_eq!(
        (ids(&page), &page.unreadable, &page.end),
        (keys[..1].to_vec(), &keys[1..2].to_vec(), &Some(keys[1].clone()))
    );
    let page = super::entered(db, since, &keys[1], 2).unwrap();
    assert_eq!((ids(&page), page.unreadable), (keys[2..].to_vec(), Vec::new()));
    assert_eq!(super::entered(db, since, &keys[3], 2).unwrap().end, None);
}
