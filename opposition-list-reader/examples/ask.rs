//! Asks a compact opposition list about cards: `ask full.bin 2600000017 …`.
//!
//! Ends with 0 where no card is opposed and all are covered, 4 where one is opposed, 1 otherwise. Verify the list's
//! signature first.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program for a terminal")]

use std::process::ExitCode;

use opposition_list_reader::{Answer, CompactList};

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let Some(path) = arguments.next() else {
        eprintln!("usage: ask full.bin CARD...");
        return ExitCode::from(2);
    };
    let octets = match std::fs::read(&path) {
        Ok(octets) => octets,
        Err(error) => return failed(&format!("{path}: {error}")),
    };
    let list = match CompactList::read(&octets) {
        Ok(list) => list,
        Err(malformed) => return failed(&format!("{path}: {malformed}")),
    };
    println!(
        "sequence {}, {} of {} cards opposed, next update at {} (seconds since 1970)",
        list.sequence(),
        list.opposed(),
        list.issued(),
        list.next_update()
    );
    let mut worst = 0;
    for card in arguments {
        let (words, code) = match card.parse().map(|number| list.answer(number)) {
            Ok(Answer::Opposed) => ("opposed", 4),
            Ok(Answer::NotOpposed) => ("not opposed", 0),
            Ok(Answer::NotCovered) => ("not covered: no card had this number yet", 1),
            Err(_) => ("no card number", 1),
        };
        println!("{card}: {words}");
        worst = worst.max(code);
    }
    ExitCode::from(worst)
}

fn failed(why: &str) -> ExitCode {
    eprintln!("{why}");
    ExitCode::FAILURE
}
