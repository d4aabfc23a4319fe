use std::io::Cursor;
use std::time::Duration;

use professional_registry::IdNatPs;
use professional_registry::extract::{COLUMNS, Form, file_name};
use professional_registry::import::{ImportError, ImportOptions, ImportReport, Release, import_extract};
use professional_registry::merges::{MergeOptions, import_merges};
use sha2::{Digest, Sha256};
use store::{Act, Actor, Database, RequestId, Timestamp};

use super::Rng;

/// One line of an extract: person, names, profession, category.
pub(crate) struct Line {
    pub(crate) person: u32,
    pub(crate) family_name: &'static str,
    pub(crate) given_name: &'static str,
    pub(crate) profession: &'static str,
    pub(crate) category: &'static str,
}

/// A structure that every line works in.
pub(crate) const STRUCTURE: &str = "F0B0193488";
/// One that the register knows by its own number only.
pub(crate) const STRUCTURE_WITHOUT_NUMBER: &str = "R102671";

const NURSE: u32 = 1;
const MILITARY: u32 = 2;
const STUDENT: u32 = 3;
const TWOFOLD: u32 = 4;
const DEPRECATED: u32 = 5;
const GONE: u32 = 6;
const CHANGED: u32 = 7;
const OTHER_NURSE: u32 = 8;
const STUDENT_NURSE: u32 = 9;
const ADELI_NURSE: u32 = 10;

pub(crate) fn nurse() -> IdNatPs {
    person(NURSE)
}
pub(crate) fn other_nurse() -> IdNatPs {
    person(OTHER_NURSE)
}
pub(crate) fn military_nurse() -> IdNatPs {
    person(MILITARY)
}
/// Learns to be a physician.
pub(crate) fn student() -> IdNatPs {
    person(STUDENT)
}
/// Learns to be a nurse, for whom there is no CPF.
pub(crate) fn student_nurse() -> IdNatPs {
    person(STUDENT_NURSE)
}
/// A nurse and a physiotherapist.
pub(crate) fn twofold() -> IdNatPs {
    person(TWOFOLD)
}
/// Exercises a profession that the nomenclature has given up.
pub(crate) fn deprecated() -> IdNatPs {
    person(DEPRECATED)
}
/// In the register on the first day only.
pub(crate) fn gone() -> IdNatPs {
    person(GONE)
}
/// A nurse on the first day, a physiotherapist on both.
pub(crate) fn changed() -> IdNatPs {
    person(CHANGED)
}
/// Never in the register.
pub(crate) fn nobody() -> IdNatPs {
    person(9999)
}

pub(crate) fn first_day() -> Vec<Line> {
    let mut lines = second_day();
    lines.push(line(GONE, "MOREAU", "Luc", "60", "C"));
    lines.push(line(CHANGED, "PETIT", "Anne", "60", "C"));
    lines
}

pub(crate) fn second_day() -> Vec<Line> {
    vec![
        line(NURSE, "DURAND", "Élise", "60", "C"),
        line(OTHER_NURSE, "LE GOFF", "Yann", "60", "C"),
        line(MILITARY, "MARTIN", "Paul", "60", "M"),
        line(STUDENT, "BERNARD", "Zoé", "10", "E"),
        line(STUDENT_NURSE, "GARNIER", "Léa", "60", "E"),
        line(TWOFOLD, "D'ARGENT", "Jean-Marc", "60", "C"),
        line(TWOFOLD, "D'ARGENT", "Jean-Marc", "70", "C"),
        line(DEPRECATED, "ROBERT", "Inès", "35", "C"),
        line(CHANGED, "PETIT", "Anne", "70", "C"),
    ]
}

/// A nurse who goes by an ADELI number of the test range.
pub(crate) fn adeli_nurse() -> IdNatPs {
    "00B6000019".parse().unwrap()
}

/// The RPPS number that it becomes.
pub(crate) fn adeli_nurse_renumbered() -> IdNatPs {
    person(ADELI_NURSE)
}

