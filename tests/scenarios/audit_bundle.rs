//! The bundle that an auditor takes away, and what `igc-verify` finds in it when somebody with the database in
//! his hands changed something first.

mod alterations;
pub mod fields;
mod never_issued;

use std::fs;
use std::path::{Path, PathBuf};

use acceptance::harness::{Finished, fixture, folder, igc, igc_verify, openssl, run};
use diesel::SqliteConnection;
use diesel::connection::SimpleConnection;
use diesel::prelude::*;

use self::alterations::ALTERATIONS;
use super::demonstration::{Played, copy_of, on_postgresql, on_sqlite};

fn export(dir: &Path, out: &Path) {
    run(igc().args(["audit", "export", "--dir"]).arg(dir).arg("--out").arg(out)).expect_exit(0);
}

fn verify(bundle: &Path, options: &[&str]) -> Finished {
    run(igc_verify().args(options).arg(bundle))
}

#[test]
fn the_bundle_of_an_untouched_installation_holds_on_both_databases() {
    let check = |played: &Played| {
        let place = folder();
        let bundle = place.path().join("bundle");
        export(played.dir(), &bundle);
        let said = verify(&bundle, &[]).expect_exit(0);
        assert!(said.stdout.ends_with("HOLDS\n"), "{}", said.stdout);
        let json = verify(&bundle, &["--json"]).expect_exit(0).json();
        assert_eq!((&json["ok"], &json["unsigned"]), (&true.into(), &0.into()));
        assert!(json["witnessed"].as_u64() >= json["checkpoints"].as_u64(), "{json}");
        assert!(json["certificates"].as_u64().unwrap() > 20, "{json}");
        // Nothing of the installation but the folder: all that is pinned can be given from elsewhere.
        let given = [
            ("--key", played.dir().join("audit/key")),
            ("--since-checkpoint", played.dir().join("audit/checkpoints")),
            ("--bureau", played.dir().join("bureau.pem")),
            ("--approval-key", bundle.join("approval-keys/demo.der")),
            ("--root", played.dir().join("public/ca/ACR-FO.cer")),
            ("--root", played.dir().join("public/ca/ACR-ST.cer")),
            ("--root", played.dir().join("public/ca/ACR-EL.cer")),
        ];
        let mut command = igc_verify();
        for (option, path) in given {
            command.arg(option).arg(path);
        }
        for file in fs::read_dir(bundle.join("ceremonies")).unwrap() {
            command.arg("--ceremony").arg(file.unwrap().path());
        }
        let said = run(command.arg(&bundle)).expect_exit(0);
        assert!(!said.stdout.contains("TRUSTED"), "{}", said.stdout);
    };
    check(on_sqlite());
    check(on_postgresql());
}

#[test]
fn a_bundle_goes_to_a_new_folder_that_nobody_else_reads() {
    use std::os::unix::fs::PermissionsExt;

    let place = folder();
    let bundle = place.path().join("bundle");
    export(on_sqlite().dir(), &bundle);
    assert_eq!(fs::metadata(&bundle).unwrap().permissions().mode() & 0o777, 0o700);
    let again = run(igc()
        .args(["-o", "json", "audit", "export", "--dir"])
        .arg(on_sqlite().dir())
        .arg("--out")
        .arg(&bundle));
    assert!(again.expect_exit(4).stderr.contains("folder-not-ours"));
}

#[test]
fn a_verifier_that_is_not_told_what_to_read_or_cannot_says_so_by_its_exit_code() {
    run(igc_verify().arg("--help")).expect_exit(0);
    run(&mut igc_verify()).expect_exit(2);
    run(igc_verify().args(["--what", "bundle"])).expect_exit(2);
    let place = folder();
    verify(&place.path().join("nothing"), &[]).expect_exit(1);
    let bundle = place.path().join("bundle");
    export(on_sqlite().dir(), &bundle);
    let events = bundle.join("events.jsonl");
    fs::write(&events, fs::read_to_string(&events).unwrap().replacen("\"actor\"", "\"actress\"", 1)).unwrap();
    let said = verify(&bundle, &["--json"]).expect_exit(1);
    assert!(
        said.json()["unreadable"].as_str().unwrap().starts_with("events.jsonl line 1: "),
        "{}",
        said.stdout
    );
    let head = bundle.join("bundle.json");
    fs::write(&head, fs::read_to_string(&head).unwrap().replace("bundle-v3", "bundle-v9")).unwrap();
    assert!(verify(&bundle, &[]).expect_exit(1).stdout.contains("igc-audit-bundle-v9"));
}

#[test]
fn a_bundle_that_lost_its_last_lines_is_found_by_its_count() {
    let place = folder();
    let bundle = place.path().join("bundle");
    export(on_sqlite().dir(), &bundle);
    // An abandoned or merely waiting line is not missed by anything else.
    let head = bundle.join("bundle.json");
    let text = fs::read_to_string(&head).unwrap();
    let mut counted: serde_json::Value = serde_json::from_str(&text).unwrap();
    counted["events"] = (counted["events"].as_u64().unwrap() + 1).into();
    fs::write(&head, counted.to_string()).unwrap();
    let said = verify(&bundle, &[]).expect_exit(8).stdout;
    assert!(said.contains("BROKEN bundle.json: says "), "{said}");
}

/// A copy of the demonstration whose database can be put back as it was.
struct Tampered {
    copy: tempfile::TempDir,
    place: tempfile::TempDir,
    clean: Vec<u8>,
    bundles: usize,
}

