//! The certificates and the opposition list, judged by openssl.

use std::time::Duration;

use ca_core::signer::{KeyReference, Signer, SignerError, SigningRequest};
use opposition_list_reader::{Answer, CompactList};
use store::{Database, DatabaseRole};

use super::tests::{HOUR, SECOND};
use super::*;
use crate::fixture::{World, rng};

#[test]
fn the_chain_is_published_once_and_openssl_reads_it() {
    let mut world = World::new();
    let report = publish_certificates(&mut world.db, &world.folder).unwrap();
    assert_eq!(report.written, ["ACI-EL-ORG.cer", "ACI-FO-PP.cer", "ACR-FO.cer", "chain.pem", "chain.p7b"]);
    assert_eq!(publish_certificates(&mut world.db, &world.folder).unwrap().written, Vec::<String>::new());
    let (ok, text) =
        world.openssl(&["pkcs7", "-inform", "DER", "-in", "public/ca/chain.p7b", "-print_certs", "-noout"]);
    assert!(ok && text.matches("subject").count() == 3, "{text}");
    let (ok, text) = world.openssl(&[
        "verify",
        "-CAfile",
        "ACR-FO.pem",
        "-untrusted",
        "public/ca/chain.pem",
        "ACI-FO-PP.pem",
    ]);
    assert!(ok, "{text}");
    let pem = std::fs::read_to_string(world.path("public/ca/chain.pem")).unwrap();
    assert!(
        pem.trim_end().ends_with(std::fs::read_to_string(world.path("ACR-FO.pem")).unwrap().trim_end()),
        "roots last"
    );
}

pub(super) fn publish_list(
    world: &mut World,
    later: Duration,
) -> Result<OppositionListReport, OppositionListError> {
    let act = world.act(later);
    publish_opposition_list(&mut world.db, &mut world.signer, &world.folder, &world.policy, &mut rng(), &act)
}

#[test]
fn every_form_of_the_opposition_list_is_signed_and_openssl_verifies_it() {
    let mut world = World::new();
    assert!(publish_list(&mut world, SECOND).unwrap().written);
    world.oppose(1, "2600000017");
    assert!(publish_list(&mut world, 2 * SECOND).unwrap().written);
    assert!(!publish_list(&mut world, 3 * SECOND).unwrap().written, "nothing changed");
    assert!(publish_list(&mut world, 3 * SECOND + HOUR).unwrap().written, "signed again in time");
    let csv = std::fs::read_to_string(world.path("public/oppositions/full.csv")).unwrap();
    assert_eq!(csv, format!("sequence;card_number;opposed_at\n1;2600000017;{}\n", world.start));
    let json = std::fs::read(world.path("public/oppositions/full.json")).unwrap();
    let list: opposition_list::OppositionList = serde_json::from_slice(&json).unwrap();
    assert_eq!((list.sequence, list.oppositions.len()), (1, 1));
    for name in ["full.csv", "full.json", "full.bin", "changes/0.csv", "changes/0.json"] {
        let content = format!("public/oppositions/{name}");
        let signature = format!("{content}.p7s");
        let verify = |content: &str| {
            world.openssl(&[
                "cms",
                "-verify",
                "-binary",
                "-inform",
                "DER",
                "-in",
                &signature,
                "-content",
                content,
                "-purpose",
                "any",
                "-CAfile",
                "ACR-FO.pem",
                "-out",
                "verified",
            ])
        };
        let (ok, text) = verify(&content);
        assert!(ok, "{text}");
        std::fs::write(world.path("altered"), "sequence;card_number;opposed_at\n").unwrap();
        assert!(!verify("altered").0, "an altered list is refused");
        let print = ["cms", "-cmsout", "-print", "-noout", "-inform", "DER", "-in", &signature];
        let (_, printed) = world.openssl(&print);
        let names = |line: &str| line.ends_with(&format!(":oppositions/{name}"));
        assert_eq!(printed.lines().filter(|line| names(line)).count(), 1, "{printed}");
    }
}

fn compact(world: &World) -> Vec<u8> {
    std::fs::read(world.path("public/oppositions/full.bin")).unwrap()
}

#[test]
fn the_compact_list_covers_every_card_and_says_which_are_opposed() {
    let mut world = World::new();
    world.give_cards(2_600_000_001..=2_600_003_000);
    for (sequence, card) in [(1, 2_600_000_017), (2, 2_600_002_999)] {
        world.oppose_given(sequence, card);
    }
    assert!(publish_list(&mut world, SECOND).unwrap().compact_written);
    let octets = compact(&world);
    let list = CompactList::read(&octets).unwrap();
    assert_eq!((list.sequence(), list.issued(), list.opposed()), (2, 3000, 2));
    assert!(list.coverage_is_exact());
    for card in 2_600_000_000..=2_600_003_001 {
        let expected = match card {
            2_600_000_000 | 2_600_003_001 => Answer::NotCovered,
            2_600_000_017 | 2_600_002_999 => Answer::Opposed,
            _ => Answer::NotOpposed,
        };
        assert_eq!(list.answer(card), expected, "{card}");
    }
    let json = std::fs::read(world.path("public/oppositions/full.json")).unwrap();
    let full: opposition_list::OppositionList = serde_json::from_slice(&json).unwrap();
    assert_eq!(i64::try_from(list.next_update()).unwrap(), full.next_update.seconds());
}

