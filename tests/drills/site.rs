//! An installation on which a drill is held, and what is asked of its database from beside.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::thread::sleep;
use std::time::{Duration, Instant};

use acceptance::harness::{DatabaseKind, Running, children_of, run, start};
use card::{CardFilter, CardNumber, CardStatus, opposition};
use diesel::prelude::*;
use store::schema::{cards, certificates};
use store::{Database, DatabaseRole};

use crate::scenarios::crash_points::outside::Outside;
use crate::scenarios::invariants::{is_good, of_card};
use crate::scenarios::signer_faults::behind_the_library_that_fails;
use crate::scenarios::status_service::{Question, StatusService};
use crate::scenarios::workshop::{Workshop, workshop};
use openssl::ocsp::OcspCertStatus;

use super::report::Report;

/// How many signatures a signer has in its hands at most, when it dies.
const MOST_IN_HAND: usize = 4;

/// A demonstration whose worker has a bureau, so that an approved order becomes a card in use by itself, and whose token
/// counts what it signs.
pub struct Site {
    workshop: Workshop,
    bureau: PathBuf,
}

impl Site {
    /// One of its own.
    pub fn on(kind: DatabaseKind) -> Self {
        let mut workshop = workshop(kind);
        let hsm = behind_the_library_that_fails(&workshop);
        workshop.steered_by(hsm);
        let name = workshop.dir().parent().and_then(|folder| folder.file_name()).unwrap();
        // Not in the installation's folder: the bureau is another user's.
        let bureau = std::env::temp_dir().join(format!("igc-demo-bureau-{}", name.to_string_lossy()));
        workshop.configure("demo", "bureau_home", bureau.display().to_string());
        Self { workshop, bureau }
    }

    /// The installation.
    pub fn workshop(&self) -> &Workshop {
        &self.workshop
    }

    /// One more connection.
    pub fn open(&self) -> Database {
        self.workshop.open(DatabaseRole::Owner)
    }

    /// Starts its worker.
    pub fn worker(&self) -> Running {
        start(&mut self.workshop.command(&["serve", "--role", "worker"]))
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.bureau);
        let _ = fs::remove_dir_all(self.bureau.with_extension("unopened"));
    }
}

/// The signers that a role has started.
pub fn signers_of(role: u32) -> Vec<u32> {
    let is_signer = |process: &u32| {
        let line = fs::read_to_string(format!("/proc/{process}/cmdline")).unwrap_or_default();
        line.split('\0').any(|word| word == "signer")
    };
    children_of(role).into_iter().filter(is_signer).collect()
}

/// SIGKILL to a process that the drill has not started itself.
pub fn kill(process: u32) {
    run(std::process::Command::new("kill").args(["-KILL", &process.to_string()]));
}

/// How many certificates were ever recorded, whatever became of them.
pub fn begun(db: &mut Database) -> i64 {
    certificates::table.count().get_result(db).unwrap()
}

/// How many certificates were ever signed, compared and recorded.
pub fn certified(db: &mut Database) -> i64 {
    certificates::table.filter(certificates::der.is_not_null()).count().get_result(db).unwrap()
}

/// How many certificates are intended or being signed.
pub fn unsettled(db: &mut Database) -> i64 {
    let under_way = certificates::status.eq_any(["intended", "signing"]);
    certificates::table.filter(under_way).count().get_result(db).unwrap()
}

/// Waits until `holds`, for so long at most; whether it does.
pub fn within(patience: Duration, mut holds: impl FnMut() -> bool) -> bool {
    let started = Instant::now();
    while !holds() {
        if started.elapsed() > patience {
            return false;
        }
        sleep(Duration::from_millis(5));
    }
    true
}

/// The cards of each of these orders.
fn cards_of(db: &mut Database, orders: &[String]) -> BTreeMap<String, Vec<CardNumber>> {
    let mut found: BTreeMap<_, _> = orders.iter().map(|order| (order.clone(), vec![])).collect();
    let rows: Vec<(String, String)> =
        cards::table.select((cards::order_number, cards::number)).load(db).unwrap();
    for (order, card) in rows {
        if let Some(cards) = found.get_mut(&order) {
            cards.push(card.parse().unwrap());
        }
    }
    found
}

