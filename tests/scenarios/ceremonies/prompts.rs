//! Questions at a terminal, and none anywhere else.

use std::fs;
use std::process::{Command, Stdio};

use acceptance::harness::{DatabaseKind, run};

use super::shipped;
use crate::scenarios::workshop::workshop;

#[test]
fn without_a_terminal_nothing_is_asked_and_each_question_names_its_flag() {
    let workshop = workshop(DatabaseKind::Sqlite);
    let file = shipped("root-crl").display().to_string();
    let mut arguments = vec!["ceremony", "run", &file];
    for (flag, value) in [("--operator", "Alix MOREAU"), ("--witness", "Sacha PETIT"), ("--yes", "")] {
        let refused = run(&mut workshop.command(&arguments)).expect_exit(6);
        assert!(refused.stderr.contains(flag), "{}", refused.stderr);
        arguments.extend([flag, value].iter().filter(|word| !word.is_empty()));
    }
    let transcript = workshop.dir().join("ceremonies/root-crl-2027/transcript.jsonl");
    assert_eq!(fs::read_to_string(&transcript).unwrap(), "", "nothing was done");
    workshop.igc(&arguments);
}

#[test]
fn who_is_there_has_a_name_and_the_witness_is_not_the_operator() {
    let workshop = workshop(DatabaseKind::Sqlite);
    let file = shipped("root-crl").display().to_string();
    let hold = |operator: &str, witness: &str| {
        let named = ["ceremony", "run", &file, "--yes", "--operator", operator, "--witness", witness];
        run(&mut workshop.command(&named))
    };
    let folder = workshop.dir().join("ceremonies/root-crl-2027");
    hold(" ", "Sacha PETIT").expect_exit(2);
    hold("Alix MOREAU", "Sacha\nPETIT").expect_exit(2);
    let alone = hold("Alix MOREAU", "Alix MOREAU").expect_exit(6);
    assert!(alone.stderr.contains("another person watches"), "{}", alone.stderr);
    assert!(!folder.exists(), "nothing was begun");

    assert_eq!(hold("Alix MOREAU", "Sacha PETIT").expect_exit(0).json()["held_before"], false);
    // A crash cut the file that is kept beside the transcript.
    fs::write(folder.join("ceremony.toml"), "name").unwrap();
    assert_eq!(hold("Alix MOREAU", "Sacha PETIT").expect_exit(0).json()["held_before"], true);
    workshop.igc(&["ceremony", "report", "root-crl-2027"]);
}

#[test]
fn at_a_terminal_each_step_waits_for_its_confirmation_and_goes_on_where_it_stopped() {
    let workshop = workshop(DatabaseKind::Sqlite);
    let command = format!("{:?} ", workshop.command(&["ceremony", "run"])).replace('"', "")
        + &shipped("root-crl").display().to_string();
    // `script` of bsdutils gives the program a terminal.
    let answer = |answers: &str| {
        let mut terminal = Command::new("sh");
        let typed = format!(
            "(sleep 1; for word in {answers}; do echo $word; sleep 0.2; done) | script -qec \"{command}\" /dev/null"
        );
        run(terminal.args(["-c", &typed]).stdin(Stdio::null())).said()
    };
    let said = answer("Alix Sacha yes oui non");
    assert!(said.contains("step 1 of 6: open (the clock says 20"), "{said}");
    assert!(said.contains("step 2 of 6: crl ACR-EL. Confirm (yes)?"), "{said}");
    assert!(said.contains("step 3 of 6: crl ACR-ST: not confirmed"), "{said}");
    let transcript = workshop.dir().join("ceremonies/root-crl-2027/transcript.jsonl");
    assert_eq!(fs::read_to_string(&transcript).unwrap().lines().count(), 2 * 2);
    let said = answer("Alix Sacha yes yes yes yes");
    assert!(!said.contains("step 1 of 6") && said.contains("step 6 of 6: close"), "{said}");
    assert_eq!(fs::read_to_string(&transcript).unwrap().lines().count(), 2 * 6);
}
