//! Writer against reader, which share no code.

use std::collections::BTreeSet;

use opposition_list_reader::{Answer, CompactList};
use proptest::prelude::*;
use store::Timestamp;

use super::*;

fn snapshot<'a>(issued: &'a [u64], opposed: &'a [u64]) -> Snapshot<'a> {
    Snapshot {
        sequence: opposed.len() as u64,
        produced_at: Timestamp::from_seconds(1_800_000_000),
        next_update: Timestamp::from_seconds(1_800_086_400),
        issued,
        opposed,
    }
}

/// How many octets it takes at least to say which `opposed` of `issued` cards are meant: log2 of the number of ways
/// to choose them, by Stirling's formula.
fn bound(issued: usize, opposed: usize) -> f64 {
    let (n, k) = (issued as f64, opposed as f64);
    let entropy = |part: f64| -part * part.log2();
    let bits = n * (entropy(k / n) + entropy(1.0 - k / n));
    (bits - 0.5 * (2.0 * std::f64::consts::PI * k * (1.0 - k / n)).log2()) / 8.0
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_card_that_was_issued_is_answered_exactly_and_no_other_is_covered(
        runs in prop::collection::vec((1..2000_u64, 1..400_u64), 0..12),
        every in prop::sample::select(vec![1_usize, 2, 3, 7, 30, 1000]),
        offset in 0..7_usize,
    ) {
        let mut issued = Vec::new();
        let mut next = 2_600_000_000;
        for (gap, length) in runs {
            next += gap;
            issued.extend(next..next + length);
            next += length;
        }
        let opposed: Vec<u64> = issued.iter().copied().skip(offset).step_by(every).collect();
        let octets = encode(&snapshot(&issued, &opposed)).unwrap();
        let list = CompactList::read(&octets).unwrap();
        prop_assert_eq!((list.issued() as usize, list.opposed() as usize), (issued.len(), opposed.len()));
        prop_assert!(list.coverage_is_exact());
        let (issued, opposed): (BTreeSet<_>, BTreeSet<_>) =
            (issued.into_iter().collect(), opposed.into_iter().collect());
        for number in (2_599_999_990..next + 10).chain([0, u64::MAX]) {
            let expected = match (issued.contains(&number), opposed.contains(&number)) {
                (false, _) => Answer::NotCovered,
                (true, true) => Answer::Opposed,
                (true, false) => Answer::NotOpposed,
            };
            prop_assert_eq!(list.answer(number), expected, "{}", number);
        }
    }

    #[test]
    fn numbers_that_lie_far_apart_are_answered_exactly_too(
        numbers in prop::collection::btree_set(0..=9_999_999_999_u64, 1..6000),
        every in 1..50_usize,
    ) {
        let issued: Vec<u64> = numbers.into_iter().collect();
        let opposed: Vec<u64> = issued.iter().copied().step_by(every).collect();
        let octets = encode(&snapshot(&issued, &opposed)).unwrap();
        let list = CompactList::read(&octets).unwrap();
        // `encode` has asked the reader about every one of them.
        prop_assert!(list.spans().count() <= 4096);
        prop_assert_eq!(list.coverage_is_exact(), issued.len() <= 4096);
    }
}

#[test]
fn the_same_snapshot_gives_the_same_octets_and_another_sequence_others() {
    let issued: Vec<u64> = (2_600_000_001..2_600_001_001).collect();
    let opposed = &issued[100..130];
    let list = encode(&snapshot(&issued, opposed)).unwrap();
    assert_eq!(encode(&snapshot(&issued, opposed)).unwrap(), list);
    let later = Snapshot { sequence: 31, ..snapshot(&issued, opposed) };
    assert_ne!(encode(&later).unwrap(), list);
}

#[test]
fn what_is_no_snapshot_is_refused_with_the_rule() {
    for (issued, opposed, rule) in [
        (&[2, 1][..], &[][..], "ascend"),
        (&[1, 1], &[], "each once"),
        (&[1, 10_000_000_000], &[], "ten digits"),
        (&[1, 3], &[2], "only a card that was issued"),
    ] {
        let refused = encode(&snapshot(issued, opposed)).unwrap_err().to_string();
        assert!(refused.contains(rule), "{refused}");
    }
}

