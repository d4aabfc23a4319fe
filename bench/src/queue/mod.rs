//! P13: the officers' queue over a million orders, beside the same over a thousand: the first page, one far into the list, a
//! search by the beginning of a name; each with the counts of every state, as the page shows them.

mod orders;

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::civil::{Weekday, time};
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
}

fn of(name: &str, place: &dyn Place) -> Vec<Outcome> {
    let [mut many, mut few] = [("queue_many", MANY), ("queue_few", FEW)].map(|(database, count)| {
        let mut db = place.empty(database);
        enrol(&mut db);
        orders::fill(&mut db, count);
        (db, count)
    });
    let waiting = || Filter::of(OrderStatus::Submitted);
    let questions = [
        Question { what: "the first page", filter: waiting(), after: None },
        Question { what: "a page after seven tenths of the list", filter: waiting(), after: Some(70) },
        Question {
            what: "a search by name, a fifth of the list",
            filter: Filter { search: Search::of("ma"), ..waiting() },
            after: None,
        },
    ];
    questions
        .iter()
        .map(|question| {
            let pairs = measure(|| answer(&mut many, question), || answer(&mut few, question));
            let millis = |sample: &Sample| 1e3 / sample.rate();
            let what = format!("{}, {MANY} orders to {FEW}, with six counts; {name}", question.what);
            Outcome::new("P13", what, "ms", pairs.medians(millis), pairs.ratio(millis), Goal::AtMost(2.0))
        })
        .collect()
}

fn enrol(db: &mut Database) {
    let act = Act { actor: Actor::Operator("bench".to_owned()), ..act() };
    db.write(|db| officers::enrol(db, "bob", "Bob BERNARD", Role::RegistrationOfficer, &mut chance(), &act))
        .expect("the database is empty");
}

fn answer((db, count): &mut (Database, u32), question: &Question) -> Sample {
    let act = Act { actor: Actor::Officer("bob".to_owned()), ..act() };
    let (hours, after) = (hours(), question.after.map(|part| orders::number_at(db, *count, part)));
    Sample::of(|| {
        for _ in 0..PAGES {
            let page = db.snapshot(|db| page(db, &hours, &question.filter, after.as_deref(), LINES, &act));
            let lines = page.expect("bob reads the queue").lines.len() as i64;
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
