//! The worker's publication of CRLs in a process of its own, and the yardstick in the same process: the rows, their
//! digest, one signature.

use std::time::Instant;

use ca_core::authority::{self, Authority};
use ca_core::signer::{Signer, SigningRequest};
use crl_publisher::publish::{CrlReport, publish_crls, publish_crls_now};
use crl_publisher::{PublicFolder, PublicationPolicy};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use openssl::sha::Sha256;
use store::Database;

use crate::child::{Child, Role, own_peak};
use crate::cpu;
use crate::installation::{Hsm, Installation, act, chance};
use crate::status::{ISSUER, tell};

/// What it says once it could begin.
const READY: &str = "ready";

/// Its process.
pub const PUBLISHER: Role = Role { word: "publisher", run: serve };

/// What it is to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Task {
    /// A complete CRL of every issuing authority, and the delta beside it, whether due or not.
    Full,
    /// What is due: a delta, where something was revoked since the last.
    Due,
    /// The yardstick of the first: every revoked row in the order of serial numbers, its digest, a signature.
    Scan,
    /// The yardstick of the second: the rows of the status log after this number, their digest, a signature.
    ReadLog(i64),
}

/// What it took; the start of its process is not in it.
#[derive(Clone, Copy, Debug)]
pub struct Took {
    /// Seconds.
    pub wall: f64,
    /// Seconds of CPU, the signer's process included.
    pub cpu: f64,
    /// The most octets it had in memory, its start included.
    pub peak: f64,
    /// Certificates on the CRLs it published, or rows it read.
    pub entries: f64,
    /// How many CRLs it published.
    pub lists: f64,
}

/// Runs a task in a new process.
pub fn run(installation: &Installation, task: Task) -> Took {
    begin(installation, task).go()
}

/// A process that waits to be told to begin.
pub struct Waiting(Child);

impl Waiting {
    /// Has it begin, and waits until it has ended.
    pub fn go(mut self) -> Took {
        let said = self.0.ask("go");
        let mut figures = said.split(' ').map(|figure| figure.parse().expect("it says numbers"));
        let mut next = || figures.next().expect("it says five numbers");
        Took { wall: next(), cpu: next(), peak: next(), entries: next(), lists: next() }
    }
}

/// Starts the process of a task. One that does what is due has looked before, as a worker has that looks every few
/// seconds.
pub fn begin(installation: &Installation, task: Task) -> Waiting {
    let database = installation.url();
    let (word, after) = match task {
        Task::Full => ("full", 0),
        Task::Due => ("due", 0),
        Task::Scan => ("scan", 0),
        Task::ReadLog(after) => ("read-log", after),
    };
    let mut child = Child::start(PUBLISHER.word, &[database, word, &after.to_string()]);
    assert_eq!(child.hear(), READY);
    Waiting(child)
}

fn serve(arguments: &[String]) {
    let [database, task, after] = arguments else { panic!("its parent writes three words") };
    let installation = Installation::standing(database);
    let after: i64 = after.parse().expect("its parent writes a number");
    let (mut db, process) = (installation.database(), installation.signer_process(Hsm::Soft, 1));
    let mut signer = process.signer();
    let issuer = authority::load(&mut db, ISSUER).expect("the ceremony made it");
    // A process that is started, and a key that was found.
    sign(&mut signer, &issuer, &[0]);
    let folder = installation.public_folder();
    if task == "due" {
        publish(&folder, &mut db, &mut signer, false);
    }
    tell(READY);
    let mut word = String::new();
    std::io::stdin().read_line(&mut word).expect("its parent lives");
    let (cpu_before, began) = (cpu::used_precisely(), Instant::now());
    let (entries, lists) = match task.as_str() {
        "scan" => (rows_and_a_signature(&mut db, &mut signer, &issuer, REVOKED), 0),
        "read-log" => (rows_and_a_signature(&mut db, &mut signer, &issuer, &log_after(after)), 0),
        task => {
            let report = publish(&folder, &mut db, &mut signer, task == "full");
            assert!(!report.issued.is_empty(), "something was due");
            (report.issued.iter().map(|crl| crl.entries).sum(), report.issued.len())
        }
    };
    let wall = began.elapsed().as_secs_f64();
    let cpu = cpu::used_precisely().saturating_sub(cpu_before).as_secs_f64();
    tell(&format!("{wall} {cpu} {} {entries} {lists}", own_peak()));
}

fn publish(folder: &PublicFolder, db: &mut Database, signer: &mut dyn Signer, now: bool) -> CrlReport {
    let policy = PublicationPolicy::default();
    let publish = if now { publish_crls_now } else { publish_crls };
    let report = publish(db, signer, folder, &policy, &mut chance(), &act()).expect("the database is there");
    assert!(report.failures.is_empty(), "{:?}", report.failures);
    report
}

const REVOKED: &str = "SELECT serial, revoked_at AS at, revocation_reason AS reason FROM certificates \
    WHERE issuer = ? AND status = 'revoked' AND serial > ? ORDER BY serial LIMIT 10000";

fn log_after(sequence: i64) -> String {
    format!(
        "SELECT serial, occurred_at AS at, reason FROM certificate_status_events \
         WHERE issuer = ? AND serial > ? AND sequence > {sequence} ORDER BY serial LIMIT 10000"
    )
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Text)]
    serial: String,
    #[diesel(sql_type = BigInt)]
    at: i64,
    #[diesel(sql_type = Text)]
    reason: String,
}

fn rows_and_a_signature(db: &mut Database, signer: &mut dyn Signer, issuer: &Authority, rows: &str) -> u64 {
    let (mut digest, mut after, mut count) = (Sha256::new(), String::new(), 0);
    loop {
        let page: Vec<Row> = diesel::sql_query(rows)
            .bind::<Text, _>(ISSUER)
            .bind::<Text, _>(&after)
            .load(db)
            .expect("the database is there");
        let Some(last) = page.last() else { break };
        after.clone_from(&last.serial);
        count += page.len() as u64;
        for row in &page {
            // As many octets as the entry has that a CRL makes of it.
            digest.update(row.serial.as_bytes());
            digest.update(&row.at.to_be_bytes());
            digest.update(&[row.reason.len() as u8; 8]);
        }
    }
    sign(signer, issuer, &digest.finish());
    count
}

fn sign(signer: &mut dyn Signer, issuer: &Authority, message: &[u8]) {
    let Authority { key, public_key, algorithm, .. } = issuer;
    let digest = algorithm.digest(message);
    let request = SigningRequest { key, public_key, digest: &digest, subject: "yardstick" };
    signer.sign(&request).expect("the token signs");
}