#[test]
fn what_was_written_is_asked_about_every_card_before_it_leaves() {
    let issued: Vec<u64> = (2_600_000_001..2_600_001_001).collect();
    let written = encode(&snapshot(&issued, &issued[5..10])).unwrap();
    let other = snapshot(&issued, &issued[5..11]);
    let refused = prove(&other, &written).unwrap_err();
    assert!(matches!(refused, CompactListError::Wrong { card_number: 2_600_000_011 }), "{refused}");
    assert!(matches!(prove(&other, &written[1..]), Err(CompactListError::Unreadable(_))));
}

#[test]
fn a_list_takes_little_more_room_than_it_must() {
    let issued: Vec<u64> = (2_600_000_001..2_600_100_001).collect();
    for every in [3, 33, 500] {
        let opposed: Vec<u64> = issued.iter().copied().step_by(every).collect();
        let octets = encode(&snapshot(&issued, &opposed)).unwrap().len() as f64;
        let bound = bound(issued.len(), opposed.len());
        // Header and ends of the ribbons take some 200 octets, whatever the size.
        assert!(octets - 250.0 < 1.2 * bound, "one of {every}: {octets} octets, at least {bound}");
    }
}

/// `cargo test --release -p crl-publisher -- --ignored --nocapture a_million_cards`
#[test]
#[ignore = "measures: prints sizes and seconds, and fails on neither"]
fn a_million_cards_of_which_thirty_thousand_are_opposed() {
    for (count, every) in [(1_000_000, 33), (3_600_000, 33), (1_000_000, 4), (1_000_000, 1000)] {
        let issued: Vec<u64> = (2_600_000_001..=2_600_000_000 + count).collect();
        let opposed: Vec<u64> = issued.iter().copied().step_by(every).collect();
        let started = std::time::Instant::now();
        let octets = encode(&snapshot(&issued, &opposed)).unwrap();
        let took = started.elapsed();
        let list = CompactList::read(&octets).unwrap();
        let asked = std::time::Instant::now();
        let found = issued.iter().filter(|card| list.answer(**card) == Answer::Opposed).count();
        assert_eq!(found, opposed.len());
        let bound = bound(issued.len(), opposed.len());
        println!(
            "{} cards, {} opposed: {} octets, bound {bound:.0}, ratio {:.3}; written and proven in {took:?}; {:?} a question",
            issued.len(),
            opposed.len(),
            octets.len(),
            octets.len() as f64 / bound,
            asked.elapsed() / u32::try_from(issued.len()).unwrap(),
        );
    }
}

/// What `opposition-list-reader` is tested with, and a freeze of the format: rewritten by `UPDATE_GOLDEN=1`, which
/// asks for a new version of the format where the octets differ.
#[test]
fn the_corpus_of_the_reader_is_still_written_octet_for_octet() {
    let one: Vec<u64> = (2_600_000_001..=2_600_000_200).collect();
    let two: Vec<u64> = one.iter().copied().chain(2_700_000_001..=2_700_000_040).collect();
    let apart: Vec<u64> =
        (1..60).map(|at| at * at * 1_000_003 % 9_999_999_967).collect::<BTreeSet<_>>().into_iter().collect();
    for (name, issued, opposed) in [
        ("nobody.bin", &[][..], &[][..]),
        ("none-opposed.bin", &one, &[]),
        ("one-of-two-hundred.bin", &one, &one[16..17]),
        ("all-opposed.bin", &one, &one),
        ("two-spans.bin", &two, &two[190..210]),
        ("far-apart.bin", &apart, &apart[..3]),
    ] {
        let octets = encode(&snapshot(issued, opposed)).unwrap();
        let corpus =
            std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../opposition-list-reader/corpus");
        if std::env::var_os("UPDATE_GOLDEN").is_some() {
            std::fs::write(corpus.join(name), &octets).unwrap();
        }
        assert!(std::fs::read(corpus.join(name)).unwrap() == octets, "{name} is written otherwise");
    }
}
