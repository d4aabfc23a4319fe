//! An installation of one test alone: a copy of the demonstration, in which the test makes cards that wait to
//! be certified.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::time::Duration;

use acceptance::harness::{
    DatabaseKind, Finished, HsmFault, MailServer, TestDatabase, chance, copy_of, folder, igc, run,
};
use card::personalisation::bureau::{BureauKey, personalise};
use card::personalisation::verify_return_file;
use card::{CardFilter, CardKind, CardNumber, CardStatus, KeyUsage};
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use openssl::x509::X509;
use professional_registry::{Category, ImportedRegister, Profession, ProfessionalRecord, Registry};
use registration_authority::approval::{ApprovalVerifier, DemoApprover};
use registration_authority::eligibility::NotEligible;
use registration_authority::order::{self, CardOrder, NewCardOrder, SubmitError};
use registration_authority::personalisation;
use serde_json::Value;
use store::schema::{issuance_epochs, professionals};
use store::{Act, Actor, Database, DatabaseRole, RequestId, Timestamp};
use tempfile::TempDir;

use super::demonstration;

/// The officer of the demonstration who submits.
pub const SUBMITTER: &str = "camille.martin";
/// The officer who decides.
pub const APPROVER: &str = "dominique.bernard";
/// Approves where two must.
pub const SECOND_APPROVER: &str = "louison.durand";
/// The officer who opposes.
pub const REVOKER: &str = "sacha.petit";
/// The bureau that the demonstration's configuration names.
const BUREAU: &str = "demo-bureau";

/// An installation of one test alone; gone when dropped.
pub struct Workshop {
    dir: PathBuf,
    database: Option<TestDatabase>,
    hsm: Option<HsmFault>,
    folder: TempDir,
}

/// A workshop of one's own.
pub fn workshop(kind: DatabaseKind) -> Workshop {
    // Copied twice: nobody is ever connected to the copy that the others are made from.
    static SQLITE: OnceLock<Workshop> = OnceLock::new();
    static POSTGRESQL: OnceLock<Workshop> = OnceLock::new();
    let template = match kind {
        DatabaseKind::Sqlite => SQLITE.get_or_init(|| copy(demonstration::on_sqlite().dir())),
        DatabaseKind::Postgresql => POSTGRESQL.get_or_init(|| copy(demonstration::on_postgresql().dir())),
    };
    copy(&template.dir)
}

fn copy(from: &Path) -> Workshop {
    let folder = folder();
    let dir = folder.path().join("installation");
    fs::create_dir(&dir).unwrap();
    let parts = ["igc.toml", "identity.toml", "ceremonies", "bureau.pem", "tokens", "tls", "demo", "public"];
    let copied = Command::new("cp").arg("-a").args(parts.map(|part| from.join(part))).arg(&dir).status();
    assert!(copied.unwrap().success());
    let softhsm = fs::read_to_string(dir.join("tokens/softhsm2.conf")).unwrap();
    let softhsm = softhsm.replace(from.to_str().unwrap(), dir.to_str().unwrap());
    fs::write(dir.join("tokens/softhsm2.conf"), softhsm).unwrap();
    let mut workshop = Workshop { dir, database: None, hsm: None, folder };
    let url = workshop.configured("database", "url");
    if url.starts_with("sqlite:") {
        let to = workshop.dir.join("igc.sqlite");
        let mut db = database_at(from, &url, DatabaseRole::Owner);
        db.batch_execute(&format!("VACUUM INTO '{}'", to.display())).unwrap();
    } else {
        let database = copy_of(&url);
        workshop.configure("database", "url", database.url());
        workshop.database = Some(database);
    }
    workshop
}

fn database_at(dir: &Path, url: &str, role: DatabaseRole) -> Database {
    let absolute = url.strip_prefix("sqlite:").map(|file| format!("sqlite:{}", dir.join(file).display()));
    Database::open(absolute.as_deref().unwrap_or(url), role).unwrap()
}

impl Workshop {
    /// An installation without a key, on SQLite.
    pub fn without_a_ceremony() -> Self {
        let folder = folder();
        let dir = folder.path().join("installation");
        run(igc().args(["init", "--without-ceremony", "--dir"]).arg(&dir)).expect_exit(0);
        Workshop { dir, database: None, hsm: None, folder }
    }

