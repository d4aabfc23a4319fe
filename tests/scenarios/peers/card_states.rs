//! T33: a card takes the listed steps and no other, whoever writes to the database; and what opens a token, or signs
//! for an officer, stands in no log, no answer, no row and no published file.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use acceptance::harness::{DatabaseKind, database, igc, run};
use card::CardStatus::{
    self, Active, Batched, Cancelled, Certified, Delivered, Expired, Opposed, Ordered, Personalised,
};
use diesel::connection::SimpleConnection;
use store::{Database, DatabaseRole};

use crate::scenarios::demonstration::{copy_of, on_sqlite};

/// Every change of state there is.
const LISTED: [(CardStatus, CardStatus); 18] = [
    (Ordered, Batched),
    (Ordered, Opposed),
    (Ordered, Cancelled),
    (Batched, Ordered),
    (Batched, Personalised),
    (Batched, Opposed),
    (Batched, Cancelled),
    (Personalised, Certified),
    (Personalised, Opposed),
    (Personalised, Cancelled),
    (Certified, Delivered),
    (Certified, Opposed),
    (Certified, Expired),
    (Delivered, Active),
    (Delivered, Opposed),
    (Delivered, Expired),
    (Active, Opposed),
    (Active, Expired),
];

/// The steps that lead to a state from `ordered`.
fn way_to(status: CardStatus) -> &'static [CardStatus] {
    match status {
        Ordered => &[],
        Batched => &[Batched],
        Personalised => &[Batched, Personalised],
        Certified => &[Batched, Personalised, Certified],
        Delivered => &[Batched, Personalised, Certified, Delivered],
        Active => &[Batched, Personalised, Certified, Delivered, Active],
        Opposed => &[Opposed],
        Expired => &[Batched, Personalised, Certified, Expired],
        Cancelled => &[Cancelled],
    }
}

/// Sets the state with everything that a row in that state must say: only the step itself can be wrong.
fn step(db: &mut Database, card: &str, to: CardStatus) -> Result<(), diesel::result::Error> {
    let opposed_at = if to == Opposed { "1" } else { "NULL" };
    db.batch_execute(&format!(
        "UPDATE cards SET status = '{to}', batch = 'L-20260101-00000000',
             expires_at = coalesce(expires_at, 2000000000000), opposed_at = {opposed_at}, version = version + 1 WHERE number = '{card}'"
    ))
}

#[test]
fn every_pair_of_states_is_a_listed_step_or_refused_by_the_database() {
    for kind in [DatabaseKind::Sqlite, DatabaseKind::Postgresql] {
        let database = database(kind);
        let mut db = database.open(DatabaseRole::Owner);
        db.batch_execute(
            "INSERT INTO card_batches (id, bureau, status, closed_at) VALUES ('L-20260101-00000000', 'B', 'closed', 0)",
        )
        .unwrap();
        let mut worker = database.open(DatabaseRole::Worker);
        let mut number = 2_600_000_000_u64;
        for from in CardStatus::ALL {
            for to in CardStatus::ALL.into_iter().filter(|to| *to != from) {
                number += 1;
                let card = number.to_string();
                // A holder of his own: only one card of a holder may be active.
                db.batch_execute(&format!(
                    "INSERT INTO cards (number, kind, holder, exercise, order_number, temporary, status, version,
                         ordered_at, changed_at)
                     VALUES ('{card}', 'CPS', 'h{card}', 'profession:60', 'o{card}', FALSE, 'ordered', 1, 0, 0)"
                ))
                .unwrap();
                for state in way_to(from) {
                    step(&mut db, &card, *state).unwrap_or_else(|error| panic!("{from}, {state}: {error}"));
                }
                let stepped = step(&mut worker, &card, to);
                let listed = LISTED.contains(&(from, to));
                assert_eq!(stepped.is_ok(), listed, "on {kind}, {from} to {to}: {stepped:?}");
                if let Err(refused) = stepped {
                    // The moment of an opposition is kept by a trigger of its own, which may speak first.
                    let expected = if from == Opposed { "never changed" } else { "no such transition" };
                    let refused = refused.to_string();
                    let says = [expected, "no such transition"].iter().any(|text| refused.contains(text));
                    assert!(says, "on {kind}, {from} to {to}: {refused}");
                }
            }
        }
        let deleted = db.batch_execute("DELETE FROM cards").unwrap_err().to_string();
        assert!(deleted.contains("never deleted"), "on {kind}: {deleted}");
    }
}

/// What nobody may read: the PINs of the tokens, and the lines of the private keys that files hold.
fn canaries(dir: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut canaries = Vec::new();
    for file in files(&dir.join("tokens/pin")) {
        let pin = fs::read_to_string(&file).unwrap().trim().as_bytes().to_vec();
        assert!(pin.len() >= 6, "{} is too short to be told from chance", file.display());
        canaries.push((file, pin));
    }
    for file in [dir.join("demo/approval.key"), dir.join("tls/web.key")] {
        let text = fs::read_to_string(&file).unwrap();
        let line = text.lines().filter(|line| !line.starts_with("-----")).max_by_key(|line| line.len());
        canaries.push((file, line.unwrap().as_bytes().to_vec()));
    }
    canaries
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push(path);
        }
    }
    found
}

fn holds(octets: &[u8], canary: &[u8]) -> bool {
    octets.windows(canary.len()).any(|window| window == canary)
}

#[test]
fn no_pin_and_no_private_key_stands_in_a_log_an_answer_a_row_or_a_published_file() {
    let copy = copy_of(on_sqlite());
    let dir = copy.path();
    let canaries = canaries(dir);
    assert!(canaries.len() > 3, "{canaries:?}");
    let said = |arguments: &[&str]| {
        let mut command = igc();
        command.args(arguments).arg("--dir").arg(dir).env("IGC_LOG", "trace");
        let finished = run(&mut command);
        (format!("igc {arguments:?}"), finished.said().into_bytes())
    };
    let bundle = dir.join("bundle");
    let mut read = vec![
        said(&["doctor"]),
        said(&["config", "show", "--origin"]),
        said(&["job", "run", "full-crl"]),
        said(&["job", "run", "certification"]),
        said(&["job", "run", "signatures"]),
        said(&["audit", "export", "--out", bundle.to_str().unwrap()]),
        said(&["audit", "verify"]),
        // A card number that is none, and a PIN file that is away: faults tell much.
        said(&["card", "show", "0000000000"]),
    ];
    let pins = dir.join("tokens/pin");
    fs::rename(&pins, dir.join("tokens/away")).unwrap();
    read.push(said(&["job", "run", "full-crl"]));
    fs::rename(dir.join("tokens/away"), &pins).unwrap();
    let mut serving = acceptance::harness::start(
        igc().args(["serve", "--role", "worker", "--dir"]).arg(dir).env("IGC_LOG", "trace"),
    );
    std::thread::sleep(Duration::from_secs(3));
    serving.stop(Duration::from_secs(30));
    read.push(("igc serve".to_owned(), (serving.stdout() + &serving.stderr()).into_bytes()));
    assert!(read.last().unwrap().1.len() > 1000, "a worker at trace says much");
    for file in files(&dir.join("public")).into_iter().chain(files(&bundle)).chain(files(&dir.join("audit")))
    {
        read.push((file.display().to_string(), fs::read(&file).unwrap()));
    }
    read.push(("the database".to_owned(), fs::read(dir.join("igc.sqlite")).unwrap()));
    for (what, octets) in &read {
        for (file, canary) in &canaries {
            assert!(!holds(octets, canary), "{what} holds what stands in {}", file.display());
        }
    }
}
