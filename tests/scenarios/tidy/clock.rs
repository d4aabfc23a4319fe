//! The domain reads no clock and draws no chance: both come in, in `&Act` and `&mut dyn CryptoRng`.

use super::expect_none;
use super::files::{TextFile, text_files};
use super::source::{stands_at, tokens_outside_tests};

/// Where a clock or a source of chance may be read: the programs and the faces that igc starts.
const OUTSIDE: &[&str] = &["igc", "web-admin", "tests"];

#[test]
fn the_domain_reads_no_clock_and_draws_no_chance() {
    let files = text_files();
    let domain = files.iter().filter(|file| file.is_rust() && !file.test && !OUTSIDE.contains(&file.room()));
    expect_none("architecture, invariant 5", domain.flat_map(clocks_and_dice).collect());
}

fn clocks_and_dice(file: &TextFile) -> Vec<String> {
    let tokens = tokens_outside_tests(file);
    let mut findings = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        // `Instant::now` is free: a duration says nothing about the time of day.
        let clock = ["SystemTime", "Timestamp", "Zoned", "Utc", "Local"].contains(&token.text.as_str())
            && stands_at(&tokens, at + 1, &[":", ":", "now"]);
        let chance =
            ["SysRng", "OsRng", "ThreadRng", "thread_rng", "rand_bytes"].contains(&token.text.as_str());
        if clock || chance {
            findings.push(format!("{}:{}: {}", file.path, token.line, token.text));
        }
    }
    findings
}

#[test]
fn a_clock_or_dice_in_the_domain_are_found() {
    let found = |body: &str| {
        let file = TextFile::planted("card/src/a.rs", &format!("fn f() {{ {body} }}"));
        clocks_and_dice(&file).join("")
    };
    assert_eq!(found("let t = jiff::Timestamp::now();"), "card/src/a.rs:1: Timestamp");
    assert_eq!(found("let t = SystemTime::now();"), "card/src/a.rs:1: SystemTime");
    assert_eq!(found("openssl::rand::rand_bytes(&mut b)"), "card/src/a.rs:1: rand_bytes");
    assert_eq!(found("UnwrapErr(SysRng)"), "card/src/a.rs:1: SysRng");
    assert_eq!(found("let t = Instant::now(); db.now()"), "");
}