/// The correspondence that says so, read.
pub(crate) fn renumber(house: &mut super::House, act: &Act) {
    let (old, new) = (adeli_nurse().to_string(), adeli_nurse_renumbered().to_string());
    let file = format!("N° ADELI;N° RPPS\n{};{}\n", &old[1..], &new[1..]);
    let super::House { db, rng, .. } = house;
    let options = MergeOptions { extracted_at: Some(act.at), ..MergeOptions::default() };
    assert_eq!(import_merges(db, file.as_bytes(), "correspondence", &options, rng, act).unwrap().new, 1);
}

/// The line of that nurse, under the one number or the other.
pub(crate) fn line_of_adeli_nurse(id: &IdNatPs) -> String {
    let rpps = person(ADELI_NURSE).to_string();
    let text = cells(&line(ADELI_NURSE, "LE BRETON", "Anaïs", "60", "C"), STRUCTURE);
    let id = id.to_string();
    let identity = format!("{}|{}|{id}|", &id[..1], &id[1..]);
    text.replace(&format!("8|{}|{rpps}|", &rpps[1..]), &identity)
}

/// The lines of a day without those of one person.
pub(crate) fn without(lines: Vec<Line>, person_gone: &IdNatPs) -> Vec<Line> {
    lines.into_iter().filter(|line| person(line.person) != *person_gone).collect()
}

/// That many nurses whom nobody else names.
pub(crate) fn crowd(count: u32) -> Vec<Line> {
    (0..count).map(|number| line(1000 + number, unlike(number), unlike(number + 7919), "60", "C")).collect()
}

/// A name that is like no other: nobody of a crowd may look like his neighbour.
fn unlike(number: u32) -> &'static str {
    let digest = Sha256::digest(number.to_be_bytes());
    let letters: String = digest.iter().take(10).map(|octet| char::from(b'A' + octet % 26)).collect();
    Box::leak(letters.into_boxed_str())
}

/// One of the crowd.
pub(crate) fn one_of_the_crowd(number: u32) -> IdNatPs {
    person(1000 + number)
}

pub(crate) fn import(
    db: &mut Database,
    rng: &mut Rng,
    now: Timestamp,
    day: u64,
    (lines, more): (&[Line], &str),
    release: Option<Release>,
) -> Result<ImportReport, ImportError> {
    let extracted_at = now.minus(Duration::from_secs((30 - day) * 86_400));
    let mut text = format!("{}|\n", COLUMNS.join("|"));
    for line in lines {
        text.push_str(&cells(line, STRUCTURE));
    }
    text.push_str(&cells(&lines[0], STRUCTURE_WITHOUT_NUMBER));
    text.push_str(more);
    let act = Act { at: now, actor: Actor::Job("register-import"), request: RequestId("test".to_owned()) };
    import_extract(
        db,
        &mut Cursor::new(text.into_bytes()),
        &file_name(Form::ACTIVITIES, extracted_at),
        &ImportOptions { release, ..ImportOptions::default() },
        &mut |_, _| (),
        rng,
        &act,
    )
}

/// A line at this structure, as the extract writes it.
pub(crate) fn line_at(line: &Line, structure: &str) -> String {
    cells(line, structure)
}

/// The line of somebody who practises at this structure on his own account, in a sector.
pub(crate) fn line_of_practice(line: &Line, structure: &str, sector: &str) -> String {
    let employed = cells(line, structure);
    // The mode and the sector stand alone between their bars.
    employed.replace("|S|", "|L|").replace("|SA01|", &format!("|{sector}|"))
}

/// Reads a restricted extract: telephone and e-mail for correspondence of each person.
pub(crate) fn import_contacts(house: &mut super::House, contacts: &[(&IdNatPs, &str, &str)]) {
    let told = contacts.iter().map(|(person, telephone, email)| {
        let cells = [
            ("Téléphone (coord. correspondance)", *telephone),
            ("Adresse e-mail (coord. correspondance)", *email),
        ];
        (*person, cells.to_vec())
    });
    import_restricted(house, &told.collect::<Vec<_>>());
}

