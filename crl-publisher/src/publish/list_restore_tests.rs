//! What was public stays public, whatever the database says; what somebody else put into the folder never was.

use std::fs;

use super::list_content::ChangesPage;
use super::list_tests::publish_list;
use super::tests::{HOUR, SECOND, back_up, restore};
use super::*;
use crate::fixture::World;

fn full(world: &World) -> opposition_list::OppositionList {
    serde_json::from_slice(&fs::read(world.path("public/oppositions/full.json")).unwrap()).unwrap()
}

fn cards(world: &World) -> Vec<(i64, String)> {
    full(world).oppositions.into_iter().map(|entry| (entry.sequence, entry.card_number)).collect()
}

#[test]
fn a_restored_backup_forgets_no_published_card_and_its_sequence_does_not_go_back() {
    let mut world = World::new();
    world.oppose(1, "2600000017");
    back_up(&mut world, "backup.sqlite");
    world.oppose(2, "2600000025");
    world.oppose(3, "2600000033");
    publish_list(&mut world, SECOND).unwrap();
    let before = cards(&world);
    restore(&mut world, "backup.sqlite");

    let report = publish_list(&mut world, 2 * SECOND).unwrap();
    assert_eq!(report.forgotten, ["2600000025", "2600000033"]);
    assert_eq!((report.written, report.sequence), (false, 3), "the list that stands says it all");
    publish_list(&mut world, SECOND + HOUR).unwrap();
    assert_eq!(cards(&world), before, "and so does the next one");
    let octets = fs::read(world.path("public/oppositions/full.bin")).unwrap();
    let compact = opposition_list_reader::CompactList::read(&octets).unwrap();
    assert_eq!(compact.answer(2_600_000_033), opposition_list_reader::Answer::Opposed);
    assert_eq!(published_sequence(&mut world.db, &world.folder).unwrap(), 3);

    world.oppose(4, "2600000025");
    let report = publish_list(&mut world, 2 * SECOND + HOUR).unwrap();
    assert_eq!((report.forgotten, report.overtaken), (vec!["2600000033".to_owned()], Vec::new()));
    let expected = [(1, "2600000017"), (3, "2600000033"), (4, "2600000025")];
    assert_eq!(cards(&world), expected.map(|(sequence, card)| (sequence, card.to_owned())));
}

#[test]
fn a_card_that_took_a_published_number_is_published_under_a_new_one_that_followers_have_not_passed() {
    let mut world = World::new();
    back_up(&mut world, "backup.sqlite");
    world.oppose(1, "2600000017");
    publish_list(&mut world, SECOND).unwrap();
    restore(&mut world, "backup.sqlite");
    // The officers' pages did not wait for the worker.
    world.oppose(1, "2600000025");
    let report = publish_list(&mut world, 2 * SECOND).unwrap();
    assert_eq!((report.overtaken, report.forgotten), (vec!["2600000025".into()], vec!["2600000017".into()]));
    assert_eq!(report.sequence, 1002, "and behind what may have been told; the database goes on behind it");
    let both = [(1, "2600000017".to_owned()), (1002, "2600000025".to_owned())];
    assert_eq!(cards(&world), both);
    let page: ChangesPage =
        serde_json::from_slice(&fs::read(world.path("public/oppositions/changes/1.json")).unwrap()).unwrap();
    assert_eq!(page.oppositions, full(&world).oppositions[1..]);

    let again = publish_list(&mut world, 3 * SECOND).unwrap();
    assert_eq!((again.written, again.overtaken), (false, Vec::new()), "its number stays");
    world.oppose(2, "2600000033");
    let report = publish_list(&mut world, 4 * SECOND).unwrap();
    assert_eq!(report.overtaken, ["2600000033"], "and is nobody else's either");
    assert_eq!(cards(&world), [&both[..], &[(2003, "2600000033".to_owned())]].concat());
}

#[test]
fn a_list_whose_last_card_took_an_earlier_place_does_not_go_back() {
    let mut world = World::new();
    back_up(&mut world, "backup.sqlite");
    world.oppose(1, "2600000017");
    world.oppose(2, "2600000025");
    publish_list(&mut world, SECOND).unwrap();
    restore(&mut world, "backup.sqlite");
    // In the other order than before.
    world.oppose(1, "2600000025");
    let report = publish_list(&mut world, 2 * SECOND).unwrap();
    assert_eq!((report.sequence, full(&world).sequence), (2, 2));
}

