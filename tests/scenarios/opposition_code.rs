//! A holder opposes his card by the code of his letter: drawn by the worker, verified with a key of the HSM, and in clear
//! nowhere but in that letter.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use acceptance::harness::{DatabaseKind, Finished, chance, igc, run, start};
use card::{CardNumber, CardStatus};
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use registration_authority::opposition::Ground;
use registration_authority::opposition::code::OppositionCode;
use registration_authority::opposition::declaration::{Answer, declare, look};
use serde_json::{Value, json};
use store::schema::{card_orders, cards};
use store::{Act, Actor, Database, DatabaseRole, RequestId};

use super::standstill::until;
use super::workshop::{Workshop, workshop};

const KINDS: [DatabaseKind; 2] = [DatabaseKind::Sqlite, DatabaseKind::Postgresql];

/// A job, and everything that it said.
fn job(workshop: &Workshop, name: &str) -> (Value, Finished) {
    let mut command = workshop.command(&["job", "run", name]);
    let done = run(command.env("IGC_LOG", "trace")).expect_exit(0);
    (done.json(), done)
}

fn letters(workshop: &Workshop) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(workshop.dir().join("letters")) else { return Vec::new() };
    let paths = entries.map(|entry| entry.unwrap().path());
    // One that is being written has another name.
    paths.filter(|path| path.extension().is_some_and(|extension| extension == "json")).collect()
}

/// Card and code of every letter, as its printer reads them.
fn codes(workshop: &Workshop) -> Vec<(CardNumber, String)> {
    let mut codes = Vec::new();
    for letter in letters(workshop) {
        let file: Value = serde_json::from_slice(&fs::read(letter).unwrap()).unwrap();
        for one in file["codes"].as_array().unwrap() {
            let card = one["card"].as_str().unwrap().parse().unwrap();
            codes.push((card, one["code"].as_str().unwrap().to_owned()));
        }
    }
    codes
}

/// Drops a declaration as the web role does.
fn drop_in(workshop: &Workshop, identifier: &str, code: &str) -> String {
    let mut db = workshop.open(DatabaseRole::Web);
    let digest = code.parse::<OppositionCode>().unwrap().digest();
    let act = Act { at: workshop.now(), actor: Actor::Job("test"), request: RequestId("test".to_owned()) };
    let declared = identifier.parse().unwrap();
    declare(&mut db, &declared, &digest, Ground::Stolen, &mut chance(), &act).unwrap()
}

fn answer(workshop: &Workshop, id: &str) -> Answer {
    look(&mut workshop.open(DatabaseRole::Web), id).unwrap().unwrap()
}

#[test]
fn a_holder_opposes_his_card_by_its_code_and_every_use_of_the_key_was_intended() {
    for kind in KINDS {
        let workshop = workshop(kind);
        let living = workshop.cards(CardStatus::Active);
        let (drawn, _) = job(&workshop, "opposition-codes");
        assert_eq!(drawn["cards"].as_array().unwrap().len(), living.len(), "on {kind}: {drawn}");
        assert_eq!(job(&workshop, "opposition-codes").0, json!({"cards": []}), "each card has one code");
        let codes = codes(&workshop);
        let (card, code) = &codes[0];
        let id = drop_in(&workshop, &card.to_string(), code);
        let wrong = drop_in(&workshop, &codes[1].0.to_string(), code);
        let (done, _) = job(&workshop, "holder-declarations");
        assert_eq!(
            done,
            json!({"opposed": [card.to_string()], "not_recognised": 1, "failed": []}),
            "on {kind}"
        );
        assert!(matches!(answer(&workshop, &id), Answer::Opposed(receipt) if receipt.card == *card));
        assert_eq!(answer(&workshop, &wrong), Answer::NotRecognised);
        assert_eq!(workshop.cards(CardStatus::Opposed).iter().filter(|opposed| *opposed == card).count(), 1);
        let (signatures, _) = job(&workshop, "signatures");
        assert!(signatures.to_string().contains("\"alarms\":[]"), "on {kind}: {signatures}");
        workshop.igc(&["audit", "verify"]);
    }
}