#[test]
fn the_compact_list_is_made_again_when_a_card_is_opposed_and_every_hour_for_new_cards() {
    let mut world = World::new();
    world.give_cards(2_600_000_001..=2_600_000_010);
    assert!(publish_list(&mut world, SECOND).unwrap().compact_written);
    world.give_cards(2_600_000_011..=2_600_000_011);
    assert!(!publish_list(&mut world, 2 * SECOND).unwrap().compact_written, "a new card waits");
    let new = |world: &World| CompactList::read(&compact(world)).unwrap().answer(2_600_000_011);
    assert_eq!(new(&world), Answer::NotCovered);
    assert!(publish_list(&mut world, SECOND + HOUR).unwrap().compact_written);
    assert_eq!(new(&world), Answer::NotOpposed);
    world.oppose_given(1, 2_600_000_011);
    assert!(publish_list(&mut world, 2 * SECOND + HOUR).unwrap().compact_written);
    assert_eq!(new(&world), Answer::Opposed);
}

#[test]
fn changes_stand_on_pages_of_a_thousand_sequences_and_only_those_that_changed_are_written() {
    let mut world = World::new();
    world.give_cards(2_600_000_001..=2_600_002_500);
    for sequence in 1..=2300 {
        world.oppose_given(sequence, 2_600_000_000 + sequence.unsigned_abs());
    }
    publish_list(&mut world, SECOND).unwrap();
    let page = |world: &World, page: u32| -> opposition_list::ChangesPage {
        let path = world.path(&format!("public/oppositions/changes/{page}.json"));
        serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
    };
    for (number, first, last) in [(0, 1, 1000), (1, 1001, 2000), (2, 2001, 2300)] {
        let page = page(&world, number);
        assert_eq!((page.page, page.sequence), (number, 2300));
        let sequences: Vec<i64> = page.oppositions.iter().map(|entry| entry.sequence).collect();
        assert_eq!(sequences, (first..=last).collect::<Vec<_>>());
    }
    let before = [0, 2].map(|number| page(&world, number));
    world.oppose_given(2301, 2_600_002_400);
    publish_list(&mut world, 2 * SECOND).unwrap();
    assert_eq!(page(&world, 0), before[0], "a page that says the same is left alone");
    assert_eq!(page(&world, 2).oppositions.len(), before[1].oppositions.len() + 1);
    let csv = std::fs::read_to_string(world.path("public/oppositions/changes/2.csv")).unwrap();
    assert!(csv.starts_with("sequence;card_number;opposed_at\n2001;2600002001;"), "{csv}");
    assert!(csv.lines().last().unwrap().starts_with("2301;2600002400;"), "{csv}");
}

#[test]
fn of_a_long_list_no_more_is_taken_than_was_asked_for() {
    let mut world = World::new();
    for sequence in [1, 3, 4, 9] {
        world.oppose(sequence, &format!("260000000{sequence}"));
    }
    publish_list(&mut world, SECOND).unwrap();
    let json = std::fs::read(world.path("public/oppositions/full.json")).unwrap();
    let list: opposition_list::OppositionList = serde_json::from_slice(&json).unwrap();
    let after = |sequence, most| -> Vec<i64> {
        list.after(sequence, most).iter().map(|entry| entry.sequence).collect()
    };
    assert_eq!((after(0, 2), after(2, 2), after(4, 2)), (vec![1, 3], vec![3, 4], vec![9]));
    assert_eq!((after(9, 2), after(i64::MAX, usize::MAX)), (vec![], vec![]));
}

/// `cargo test --release -p crl-publisher -- --ignored --nocapture lists_of_a_million`
#[test]
#[ignore = "measures: prints seconds, and fails on none"]
fn lists_of_a_million_cards_are_published() {
    let mut world = World::new();
    world.give_cards(2_600_000_001..=2_601_000_000);
    world.oppose_many(1, 2_600_500_001..=2_600_530_000);
    for later in [SECOND, 2 * HOUR, 2 * HOUR + SECOND] {
        let started = std::time::Instant::now();
        let report = publish_list(&mut world, later).unwrap();
        println!("{report:?} in {:?}", started.elapsed());
    }
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    println!("{}", status.lines().find(|line| line.starts_with("VmHWM")).unwrap());
}

/// A signer that is slow: something else happens while it signs for the first time.
struct Slow<'a> {
    signer: &'a mut dyn Signer,
    meanwhile: Option<Box<dyn FnOnce() + Send + 'a>>,
}

impl Signer for Slow<'_> {
    fn sign(&mut self, request: &SigningRequest<'_>) -> Result<Vec<u8>, SignerError> {
        self.meanwhile.take().into_iter().for_each(|meanwhile| meanwhile());
        self.signer.sign(request)
    }

    fn public_key(&mut self, key: &KeyReference) -> Result<Vec<u8>, SignerError> {
        self.signer.public_key(key)
    }
}

#[test]
fn a_slower_worker_does_not_put_its_list_in_the_place_of_a_longer_one() {
    let mut world = World::new();
    world.oppose(1, "2600000017");
    let act = world.act(SECOND);
    let url = format!("sqlite:{}", world.path("igc.sqlite").display());
    let mut quicker = World::new();
    quicker.db = Database::open(&url, DatabaseRole::Owner).unwrap();
    quicker.signer = world.signer.clone();
    quicker.folder = world.folder.clone();
    let meanwhile = Box::new(|| {
        quicker.oppose(2, "2600000025");
        assert!(publish_list(&mut quicker, 2 * SECOND).unwrap().written);
    });
    let mut slow = Slow { signer: &mut world.signer, meanwhile: Some(meanwhile) };
    let report =
        publish_opposition_list(&mut world.db, &mut slow, &world.folder, &world.policy, &mut rng(), &act)
            .unwrap();
    drop(slow);
    assert!(!report.written);
    let json = std::fs::read(world.path("public/oppositions/full.json")).unwrap();
    let list: opposition_list::OppositionList = serde_json::from_slice(&json).unwrap();
    assert_eq!(list.sequence, 2);
}
