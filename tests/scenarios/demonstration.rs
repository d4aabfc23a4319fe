//! The whole main job, once on each database, and what outsiders say of what it leaves.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use acceptance::harness::{
    self, DatabaseKind, Linted, TestDatabase, empty_database, folder, igc, openssl, pkilint, run,
};
use serde_json::Value;
use tempfile::TempDir;

/// A demonstration that was played, and is only read.
pub struct Played {
    dir: PathBuf,
    report: Value,
    _folder: TempDir,
    _database: Option<TestDatabase>,
}

/// The demonstration on SQLite; played once for all tests.
pub fn on_sqlite() -> &'static Played {
    static PLAYED: OnceLock<Played> = OnceLock::new();
    PLAYED.get_or_init(|| play(None))
}

/// The demonstration on PostgreSQL; played once for all tests.
pub fn on_postgresql() -> &'static Played {
    static PLAYED: OnceLock<Played> = OnceLock::new();
    PLAYED.get_or_init(|| play(Some(empty_database(DatabaseKind::Postgresql))))
}

fn play(database: Option<TestDatabase>) -> Played {
    let folder = folder();
    let dir = folder.path().join("demo");
    let mut command = igc();
    command.args(["demo", "--once", "--dir"]).arg(&dir);
    if let Some(database) = &database {
        command.args(["--database", database.url()]);
    }
    run(&mut command).expect_exit(0);
    let report = read_json(&dir.join("report.json"));
    Played { dir, report, _folder: folder, _database: database }
}

impl Played {
    /// Its folder.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.join(name)
    }

    fn text(&self, name: &str) -> String {
        self.path(name).display().to_string()
    }

    /// The rows of a list of the report.
    fn rows(&self, list: &str) -> &[Value] {
        self.report[list].as_array().map(Vec::as_slice).unwrap_or_default()
    }

    /// The certificates of the card that was stolen.
    fn stolen_serials(&self) -> Vec<&str> {
        let stolen = self.rows("cards").iter().find(|card| card["state"] == "opposed").unwrap();
        stolen["certificates"].as_array().unwrap().iter().map(|serial| serial.as_str().unwrap()).collect()
    }
}

/// A copy of a demonstration, for a test that changes it.
pub fn copy_of(played: &Played) -> TempDir {
    let copy = folder();
    let copied =
        Command::new("cp").arg("-a").arg(format!("{}/.", played.dir().display())).arg(copy.path()).status();
    assert!(copied.unwrap().success());
    // SoftHSM's settings name the folder of the tokens by its absolute path.
    let settings = copy.path().join("tokens/softhsm2.conf");
    let text = fs::read_to_string(&settings).unwrap();
    fs::write(&settings, text.replace(&played.text(""), &format!("{}/", copy.path().display()))).unwrap();
    copy
}