/// The cards of these orders that are in use.
pub fn in_use(db: &mut Database, orders: &[String]) -> Vec<CardNumber> {
    let cards: Vec<_> = cards_of(db, orders).into_values().flatten().collect();
    cards
        .into_iter()
        .filter(|card| card::get(db, card).unwrap().life.status() == CardStatus::Active)
        .collect()
}

/// Whether each of these orders has come to its end: a card that is in use, or was opposed.
pub fn are_served(db: &mut Database, orders: &[String]) -> bool {
    let ended = [CardStatus::Active, CardStatus::Opposed];
    cards_of(db, orders).values().all(|cards| {
        !cards.is_empty()
            && cards.iter().all(|card| ended.contains(&card::get(db, card).unwrap().life.status()))
    })
}

/// What was acknowledged stands, nothing was made twice: of these orders and these oppositions.
pub fn report_acknowledged(
    report: &mut Report,
    db: &mut Database,
    orders: &[String],
    opposed: &[CardNumber],
) {
    let (mut lost, mut doubled) = (Vec::new(), Vec::new());
    for (order, cards) in cards_of(db, orders) {
        match cards.len() {
            0 => lost.push(format!("order {order} has no card")),
            1 => {}
            _ => doubled.push(format!("order {order}: cards {cards:?}")),
        }
    }
    let listed: Vec<CardNumber> =
        opposition::list(db, 0).unwrap().iter().map(|one| one.card_number).collect();
    for card in opposed {
        if !listed.contains(card) || card::get(db, card).unwrap().life.status() != CardStatus::Opposed {
            lost.push(format!("the opposition of card {card}"));
        }
    }
    for card in card::list(db, &CardFilter::default(), card::MOST_LISTED).unwrap() {
        let mut good: Vec<_> = of_card(db, &card.number)
            .into_iter()
            .filter(|(_, one)| is_good(one))
            .map(|(usage, _)| usage)
            .collect();
        let all = good.len();
        good.sort_unstable();
        good.dedup();
        if good.len() < all {
            doubled.push(format!("card {}", card.number));
        }
    }
    report.figure("orders acknowledged", orders.len());
    report.figure("oppositions acknowledged", opposed.len());
    report.none("acknowledged acts lost", &lost);
    report.none("cards or certificates doubled", &doubled);
}

/// What OCSP says in the end of every certificate of a card is what its card says.
pub fn report_ocsp(report: &mut Report, db: &mut Database, status: &StatusService, site: &Site) {
    let mut wrong = Vec::new();
    let mut asked = 0;
    for card in card::list(db, &CardFilter::default(), card::MOST_LISTED).unwrap() {
        for (_, certificate) in of_card(db, &card.number) {
            if certificate.status.der().is_none() {
                continue;
            }
            asked += 1;
            let question = Question::about(site.workshop(), &certificate);
            let expected = if is_good(&certificate) { OcspCertStatus::GOOD } else { OcspCertStatus::REVOKED };
            let says = |wanted| {
                let answered = status.answer(&question).ok().and_then(Result::ok);
                answered.is_some_and(|answered| question.verified_status_in(&answered) == Ok(wanted))
            };
            if !within(Duration::from_secs(5), || says(expected)) {
                wrong.push(format!("{} {}", certificate.issuer, certificate.serial));
            }
        }
    }
    report.figure("certificates asked about in the end", asked);
    report.none("wrong answers in the end", &wrong);
}

/// Once no role runs: everything is published, every signature has a record and a line, the rules of the house hold.
pub fn report_records(
    report: &mut Report,
    db: &mut Database,
    site: &Site,
    outside: &mut Outside<'_>,
    deaths: usize,
) {
    let workshop = site.workshop();
    workshop.igc(&["publish", "crl"]);
    workshop.igc(&["publish", "oppositions"]);
    report.holds_where("certificates, status log and audit trail", || workshop.check());
    report.holds_where("what is public", || {
        outside.look(db);
        outside.is_complete(db);
    });
    report.figure("CRLs and deltas seen", outside.crls_seen());
    report.holds_where("each signature has a record, and the ledger its line", || {
        outside.was_signed_for_a_reason(db, 0..=deaths * MOST_IN_HAND);
    });
    let signed = workshop.hsm().signatures();
    report.figure("signatures of the token", signed);
    report.figure("certificates", certified(db));
}
