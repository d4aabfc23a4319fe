//! What goes out, in which order, and for how long it may be kept.

use std::fs;

use super::super::files::{COMPACT_LIST, FULL_LIST};
use super::*;
use crate::crl::CrlKind;
use crate::fixture::{ISSUING, World};

const FIVE_MINUTES: Duration = Duration::from_secs(300);

/// A world that has published CRLs and lists.
fn published() -> World {
    let mut world = World::new();
    let act = world.act(Duration::ZERO);
    world.publish_crls_and_list(&act);
    world
}

#[test]
fn no_cache_is_told_to_keep_what_ends_before() {
    let world = published();
    let crls = [format!("crl/{ISSUING}.crl"), format!("crl/{ISSUING}-delta.crl")];
    for name in crls.into_iter().chain([FULL_LIST, COMPACT_LIST].map(str::to_owned)) {
        let says = Says::of(&name, &fs::read(world.folder.root().join(&name)).unwrap());
        let end = says.next_update.unwrap();
        let at = |left: u64| cache_time(FIVE_MINUTES, says, end.minus(Duration::from_secs(left)));
        let expected = [300, 299, 0].map(Duration::from_secs);
        assert_eq!([at(3000), at(299), at(0)], expected, "{name}");
        assert_eq!(cache_time(FIVE_MINUTES, says, end.plus(FIVE_MINUTES)), Duration::ZERO, "{name}");
    }
    let says = Says::of("ca/chain.pem", b"");
    assert_eq!(cache_time(FIVE_MINUTES, says, world.start), FIVE_MINUTES, "it does not end");
    // What does not say it ends with what does.
    let files = public_files(world.folder.root()).unwrap();
    let ends_with = |name: &str| {
        let file = files.iter().find(|file| file.name == name).unwrap();
        file.ends_with().map(str::to_owned)
    };
    for (name, with) in [
        ("oppositions/full.csv", Some(FULL_LIST)),
        ("oppositions/full.csv.p7s", Some(FULL_LIST)),
        ("oppositions/full.json.p7s", Some(FULL_LIST)),
        ("oppositions/full.bin.p7s", Some(COMPACT_LIST)),
        (FULL_LIST, None),
        (COMPACT_LIST, None),
    ] {
        assert_eq!(ends_with(name).as_deref(), with, "{name}");
    }
}

#[test]
fn what_fails_holds_back_what_hangs_on_it_and_nothing_else() {
    let world = published();
    let files = public_files(world.folder.root()).unwrap();
    let held_back = |failed: &[&str]| {
        let mut run = Run::of(&world.folder, None);
        run.failed = failed.iter().map(|name| (*name).to_owned()).collect();
        let held = files.iter().filter(|file| run.holds_back(file) || run.lacks_base(file));
        held.map(|file| file.name.as_str()).collect::<Vec<_>>()
    };
    assert!(held_back(&[]).is_empty());
    let (full, delta) = (format!("crl/{ISSUING}.crl"), format!("crl/{ISSUING}-delta.crl"));
    assert_eq!(held_back(&[&full]), [delta.as_str()], "unless its base stands");
    assert!(held_back(&[&delta]).is_empty());
    let whole = [&format!("{FULL_LIST}.p7s"), FULL_LIST];
    let with = |name: &'static str| [&[name][..], &whole].concat();
    assert_eq!(held_back(&["oppositions/full.bin.p7s"]), with("oppositions/full.bin"));
    assert_eq!(held_back(&["oppositions/full.csv"]), whole);
}

#[test]
fn one_shard_that_fails_holds_a_statement_back_that_all_is_well_and_none_that_names_differences() {
    let world = published();
    let path = world.folder.coherence_path(STATEMENT);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    for (coherent, held_back) in [(true, true), (false, false)] {
        fs::write(&path, format!("{{\"coherent\": {coherent}}}")).unwrap();
        fs::write(path.with_extension("json.p7s"), b"its signature").unwrap();
        let files = public_files(world.folder.root()).unwrap();
        let mut run = Run::of(&world.folder, None);
        run.failed.insert(format!("crl/{ISSUING}/3.crl"));
        let statement = files.iter().filter(|file| file.name.starts_with("coherence/"));
        let held: Vec<bool> = statement.map(|file| run.holds_back(file)).collect();
        assert_eq!(held, [held_back; 2], "coherent: {coherent}");
    }
}

#[test]
fn what_ends_cards_and_certificates_goes_before_complete_crls_and_each_signature_before_its_file() {
    let world = published();
    let files = public_files(world.folder.root()).unwrap();
    let place = |name: &str| files.iter().position(|file| file.name == name).unwrap();
    let crl = |kind: CrlKind| place(&format!("crl/{}", kind.file_name(ISSUING, None)));
    assert!(place(FULL_LIST) < crl(CrlKind::Delta) && crl(CrlKind::Delta) < crl(CrlKind::Full));
    for file in files.iter().filter(|file| file.name.starts_with("oppositions/")) {
        assert!(place(&file.name) <= place(FULL_LIST), "{}", file.name);
        let signature = files.iter().position(|other| other.name == file.signature());
        assert!(signature.is_none_or(|signature| signature < place(&file.name)), "{}", file.name);
    }
}
