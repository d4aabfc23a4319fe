//! Every role runs for minutes, under orders, oppositions and OCSP clients: nothing wrong is said, nothing grows.

use std::fs;
use std::sync::Mutex;
use std::thread::{scope, sleep};
use std::time::{Duration, Instant};

use acceptance::harness::DatabaseKind;
use openssl::x509::{CrlStatus, X509Crl};
use serde_json::Value;

use super::Conditions;
use super::chance::Chance;
use super::load::{Known, Load, Said, Subject};
use super::report::Report;
use super::site::{
    Site, are_served, in_use, report_acknowledged, report_ocsp, report_records, signers_of, within,
};
use super::stock::stock;
use crate::scenarios::crash_points::outside::Outside;
use crate::scenarios::desk::Desk;
use crate::scenarios::standstill::PATIENCE;
use crate::scenarios::status_service::{StatusService, status_service};

/// What it is called.
pub const NAME: &str = "soak";
/// How many seconds where nobody says.
const SECONDS: u64 = 180;
/// OCSP clients.
const CLIENTS: usize = 3;
/// Before the first look at what a role holds, so that caches and pools have filled.
const WARM: Duration = Duration::from_secs(20);
/// By how much the memory of a role may have grown, in MiB, and its open files.
const MAY_GROW: (u64, usize) = (64, 32);
/// How long an opposition may take to stand everywhere.
const EVERYWHERE: f64 = 60.0;

/// On PostgreSQL, where each role has a process and rights of its own.
pub fn run(conditions: &mut Conditions) -> Vec<Report> {
    let lasting = Duration::from_secs(conditions.seconds.unwrap_or(SECONDS));
    let chance = conditions.chance.fork();
    let what = format!(
        "every role for {} s under orders, oppositions and {CLIENTS} OCSP clients",
        lasting.as_secs()
    );
    vec![Report::begin(NAME, what).of(|report| drill(report, lasting, chance))]
}

fn drill(report: &mut Report, lasting: Duration, mut chance: Chance) {
    let site = Site::on(DatabaseKind::Postgresql);
    let mut outside = Outside::of(site.workshop());
    let mut status = status_service(site.workshop());
    let mut desk = Desk::open(site.workshop(), "revocation-officer");
    let mut worker = site.worker();
    let (subjects, spared, mut orders) = stock(&site, 10);
    let known = Known::of(site.workshop(), spared);
    let load = Load::on(site.workshop());
    load.may_oppose(subjects);
    let (said, seen) = (Said::default(), Mutex::new(Seen::default()));
    let mut db = site.open();
    let (began, mut held, mut answers) = (Instant::now(), None, (0, Instant::now()));
    scope(|scope| {
        let _over = load.until_dropped();
        for _ in 0..CLIENTS {
            let asking = chance.fork();
            scope.spawn(|| load.ask_until_over(&status, &known, asking, 2, &said));
        }
        let opposing = chance.fork();
        scope.spawn(|| oppose_and_look(&site, &status, &load, opposing, &seen));
        while began.elapsed() < lasting {
            let new = site.workshop().approve(1 + chance.below(2));
            sleep(Duration::from_secs(4) + chance.up_to_millis(3000));
            offer(&site, &mut db, &load, &new);
            orders.extend(new);
            assert_eq!(desk.queue(), "200", "the pages are shown");
            outside.look(&mut db);
            if held.is_none() && began.elapsed() > WARM {
                held = Some(held_by(worker.id(), status.id(), desk.id()));
                answers = (said.answers(), Instant::now());
            }
            report.says(format!("{} answers, {} oppositions", said.answers(), load.opposed().len()));
        }
    });
    let rate = (said.answers() - answers.0) as f64 / answers.1.elapsed().as_secs_f64();
    let after = held_by(worker.id(), status.id(), desk.id());
    within(2 * PATIENCE, || are_served(&mut db, &orders));
    report.figure("OCSP answers", said.answers());
    report.figure("answers a second", rate.round());
    report.figure("try later", said.try_later());
    report.none("wrong answers", &said.wrong());
    report.figure("questions without an answer", said.nothing());
    let seen = seen.into_inner().unwrap();
    report.at_most("longest from the receipt to OCSP", seen.ocsp, EVERYWHERE);
    report.at_most("to the delta", seen.delta, EVERYWHERE);
    report.at_most("to the opposition list", seen.list, EVERYWHERE);
    report_held(report, &held.expect("it lasts longer than it warms up"), &after);
    report_acknowledged(report, &mut db, &orders, &load.opposed_cards());
    report_ocsp(report, &mut db, &status, &site);
    let ended = [&mut worker, status.process(), desk.process()].map(|role| role.stop(PATIENCE).success());
    report.holds_where("every role has lived on and ends when it is asked", || assert_eq!(ended, [true; 3]));
    report_records(report, &mut db, &site, &mut outside, 0);
}