fn read_json(path: &Path) -> Value {
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

fn both(check: impl Fn(&Played)) {
    check(on_sqlite());
    check(on_postgresql());
}

#[test]
fn every_step_holds_on_both_databases() {
    both(|played| {
        assert_eq!(played.report["ok"], true);
        let names: Vec<_> = played.rows("steps").iter().map(|step| step["name"].as_str().unwrap()).collect();
        let expected = [
            "ceremony",
            "register",
            "order",
            "personalisation",
            "certification",
            "software-certificate",
            "publication",
            "opposition",
            "renewal",
            "audit",
        ];
        assert_eq!(names, expected);
        assert!(played.rows("steps").iter().all(|step| step["ok"] == true));
    });
}

#[test]
fn the_report_is_what_its_schema_says() {
    both(|played| {
        let schema = harness::root().join("docs/report.schema.json");
        let violations = harness::schema_violations(&schema, &played.path("report.json"));
        assert!(violations.is_empty(), "{violations:#?}");
    });
}

#[test]
fn openssl_accepts_every_certificate_and_knows_which_are_revoked() {
    both(|played| {
        let chain = played.text("public/ca/chain.pem");
        for row in played.rows("certificates") {
            let serial = row["serial"].as_str().unwrap();
            let issuer = row["issuer"].as_str().unwrap();
            let pem = played.text(&format!("certificates/{serial}.pem"));
            openssl(["verify", "-x509_strict", "-CAfile", &chain, &pem]).expect_exit(0);
            let crls = crls_for(played, issuer);
            let checked = openssl([
                "verify",
                "-x509_strict",
                "-CAfile",
                &chain,
                "-CRLfile",
                &crls,
                "-crl_check_all",
                "-extended_crl",
                "-use_deltas",
                &pem,
            ]);
            if row["status"] == "revoked" {
                assert!(checked.said().contains("certificate revoked"), "{}", checked.said());
            } else {
                checked.expect_exit(0);
            }
        }
    });
}

/// The CRL and delta of an authority, and the CRLs of the roots, in one PEM file.
fn crls_for(played: &Played, issuer: &str) -> String {
    let mut pem = String::new();
    let names = [format!("{issuer}.crl"), format!("{issuer}-delta.crl")];
    let roots = ["ACR-EL.crl", "ACR-ST.crl", "ACR-FO.crl"].map(str::to_owned);
    for name in names.iter().chain(&roots) {
        let path = played.text(&format!("public/crl/{name}"));
        pem += &openssl(["crl", "-inform", "DER", "-in", &path]).expect_exit(0).stdout;
    }
    let path = played.path(&format!("{issuer}-crls-{}.pem", std::process::id()));
    // Beside the demonstration's own files, not among them.
    let path = path.parent().unwrap().parent().unwrap().join(path.file_name().unwrap());
    fs::write(&path, pem).unwrap();
    path.display().to_string()
}

#[test]
fn openssl_verifies_every_crl_and_each_lives_a_week() {
    both(|played| {
        let chain = played.text("public/ca/chain.pem");
        let mut seen = 0;
        for row in played.rows("crls") {
            let suffix = if row["kind"] == "delta" { "-delta" } else { "" };
            let path = played.text(&format!("public/crl/{}{suffix}.crl", row["id"].as_str().unwrap()));
            let said =
                openssl(["crl", "-inform", "DER", "-in", &path, "-CAfile", &chain, "-noout", "-verify"]);
            assert!(said.said().contains("verify OK"), "{path}: {}", said.said());
            let crl = openssl::x509::X509Crl::from_der(&fs::read(&path).unwrap()).unwrap();
            let lives = crl.last_update().diff(crl.next_update().unwrap()).unwrap();
            assert!(lives.days >= 7, "{path} lives {} days", lives.days);
            seen += 1;
        }
        assert_eq!(seen, 9 + 6, "nine authorities, six of them with a delta");
    });
}

#[test]
fn the_serials_of_the_stolen_card_stand_on_crl_and_delta() {
    both(|played| {
        for serial in played.stolen_serials() {
            for name in ["ACI-FO-PP.crl", "ACI-FO-PP-delta.crl"] {
                let path = played.text(&format!("public/crl/{name}"));
                let text = openssl(["crl", "-inform", "DER", "-in", &path, "-noout", "-text"]).expect_exit(0);
                assert!(text.stdout.contains(&format!("Serial Number: {serial}")), "{name}");
            }
        }
    });
}

#[test]
fn openssl_verifies_every_ocsp_answer_and_reads_good_before_and_revoked_after() {
    both(|played| {
        let serials = played.stolen_serials();
        assert_eq!(serials.len(), 2);
        for serial in serials {
            for (moment, word) in [("before", "good"), ("after", "revoked")] {
                let certificate = played.text(&format!("certificates/{serial}.pem"));
                let said = openssl([
                    "ocsp",
                    "-no_nonce",
                    "-respin",
                    &played.text(&format!("ocsp/{serial}-{moment}.der")),
                    "-issuer",
                    &played.text("public/ca/ACI-FO-PP.cer"),
                    "-cert",
                    &certificate,
                    "-CAfile",
                    &played.text("public/ca/chain.pem"),
                ])
                .expect_exit(0)
                .said();
                assert!(said.contains("Response verify OK"), "{said}");
                assert!(!said.contains("WARNING"), "{said}");
                assert!(said.contains(&format!("{certificate}: {word}")), "{said}");
            }
        }
    });
}

#[test]
fn pkilint_finds_nothing_serious_that_no_decision_explains() {
    let explained = explained_findings();
    let played = on_sqlite();
    let mut files = Vec::new();
    let mut profiles = std::collections::BTreeSet::new();
    for row in played.rows("certificates") {
        if profiles.insert(row["profile"].as_str().unwrap().to_owned()) {
            files.push(Linted::Certificate(
                played.path(&format!("certificates/{}.pem", row["serial"].as_str().unwrap())),
            ));
        }
    }
    for name in ["ACR-EL", "ACR-FO", "ACI-EL-ORG", "ACI-FO-PP"] {
        files.push(Linted::Certificate(played.path(&format!("public/ca/{name}.cer"))));
        files.push(Linted::Crl(played.path(&format!("public/crl/{name}.crl"))));
    }
    files.push(Linted::Crl(played.path("public/crl/ACI-FO-PP-delta.crl")));
    for serial in played.stolen_serials() {
        for moment in ["before", "after"] {
            files.push(Linted::OcspResponse(played.path(&format!("ocsp/{serial}-{moment}.der"))));
        }
    }
    assert!(profiles.len() >= 5, "{profiles:?}");
    let unexplained: Vec<_> = pkilint(&files)
        .into_iter()
        .filter(|finding| finding.is_serious())
        .filter(|finding| {
            !explained.iter().any(|(code, words)| finding.code == *code && finding.message.contains(words))
        })
        .collect();
    assert!(unexplained.is_empty(), "{unexplained:#?}");
}

/// The rows of the table of decision record 0008: code and words of a finding.
fn explained_findings() -> Vec<(String, String)> {
    let record = harness::root().join("docs/decisions/0008-pkilint-findings.md");
    let cell = |text: &str| text.trim().trim_matches('`').to_owned();
    fs::read_to_string(record)
        .unwrap()
        .lines()
        .filter_map(|line| line.strip_prefix("| `"))
        .map(|line| {
            let mut cells = line.split(" | ");
            (cell(cells.next().unwrap()), cell(cells.next().unwrap()))
        })
        .collect()
}

#[test]
fn the_opposition_list_is_signed_and_names_the_card_and_nothing_else() {
    both(|played| {
        let stolen = played.rows("cards").iter().find(|card| card["state"] == "opposed").unwrap();
        let csv = fs::read_to_string(played.path("public/oppositions/full.csv")).unwrap();
        let mut lines = csv.lines();
        assert_eq!(lines.next(), Some("sequence;card_number;opposed_at"));
        let line = lines.next().unwrap();
        assert!(line.starts_with(&format!("1;{};", stolen["number"].as_str().unwrap())), "{line}");
        assert_eq!(lines.next(), None);
        let json = read_json(&played.path("public/oppositions/full.json"));
        assert!(json.to_string().contains(stolen["number"].as_str().unwrap()));
        for list in ["full.csv", "full.json"] {
            openssl([
                "cms",
                "-verify",
                "-binary",
                "-inform",
                "DER",
                "-purpose",
                "any",
                "-in",
                &played.text(&format!("public/oppositions/{list}.p7s")),
                "-content",
                &played.text(&format!("public/oppositions/{list}")),
                "-CAfile",
                &played.text("public/ca/chain.pem"),
                "-out",
                "/dev/null",
            ])
            .expect_exit(0);
        }
    });
}

#[test]
fn no_file_of_the_present_is_from_the_future_and_only_there_is_the_successor_ordered() {
    both(|played| {
        let orders = |dir: &Path| {
            run(igc().args(["-o", "json", "order", "list", "--status", "approved", "--dir"]).arg(dir))
                .expect_exit(0)
                .json()
        };
        assert_eq!(orders(played.dir()), serde_json::json!([]));
        let ahead = orders(&played.path("future"));
        let ahead = ahead.as_array().unwrap();
        assert_eq!(ahead.len(), 1, "{ahead:?}");
        assert!(ahead[0]["replaces"].is_string());
    });
}

#[test]
fn the_audit_trail_verifies_and_an_altered_row_is_named_with_exit_8() {
    both(|played| {
        run(igc().args(["audit", "verify", "--dir"]).arg(played.dir())).expect_exit(0);
    });
    let copy = copy_of(on_sqlite());
    let dir = copy.path();
    let altered = alter_one_row(&dir.join("igc.sqlite"));
    let said = run(igc().args(["audit", "verify", "--dir"]).arg(dir)).expect_exit(8);
    assert!(said.said().contains(&format!("audit_events {altered}")), "{}", said.said());
    let json = run(igc().args(["-o", "json", "audit", "verify", "--dir"]).arg(dir)).expect_exit(8);
    assert_eq!(json.json()["contradictions"][0]["row"], format!("audit_events {altered}"));
    assert!(json.stderr.contains("\"code\":\"audit-broken\""), "{}", json.stderr);
}

fn alter_one_row(file: &Path) -> String {
    use diesel::connection::SimpleConnection;
    use diesel::prelude::*;
    use store::schema::audit_events;

    let mut db = SqliteConnection::establish(file.to_str().unwrap()).unwrap();
    let id: String = audit_events::table
        .filter(audit_events::action.eq("card.opposed"))
        .select(audit_events::id)
        .first(&mut db)
        .unwrap();
    db.batch_execute(&format!(
        "DROP TRIGGER audit_events_are_never_changed;
         UPDATE audit_events SET actor = 'officer:mallory' WHERE id = '{id}';"
    ))
    .unwrap();
    id
}

#[test]
fn a_demonstration_is_replaced_and_anything_else_is_left_alone() {
    let place = folder();
    let mine = place.path().join("mine");
    fs::create_dir(&mine).unwrap();
    fs::write(mine.join("thesis.txt"), "ten years of work").unwrap();
    let refused = run(igc().args(["-o", "json", "demo", "--once", "--dir"]).arg(&mine)).expect_exit(4);
    assert!(refused.stderr.contains("folder-not-ours"), "{}", refused.stderr);
    assert_eq!(fs::read_to_string(mine.join("thesis.txt")).unwrap(), "ten years of work");

    let demo = place.path().join("demo");
    let play = || run(igc().args(["demo", "--once", "--dir"]).arg(&demo)).expect_exit(0);
    play();
    let first = fs::read(demo.join("public/ca/ACR-FO.cer")).unwrap();
    play();
    assert_ne!(fs::read(demo.join("public/ca/ACR-FO.cer")).unwrap(), first, "keys are made anew");
}

#[test]
fn pins_and_keys_of_an_installation_are_closed_to_others() {
    use std::os::unix::fs::PermissionsExt;

    let played = on_sqlite();
    let mode = |name: &str| fs::metadata(played.path(name)).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode("tokens"), 0o700);
    assert_eq!(mode("tokens/pin/roots"), 0o600);
    assert_eq!(mode("demo/approval.key"), 0o600);
    assert_eq!(mode("tls/web.key"), 0o600);
    let pin = fs::read_to_string(played.path("tokens/pin/issuing")).unwrap();
    assert_ne!(pin, fs::read_to_string(played.path("tokens/pin/roots")).unwrap());
}
