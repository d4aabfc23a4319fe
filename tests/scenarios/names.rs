//! A name is the same in the register, in the certificate (in capital letters there) and on the screen: accents composed or
//! not, apostrophes of both kinds, double names, and every length that the register knows; one that no certificate can hold
//! is refused before a card is made. Drawn anew at each run; what breaks is printed.

use std::fs;
use std::time::Duration;

use acceptance::harness::{DatabaseKind, chance, folder};
use card::CardKind;
use openssl::nid::Nid;
use openssl::x509::X509;
use professional_registry::{IdNatPs, ImportedRegister, Profession, Registry};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use registration_authority::order::{self, NewCardOrder};
use store::{DatabaseRole, Fault};

use super::invariants::of_card;
use super::peers::officer_scope::{Session, officers_pages};
use super::register_days::WITHOUT_A_CARD;
use super::workshop::{APPROVER, SUBMITTER, Workshop, officer, workshop};

/// How many names are drawn: as many as the register takes changed at once, and a batch certifies.
const NAMES: usize = 36;

/// The longest name of the register, in characters.
const LONGEST: usize = 100;

/// One letter as people have them, some as letter and combining mark.
fn letter() -> impl Strategy<Value = String> {
    prop_oneof![
        6 => prop::char::range('A', 'Z').prop_map(String::from),
        2 => prop::char::range('a', 'z').prop_map(String::from),
        4 => prop::sample::select("ÀÂÄÆÇÉÈÊËÎÏÔÖŒÙÛÜŸàâäæçéèêëîïôöœùûüÿßŁñĐ".chars().collect::<Vec<_>>())
            .prop_map(String::from),
        2 => prop::sample::select(vec!["E\u{301}", "e\u{300}", "C\u{327}", "o\u{302}\u{301}", "Y\u{308}"])
            .prop_map(str::to_owned),
    ]
}

/// Words joined as in double names, cut to a length that is often one of the limits.
fn name() -> impl Strategy<Value = String> {
    let word = prop::collection::vec(letter(), 1..14).prop_map(|letters| letters.concat());
    let joint = prop::sample::select(vec!["-", " ", "'", "’", " D'", "-DE-LA-", " ép. "]);
    let length =
        prop_oneof![3 => 1_usize..=40, 1 => Just(63), 1 => Just(64), 1 => Just(65), 1 => Just(LONGEST)];
    (word, prop::collection::vec(("", joint), 0..3), prop::collection::vec(letter(), LONGEST), length)
        .prop_map(|(first, joints, filling, length)| {
            let mut words = filling.chunks(9).map(<[String]>::concat);
            let mut text = first;
            for (_, joint) in joints {
                text = text + joint + &words.next().unwrap_or_default();
            }
            // The limits are reached where the words do not.
            if length >= 63 {
                text.extend(words);
            }
            let text: String = text.chars().take(length).collect();
            // No name begins or ends with a space: nobody would see it.
            text.trim().to_owned()
        })
}

struct Named {
    holder: IdNatPs,
    family: String,
    given: String,
}

/// The next day's extract, in which nurses who have no card yet go by these names.
fn a_day_of_names(workshop: &Workshop, names: &[(String, String)]) -> Vec<Named> {
    let file = workshop.extract(1, &[WITHOUT_A_CARD[0]]);
    let text = fs::read_to_string(&file).unwrap();
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let of_whom = |line: &str| line.split('|').nth(2).unwrap_or_default().to_owned();
    let mut named = Vec::new();
    for place in (1..lines.len()).rev() {
        let cells: Vec<&str> = lines[place].split('|').collect();
        let holder = cells[2].to_owned();
        let alone = lines.iter().filter(|line| of_whom(line) == holder).count() == 1;
        if named.len() == names.len() || !alone || (cells[9], cells[11]) != ("60", "C") {
            continue;
        }
        let (family, given) = names[named.len()].clone();
        let mut cells = cells;
        (cells[7], cells[8]) = (&family, &given);
        lines[place] = cells.join("|");
        named.push(Named { holder: holder.parse().unwrap(), family, given });
    }
    assert_eq!(named.len(), names.len(), "the register has too few nurses with one line");
    fs::write(&file, lines.join("\n") + "\n").unwrap();
    let report = workshop.import(&file).expect_exit(0).json();
    assert_eq!((&report[0]["rows_rejected"], &report[0]["values_dropped"]), (&0.into(), &0.into()));
    named
}

