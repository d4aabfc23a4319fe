//! Every corpus through its target, and no corpus without a target.

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::{TARGETS, Target};

/// The largest input that is kept, and the largest corpora together.
const LARGEST_INPUT: u64 = 24 * 1024;
const LARGEST_CORPORA: u64 = 1024 * 1024;

/// How long one input may take, in a build that nobody optimised, on a machine that does other things.
const LONGEST: Duration = Duration::from_secs(10);

fn corpora() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("corpora")
}

/// The entries of a folder, by name.
fn entries(folder: &Path) -> Vec<PathBuf> {
    let listed = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut paths: Vec<_> = listed.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

fn name(path: &Path) -> String {
    path.file_name().unwrap().to_string_lossy().into_owned()
}

/// Every input of the corpus that breaks a promise of its target, with how.
fn broken(target: &Target, corpus: &Path) -> Vec<String> {
    let inputs = entries(corpus);
    assert!(!inputs.is_empty(), "{}: the corpus is empty", target.name);
    let replay = |input: &PathBuf| {
        let octets = fs::read(input).unwrap();
        let begun = Instant::now();
        let outcome = catch_unwind(AssertUnwindSafe(|| (target.read)(&octets)));
        let why = match outcome {
            Err(panic) => said(panic.as_ref()),
            Ok(_) if begun.elapsed() > LONGEST => format!("took {:?}", begun.elapsed()),
            Ok(_) => return None,
        };
        Some(format!("{} {}: {why}", target.name, name(input)))
    };
    inputs.iter().filter_map(replay).collect()
}

fn said(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("a panic without words").to_owned()
}

#[test]
fn every_input_of_every_corpus_keeps_the_promises_of_its_target() {
    let broken: Vec<_> =
        TARGETS.iter().flat_map(|target| broken(target, &corpora().join(target.name))).collect();
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn every_target_has_a_corpus_and_every_corpus_a_target() {
    let targets: Vec<_> = TARGETS.iter().map(|target| target.name.to_owned()).collect();
    assert!(targets.is_sorted_by(|one, next| one < next), "targets stand by name, each once");
    let corpora: Vec<_> = entries(&corpora()).iter().map(|path| name(path)).collect();
    assert_eq!(corpora, targets);
}

/// Inputs that are all refused at the first octet replay for ever, and say nothing.
#[test]
fn every_corpus_has_an_input_that_its_reader_takes() {
    let takes = |target: &&Target| {
        entries(&corpora().join(target.name)).iter().any(|input| (target.read)(&fs::read(input).unwrap()))
    };
    let none: Vec<_> = TARGETS.iter().filter(|target| !takes(target)).map(|target| target.name).collect();
    assert!(none.is_empty(), "no input of these is taken: {none:?}");
}

#[test]
fn an_input_that_breaks_a_promise_is_named_with_its_target() {
    let read = |octets: &[u8]| {
        assert!(octets.is_empty(), "an octet too much");
        true
    };
    let target = Target { name: "planted", read };
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("bad"), b"!").unwrap();
    fs::write(folder.path().join("good"), b"").unwrap();
    assert_eq!(broken(&target, folder.path()), ["planted bad: an octet too much"]);
}

#[test]
fn the_corpora_are_small_and_hold_no_private_key() {
    let mut together = 0;
    for input in entries(&corpora()).iter().flat_map(|corpus| entries(corpus)) {
        let octets = fs::read(&input).unwrap();
        let text = String::from_utf8_lossy(&octets);
        assert!(!text.contains(&["PRIVATE", " KEY"].concat()), "{}: a private key", input.display());
        assert!(octets.len() as u64 <= LARGEST_INPUT, "{}: {} octets", input.display(), octets.len());
        together += octets.len() as u64;
    }
    assert!(together <= LARGEST_CORPORA, "{together} octets, {LARGEST_CORPORA} at most");
}
