//! The professions that are known here against the public nomenclature as the register's crate has it: a table of data, read
//! by a test alone, and compared by what the verifier lets pass.

use std::collections::BTreeMap;
use std::path::Path;

use super::installation::{Card, Extension, Installation};
use crate::tbs;

/// Code and label of each line of a table, those that are no longer given included.
fn nomenclature(file: &str) -> BTreeMap<i64, String> {
    let registry = Path::new(env!("CARGO_MANIFEST_DIR")).with_file_name("professional-registry");
    let text = std::fs::read_to_string(registry.join("src/nomenclature/data").join(file)).unwrap();
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    let known = lines.map(|line| {
        let mut cells = line.split('\t');
        (cells.next().unwrap().parse().unwrap(), cells.next().unwrap().to_owned())
    });
    known.collect()
}

/// What is found of this card where it is certified under this title and for this code.
fn certified(card: &Card, code: i64, title: &str, of: fn(i64) -> Extension) -> String {
    // A made-up card says what a program says that is compiled: for good.
    let mut card = Card { profession: code.to_string().leak(), ..card.clone() };
    let place = card.said.subject.iter().position(|(kind, _)| *kind == tbs::TITLE).unwrap();
    card.said.subject[place].1 = title.to_owned().leak();
    card.said.extensions[2] = of(code);
    let mut made = Installation::new();
    made.card(&card);
    made.found()
}

#[track_caller]
fn are_those_of(file: &str, card: &Card, of: fn(i64) -> Extension) {
    let known = nomenclature(file);
    assert!(known.contains_key(&10) && !known.contains_key(&61), "{file}: {known:?}");
    // The last two are 10 and 60 to whoever reads one octet.
    for code in (0..=99).chain([266, 316]) {
        let Some(label) = known.get(&code) else {
            let found = certified(card, code, "Médecin", of);
            assert!(found.contains("of a kind or profession that is not known here"), "{code}: {found}");
            continue;
        };
        assert_eq!(certified(card, code, label, of), "", "{code}");
        let found = certified(card, code, "Autre", of);
        assert!(found.contains(&format!("{label} was decided on")), "{code}: {found}");
    }
}

#[test]
fn the_professions_are_those_of_the_nomenclature() {
    are_those_of("TRE_G15-ProfessionSante.tsv", &Card::of_a_nurse(), Extension::Profession);
}

#[test]
fn the_professions_in_training_are_those_of_the_nomenclature() {
    let mut student = Card { kind: "CPF", profile: "fo-pp-cpf-auth", ..Card::of_a_nurse() };
    student.said.extensions.push(Extension::CardType(1));
    are_those_of("TRE_G16-ProfessionFormation.tsv", &student, Extension::FutureProfession);
}