#[test]
fn a_list_that_the_list_signer_has_not_signed_is_no_base_of_the_next() {
    let mut world = World::new();
    world.oppose(1, "2600000017");
    publish_list(&mut world, SECOND).unwrap();
    let path = world.path("public/oppositions/full.json");
    let altered = fs::read_to_string(&path).unwrap().replace("\"sequence\":1,\"opp", "\"sequence\":9,\"opp");
    let altered = altered.replace("2600000017", "2600000999");
    fs::write(&path, altered).unwrap();
    let report = publish_list(&mut world, 2 * SECOND).unwrap();
    assert!(report.written && report.forgotten.is_empty(), "{report:?}");
    assert_eq!(cards(&world), [(1, "2600000017".to_owned())]);
}

#[test]
fn a_file_of_the_list_that_was_altered_is_replaced() {
    let mut world = World::new();
    world.oppose(1, "2600000017");
    publish_list(&mut world, SECOND).unwrap();
    for (name, later) in
        [("full.csv", 2 * SECOND), ("full.bin", 3 * SECOND), ("changes/0.csv", HOUR + 4 * SECOND)]
    {
        let path = world.folder.oppositions_path(name);
        let good = fs::read(&path).unwrap();
        let mut altered = good.clone();
        *altered.last_mut().unwrap() ^= 1;
        fs::write(&path, altered).unwrap();
        publish_list(&mut world, later).unwrap();
        assert_eq!(fs::read(&path).unwrap().len(), good.len(), "{name}");
        let verifier = list_verifier::ListVerifier::load(&mut world.db).unwrap();
        let file = ListFile::named(name).unwrap();
        assert!(verifier.read(&world.folder, file).unwrap().is_some(), "{name}");
    }
}

#[test]
fn a_signature_is_good_for_the_file_that_it_names_and_no_other() {
    let mut world = World::new();
    world.oppose(1, "2600000017");
    publish_list(&mut world, SECOND).unwrap();
    // One page that holds everything: octet for octet the full list.
    let (full, page) = (ListFile::Full(ListForm::Csv), ListFile::Page(0, ListForm::Csv));
    let read = |name: String| fs::read(world.folder.oppositions_path(&name)).unwrap();
    let (content, signature) = (read(full.name()), read(page.signature_name()));
    assert_eq!(content, read(page.name()));
    let verifier = list_verifier::ListVerifier::load(&mut world.db).unwrap();
    assert!(verifier.verifies(&page.signed_name(), &content, &signature));
    assert!(!verifier.verifies(&full.signed_name(), &content, &signature));
    assert!(!verifier.verifies(&ListFile::Page(1, ListForm::Csv).signed_name(), &content, &signature));
}

#[test]
fn a_crash_between_any_two_files_is_repaired_by_the_next_run() {
    // In the order in which they are written.
    const FILES: [&str; 5] = ["full.csv", "changes/0.csv", "changes/0.json", "full.json", "full.bin"];
    let names: Vec<String> =
        FILES.into_iter().flat_map(|name| [format!("{name}.p7s"), name.to_owned()]).collect();
    let mut world = World::new();
    let read = |world: &World| -> Vec<Vec<u8>> {
        names.iter().map(|name| fs::read(world.folder.oppositions_path(name)).unwrap()).collect()
    };
    world.oppose(1, "2600000017");
    publish_list(&mut world, SECOND).unwrap();
    let before = read(&world);
    world.oppose(2, "2600000025");
    publish_list(&mut world, 2 * SECOND).unwrap();
    let after = read(&world);
    for written in 0..names.len() {
        for (at, name) in names.iter().enumerate() {
            let octets = if at < written { &after[at] } else { &before[at] };
            fs::write(world.folder.oppositions_path(name), octets).unwrap();
        }
        publish_list(&mut world, 3 * SECOND).unwrap();
        assert_eq!(cards(&world).len(), 2, "{written} files");
        let verifier = list_verifier::ListVerifier::load(&mut world.db).unwrap();
        for name in FILES {
            let stands = verifier.read(&world.folder, ListFile::named(name).unwrap()).unwrap();
            assert!(stands.is_some(), "{name} after {written} files");
        }
        let csv = fs::read_to_string(world.folder.oppositions_path("changes/0.csv")).unwrap();
        assert!(csv.contains("\n2;2600000025;"), "{written} files: {csv}");
    }
}
