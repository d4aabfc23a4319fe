//! The extract *Porteurs_CPS_CPF* as the command writes it, octet by octet against what is known of the real one.

use std::fs;
use std::path::Path;

use acceptance::harness::{DatabaseKind, golden};
use card::{CardFilter, CardKind, CardStatus};
use diesel::prelude::*;
use professional_registry::extract::day;
use store::schema::card_oppositions;
use store::{DatabaseRole, Timestamp};

use super::invariants::of_card;
use super::workshop::{REVOKER, workshop};

/// The columns whose names are known exactly, in the order in which they are told (\[S\] domain.md §3.1).
const KNOWN: [&str; 8] = [
    "Code type de carte",
    "Libellé type de carte",
    "Numéro carte",
    "Identifiant national contenu dans la carte",
    "Date début validité",
    "Date fin validité",
    "Date opposition",
    "Date de mise à jour",
];

#[test]
fn every_certified_card_is_a_line_in_the_published_form_and_an_opposed_one_has_its_day() {
    for kind in [DatabaseKind::Sqlite, DatabaseKind::Postgresql] {
        let workshop = workshop(kind);
        let lost = workshop.cards(CardStatus::Active)[0];
        workshop.igc(&["opposition", "add", &lost.to_string(), "--ground", "lost", "--as", REVOKER]);
        // Ordered and made, and not certified: no card yet.
        let waiting = workshop.personalise(1);
        let folder = workshop.dir().join("extracts");
        let written = workshop.igc(&["registry", "holders", "--out", folder.to_str().unwrap()]).json();
        let path = Path::new(written["path"].as_str().unwrap());
        let name = path.file_name().unwrap().to_str().unwrap();
        let minute =
            name.strip_prefix("Porteurs_CPS_CPF_").and_then(|rest| rest.strip_suffix(".txt")).unwrap();
        assert!(minute.len() == 12 && minute.bytes().all(|byte| byte.is_ascii_digit()), "{name}");

        let octets = fs::read(path).unwrap();
        assert!(!octets.starts_with(b"\xEF\xBB\xBF") && !octets.contains(&b'\r') && octets.ends_with(b"|\n"));
        let text = String::from_utf8(octets).unwrap();
        let (header, lines) = text.split_once('\n').unwrap();
        golden("porteurs-cps-cpf-header.txt", &format!("{header}\n"));
        let columns: Vec<&str> = header.split('|').collect();
        assert_eq!(
            columns.iter().filter(|column| KNOWN.contains(column)).copied().collect::<Vec<_>>(),
            KNOWN
        );

        let mut db = workshop.open(DatabaseRole::Owner);
        let all = card::list(&mut db, &CardFilter::default(), card::MOST_LISTED).unwrap();
        let mut expected = Vec::new();
        for card in all.iter().filter(|card| [CardKind::Cps, CardKind::Cpf].contains(&card.kind)) {
            if of_card(&mut db, &card.number).is_empty() {
                continue;
            }
            let opposed: Option<Timestamp> = card_oppositions::table
                .filter(card_oppositions::card_number.eq(card.number.to_string()))
                .select(card_oppositions::opposed_at)
                .first(&mut db)
                .optional()
                .unwrap();
            expected.push((
                card.number.to_string(),
                card.holder.clone(),
                opposed.map(day).unwrap_or_default(),
            ));
        }
        let place = |column: &str| columns.iter().position(|name| *name == column).unwrap();
        let mut found = Vec::new();
        for line in lines.lines() {
            let cells: Vec<&str> = line.split('|').collect();
            assert_eq!((cells.len(), cells.last().copied()), (columns.len(), Some("")), "{line}");
            let at = |column: &str| cells[place(column)];
            assert_eq!(format!("{}{}", cells[0], cells[1]), cells[2]);
            assert_eq!(at("Identifiant national contenu dans la carte"), cells[2]);
            // As TRE_R87 calls them.
            let label = match at("Code type de carte") {
                "CPS" => "Carte de professionnel de santé",
                "CPF" => "Carte de professionnel en formation",
                other => panic!("{other}: {line}"),
            };
            assert_eq!(at("Libellé type de carte"), label);
            let [from, to] = ["Date début validité", "Date fin validité"].map(at);
            assert!(from < to && [from, to].iter().all(|day| day.len() == 8), "{line}");
            found.push((
                at("Numéro carte").to_owned(),
                cells[2].to_owned(),
                at("Date opposition").to_owned(),
            ));
        }
        assert_eq!(found, expected, "on {kind}");
        assert_eq!(written["cards"].as_u64(), Some(found.len() as u64));
        assert!(found.iter().filter(|(.., opposed)| !opposed.is_empty()).count() >= 2, "{found:?}");
        assert!(!found.iter().any(|(number, ..)| *number == waiting[0].to_string()));
    }
}
