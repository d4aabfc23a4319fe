//! How far an import is: a bar on a terminal, and nothing where nobody looks.

use std::process::Command;

use acceptance::harness::{DatabaseKind, run};

use super::register_days::WITHOUT_A_CARD;
use super::workshop::workshop;

#[test]
fn an_import_on_a_terminal_shows_how_far_it_is_and_nothing_of_it_elsewhere() {
    let workshop = workshop(DatabaseKind::Sqlite);
    let first = workshop.extract(12, &WITHOUT_A_CARD[..1]);
    let mut import = workshop.command(&["registry", "import"]);
    import.arg(&first);
    // `script` of util-linux gives it a terminal.
    let words: Vec<String> = std::iter::once(import.get_program())
        .chain(import.get_args())
        .map(|word| format!("'{}'", word.to_str().unwrap()))
        .collect();
    let mut on_terminal = Command::new("script");
    on_terminal.args(["--quiet", "--return", "--command", &words.join(" "), "/dev/null"]);
    on_terminal.envs(import.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let shown = run(&mut on_terminal).expect_exit(0).stdout;
    let name = first.file_name().unwrap().to_str().unwrap();
    assert!(shown.contains(name) && shown.contains("iB/"), "no bar: {shown}");

    let second = workshop.extract(24, &WITHOUT_A_CARD[1..]);
    let quiet = workshop.import(&second).expect_exit(0);
    assert!(!quiet.stderr.contains("iB/") && quiet.json().is_array(), "{}", quiet.stderr);
}
