//! An HSM that fails in every way it can, under a worker that certifies: it goes on by itself, and quickly.

use std::thread::sleep;
use std::time::{Duration, Instant};

use acceptance::harness::DatabaseKind;

use super::Conditions;
use super::chance::Chance;
use super::report::Report;
use super::site::{Site, are_served, begun, certified, report_acknowledged, report_records, within};
use crate::scenarios::crash_points::outside::Outside;
use crate::scenarios::signer_faults::FAULTS;
use crate::scenarios::standstill::PATIENCE;

/// What it is called.
pub const NAME: &str = "signer";
/// How many times each fault is met where nobody says.
const ROUNDS: u64 = 1;
/// How long a call may take before it counts as hanging, in seconds: ten times that of the tests.
const DEADLINE: u32 = 30;
/// What a fault of an HSM may cost, besides the deadline of a call that does not come back.
const RECOVERED: f64 = 10.0;

/// On SQLite: the token is the same on both.
pub fn run(conditions: &mut Conditions) -> Vec<Report> {
    let rounds = conditions.rounds.unwrap_or(ROUNDS);
    let chance = conditions.chance.fork();
    let report = Report::begin(
        NAME,
        format!("each fault of the HSM under a worker that certifies, a hang of {DEADLINE} s"),
    );
    vec![report.of(|report| drill(report, rounds, chance))]
}

fn drill(report: &mut Report, rounds: u64, mut chance: Chance) {
    let site = Site::on(DatabaseKind::Sqlite);
    let workshop = site.workshop();
    workshop.configure("hsm", "deadline_seconds", i64::from(DEADLINE));
    let mut db = site.open();
    let mut outside = Outside::of(workshop);
    outside.look(&mut db);
    let mut worker = site.worker();
    let mut orders = workshop.approve(1);
    assert!(within(PATIENCE, || are_served(&mut db, &orders)), "the worker certifies: {}", worker.stderr());
    let signed_before = workshop.hsm().signatures();

    let (mut met, mut replaced, mut slow) = (0, 0, Vec::new());
    let (mut longest, mut longest_hang, mut served) = (0_f64, 0_f64, 0_f64);
    for _ in 0..rounds {
        let mut faults: Vec<(&str, bool)> = FAULTS.iter().map(|known| (known.name, known.replaces)).collect();
        // SoftHSM frees what another session is just signing with.
        faults.retain(|(fault, _)| *fault != "sessions-closed");
        while let Some((fault, replaces)) = chance.draw(&mut faults) {
            let before = begun(&mut db);
            orders.extend(workshop.approve(1 + chance.below(3)));
            // Some meet the certificates of these orders, some what else the worker has signed.
            if chance.below(4) > 0 {
                within(Duration::from_secs(10), || begun(&mut db) > before);
            }
            workshop.hsm().ask(fault);
            assert!(within(PATIENCE, || workshop.hsm().met()), "{fault}: no signature met it");
            let (began, before) = (Instant::now(), certified(&mut db));
            orders.extend(workshop.approve(1));
            let again = within(2 * PATIENCE, || certified(&mut db) > before);
            assert!(again, "{fault}: no certificate after it: {}", worker.stderr());
            let own = if fault == "hang" { f64::from(DEADLINE) } else { 0.0 };
            let seconds = began.elapsed().as_secs_f64();
            assert!(within(2 * PATIENCE, || are_served(&mut db, &orders)), "{fault}: {}", worker.stderr());
            let all = began.elapsed().as_secs_f64();
            report.says(format!(
                "{fault}: the next certificate after {seconds:.2} s, every card after {all:.1} s"
            ));
            assert_eq!(worker.ended(), None, "{fault}: the worker is the same process: {}", worker.stderr());
            met += 1;
            replaced += usize::from(replaces);
            served = served.max(all - own);
            if fault == "hang" {
                longest_hang = longest_hang.max(seconds);
            } else {
                longest = longest.max(seconds);
            }
            if seconds > own + RECOVERED {
                slow.push(format!("{fault}: {seconds:.1} s"));
            }
            outside.look(&mut db);
            sleep(chance.up_to_millis(1000));
        }
    }
    let signed = workshop.hsm().signatures() - signed_before;
    report.holds_where("the worker ends when it is asked", || assert!(worker.stop(PATIENCE).success()));
    report.figure("faults", met);
    report.figure("the worker's process", "the same");
    report.figure("signatures before", signed_before);
    report.figure("signatures meanwhile", signed);
    report.seconds("longest until the next certificate", longest);
    report.seconds("the same at a hang", longest_hang);
    report.none("recoveries that took longer than 10 s besides the hang's deadline", &slow);
    report.seconds("longest until every card is in use, besides the hang's deadline", served);
    report_acknowledged(report, &mut db, &orders, &[]);
    report_records(report, &mut db, &site, &mut outside, replaced);
}
