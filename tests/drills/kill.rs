//! SIGKILL at random moments, while cards are ordered, made, certified and opposed.

use std::collections::BTreeSet;
use std::thread::{scope, sleep};
use std::time::{Duration, Instant};

use acceptance::harness::{DatabaseKind, Running};
use card::CardStatus;
use store::Database;

use super::Conditions;
use super::chance::Chance;
use super::load::{Load, Subject};
use super::report::Report;
use super::site::{
    Site, are_served, begun, certified, kill, report_acknowledged, report_ocsp, report_records, signers_of,
    unsettled, within,
};
use crate::scenarios::crash_points::outside::Outside;
use crate::scenarios::desk::Desk;
use crate::scenarios::standstill::PATIENCE;
use crate::scenarios::status_service::{StatusService, status_service};

/// What it is called.
pub const NAME: &str = "kill";
/// Kills on each database where nobody says how many.
const ROUNDS: u64 = 16;
/// Longest time, in milliseconds, in which a few certificates take their steps after the first.
const AFTER_INTENTION: usize = 60;
/// Longest time, in milliseconds, from an approval to a card in use.
const ANY_MOMENT: usize = 4000;
/// What people wait for a certificate after a kill, the lease of the dead included.
const CERTIFIED_AGAIN: f64 = 60.0;

/// Who is killed; the worker and its signer twice as often as the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Victim {
    Worker,
    Signer,
    Status,
    Web,
}

const VICTIMS: [Victim; 6] =
    [Victim::Worker, Victim::Worker, Victim::Signer, Victim::Signer, Victim::Status, Victim::Web];

/// On both databases.
pub fn run(conditions: &mut Conditions) -> Vec<Report> {
    let on = |kind: DatabaseKind| {
        let rounds = conditions.rounds.unwrap_or(ROUNDS);
        let report = Report::begin(NAME, format!("worker, signer, status and web role killed, on {kind}"));
        let chance = conditions.chance.fork();
        report.of(|report| drill(report, kind, rounds, chance))
    };
    [DatabaseKind::Sqlite, DatabaseKind::Postgresql].map(on).into()
}

/// The roles, running.
struct Roles {
    worker: Running,
    status: StatusService,
    desk: Desk,
}

fn drill(report: &mut Report, kind: DatabaseKind, rounds: u64, mut chance: Chance) {
    let site = Site::on(kind);
    let mut db = site.open();
    let mut roles = Roles {
        status: status_service(site.workshop()),
        desk: Desk::open(site.workshop(), "revocation-officer"),
        worker: site.worker(),
    };
    let load = Load::on(site.workshop());
    let mut told = Told::default();
    let outside = scope(|scope| {
        let watching = scope.spawn(|| watch(&site, &load));
        let over = load.until_dropped();
        let opposing = chance.fork();
        scope.spawn(|| load.oppose_until_over(opposing, 1500));
        for round in 1..=rounds {
            told.round(&site, &mut db, &mut roles, &load, &mut chance);
            report.says(format!("{round} of {rounds}: {}", told.last));
        }
        drop(over);
        watching.join()
    });
    let outside = report.holds_where("no CRL goes back, and none is public without a record", || {
        outside.unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    });

    let waited = Instant::now();
    within(2 * PATIENCE, || are_served(&mut db, &told.orders));
    let caught_up = waited.elapsed().as_secs_f64();
    report.figure("kills", told.kills);
    report.figure("kills in the middle of certificates", told.amid);
    report_acknowledged(report, &mut db, &told.orders, &load.opposed_cards());
    report_ocsp(report, &mut db, &roles.status, &site);
    report.at_most("longest until the next certificate", told.longest, CERTIFIED_AGAIN);
    report.seconds("until all orders are served in the end", caught_up);
    let ended = [&mut roles.worker, roles.status.process(), roles.desk.process()]
        .map(|role| role.stop(PATIENCE).success());
    report.holds_where("every role ends when it is asked", || assert_eq!(ended, [true; 3]));
    if let Some(mut outside) = outside {
        report_records(report, &mut db, &site, &mut outside, told.kills);
    }
}