    /// One more like it, on SQLite, with all that its signer and its worker keep outside, steered apart.
    pub fn copied_whole(&self) -> Self {
        let folder = folder();
        let dir = folder.path().join("installation");
        let copied = Command::new("cp").arg("-a").arg(&self.dir).arg(&dir).status();
        assert!(copied.unwrap().success());
        Workshop { dir, database: None, hsm: self.hsm.as_ref().map(HsmFault::copied), folder }
    }

    /// One more like it: its files and its database, without what its signer and its worker keep outside.
    pub fn copied(&self) -> Self {
        copy(&self.dir)
    }

    /// Has every command from now on find the library that `hsm` steers.
    pub fn steered_by(&mut self, hsm: HsmFault) {
        self.hsm = Some(hsm);
    }

    /// What it is steered by.
    pub fn hsm(&self) -> &HsmFault {
        self.hsm.as_ref().expect("this workshop's library is steered")
    }

    /// Its folder.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// The URL of its PostgreSQL database.
    pub fn url(&self) -> &str {
        self.database().url()
    }

    /// Its PostgreSQL database.
    pub fn database(&self) -> &TestDatabase {
        self.database.as_ref().expect("this workshop is on PostgreSQL")
    }

    /// One more connection, with the rights of `role`.
    pub fn open(&self, role: DatabaseRole) -> Database {
        database_at(&self.dir, &self.configured("database", "url"), role)
    }

    /// What time it is for its processes.
    pub fn now(&self) -> Timestamp {
        let config = self.config();
        let ahead = config.get("demo").and_then(|demo| demo.get("clock_offset_days"));
        let ahead = ahead.map_or(0, |days| days.as_integer().unwrap());
        let ahead = Duration::from_secs(ahead.cast_unsigned() * 86_400);
        self.open(DatabaseRole::Owner).now().unwrap().plus(ahead)
    }

    /// Where its status role listens.
    pub fn listens_at(&self) -> String {
        self.configured("listen", "status")
    }

    fn configured(&self, section: &str, key: &str) -> String {
        self.config()[section][key].as_str().unwrap().to_owned()
    }

    fn config(&self) -> toml::Table {
        fs::read_to_string(self.dir.join("igc.toml")).unwrap().parse().unwrap()
    }

    /// Sets one key of `igc.toml`.
    pub fn configure(&self, section: &str, key: &str, value: impl Into<toml::Value>) {
        let path = self.dir.join("igc.toml");
        let mut config: toml::Table = fs::read_to_string(&path).unwrap().parse().unwrap();
        let section = config.entry(section).or_insert(toml::Table::new().into());
        section.as_table_mut().unwrap().insert(key.to_owned(), value.into());
        fs::write(path, config.to_string()).unwrap();
    }

    /// Says in `igc.toml` that this server takes the mail.
    pub fn write_to(&self, server: &MailServer) {
        self.configure("mail", "server", "127.0.0.1");
        self.configure("mail", "port", i64::from(server.port()));
        self.configure("mail", "security", "none");
        self.configure("mail", "from", "IGC Santé <ne-pas-repondre@igc.exemple.fr>");
        self.configure("mail", "timeout_seconds", 2);
    }

    /// Makes it a production installation: no demonstration's proof counts.
    pub fn put_into_production(&self) {
        let path = self.dir.join("igc.toml");
        let mut config: toml::Table = fs::read_to_string(&path).unwrap().parse().unwrap();
        config.remove("demo");
        config.insert("kind".to_owned(), "production".into());
        fs::write(path, config.to_string()).unwrap();
    }

    /// Says in `igc.toml` that the CRL of this authority has so many shards.
    pub fn give_shards(&self, authority: &str, count: u32) {
        let path = self.dir.join("igc.toml");
        let mut config: toml::Table = fs::read_to_string(&path).unwrap().parse().unwrap();
        let shards = toml::Table::from_iter([(authority.to_owned(), i64::from(count).into())]);
        config["publication"].as_table_mut().unwrap().insert("shards".to_owned(), shards.into());
        fs::write(path, config.to_string()).unwrap();
    }

