//! Octets from anywhere: read or refused, never a panic, and never a list that was cut.

use std::fs;
use std::path::Path;

use proptest::prelude::*;

use super::*;

/// Lists that the writer made; `crl-publisher` checks that it still writes them so.
fn corpus() -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let named = |path: std::path::PathBuf| {
        (path.file_name().unwrap().to_string_lossy().into_owned(), fs::read(path).unwrap())
    };
    let lists: Vec<_> = files.map(named).collect();
    assert!(lists.len() >= 5, "the corpus is not found");
    lists
}

/// Asks everything that can be asked.
fn ask(octets: &[u8]) -> Result<(), Malformed> {
    let list = CompactList::read(octets)?;
    assert!(list.opposed() <= list.issued() && list.produced_at() <= list.next_update());
    let spans: Vec<_> = list.spans().take(5000).collect();
    assert!(spans.len() <= 4096);
    let edges = spans.iter().flat_map(|span| [span.first, span.last]);
    let around = edges.flat_map(|edge| [edge.wrapping_sub(1), edge, edge + 1]);
    for card in around.chain([0, 1, LARGEST_CARD_NUMBER, u64::MAX]) {
        let _ = list.answer(card);
    }
    Ok(())
}

#[test]
fn every_list_of_the_corpus_reads() {
    for (name, octets) in corpus() {
        ask(&octets).unwrap_or_else(|malformed| panic!("{name}: {malformed}"));
    }
}

#[test]
fn a_list_that_was_cut_or_goes_on_is_refused_wherever() {
    for (name, octets) in corpus() {
        for length in 0..octets.len() {
            let refused = ask(&octets[..length]).unwrap_err();
            assert!(matches!(refused, Malformed::Length | Malformed::Magic), "{name}, {length}: {refused}");
        }
        let longer = [&octets[..], &[0]].concat();
        assert_eq!(ask(&longer), Err(Malformed::Length), "{name}");
    }
}

#[test]
fn a_list_with_any_bit_turned_is_read_or_refused() {
    for (_, octets) in corpus() {
        for bit in 0..octets.len() * 8 {
            let mut altered = octets.clone();
            altered[bit / 8] ^= 1 << (bit % 8);
            let _ = ask(&altered);
        }
    }
}

#[test]
fn a_field_that_contradicts_the_rest_is_named() {
    let list = corpus().into_iter().find(|(name, _)| name == "two-spans.bin").unwrap().1;
    let with = |at: usize, octets: &[u8]| {
        let mut altered = list.clone();
        altered[at..at + octets.len()].copy_from_slice(octets);
        ask(&altered).unwrap_err().to_string()
    };
    for (at, octets, words) in [
        (0, &b"oPPLIST"[..], "no compact opposition list"),
        (7, &[2], "version 2, not 1"),
        (24, &[0; 8], "next update"),
        (36, &[0xFF; 4], "number of opposed cards"),
        (96, &[0x10, 0x01], "number of spans"),
        (96, &[0, 0], "number of spans"),
        (98, &[0, 33], "fingerprint"),
        (88, &[0, 0, 0, 127], "approximate filter"),
        (92, &[0, 0, 0, 0], "exact filter"),
        (92, &[0xFF; 4], "cut"),
        (100, &[0xFF; 8], "spans"),
        (116, &[0; 8], "spans"),
        (124, &[0, 0, 0, 2, 0x54, 0x0B, 0xE4, 0], "spans"),
    ] {
        let said = with(at, octets);
        assert!(said.contains(words), "octet {at}: {said}");
    }
}

proptest! {
    #[test]
    fn any_octets_are_read_or_refused(octets in prop::collection::vec(any::<u8>(), 0..400)) {
        let _ = ask(&octets);
    }

    #[test]
    fn any_header_over_any_octets_is_read_or_refused(
        counts in prop::array::uniform2(0..40_u32),
        rows in prop::array::uniform2(prop_oneof![Just(0_u32), 120..400_u32, Just(u32::MAX)]),
        spans in 0..4_u16,
        bits in 0..34_u16,
        rest in prop::collection::vec(any::<u8>(), 0..2000),
    ) {
        let mut octets = b"OPPLIST\x01".to_vec();
        octets.extend([0; 24]);
        octets.extend(counts.map(u32::to_be_bytes).concat());
        octets.extend([7; 48]);
        octets.extend(rows.map(u32::to_be_bytes).concat());
        octets.extend(spans.to_be_bytes());
        octets.extend(bits.to_be_bytes());
        for span in 0..u64::from(spans) {
            octets.extend((span * 100).to_be_bytes());
            octets.extend((span * 100 + 40).to_be_bytes());
        }
        let filters = rows[0].div_ceil(8) as usize * usize::from(bits) + rows[1].div_ceil(8) as usize;
        let exactly = rest.iter().copied().cycle().take(filters.min(8000));
        let mut whole = octets.clone();
        whole.extend(exactly);
        let _ = ask(&whole);
        octets.extend(rest);
        let _ = ask(&octets);
    }

    #[test]
    fn a_list_with_octets_overwritten_is_read_or_refused(
        which in any::<prop::sample::Index>(),
        at in any::<prop::sample::Index>(),
        with in prop::collection::vec(any::<u8>(), 1..40),
    ) {
        let corpus = corpus();
        let mut octets = which.get(&corpus).1.clone();
        let at = at.index(octets.len());
        for (to, from) in octets[at..].iter_mut().zip(with) {
            *to = from;
        }
        let _ = ask(&octets);
    }
}
