//! The whole main job, once on each database, and what outsiders say of what it leaves.

mod judges;
mod renewed;
mod replaced;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::time::Duration;

use acceptance::harness::{DatabaseKind, Finished, TestDatabase, empty_database, folder, igc, openssl, run};
use serde_json::Value;
use store::Timestamp;
use tempfile::TempDir;

pub use judges::unexplained;

/// A demonstration that was played, and is only read.
pub struct Played {
    present: Scene,
    years_ahead: Scene,
    _folder: TempDir,
    _database: Option<TestDatabase>,
}

/// A folder that a demonstration leaves: its own, or the one that was moved ahead.
struct Scene {
    dir: PathBuf,
    report: Value,
    /// What time it is there, in seconds since 1970.
    at: i64,
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
    let (present, years_ahead) = (Scene::in_folder(&dir), Scene::in_folder(&dir.join("future")));
    Played { present, years_ahead, _folder: folder, _database: database }
}

impl Played {
    /// Its folder.
    pub fn dir(&self) -> &Path {
        &self.present.dir
    }
}

impl Scene {
    fn in_folder(dir: &Path) -> Self {
        let report = read_json(&dir.join("report.json"));
        let started: Timestamp = report["started_at"].as_str().unwrap().parse().unwrap();
        let took = Duration::from_millis(report["took_ms"].as_u64().unwrap());
        // Whole seconds stand in what was signed: its last moment may be that of the next one.
        let at = started.plus(took).seconds() + 1;
        Self { dir: dir.to_owned(), report, at }
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

    /// The names of the steps, every one of which held.
    fn steps(&self) -> Vec<&str> {
        assert_eq!(self.report["ok"], true);
        assert!(self.rows("steps").iter().all(|step| step["ok"] == true));
        self.rows("steps").iter().map(|step| step["name"].as_str().unwrap()).collect()
    }

    /// The cards in this state, by number.
    fn cards(&self, state: &str) -> Vec<&Value> {
        self.rows("cards").iter().filter(|card| card["state"] == state).collect()
    }

    /// Runs `openssl` at the time of this scene, by the option that its commands have for it.
    fn openssl(&self, arguments: &[&str]) -> Finished {
        let at = self.at.to_string();
        openssl([arguments[0], "-attime", &at].iter().chain(&arguments[1..]))
    }

    /// Runs `openssl` with the whole clock at the time of this scene: `openssl ocsp` has no option for the
    /// times of an answer.
    fn openssl_with_its_clock(&self, arguments: &[&str]) -> Finished {
        let clock =
            format!("@{}", Timestamp::from_seconds(self.at).to_string().replace(['T', 'Z'], " ").trim());
        let mut command = Command::new("faketime");
        run(command.args(["-f", &clock, "openssl"]).args(arguments).env("TZ", "UTC"))
    }
}

/// The serial numbers of a card of a report.
fn serials(card: &Value) -> Vec<&str> {
    card["certificates"].as_array().unwrap().iter().map(|serial| serial.as_str().unwrap()).collect()
}

/// A copy, for a test that changes it. Nobody writes to what was played: its log files hold nothing.
pub fn copy_of(played: &Played) -> TempDir {
    let copy = folder();
    let all_but_logs = "tar -C \"$0\" --exclude='*-wal' --exclude='*-shm' -cf - . | tar -C \"$1\" -xpf -";
    let copied = Command::new("sh").args(["-c", all_but_logs]).arg(played.dir()).arg(copy.path()).status();
    assert!(copied.unwrap().success());
    // SoftHSM's settings name the folder of the tokens by its absolute path.
    let settings = copy.path().join("tokens/softhsm2.conf");
    let text = fs::read_to_string(&settings).unwrap();
    fs::write(&settings, text.replace(&played.present.text(""), &format!("{}/", copy.path().display())))
        .unwrap();
    copy
}

fn read_json(path: &Path) -> Value {
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

fn both(check: impl Fn(&Played)) {
    check(on_sqlite());
    check(on_postgresql());
}

/// The present and the years ahead, on each database.
fn every_scene(check: impl Fn(&Scene)) {
    both(|played| {
        check(&played.present);
        check(&played.years_ahead);
    });
}

#[test]
fn every_step_holds_on_both_databases() {
    both(|played| {
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
        assert_eq!(played.present.steps(), expected);
        let expected = [
            "register",
            "root-crls",
            "responders",
            "renewal",
            "personalisation",
            "certification",
            "publication",
            "activation",
            "audit",
        ];
        assert_eq!(played.years_ahead.steps(), expected);
    });
}

#[test]
fn the_audit_trail_verifies_and_an_altered_row_is_named_with_exit_8() {
    both(|played| {
        for scene in [&played.present, &played.years_ahead] {
            run(igc().args(["audit", "verify", "--dir"]).arg(&scene.dir)).expect_exit(0);
        }
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
fn pins_and_keys_of_an_installation_are_closed_to_others() {
    use std::os::unix::fs::PermissionsExt;

    let played = on_sqlite();
    let mode = |name: &str| fs::metadata(played.present.path(name)).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode("tokens"), 0o700);
    assert_eq!(mode("tokens/pin/roots"), 0o600);
    assert_eq!(mode("demo/approval.key"), 0o600);
    assert_eq!(mode("tls/web.key"), 0o600);
    let pin = fs::read_to_string(played.present.path("tokens/pin/issuing")).unwrap();
    assert_ne!(pin, fs::read_to_string(played.present.path("tokens/pin/roots")).unwrap());
}