/// Looks at what is public until it is over.
fn watch<'s>(site: &'s Site, load: &Load<'_>) -> Outside<'s> {
    let (mut outside, mut db) = (Outside::of(site.workshop()), site.open());
    while !load.is_over() {
        outside.look(&mut db);
        sleep(Duration::from_millis(200));
    }
    outside
}

/// What was done so far.
#[derive(Default)]
struct Told {
    orders: Vec<String>,
    kills: usize,
    /// Kills that found a certificate intended or being signed.
    amid: usize,
    longest: f64,
    offered: BTreeSet<card::CardNumber>,
    last: String,
}

impl Told {
    /// A few orders; a kill at some moment of what follows; the next certificate.
    fn round(
        &mut self,
        site: &Site,
        db: &mut Database,
        roles: &mut Roles,
        load: &Load<'_>,
        chance: &mut Chance,
    ) {
        let before = begun(db);
        self.orders.extend(site.workshop().approve(1 + chance.below(3)));
        self.offer(site, load);
        if chance.below(3) > 0 {
            within(Duration::from_secs(10), || begun(db) > before);
            sleep(chance.up_to_millis(AFTER_INTENTION));
        } else {
            sleep(chance.up_to_millis(ANY_MOMENT));
        }
        let victim = *chance.one_of(&VICTIMS);
        let killed = Instant::now();
        match victim {
            Victim::Worker => {
                roles.worker.kill();
                roles.worker = site.worker();
            }
            Victim::Signer => signers_of(roles.worker.id()).into_iter().for_each(kill),
            Victim::Status => roles.status.kill_and_start(site.workshop()),
            Victim::Web => self.kill_the_web_role(site, roles, load, chance),
        }
        self.kills += 1;
        let unsettled = unsettled(db);
        self.amid += usize::from(unsettled > 0);
        self.last = format!("{victim:?} killed with {unsettled} certificates under way");
        if [Victim::Worker, Victim::Signer].contains(&victim) {
            let before = certified(db);
            self.orders.extend(site.workshop().approve(1));
            let again = within(PATIENCE, || certified(db) > before);
            assert!(again, "no certificate within {PATIENCE:?} of a kill");
            let seconds = killed.elapsed().as_secs_f64();
            self.longest = self.longest.max(seconds);
            self.last = format!("{}, the next after {seconds:.1} s", self.last);
        }
    }

    /// Kills it while an officer opposes a card on its page.
    fn kill_the_web_role(&mut self, site: &Site, roles: &mut Roles, load: &Load<'_>, chance: &mut Chance) {
        let subject = load.drawn(chance);
        let moment = chance.up_to_millis(400);
        let desk = &roles.desk;
        let receipt = scope(|scope| {
            let asked = subject.as_ref().map(|subject| {
                let card = subject.card.to_string();
                scope.spawn(move || desk.oppose(&card))
            });
            sleep(moment);
            kill(desk.id());
            asked.and_then(|asked| asked.join().expect("a browser that gets no answer says so"))
        });
        if let (Some(subject), Some(_)) = (subject, receipt) {
            load.acknowledged(subject, false);
        }
        roles.desk.kill_and_open(site.workshop());
    }

    /// Every second card may be opposed as soon as it is there, also while it is made.
    fn offer(&mut self, site: &Site, load: &Load<'_>) {
        for status in
            [CardStatus::Batched, CardStatus::Personalised, CardStatus::Certified, CardStatus::Active]
        {
            for card in site.workshop().cards(status) {
                if self.offered.insert(card) && self.offered.len().is_multiple_of(2) {
                    load.may_oppose([Subject::unasked(card)]);
                }
            }
        }
    }
}