#[test]
fn the_code_is_in_the_letter_alone_which_its_owner_alone_reads() {
    for kind in KINDS {
        let workshop = workshop(kind);
        let mut said = job(&workshop, "opposition-codes").1.said();
        let codes = codes(&workshop);
        for (card, code) in &codes {
            drop_in(&workshop, &card.to_string(), code);
        }
        let dropped = found(&workshop, &codes);
        said += &job(&workshop, "holder-declarations").1.said();
        assert_eq!([dropped, found(&workshop, &codes)], [Vec::<String>::new(), Vec::new()], "on {kind}");
        assert!(said.len() > 100 && forms(&codes).iter().all(|form| !said.contains(form)), "{said}");
        let [letter] = &letters(&workshop)[..] else { panic!("one letter") };
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(letter), mode(letter.parent().unwrap())), (0o600, 0o700));
    }
}

#[test]
fn each_holder_gets_a_sheet_with_his_name_and_the_code_of_his_card() {
    for kind in KINDS {
        let workshop = workshop(kind);
        job(&workshop, "opposition-codes");
        let [letter] = &letters(&workshop)[..] else { panic!("one letter") };
        let mut printer = igc();
        printer.args(["bureau", "letters", "--page", "https://cartes.test/opposition"]);
        let printed = run(printer.stdin(fs::File::open(letter).unwrap())).expect_exit(0).stdout;
        let sheets: Vec<&str> = printed.split("<article>").skip(1).collect();
        let codes = codes(&workshop);
        assert_eq!(sheets.len(), codes.len(), "on {kind}: {printed}");
        for (sheet, (card, code)) in sheets.iter().zip(&codes) {
            assert!(sheet.contains(code) && sheet.contains(&card.to_string()), "on {kind}: {sheet}");
            let (given, family): (String, String) = cards::table
                .inner_join(card_orders::table.on(card_orders::number.eq(cards::order_number)))
                .filter(cards::number.eq(card.to_string()))
                .select((card_orders::given_name, card_orders::family_name))
                .first(&mut workshop.open(DatabaseRole::Owner))
                .unwrap();
            assert!(sheet.contains(&format!("{given} {family}")), "on {kind}: {given} {family} in {sheet}");
        }
    }
}

/// A code as it may have been written down.
fn forms(codes: &[(CardNumber, String)]) -> Vec<String> {
    codes.iter().flat_map(|(_, code)| [code.clone(), code.replace('-', ""), code.to_lowercase()]).collect()
}

/// Where one of the codes stands, the letters apart: files of the installation, rows of its database.
fn found(workshop: &Workshop, codes: &[(CardNumber, String)]) -> Vec<String> {
    let forms = forms(codes);
    let letters = workshop.dir().join("letters");
    let mut found = Vec::new();
    let mut folders = vec![workshop.dir().to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path == letters {
                continue;
            }
            if path.is_dir() {
                folders.push(path);
            } else if let Ok(octets) = fs::read(&path) {
                let holds =
                    |form: &String| octets.windows(form.len()).any(|window| window == form.as_bytes());
                found.extend(forms.iter().any(holds).then(|| path.display().to_string()));
            }
        }
    }
    if let Database::Postgresql(db) = &mut workshop.open(DatabaseRole::Owner) {
        found.extend(rows_like(db, &forms.join("|")));
    }
    found
}

#[derive(QueryableByName)]
struct Named {
    #[diesel(sql_type = Text)]
    name: String,
}

#[derive(QueryableByName)]
struct Counted {
    #[diesel(sql_type = BigInt)]
    rows: i64,
}

/// The tables of which a row, as text, has something that this pattern describes.
pub fn rows_like(db: &mut PgConnection, pattern: &str) -> Vec<String> {
    let tables = "SELECT table_name::text AS name FROM information_schema.tables WHERE table_schema = current_schema()";
    let tables: Vec<Named> = diesel::sql_query(tables).load(db).unwrap();
    assert!(tables.len() > 40, "the tables are not found");
    let holds = |table: &Named| {
        let sql = format!("SELECT count(*) AS rows FROM {} t WHERE t::text ~ '{pattern}'", table.name);
        diesel::sql_query(sql).get_result::<Counted>(db).unwrap().rows > 0
    };
    tables.into_iter().filter(holds).map(|table| table.name).collect()
}

