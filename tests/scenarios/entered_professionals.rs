//! Who is entered on the roll of a council has his card ordered by the job `registration`, with the worker's own rights.

use std::fs;

use acceptance::harness::{DatabaseKind, run};
use professional_registry::IdNatPs;
use serde_json::json;

use super::register_days::WITHOUT_A_CARD;
use super::workshop::{APPROVER, SECOND_APPROVER, Workshop, workshop};

/// Two numbers of the test range that nobody of the demonstration's register has.
fn newcomers() -> [IdNatPs; 2] {
    ["8997999999", "8997999998"]
        .map(|digits| (0..100).find_map(|end| format!("{digits}{end:02}").parse().ok()).unwrap())
}

/// The next day's register, in which two nurses are new.
fn nurses_are_entered(workshop: &Workshop) {
    let file = workshop.extract(24, &WITHOUT_A_CARD[..1]);
    let mut text = fs::read_to_string(&file).unwrap();
    let is_nurse = |cells: &[&str]| (cells[9], cells[11]) == ("60", "C");
    let (line, rpps) = text
        .lines()
        .skip(1)
        .find_map(|line| {
            let cells: Vec<&str> = line.split('|').collect();
            is_nurse(&cells).then(|| (line.to_owned(), cells[1].to_owned()))
        })
        .expect("the register has a nurse");
    for newcomer in newcomers() {
        text.push_str(&line.replace(&rpps, &newcomer.to_string()[1..]));
        text.push('\n');
    }
    fs::write(&file, text).unwrap();
    workshop.import(&file).expect_exit(0);
}

/// What the job has submitted, one order while that many wait: its number and its holder.
fn one_ordered(workshop: &Workshop, waiting: u32) -> (String, String) {
    let done = workshop.job("registration");
    let ordered = done["ordered"].as_array().unwrap();
    assert_eq!(
        (ordered.len(), &done["refused"], &done["waiting"]),
        (1, &json!([]), &json!(waiting)),
        "{done}"
    );
    let number = ordered[0].as_str().unwrap().to_owned();
    let order = workshop.igc(&["order", "show", &number]).json();
    assert_eq!((&order["submitted_by"], &order["status"]), (&json!("job:registration"), &json!("submitted")));
    (number, order["holder"].as_str().unwrap().to_owned())
}

#[test]
fn who_is_entered_on_a_roll_has_his_card_ordered_once_and_an_officer_decides() {
    for kind in [DatabaseKind::Sqlite, DatabaseKind::Postgresql] {
        let workshop = workshop(kind);
        nurses_are_entered(&workshop);
        assert_eq!(workshop.job("registration")["ordered"], json!([]), "off until somebody turns it on");
        workshop.configure("register", "orders_a_day", 1);
        let doctor = || run(&mut workshop.command(&["doctor"])).stdout;
        let (number, first) = one_ordered(&workshop, 1);
        assert!(doctor().contains("wait for a day with room: 1, the first since"), "{}", doctor());
        workshop.configure("register", "orders_a_day", 2);
        let (_, second) = one_ordered(&workshop, 0);
        let mut ordered = [first, second];
        ordered.sort();
        let mut entered = newcomers().map(|newcomer| newcomer.to_string());
        entered.sort();
        assert_eq!(ordered, entered, "on {kind}");
        assert!(!doctor().contains("wait for a day with room"));
        assert_eq!(workshop.job("registration")["ordered"], json!([]), "once");
        let approve = |login: &str| {
            run(&mut workshop.command(&["order", "approve", &number, "--as", login])).status.code()
        };
        if approve(APPROVER) == Some(6) {
            assert_eq!(approve(SECOND_APPROVER), Some(0));
        }
        assert_eq!(workshop.igc(&["order", "show", &number]).json()["status"], "approved");
        workshop.check();
    }
}
