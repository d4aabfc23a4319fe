//! A register that changes too much at once, from the command line: put aside, told, and in only by two officers.

use std::time::Duration;

use acceptance::harness::{DatabaseKind, run};
use store::DatabaseRole;

use super::workshop::{APPROVER, REVOKER, SUBMITTER, Workshop, workshop};

/// An extract of another register, of so many hours from now.
pub fn another_register(workshop: &Workshop, hours: u64) -> String {
    let later = Duration::from_secs(hours * 3600);
    let later = workshop.open(DatabaseRole::Owner).now().unwrap().plus(later).to_string();
    let generate = [
        "generate",
        "register",
        "--professionals",
        "60",
        "--seed",
        "4711",
        "--extracted-at",
        &later,
        "--out",
    ];
    let written = run(workshop.command(&generate).arg(workshop.dir().join("extract"))).expect_exit(0).json();
    written[0]["path"].as_str().unwrap().to_owned()
}

fn problem(workshop: &Workshop, command: &[&str], exit: i32) -> String {
    let answer = run(&mut workshop.command(command)).expect_exit(exit);
    let problem: serde_json::Value = serde_json::from_str(answer.stderr.lines().last().unwrap()).unwrap();
    problem["code"].as_str().unwrap().to_owned()
}

fn doctor(workshop: &Workshop) -> String {
    run(&mut workshop.command(&["doctor"])).stdout
}

#[test]
fn a_register_that_changes_too_much_comes_in_when_two_officers_have_released_it() {
    for kind in [DatabaseKind::Sqlite, DatabaseKind::Postgresql] {
        let workshop = workshop(kind);
        let file = another_register(&workshop, 1);
        let import = ["registry", "import", &file];
        assert_eq!(problem(&workshop, &["registry", "import", &file, "--dry-run"], 4), "register-brake");
        assert!(doctor(&workshop).contains("no feed is put aside"));
        assert_eq!(problem(&workshop, &import, 6), "register-feed-held");
        let held = run(&mut workshop.command(&["registry", "held"])).expect_exit(0).json();
        let feed = held[0]["feed"].as_str().unwrap();
        assert!(doctor(&workshop).contains("is put aside: it would cease"), "{held}");

        let release =
            |officer: &str| run(&mut workshop.command(&["registry", "release", feed, "--as", officer]));
        release(REVOKER).expect_exit(5);
        release(SUBMITTER).expect_exit(0);
        release(SUBMITTER).expect_exit(4);
        assert_eq!(problem(&workshop, &import, 6), "register-feed-held");
        assert_eq!(release(APPROVER).expect_exit(0).json()["standing"], "released");
        assert!(doctor(&workshop).contains("the same file again"));
        let report = run(&mut workshop.command(&import)).expect_exit(0).json();
        assert_eq!(report[0]["released_by"], serde_json::json!([SUBMITTER, APPROVER]), "{report}");
        assert!(doctor(&workshop).contains("no feed is put aside"));
        assert_eq!(
            problem(&workshop, &["registry", "release", &"0".repeat(64), "--as", APPROVER], 3),
            "register-hold-unknown"
        );
    }
}

#[test]
fn a_register_that_an_officer_refused_stays_outside() {
    let workshop = workshop(DatabaseKind::Sqlite);
    let file = another_register(&workshop, 1);
    let import = ["registry", "import", &file];
    problem(&workshop, &import, 6);
    let held = run(&mut workshop.command(&["registry", "held"])).expect_exit(0).json();
    let feed = held[0]["feed"].as_str().unwrap();
    let reject = ["registry", "reject", feed, "--reason", "file-wrong", "--as", APPROVER];
    assert_eq!(run(&mut workshop.command(&reject)).expect_exit(0).json()["standing"], "refused");
    assert_eq!(problem(&workshop, &import, 4), "register-feed-refused");
}