/// Every card that has come of these orders may be opposed.
fn offer(site: &Site, db: &mut store::Database, load: &Load<'_>, orders: &[String]) {
    within(PATIENCE, || are_served(db, orders));
    let cards = in_use(db, orders);
    load.may_oppose(cards.into_iter().map(|card| Subject::of(site.workshop(), db, card)));
}

/// The longest times, in seconds, from a receipt to the moment at which a relying party sees the opposition.
#[derive(Default)]
struct Seen {
    ocsp: f64,
    delta: f64,
    list: f64,
}

/// Opposes a card, and looks until it is seen in OCSP, on the delta and on the list; then the next.
fn oppose_and_look(
    site: &Site,
    status: &StatusService,
    load: &Load<'_>,
    mut chance: Chance,
    seen: &Mutex<Seen>,
) {
    while !load.is_over() {
        sleep(chance.up_to_millis(1000));
        let Some(subject) = load.drawn(&mut chance) else { continue };
        let card = subject.card.to_string();
        if !load.oppose(subject.clone()) {
            continue;
        }
        let receipt = load.opposed().last().expect("the one that was just acknowledged").at;
        let public = site.workshop().dir().join("public");
        let (mut ocsp, mut delta, mut list) = (None, None, None);
        let note = |what: &mut Option<f64>, holds: &dyn Fn() -> bool| {
            if what.is_none() && holds() {
                *what = Some(receipt.elapsed().as_secs_f64());
            }
        };
        while (ocsp.is_none() || delta.is_none() || list.is_none()) && receipt.elapsed() < PATIENCE {
            note(&mut ocsp, &|| subject.is_revoked(status));
            note(&mut delta, &|| {
                subject.certificates.iter().all(|(issuer, certificate)| {
                    let file = fs::read(public.join(format!("crl/{issuer}-delta.crl"))).unwrap_or_default();
                    X509Crl::from_der(&file)
                        .is_ok_and(|crl| matches!(crl.get_by_cert(certificate), CrlStatus::Revoked(_)))
                })
            });
            note(&mut list, &|| {
                let file = fs::read_to_string(public.join("oppositions/full.csv")).unwrap_or_default();
                file.contains(&format!(";{card};"))
            });
            sleep(Duration::from_millis(20));
        }
        let longest = |known: f64, this: Option<f64>| known.max(this.unwrap_or(f64::INFINITY));
        let mut seen = seen.lock().unwrap();
        *seen = Seen {
            ocsp: longest(seen.ocsp, ocsp),
            delta: longest(seen.delta, delta),
            list: longest(seen.list, list),
        };
    }
}

/// What a role holds, its signers included: its name, resident memory in MiB, open files.
type Held = (&'static str, u64, usize);

fn held_by(worker: u32, status: u32, web: u32) -> Vec<Held> {
    let held = |(name, role)| {
        let processes: Vec<u32> = signers_of(role).into_iter().chain([role]).collect();
        (
            name,
            processes.iter().map(|id| resident(*id)).sum(),
            processes.iter().map(|id| open_files(*id)).sum(),
        )
    };
    [("worker", worker), ("status", status), ("web", web)].map(held).into()
}

/// Resident memory, in MiB (proc(5)).
fn resident(process: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok()).map_or(0, |kib| kib / 1024)
}

fn open_files(process: u32) -> usize {
    fs::read_dir(format!("/proc/{process}/fd")).map_or(0, Iterator::count)
}

fn report_held(report: &mut Report, before: &[Held], after: &[Held]) {
    let mut grown = Vec::new();
    for ((name, memory, files), (_, memory_now, files_now)) in before.iter().zip(after) {
        report.figure(&format!("{name}: resident MiB, then"), Value::from(vec![*memory, *memory_now]));
        report.figure(&format!("{name}: open files, then"), Value::from(vec![*files, *files_now]));
        if *memory_now > memory + MAY_GROW.0 || *files_now > files + MAY_GROW.1 {
            grown.push(format!("{name}: {memory} MiB, {files} files, then {memory_now}, {files_now}"));
        }
    }
    report.none("roles that grow", &grown);
}