    /// A command of the program in this installation.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = igc();
        command.args(["--output", "json", "--dir"]).arg(&self.dir).args(arguments);
        if let Some(hsm) = &self.hsm {
            hsm.steer(&mut command);
        }
        command
    }

    /// Runs it to its end, which must be good.
    #[track_caller]
    pub fn igc(&self, arguments: &[&str]) -> Finished {
        run(&mut self.command(arguments)).expect_exit(0)
    }

    /// Runs a job; what it did. Its exit code says whether it left something.
    #[track_caller]
    pub fn job(&self, name: &str) -> Value {
        let ended = run(&mut self.command(&["job", "run", name]));
        let done = ended.json();
        let left = done["failed"].as_array().is_some_and(|failed| !failed.is_empty());
        ended.expect_exit(if left { 9 } else { 0 });
        done
    }

    /// What signs the decisions of this installation's officers.
    pub fn approver(&self) -> DemoApprover {
        DemoApprover::open(&self.dir.join("demo/approval.key")).unwrap()
    }

    /// Orders for `count` professionals who have neither card nor order yet.
    pub fn submit(&self, count: usize) -> Vec<CardOrder> {
        submit(&mut self.open(DatabaseRole::Owner), count)
    }

    /// The same, approved: what a batch waits for. Their numbers.
    pub fn approve(&self, count: usize) -> Vec<String> {
        let (orders, mut db) = (self.submit(count), self.open(DatabaseRole::Owner));
        let approver = self.approver();
        let verifier = approver.verifier();
        for order in &orders {
            let mut approve_as = |login| {
                let act = officer(&mut db, login);
                let proof = approver.approve(&order.decidable(), login, &mut chance(), act.at).unwrap();
                let (number, version, registry) = (&order.number, order.version, &mut ImportedRegister);
                db.write(|db| {
                    order::approve(db, registry, &verifier, number, version, &proof, &mut chance(), &act)
                })
                .unwrap()
            };
            // Two persons of the fictional register may look alike: then two officers must approve.
            if approve_as(APPROVER).is_undecided() {
                approve_as(SECOND_APPROVER);
            }
        }
        orders.into_iter().map(|order| order.number).collect()
    }

    /// Closes a batch of what was approved, and has a bureau make it: the return file.
    pub fn returned_batch(&self) -> Vec<u8> {
        self.returned_batch_of(&self.approver().verifier())
    }

    /// The same, of the orders whose approval holds for this verifier.
    pub fn returned_batch_of(&self, verifier: &ApprovalVerifier) -> Vec<u8> {
        let mut db = self.open(DatabaseRole::Owner);
        let act = officer(&mut db, APPROVER);
        let (prefix, name) = ("26".parse().unwrap(), BUREAU.parse().unwrap());
        let closed = db
            .write(|db| {
                personalisation::close_batch(
                    db,
                    &mut ImportedRegister,
                    verifier,
                    prefix,
                    &name,
                    &mut chance(),
                    &act,
                )
            })
            .unwrap();
        // The demonstration's bureau is gone with its key: another takes its place, and its pin.
        let home = tempfile::tempdir_in(self.folder.path()).unwrap();
        let key = BureauKey::create(&home.path().join("bureau"), name, &mut chance(), act.at).unwrap();
        fs::write(self.dir.join("bureau.pem"), key.certificate().to_pem().unwrap()).unwrap();
        fs::create_dir_all(self.chips()).unwrap();
        personalise(&closed.file.unwrap(), &key, Some(&self.chips()), &mut chance()).unwrap()
    }

    /// The private key in the chip of a card that was personalised here, PEM.
    pub fn chip_key(&self, card: CardNumber, usage: KeyUsage) -> PathBuf {
        self.chips().join(format!("{card}-{usage}.pem"))
    }

    fn chips(&self) -> PathBuf {
        self.folder.path().join("chips")
    }

    /// Makes `count` cards, up to the keys in their chips: what certification waits for. By number.
    pub fn personalise(&self, count: usize) -> Vec<CardNumber> {
        self.approve(count);
        let waiting = self.make_cards();
        assert_eq!(waiting.len(), count);
        waiting
    }

    /// Makes a card for each order that was approved, up to the keys in its chip. By number.
    pub fn make_cards(&self) -> Vec<CardNumber> {
        self.make_cards_of(&self.approver().verifier())
    }

    /// The same, for those whose approval holds for this verifier.
    pub fn make_cards_of(&self, verifier: &ApprovalVerifier) -> Vec<CardNumber> {
        let returned = self.returned_batch_of(verifier);
        let mut db = self.open(DatabaseRole::Owner);
        let act = officer(&mut db, APPROVER);
        let pinned = X509::stack_from_pem(&fs::read(self.dir.join("bureau.pem")).unwrap()).unwrap();
        let verified = verify_return_file(&returned, &pinned).unwrap();
        db.write(|db| personalisation::record_return(db, verified, &mut chance(), &act)).unwrap();
        self.cards(CardStatus::Personalised)
    }

    /// The cards in this state, by number.
    pub fn cards(&self, status: CardStatus) -> Vec<CardNumber> {
        let filter = CardFilter { status: Some(status), ..CardFilter::default() };
        let cards = card::list(&mut self.open(DatabaseRole::Owner), &filter, card::MOST_LISTED).unwrap();
        cards.into_iter().map(|card| card.number).collect()
    }

    /// Runs certification until no card waits for it; how many runs that took.
    #[track_caller]
    pub fn certify_the_rest(&self) -> usize {
        for runs in 1..=10 {
            let done = self.job("certification");
            if done["failed"] == serde_json::json!([]) && self.cards(CardStatus::Personalised).is_empty() {
                return runs;
            }
        }
        panic!("cards still wait: {}", self.job("certification"));
    }

    /// Waits until no worker that did not end in good order can be alive: the lease is real.
    pub fn let_leases_pass(&self) {
        while let Some(left) = self.lease_left() {
            std::thread::sleep(left);
        }
    }

    /// Whether a worker that did not end in good order may still be alive.
    pub fn lease_stands(&self) -> bool {
        self.lease_left().is_some()
    }

    fn lease_left(&self) -> Option<Duration> {
        let open: Option<Timestamp> = issuance_epochs::table
            .filter(issuance_epochs::closed_at.is_null())
            .select(diesel::dsl::max(issuance_epochs::lease_until))
            .first(&mut self.open(DatabaseRole::Owner))
            .unwrap();
        let left = open?.millis() - self.now().millis();
        u64::try_from(left + 1).ok().filter(|left| *left > 0).map(Duration::from_millis)
    }
}