/// Reads a restricted extract: name at birth, given names and date of birth of each person.
pub(crate) fn import_civil_status(house: &mut super::House, persons: &[(&IdNatPs, &str, &str, &str)]) {
    let told = persons.iter().map(|(person, family_name, given_names, born)| {
        let cells =
            [("Nom de famille", *family_name), ("Prénoms", *given_names), ("Date de naissance", *born)];
        (*person, cells.to_vec())
    });
    import_restricted(house, &told.collect::<Vec<_>>());
}

/// Reads an extract of the MSSanté: a mailbox of each of these persons.
pub(crate) fn import_mailboxes(house: &mut super::House, mailboxes: &[(&IdNatPs, &str)]) {
    let told = mailboxes
        .iter()
        .map(|(person, address)| (*person, vec![("Type de BAL", "PER"), ("Adresse BAL", *address)]));
    import_told(house, Form::MAILBOXES, &told.collect::<Vec<_>>());
}

fn import_restricted(house: &mut super::House, told: &[(&IdNatPs, Vec<(&str, &str)>)]) {
    import_told(house, Form::RESTRICTED, told);
}

fn import_told(house: &mut super::House, form: &'static Form, told: &[(&IdNatPs, Vec<(&str, &str)>)]) {
    let mut text = format!("{}|\n", form.columns.join("|"));
    for (person, told) in told {
        let id = person.to_string();
        let cell = |column: &&str| match *column {
            "Type d'identifiant PP" | "Type Identifiant PP" => id[..1].to_owned(),
            "Identifiant PP" => id[1..].to_owned(),
            "Identification nationale PP" => id.clone(),
            column => told.iter().find(|(of, _)| *of == column).map_or("", |(_, cell)| cell).to_owned(),
        };
        let cells: Vec<String> = form.columns.iter().map(cell).collect();
        text.push_str(&format!("{}|\n", cells.join("|")));
    }
    let act = house.act(Actor::Job("register-import"));
    let name = file_name(form, house.at.minus(Duration::from_secs(86_400)));
    let file = &mut Cursor::new(text.into_bytes());
    let options = ImportOptions::default();
    let report =
        import_extract(&mut house.db, file, &name, &options, &mut |_, _| (), &mut house.rng, &act).unwrap();
    assert_eq!(report.rows_rejected, 0, "the test's own extract is well formed");
}

fn cells(line: &Line, structure: &str) -> String {
    let id = person(line.person).to_string();
    let finess = structure.strip_prefix('F').unwrap_or_default();
    let siret = structure.strip_prefix('C').unwrap_or_default();
    let cell = |column: &str| match column {
        "Type d'identifiant PP" => "8",
        "Identifiant PP" => &id[1..],
        "Identification nationale PP" => &id,
        "Nom d'exercice" => line.family_name,
        "Prénom d'exercice" => line.given_name,
        "Code profession" => line.profession,
        "Code catégorie professionnelle" => line.category,
        "Code mode exercice" => "S",
        "Numéro FINESS site" => finess,
        "Numéro SIRET site" => siret,
        "Identifiant technique de la structure" => structure,
        "Raison sociale site" => "CENTRE HOSPITALIER IMAGINAIRE DE LA RIVE GAUCHE",
        "Code Département (structure)" => "75",
        "Libellé Département (structure)" => "Paris (75)",
        "Code secteur d'activité" => "SA01",
        _ => "",
    };
    let cells: Vec<&str> = COLUMNS.iter().map(|column| cell(column)).collect();
    format!("{}|\n", cells.join("|"))
}

fn line(
    person: u32,
    family_name: &'static str,
    given_name: &'static str,
    profession: &'static str,
    category: &'static str,
) -> Line {
    Line { person, family_name, given_name, profession, category }
}

/// `8` and a number of the test range `997…` with its Luhn key.
fn person(number: u32) -> IdNatPs {
    let digits = format!("997{number:07}");
    (0..10).find_map(|key| format!("8{digits}{key}").parse().ok()).unwrap()
}
