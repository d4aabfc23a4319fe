//! An older backup takes the place of the database while the status role runs on: nothing that was said is taken back.

use std::collections::BTreeMap;
use std::fs;
use std::sync::Arc;
use std::thread::scope;
use std::time::{Duration, Instant};

use acceptance::harness::{self, DatabaseKind, openssl};
use card::opposition;
use diesel::connection::SimpleConnection;
use openssl::x509::{CrlStatus, X509Crl};

use super::Conditions;
use super::chance::Chance;
use super::load::{Known, Load, Said, Subject};
use super::report::Report;
use super::site::{Site, within};
use super::stock::stock;
use crate::scenarios::standstill::PATIENCE;
use crate::scenarios::status_service::{StatusService, status_service};

/// What it is called.
pub const NAME: &str = "restore";
/// How many backups are restored where nobody says.
const ROUNDS: u64 = 2;
/// Cards that are opposed after each backup.
const CARDS: usize = 3;

/// On SQLite, where the file can be exchanged under a role that runs.
pub fn run(conditions: &mut Conditions) -> Vec<Report> {
    let rounds = conditions.rounds.unwrap_or(ROUNDS);
    let chance = conditions.chance.fork();
    let report = Report::begin(NAME, "an older backup is restored while the status role runs, on SQLite");
    vec![report.of(|report| drill(report, rounds, chance))]
}

fn drill(report: &mut Report, rounds: u64, mut chance: Chance) {
    let site = Site::on(DatabaseKind::Sqlite);
    let mut status = status_service(site.workshop());
    let mut worker = site.worker();
    let (mut subjects, spared, _) = stock(&site, (usize::try_from(rounds).expect("a few") + 1) * CARDS);
    report.holds_where("the worker ends when it is asked", || assert!(worker.stop(PATIENCE).success()));
    let known = Known::of(site.workshop(), spared);
    let load = Load::on(site.workshop());
    let (said, mut noticed) = (Said::default(), 0_f64);
    let (mut forgotten, mut back) = (Vec::new(), Vec::new());
    scope(|scope| {
        let _over = load.until_dropped();
        let asking = chance.fork();
        scope.spawn(|| load.ask_until_over(&status, &known, asking, 5, &said));
        for round in 1..=rounds {
            let backup = back_up(&site);
            let opposed: Vec<_> = (0..CARDS).filter_map(|_| chance.draw(&mut subjects)).collect();
            for subject in &opposed {
                assert!(load.oppose(subject.clone()), "card {} is opposed", subject.card);
            }
            let workshop = site.workshop();
            workshop.igc(&["publish", "crl"]);
            workshop.igc(&["publish", "oppositions"]);
            let numbers = published(&site);
            let sequence = opposition::list(&mut site.open(), 0).unwrap().last().map(|last| last.sequence);

            put_back(&site, &backup);
            let restored = Instant::now();
            let says = || status.readiness().1.contains("forgotten");
            assert!(within(PATIENCE, says), "the status role notices: {}", status.readiness().1);
            noticed = noticed.max(restored.elapsed().as_secs_f64());
            forgotten.extend(forgotten_of(&site, &status, &opposed, "after the restore"));
            // Refused, or published with what the database has forgotten: never without it.
            for what in ["crl", "oppositions"] {
                let ended = harness::run(&mut workshop.command(&["publish", what]));
                report.says(format!("round {round}: publish {what} ends with {}", ended.status));
            }
            forgotten.extend(forgotten_of(&site, &status, &opposed, "after publishing what was restored"));
            back.extend(gone_back(&numbers, &published(&site)));
            for subject in &opposed {
                assert!(load.oppose(subject.clone()), "card {} is opposed again", subject.card);
            }
            workshop.igc(&["publish", "crl"]);
            // 8: a number of the list was given twice, which the run says once.
            harness::run(&mut workshop.command(&["publish", "oppositions"]));
            workshop.igc(&["publish", "oppositions"]);
            forgotten.extend(forgotten_of(&site, &status, &opposed, "after they were opposed again"));
            back.extend(gone_back(&numbers, &published(&site)));
            let now = opposition::list(&mut site.open(), 0).unwrap().last().map(|last| last.sequence);
            if now < sequence {
                back.push(format!("opposition {now:?} after {sequence:?}"));
            }
            report.says(format!(
                "{round} of {rounds}: {CARDS} cards opposed, forgotten by the backup, opposed again"
            ));
        }
    });
    let again = load.opposed().len() / 2;
    let last: Vec<_> = (0..CARDS).filter_map(|_| chance.draw(&mut subjects)).collect();
    forgotten.extend(forgotten_by_a_new_role(&site, &mut status, &load, &last));
    report.figure("restores", rounds + 1);
    report.figure("cards opposed after the backup", again + CARDS);
    report.none("opposed cards forgotten", &forgotten);
    report.none("numbers back", &back);
    report.seconds("longest until the status role says what was forgotten", noticed);
    report.figure("OCSP answers meanwhile", said.answers());
    report.none("wrong answers", &said.wrong());
    report.holds_where("the status role ends when it is asked", || {
        assert!(status.process().stop(PATIENCE).success());
    });
}