/// An act of this officer, now.
pub fn officer(db: &mut Database, login: &str) -> Act {
    Act { at: db.now().unwrap(), actor: Actor::Officer(login.into()), request: RequestId("test".into()) }
}

fn sole_profession(record: &ProfessionalRecord) -> Option<Profession> {
    let mut living = record.exercises.iter().filter(|exercise| exercise.ceased_at.is_none());
    let first = living.next()?;
    let sole = living.next().is_none() && record.ceased_at.is_none() && first.category == Category::Civil;
    sole.then_some(first.profession)
}

/// Orders for `count` professionals who have neither card nor order yet.
pub fn submit(db: &mut Database, count: usize) -> Vec<CardOrder> {
    let people: Vec<String> =
        professionals::table.order(professionals::id_nat).select(professionals::id_nat).load(db).unwrap();
    let mut orders = Vec::with_capacity(count);
    for person in people {
        if orders.len() == count {
            return orders;
        }
        let holder = person.parse().unwrap();
        let record = ImportedRegister.professional(db, &holder).unwrap().unwrap();
        let Some(profession) = sole_profession(&record) else { continue };
        let new = NewCardOrder { kind: CardKind::Cps, holder, profession, replaces: None };
        let act = officer(db, SUBMITTER);
        match db.write(|db| order::submit(db, &mut ImportedRegister, new, &mut chance(), &act)) {
            Ok(submitted) => orders.push(submitted.into_order()),
            Err(SubmitError::NotEligible(NotEligible::Refused(_))) => {}
            Err(error) => panic!("{person}: {error}"),
        }
    }
    panic!("the fictional register has no {count} professionals without a card");
}
