//! P13: the officers' queue over a million orders, beside the same over a thousand: the first page, one far into the list, a
//! search by the beginning of a name, and the first page of an officer who is there for one profession; each with the counts of every state,
//! as the page shows them. And how much waits for an officer's signature, which every page counts for its menu.

mod orders;

use std::collections::BTreeSet;
use std::time::Duration;

use diesel::connection::SimpleConnection;
use jiff::civil::{Weekday, time};
use registration_authority::inbox;
use registration_authority::officers::{self, Role};
use registration_authority::order::OrderStatus;
use registration_authority::queue::{Filter, Search, WorkingHours, page};
use store::{Act, Actor, Database};

use crate::installation::{Installation, act, chance};
use crate::outcome::{Goal, Outcome};
use crate::pairs::{Sample, measure};
use crate::register::place::{Place, Postgresql, Sqlite};

const MANY: u32 = 1_000_000;
const FEW: u32 = 1_000;
/// Pages of one sample.
const PAGES: u64 = 20;
/// Lines of a page, as the officers' page has them.
const LINES: i64 = 50;

/// Runs it.
pub fn run(installation: &Installation) -> Vec<Outcome> {
    let sqlite = Sqlite::in_folder(installation.folder());
    [of("SQLite", &sqlite), of("PostgreSQL", &Postgresql::of_the_environment())].concat()
}

/// What an officer asks for.
struct Question {
    what: &'static str,
    filter: Filter,
    /// After which part of the list, in hundredths; from its start where there is none.
    after: Option<u32>,
    /// The login of who asks.
    by: &'static str,
}

/// Who is there for everything, and who for one profession, which two in ten orders are for.
const EVERYWHERE: &str = "bob";
const WITHIN: &str = "clara";

fn of(name: &str, place: &dyn Place) -> Vec<Outcome> {
    let [mut many, mut few] = [("queue_many", MANY), ("queue_few", FEW)].map(|(database, count)| {
        let mut db = place.empty(database);
        enrol(&mut db);
        orders::fill(&mut db, count);
        (db, count)
    });
    let waiting = || Filter::of(OrderStatus::Submitted);
    let questions = [
        Question { what: "the first page", filter: waiting(), after: None, by: EVERYWHERE },
        Question {
            what: "a page after seven tenths of the list",
            filter: waiting(),
            after: Some(70),
            by: EVERYWHERE,
        },
        Question {
            what: "a search by name, a fifth of the list",
            filter: Filter { search: Search::of("ma"), ..waiting() },
            after: None,
            by: EVERYWHERE,
        },
        Question {
            what: "the first page of an officer of one profession",
            filter: waiting(),
            after: None,
            by: WITHIN,
        },
    ];
    let millis = |sample: &Sample| 1e3 / sample.rate();
    let mut outcomes = Vec::new();
    for question in &questions {
        let pairs = measure(|| answer(&mut many, question), || answer(&mut few, question));
        let what = format!("{}, {MANY} orders to {FEW}, with six counts; {name}", question.what);
        let (medians, ratio) = (pairs.medians(millis), pairs.ratio(millis));
        outcomes.push(Outcome::new("P13", what, "ms", medians, ratio, Goal::AtMost(2.0)));
    }
    for (by, whose) in [(EVERYWHERE, "an officer"), (WITHIN, "one of one profession")] {
        let pairs = measure(|| awaiting(&mut many, by), || awaiting(&mut few, by));
        let what = format!("how much waits for the signature of {whose}, {MANY} orders to {FEW}; {name}");
        let (medians, ratio) = (pairs.medians(millis), pairs.ratio(millis));
        outcomes.push(Outcome::new("P13", what, "ms", medians, ratio, Goal::AtMost(2.0)));
    }
    outcomes
}

fn enrol(db: &mut Database) {
    let act = Act { actor: Actor::Operator("bench".to_owned()), ..act() };
    let role = Role::RegistrationOfficer;
    db.write(|db| officers::enrol(db, EVERYWHERE, "Bob BERNARD", role, &mut chance(), &act))
        .expect("the database is empty");
    // As two administrators' signatures leave her.
    let (at, role) = (act.at.millis(), role.as_str());
    db.batch_execute(&format!(
        "INSERT INTO officers (login, display_name, role, enrolled_at, scope)
         VALUES ('{WITHIN}', 'Clara PETIT', '{role}', {at}, 'profession:10')"
    ))
    .expect("nobody has this login");
}

/// What every page counts for its menu.
fn awaiting((db, count): &mut (Database, u32), by: &str) -> Sample {
    let act = Act { actor: Actor::Officer(by.to_owned()), ..act() };
    Sample::of(|| {
        for _ in 0..PAGES {
            let (waits, _) = db.snapshot(|db| inbox::count(db, &act)).expect("an officer reads his inbox");
            assert!(waits > 0, "{by}, {count} orders: some wait for a second officer");
        }
        PAGES
    })
}

fn answer((db, count): &mut (Database, u32), question: &Question) -> Sample {
    let act = Act { actor: Actor::Officer(question.by.to_owned()), ..act() };
    let (hours, after) = (hours(), question.after.map(|part| orders::number_at(db, *count, part)));
    Sample::of(|| {
        for _ in 0..PAGES {
            let page = db.snapshot(|db| page(db, &hours, &question.filter, after.as_deref(), LINES, &act));
            let lines = page.expect("an officer reads the queue").lines.len() as i64;
            assert_eq!(lines, LINES, "{}, {count} orders: the same work on both sides", question.what);
        }
        PAGES
    })
}

fn hours() -> WorkingHours {
    let days = [Weekday::Monday, Weekday::Tuesday, Weekday::Wednesday, Weekday::Thursday, Weekday::Friday];
    let within = Duration::from_secs(16 * 3600);
    let nine_to_five = (time(9, 0, 0, 0), time(17, 0, 0, 0));
    WorkingHours::new(&days, nine_to_five, "Europe/Paris", BTreeSet::new(), within).expect("they make sense")
}