/// One more restore, after which another status role starts: it has said nothing yet, and knows what is published.
fn forgotten_by_a_new_role(
    site: &Site,
    status: &mut StatusService,
    load: &Load<'_>,
    opposed: &[Arc<Subject>],
) -> Vec<String> {
    let backup = back_up(site);
    for subject in opposed {
        assert!(load.oppose(Arc::clone(subject)), "card {} is opposed", subject.card);
    }
    for what in ["crl", "oppositions"] {
        site.workshop().igc(&["publish", what]);
    }
    put_back(site, &backup);
    status.kill_and_start(site.workshop());
    forgotten_of(site, status, opposed, "by a status role that started after the restore")
}

fn back_up(site: &Site) -> std::path::PathBuf {
    let backup = site.workshop().dir().join("backup.sqlite");
    site.open().batch_execute(&format!("VACUUM INTO '{}'", backup.display())).unwrap();
    backup
}

/// As an operator would; the audit log's witness is put away, as its documentation says.
fn put_back(site: &Site, backup: &std::path::Path) {
    let dir = site.workshop().dir();
    for file in ["igc.sqlite", "igc.sqlite-wal", "igc.sqlite-shm"] {
        let _ = fs::remove_file(dir.join(file));
    }
    fs::rename(backup, dir.join("igc.sqlite")).unwrap();
    let _ = fs::remove_file(dir.join("audit/checkpoints"));
}

/// The cards that OCSP, a CRL with its delta, or the list does not know as opposed any more.
fn forgotten_of(site: &Site, status: &StatusService, opposed: &[Arc<Subject>], when: &str) -> Vec<String> {
    let public = site.workshop().dir().join("public");
    let list = fs::read_to_string(public.join("oppositions/full.csv")).unwrap();
    let mut forgotten = Vec::new();
    for subject in opposed {
        if !within(Duration::from_secs(2), || subject.is_revoked(status)) {
            forgotten.push(format!("OCSP, card {} {when}", subject.card));
        }
        if !list.contains(&format!(";{};", subject.card)) {
            forgotten.push(format!("the list, card {} {when}", subject.card));
        }
        for (issuer, certificate) in &subject.certificates {
            let crl = fs::read(public.join(format!("crl/{issuer}.crl"))).unwrap();
            let crl = X509Crl::from_der(&crl).unwrap();
            if !matches!(crl.get_by_cert(certificate), CrlStatus::Revoked(_)) {
                forgotten.push(format!("the CRL, card {} {when}", subject.card));
            }
        }
    }
    forgotten
}

/// A CRL or delta that is public: its number, as `openssl` reads it, and its octets.
type Published = BTreeMap<String, (u64, Vec<u8>)>;

fn published(site: &Site) -> Published {
    let folder = site.workshop().dir().join("public/crl");
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let numbered =
        files.filter(|path| path.extension().is_some_and(|extension| extension == "crl")).map(|path| {
            let file = path.display().to_string();
            let said = openssl(["crl", "-inform", "DER", "-noout", "-crlnumber", "-in", &file])
                .expect_exit(0)
                .stdout;
            let number = said.trim().trim_start_matches("crlNumber=0x");
            let number = u64::from_str_radix(number, 16).unwrap_or_else(|_| panic!("{said}"));
            (file, (number, fs::read(path).unwrap()))
        });
    numbered.collect()
}

/// Those that are gone, have a smaller number, or other octets under the same.
fn gone_back(before: &Published, after: &Published) -> Vec<String> {
    let stands = |file: &String, then: &(u64, Vec<u8>)| {
        after.get(file).is_some_and(|now| now.0 > then.0 || now == then)
    };
    before.iter().filter(|(file, then)| !stands(file, then)).map(|(file, _)| file.clone()).collect()
}