impl Tampered {
    fn new() -> Self {
        let copy = copy_of(on_sqlite());
        let clean = fs::read(copy.path().join("igc.sqlite")).unwrap();
        Self { copy, place: folder(), clean, bundles: 0 }
    }

    /// The bundle of a database in which somebody who owns the file ran `sql`.
    fn bundle_after(&mut self, sql: &str) -> PathBuf {
        self.put_back();
        let mut db = self.open();
        for trigger in triggers(&mut db) {
            db.batch_execute(&format!("DROP TRIGGER {trigger}")).unwrap();
        }
        db.batch_execute("PRAGMA foreign_keys = OFF").unwrap();
        db.batch_execute(sql).unwrap_or_else(|error| panic!("{sql}: {error}"));
        drop(db);
        self.bundles += 1;
        let bundle = self.place.path().join(format!("bundle-{}", self.bundles));
        // Also where it is told already that the heads kept beside the log contradict it.
        let exported =
            run(igc().args(["audit", "export", "--dir"]).arg(self.copy.path()).arg("--out").arg(&bundle));
        assert!(matches!(exported.status.code(), Some(0 | 8)), "{sql}: {}", exported.stderr);
        bundle
    }

    fn put_back(&self) {
        let file = self.copy.path().join("igc.sqlite");
        for suffix in ["-wal", "-shm"] {
            let _ = fs::remove_file(file.with_extension(format!("sqlite{suffix}")));
        }
        fs::write(&file, &self.clean).unwrap();
    }

    fn open(&self) -> SqliteConnection {
        SqliteConnection::establish(self.copy.path().join("igc.sqlite").to_str().unwrap()).unwrap()
    }

    /// What one SQL expression gives, as text.
    fn ask(&self, sql: &str) -> String {
        let rows: Vec<Named> =
            diesel::sql_query(format!("SELECT ({sql}) AS name")).load(&mut self.open()).unwrap();
        rows.into_iter().next().unwrap().name
    }
}

#[derive(QueryableByName)]
struct Named {
    #[diesel(sql_type = diesel::sql_types::Text)]
    name: String,
}

/// The names of all triggers.
pub fn triggers(db: &mut SqliteConnection) -> Vec<String> {
    let rows: Vec<Named> =
        diesel::sql_query("SELECT name FROM sqlite_master WHERE type = 'trigger'").load(db).unwrap();
    rows.into_iter().map(|row| row.name).collect()
}

#[test]
fn what_was_altered_in_the_database_is_found_in_its_bundle_and_named() {
    let mut installation = Tampered::new();
    let mut unfound = Vec::new();
    for (sql, row, words) in ALTERATIONS {
        let bundle = installation.bundle_after(sql);
        let said = verify(&bundle, &[]);
        let named = said.stdout.lines().any(|line| line.contains(row) && line.contains(words));
        if !named || said.status.code() != Some(8) {
            unfound.push(format!("{sql}\n{}\n{}", said.status, said.stdout));
        }
    }
    assert!(unfound.is_empty(), "{} were not found:\n{}", unfound.len(), unfound.join("\n"));
}

#[test]
fn a_key_swapped_before_or_after_its_certificate_is_found_and_named() {
    let mut installation = Tampered::new();
    let pem = fs::read(fixture("public-keys/p256-end-entity.pem")).unwrap();
    let own = openssl::pkey::PKey::public_key_from_pem(&pem).unwrap().public_key_to_der().unwrap();
    let own: String = own.iter().map(|octet| format!("{octet:02x}")).collect();
    let card = installation.ask("SELECT min(card_number) FROM card_keys");
    let serial = installation.ask(&format!(
        "SELECT serial FROM card_certificates WHERE card_number = '{card}' AND key_usage = 'signature'"
    ));
    let bundle = installation.bundle_after(&format!(
        "UPDATE card_keys SET public_key = X'{own}' WHERE card_number = '{card}' AND key_usage = 'signature'"
    ));
    let said = verify(&bundle, &["--json"]).expect_exit(8).json();
    let only = &said["contradictions"];
    assert_eq!(only.as_array().unwrap().len(), 1, "{said}");
    assert_eq!(only[0]["row"], format!("certificate ACI-FO-PP {serial}"));
    assert_eq!(only[0]["what"], "it certifies another public key than the chip made");

    // Who asked for a software certificate had his own key approved.
    let bundle = installation.bundle_after(&format!("UPDATE certificate_requests SET public_key = X'{own}'"));
    let said = verify(&bundle, &[]).expect_exit(8).stdout;
    assert!(said.contains("a decision is on another version, or on other content"), "{said}");
}

#[test]
fn a_bureau_an_approver_or_a_root_that_the_auditor_does_not_know_counts_for_nothing() {
    let place = folder();
    let bundle = place.path().join("bundle");
    export(on_sqlite().dir(), &bundle);
    let at = |name: &str| place.path().join(name).display().to_string();
    openssl([
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-nodes",
        "-sha256",
        "-days",
        "30",
        "-subj",
        "/CN=demo-bureau",
        "-keyout",
        &at("other.key"),
        "-out",
        &at("other.pem"),
    ])
    .expect_exit(0);
    openssl(["pkey", "-in", &at("other.key"), "-pubout", "-outform", "DER", "-out", &at("other.der")])
        .expect_exit(0);
    for (option, file, words) in [
        ("--bureau", at("other.pem"), "no pinned bureau attests its key"),
        ("--approval-key", at("other.der"), "a decision was signed with a key that is not pinned"),
        ("--root", at("other.pem"), "it is a root that is not pinned"),
    ] {
        let said = verify(&bundle, &[option, &file]).expect_exit(8).stdout;
        assert!(said.contains(words), "{option}: {said}");
    }
}