/// An order of each, approved by another; those whose name no certificate can hold are refused.
fn order_cards(workshop: &Workshop, named: &[Named]) {
    let mut db = workshop.open(DatabaseRole::Owner);
    let (approver, registry) = (workshop.approver(), &mut ImportedRegister);
    let verifier = approver.verifier();
    for named in named {
        let holder = &named.holder;
        let profession = Profession::from_code("60").unwrap();
        let new = NewCardOrder { kind: CardKind::Cps, holder: holder.clone(), profession, replaces: None };
        let act = officer(&mut db, SUBMITTER);
        let submitted = db.write(|db| order::submit(db, registry, new, &mut chance(), &act));
        let order = match submitted {
            Ok(submitted) if fits(named) => submitted.into_order(),
            Err(error) if !fits(named) => {
                assert_eq!(error.code().name, "order-name-uncertifiable", "{:?}", named.family);
                continue;
            }
            Ok(_) => panic!("{:?}, {:?} is more than a certificate holds", named.family, named.given),
            Err(error) => panic!("{:?}, {:?}: {error}", named.family, named.given),
        };
        let act = officer(&mut db, APPROVER);
        let proof = approver.approve(&order.decidable(), APPROVER, &mut chance(), act.at).unwrap();
        let (number, version) = (&order.number, order.version);
        db.write(|db| order::approve(db, registry, &verifier, number, version, &proof, &mut chance(), &act))
            .unwrap();
    }
}

/// Whether a certificate can hold both names: 64 characters at most, of which capital letters may have more.
fn fits(named: &Named) -> bool {
    [&named.family, &named.given].iter().all(|name| (1..=64).contains(&name.to_uppercase().chars().count()))
}

/// The octets of the one attribute of this kind in the subject.
fn attribute(certificate: &X509, kind: Nid) -> Vec<u8> {
    let mut entries = certificate.subject_name().entries_by_nid(kind);
    let entry = entries.next().unwrap();
    assert!(entries.next().is_none());
    entry.data().as_slice().to_vec()
}

/// The text that a browser shows for what stands in a page.
fn shown(page: &str) -> String {
    let entities =
        [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#34;", "\""), ("&#39;", "'"), ("&#x27;", "'")];
    let text = entities.iter().fold(page.to_owned(), |text, (entity, sign)| text.replace(entity, sign));
    text.replace("&amp;", "&").replace("&#38;", "&")
}

#[test]
fn a_name_is_the_same_in_the_register_the_certificate_and_on_the_screen() {
    let workshop = workshop(DatabaseKind::Postgresql);
    let mut runner = TestRunner::default();
    let mut draw = || name().new_tree(&mut runner).unwrap().current();
    let names: Vec<(String, String)> = (0..NAMES).map(|_| (draw(), draw())).collect();
    let named = a_day_of_names(&workshop, &names);
    order_cards(&workshop, &named);
    assert_eq!(workshop.make_cards().len(), named.iter().filter(|named| fits(named)).count());
    workshop.certify_the_rest();

    let (port, mut process, links) = officers_pages(&workshop);
    let place = folder();
    let session = Session { port, jar: place.path().join("officer") };
    assert_eq!(session.send(&links["registration-officer"], None).0, "303");
    let mut db = workshop.open(DatabaseRole::Owner);
    for named in &named {
        let Named { holder, family, given } = named;
        let said = format!("{family:?}, {given:?} of {holder}");
        let record = ImportedRegister.professional(&mut db, holder).unwrap().unwrap();
        assert_eq!((&record.family_name, &record.given_name), (family, given), "{said}");
        let cards = card::list(
            &mut db,
            &card::CardFilter { holder: Some(holder.to_string()), ..Default::default() },
            10,
        )
        .unwrap();
        if !fits(named) {
            assert!(cards.is_empty(), "{said}");
            continue;
        }
        let [card] = &cards[..] else { panic!("{said}: {} cards", cards.len()) };
        let certificates = of_card(&mut db, &card.number);
        assert_eq!(certificates.len(), 2, "{said}");
        for (_, certificate) in &certificates {
            let certificate = X509::from_der(certificate.status.der().expect("good")).unwrap();
            // Cards bear capital letters (\[S-cert\] domain.md §1.7), and nothing else is another than it was.
            let capital = |name: &str| name.to_uppercase().into_bytes();
            assert_eq!(attribute(&certificate, Nid::SURNAME), capital(family), "{said}");
            assert_eq!(attribute(&certificate, Nid::GIVENNAME), capital(given), "{said}");
        }
        let (status, page) = session.send(&format!("/ra/cartes/{}", card.number), None);
        assert_eq!(status, "200", "{said}");
        let expected = format!("{} {given}", family.to_uppercase());
        assert!(shown(&page).contains(&expected), "{said}: {expected:?} is not in {page}");
    }
    process.stop(Duration::from_secs(30));
    workshop.check();
}
