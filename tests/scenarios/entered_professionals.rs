//! Who is entered on the roll of a council has his card ordered by the job `registration`, with the worker's own rights.

use std::fs;

use acceptance::harness::{DatabaseKind, run};
use professional_registry::IdNatPs;
use serde_json::json;

use super::register_days::WITHOUT_A_CARD;
use super::workshop::{APPROVER, SECOND_APPROVER, Workshop, workshop};

/// A number of the test range that nobody of the demonstration's register has.
fn newcomer() -> IdNatPs {
    (0..10).find_map(|key| format!("89979999999{key}").parse().ok()).unwrap()
}

/// The next day's register, in which a nurse is new.
fn a_nurse_is_entered(workshop: &Workshop) {
    let file = workshop.extract(24, &WITHOUT_A_CARD[..1]);
    let text = fs::read_to_string(&file).unwrap();
    let is_nurse = |cells: &[&str]| (cells[9], cells[11]) == ("60", "C");
    let (line, rpps) = text
        .lines()
        .skip(1)
        .find_map(|line| {
            let cells: Vec<&str> = line.split('|').collect();
            is_nurse(&cells).then(|| (line, cells[1].to_owned()))
        })
        .expect("the register has a nurse");
    let line = line.replace(&rpps, &newcomer().to_string()[1..]);
    fs::write(&file, format!("{text}{line}\n")).unwrap();
    workshop.import(&file).expect_exit(0);
}

#[test]
fn who_is_entered_on_a_roll_has_his_card_ordered_once_and_an_officer_decides() {
    for kind in [DatabaseKind::Sqlite, DatabaseKind::Postgresql] {
        let workshop = workshop(kind);
        a_nurse_is_entered(&workshop);
        assert_eq!(workshop.job("registration")["ordered"], json!([]), "off until somebody turns it on");
        workshop.configure("register", "orders_a_day", 5);
        let done = workshop.job("registration");
        let ordered = done["ordered"].as_array().unwrap();
        assert_eq!((ordered.len(), &done["refused"], &done["waiting"]), (1, &json!([]), &json!(0)), "{done}");
        let number = ordered[0].as_str().unwrap();
        let order = workshop.igc(&["order", "show", number]).json();
        assert_eq!(order["holder"], newcomer().to_string(), "on {kind}: {order}");
        assert_eq!(
            (&order["submitted_by"], &order["status"]),
            (&json!("job:registration"), &json!("submitted"))
        );
        assert_eq!(workshop.job("registration")["ordered"], json!([]), "once");
        let approve = |login: &str| {
            run(&mut workshop.command(&["order", "approve", number, "--as", login])).status.code()
        };
        if approve(APPROVER) == Some(6) {
            assert_eq!(approve(SECOND_APPROVER), Some(0));
        }
        assert_eq!(workshop.igc(&["order", "show", number]).json()["status"], "approved");
        workshop.check();
    }
}
