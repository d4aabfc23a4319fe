//! The database server stops, under OCSP clients and officers who oppose cards, and comes back.

use std::thread::{scope, sleep};
use std::time::{Duration, Instant};

use acceptance::harness::{DatabaseKind, Ending, PostgresServer, Running};

use super::Conditions;
use super::chance::Chance;
use super::load::{Known, Load, Said};
use super::report::Report;
use super::site::{Site, are_served, certified, report_acknowledged, report_ocsp, report_records, within};
use super::stock::stock;
use crate::scenarios::crash_points::outside::Outside;
use crate::scenarios::desk::Desk;
use crate::scenarios::standstill::PATIENCE;
use crate::scenarios::status_service::{StatusService, status_service};

/// What it is called.
pub const NAME: &str = "cut";
/// How many times each way of stopping it is taken where nobody says.
const ROUNDS: u64 = 3;
/// Cards that may be opposed, for each cut.
const CARDS_A_CUT: usize = 6;
/// What everything may take to go on, once the server answers: a connection, a lease and a round of jobs.
const CAUGHT_UP: f64 = 30.0;

/// How it is stopped.
#[derive(Clone, Copy, Debug)]
enum Cut {
    Frozen,
    Stopped(Ending),
}

/// On PostgreSQL.
pub fn run(conditions: &mut Conditions) -> Vec<Report> {
    let rounds = conditions.rounds.unwrap_or(ROUNDS);
    let chance = conditions.chance.fork();
    let report = Report::begin(NAME, "PostgreSQL frozen, stopped and crashed under OCSP and oppositions");
    vec![report.of(|report| drill(report, rounds, chance))]
}

fn drill(report: &mut Report, rounds: u64, mut chance: Chance) {
    // Ends last: the installation's database is dropped on it.
    let mut server = PostgresServer::of_this_run();
    let site = Site::on(DatabaseKind::Postgresql);
    let mut status = status_service(site.workshop());
    let mut desk = Desk::open(site.workshop(), "registration-officer");
    let mut worker = site.worker();
    let cuts = usize::try_from(3 * rounds).expect("a few");
    let (subjects, spared, mut orders) = stock(&site, cuts * CARDS_A_CUT);
    let known = Known::of(site.workshop(), spared);
    let load = Load::on(site.workshop());
    load.may_oppose(subjects);
    let (said, mut longest) = (Said::default(), 0_f64);
    scope(|scope| {
        let _over = load.until_dropped();
        for _ in 0..2 {
            let asking = chance.fork();
            scope.spawn(|| load.ask_until_over(&status, &known, asking, 4, &said));
        }
        let opposing = chance.fork();
        scope.spawn(|| load.oppose_until_over(opposing, 1500));
        for round in 1..=rounds {
            let mut ways = vec![Cut::Frozen, Cut::Stopped(Ending::Fast), Cut::Stopped(Ending::Immediate)];
            while let Some(way) = chance.draw(&mut ways) {
                orders.extend(site.workshop().approve(1));
                sleep(chance.up_to_millis(4000));
                let lasting = Duration::from_secs(1) + chance.up_to_millis(5000);
                cut(&mut server, way, lasting);
                let seconds = caught_up(&site, (&status, &desk, &mut worker), &load, &mut orders);
                longest = longest.max(seconds);
                report.says(format!(
                    "{round} of {rounds}: {way:?} for {lasting:.1?}, in step after {seconds:.1} s"
                ));
            }
        }
    });
    let mut db = site.open();
    within(2 * PATIENCE, || are_served(&mut db, &orders));
    report.figure("cuts", cuts);
    report.figure("OCSP answers meanwhile", said.answers());
    report.figure("try later", said.try_later());
    report.figure("questions without an answer", said.nothing());
    report.none("wrong answers", &said.wrong());
    report_acknowledged(report, &mut db, &orders, &load.opposed_cards());
    report.figure("oppositions refused meanwhile", load.refused());
    report_ocsp(report, &mut db, &status, &site);
    report.at_most("longest catch-up", longest, CAUGHT_UP);
    let ended = [&mut worker, status.process(), desk.process()].map(|role| role.stop(PATIENCE).success());
    report.holds_where("every role has lived on and ends when it is asked", || assert_eq!(ended, [true; 3]));
    report_records(report, &mut db, &site, &mut Outside::of(site.workshop()), 0);
}

fn cut(server: &mut PostgresServer, way: Cut, lasting: Duration) {
    match way {
        Cut::Frozen => {
            server.freeze();
            sleep(lasting);
            server.thaw();
        }
        Cut::Stopped(how) => {
            server.end(how);
            sleep(lasting);
            server.start();
        }
    }
}

/// Seconds from the moment at which the server answers until everybody goes on: the status role is in step, the pages
/// are shown, a card is opposed, a certificate is made of what waited and of an order that comes now.
fn caught_up(
    site: &Site,
    (status, desk, worker): (&StatusService, &Desk, &mut Running),
    load: &Load<'_>,
    orders: &mut Vec<String>,
) -> f64 {
    let back = Instant::now();
    let mut db = site.open();
    let before = certified(&mut db);
    orders.extend(site.workshop().approve(1));
    let steps: [(&str, &mut dyn FnMut() -> bool); 4] = [
        ("the status role is in step", &mut || status.readiness().1.contains("status log: ok, in step")),
        ("the pages are shown", &mut || desk.queue() == "200"),
        ("a card is opposed, and OCSP says so", &mut || opposed_since(back, load, status)),
        ("a certificate is made", &mut || certified(&mut db) > before),
    ];
    for (step, holds) in steps {
        assert!(
            within(PATIENCE, holds),
            "{PATIENCE:?} after it came back, and still not: {step}\n{}",
            worker.stderr()
        );
    }
    assert_eq!(worker.ended(), None, "{}", worker.stderr());
    back.elapsed().as_secs_f64()
}

/// Whether a card was opposed since then, and OCSP says that its certificates are revoked.
fn opposed_since(back: Instant, load: &Load<'_>, status: &StatusService) -> bool {
    let newest = load.opposed().last().map(|last| (last.at, last.subject.clone()));
    newest.is_some_and(|(at, subject)| at > back && subject.is_revoked(status))
}