#[test]
fn a_letter_that_a_crash_left_half_way_goes_where_its_codes_stand_and_is_thrown_away_where_not() {
    let workshop = workshop(DatabaseKind::Sqlite);
    job(&workshop, "opposition-codes");
    let [letter] = &letters(&workshop)[..] else { panic!("one letter") };
    let recorded = letter.with_extension("unrecorded");
    fs::rename(letter, &recorded).unwrap();
    let unknown = letter.with_file_name(format!("{}.unrecorded", "0".repeat(32)));
    fs::copy(&recorded, &unknown).unwrap();
    job(&workshop, "opposition-codes");
    assert_eq!(letters(&workshop), std::slice::from_ref(letter));
}

#[test]
fn the_web_role_reads_neither_a_verifier_nor_what_it_dropped_itself() {
    let workshop = workshop(DatabaseKind::Postgresql);
    job(&workshop, "opposition-codes");
    let id = drop_in(&workshop, "2612345678", "0000-0000-0000-0000");
    let mut db = workshop.open(DatabaseRole::Web);
    for statement in [
        "SELECT verifier FROM opposition_codes",
        "UPDATE opposition_codes SET failures = 0",
        "SELECT code_digest FROM holder_declarations",
        "SELECT identifier FROM holder_declarations",
        "UPDATE holder_declarations SET outcome = 'not-recognised', code_digest = NULL, answered_at = 1",
        "DELETE FROM holder_declarations",
        "INSERT INTO holder_declarations (id, identifier, ground, received_at, outcome, answered_at)
             VALUES ('0123456789abcdef0123456789abcdef', '2612345678', 'lost', 1, 'not-recognised', 1)",
    ] {
        let refused = db.batch_execute(statement).unwrap_err().to_string();
        assert!(refused.contains("permission denied"), "{statement}: {refused}");
    }
    assert_eq!(look(&mut db, &id).unwrap(), Some(Answer::Waiting));
}

#[test]
fn a_verifier_that_was_written_by_hand_or_moved_to_another_card_fits_no_code() {
    let workshop = workshop(DatabaseKind::Sqlite);
    let (own, victim) = {
        job(&workshop, "opposition-codes");
        let codes = codes(&workshop);
        (codes[0].clone(), codes[1].0)
    };
    let mut db = workshop.open(DatabaseRole::Owner);
    db.batch_execute(&format!(
        "DROP TRIGGER opposition_codes_are_made_once;
         UPDATE opposition_codes SET verifier = (SELECT verifier FROM opposition_codes WHERE card_number = '{}')
         WHERE card_number = '{victim}'",
        own.0
    ))
    .unwrap();
    let id = drop_in(&workshop, &victim.to_string(), &own.1);
    job(&workshop, "holder-declarations");
    assert_eq!(answer(&workshop, &id), Answer::NotRecognised);
    assert!(workshop.cards(CardStatus::Active).contains(&victim));
}

#[test]
fn a_worker_that_is_served_draws_codes_and_opposes_within_seconds() {
    let workshop = workshop(DatabaseKind::Sqlite);
    let living = workshop.cards(CardStatus::Active).len();
    let mut worker = start(&mut workshop.command(&["serve", "--role", "worker"]));
    until("every living card has its code", || codes(&workshop).len() >= living);
    let (card, code) = codes(&workshop).remove(0);
    let id = drop_in(&workshop, &card.to_string(), &code);
    let began = Instant::now();
    until("the declaration is answered", || answer(&workshop, &id) != Answer::Waiting);
    assert!(matches!(answer(&workshop, &id), Answer::Opposed(_)));
    assert!(began.elapsed() < Duration::from_secs(10), "{:?}", began.elapsed());
    worker.kill();
}
