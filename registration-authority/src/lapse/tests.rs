use card::CardStatus;
use professional_registry::ImportedRegister;

use super::*;
use crate::approval::Verdict;
use crate::decision::Standing;
use crate::opposition::{self, Ground};
use crate::testing::*;

mod between;
mod certificates;
mod changed;
mod doubtful;
mod merges;
mod mute;
mod staff;

const ENOUGH: u32 = 200;

fn at_work(house: &House) -> Act {
    house.act(Actor::Job(JOB))
}

fn look(house: &mut House) -> Option<Examination> {
    let act = at_work(house);
    let House { db, rng, .. } = house;
    examine(db, &mut ImportedRegister, rng, &act).unwrap()
}

fn oppose(house: &mut House, most_a_day: u32) -> Revalidation {
    let act = at_work(house);
    let House { db, rng, verifier, .. } = house;
    oppose_due(db, &mut ImportedRegister, verifier, most_a_day, rng, &act).unwrap()
}

/// What the job does after a feed.
fn revalidate(house: &mut House, most_a_day: u32) -> Vec<CardNumber> {
    look(house);
    let done = oppose(house, most_a_day);
    assert_eq!(done.failed, []);
    done.opposed
}

fn status(house: &mut House, card: &CardNumber) -> CardStatus {
    card::get(&mut house.db, card).unwrap().life.status()
}

/// Active cards of the first of the crowd, who stand in the register with everybody else.
fn cards_of_a_crowd(house: &mut House, count: u32) -> Vec<CardNumber> {
    a_day(house, 2, 0);
    let mut worker = house.worker();
    for number in 0..count {
        house.approved(&one_of_the_crowd(number));
    }
    let cards = house.personalise();
    for card in &cards {
        house.certify(&mut worker, card).unwrap();
        house.activate(card);
    }
    assert_eq!(revalidate(house, ENOUGH), []);
    cards
}

/// The second day's register and a crowd of sixty, without the first of them; and somebody of this day alone, since no two
/// extracts are the same.
fn with_the_crowd(day: u64, gone: usize) -> Vec<Line> {
    let of_the_day = crowd(100).into_iter().skip(80 + day as usize).take(1);
    second_day().into_iter().chain(crowd(60).into_iter().skip(gone)).chain(of_the_day).collect()
}

fn a_day(house: &mut House, day: u64, gone: usize) {
    house.import_day(day, &with_the_crowd(day, gone));
}

#[test]
fn the_register_opposes_for_the_grounds_of_its_line_of_the_table_and_no_other() {
    use professional_registry::fhir::EndCause;
    let mut brought: Vec<Ground> =
        [faults::ORDER_NOT_MANDATED, faults::ORDER_POST_REFUSED, faults::ORDER_HOLDER_CEASED]
            .map(due::ground_of)
            .into();
    brought.extend([EndCause::Retired, EndCause::Deceased, EndCause::StruckOff].map(Ground::of_cause));
    brought.dedup();
    let table = opposition::table().unwrap();
    assert_eq!(table.of(opposition::requester::Requester::Register).unwrap().grounds, brought);
}

#[test]
fn the_web_role_settles_a_lapse_by_opposing_its_card_and_keeps_no_card_of_who_has_left() {
    let mut house = House::on(&fresh_postgresql());
    let cards = cards_of_a_crowd(&mut house, 1);
    a_day(&mut house, 3, 1);
    look(&mut house).unwrap();
    house.sql("SET ROLE igc_web").unwrap();
    for status in ["lifted", "confirmed"] {
        let by_hand = format!(
            "UPDATE card_lapses SET status = '{status}', settled_at = 1, settled_by = 'officer:rita'"
        );
        let refused = house.sql(&by_hand).unwrap_err().to_string();
        assert!(refused.contains("by an opposition alone"), "{status}: {refused}");
    }
    let rita = house.officer("rita");
    opposition::oppose(&mut house.db, &cards[0], Ground::EndOfActivity, &mut house.rng, &rita).unwrap();
    assert!(open(&mut house.db, 10).unwrap().is_empty());
}

#[test]
fn a_card_ends_when_two_feeds_say_that_its_holder_is_gone_and_not_before() {
    on_both(|house| {
        let cards = cards_of_a_crowd(house, 2);
        a_day(house, 3, 1);
        let looked = look(house).unwrap();
        assert_eq!((looked.found, looked.lifted), (1, 0));
        assert_eq!(look(house), None, "once a feed");
        assert_eq!(oppose(house, ENOUGH), Revalidation::default(), "one reading opposes nobody");
        let lapse = open(&mut house.db, 10).unwrap().remove(0);
        assert_eq!((lapse.card, lapse.cause.as_str()), (cards[0], "order-holder-ceased"));

        a_day(house, 4, 1);
        assert_eq!(oppose(house, ENOUGH).opposed, [], "nobody has looked at the second feed yet");
        assert_eq!(revalidate(house, ENOUGH), [cards[0]]);
        assert_eq!(status(house, &cards[0]), CardStatus::Opposed);
        assert_eq!(status(house, &cards[1]), CardStatus::Active);
        assert_eq!(open(&mut house.db, 10).unwrap(), []);
        // The way back: a new card, and never the old one.
        a_day(house, 5, 0);
        assert_eq!(revalidate(house, ENOUGH), []);
        assert_eq!(status(house, &cards[0]), CardStatus::Opposed);
        house.approved(&one_of_the_crowd(0));
    });
}

#[test]
fn who_is_back_in_the_next_feed_keeps_his_card() {
    on_both(|house| {
        let cards = cards_of_a_crowd(house, 1);
        a_day(house, 3, 1);
        look(house).unwrap();
        a_day(house, 4, 0);
        let looked = look(house).unwrap();
        assert_eq!((looked.found, looked.lifted), (0, 1));
        assert_eq!(oppose(house, ENOUGH), Revalidation::default());
        // Gone once more: the reading of the day before yesterday is worth nothing.
        a_day(house, 5, 1);
        assert_eq!(revalidate(house, ENOUGH), []);
        assert_eq!(status(house, &cards[0]), CardStatus::Active);
    });
}

#[test]
fn an_exercise_that_ends_ends_its_card_and_no_other() {
    on_both(|house| {
        let mut worker = house.worker();
        for profession in ["60", "70"] {
            let number = house.submit("alice", cps(&twofold(), profession)).unwrap().number().to_owned();
            house.approve("bob", &number).unwrap();
        }
        let cards = house.personalise();
        for card in &cards {
            house.certify(&mut worker, card).unwrap();
            house.activate(card);
        }
        for day in [2, 3] {
            let gone = |line: &Line| line.given_name == "Jean-Marc" && line.profession == "70";
            let lines: Vec<Line> = with_the_crowd(day, 0).into_iter().filter(|line| !gone(line)).collect();
            house.import_day(day, &lines);
            let opposed = revalidate(house, ENOUGH);
            assert_eq!(opposed.len(), usize::from(day == 3));
        }
        assert_eq!(
            [status(house, &cards[0]), status(house, &cards[1])],
            [CardStatus::Active, CardStatus::Opposed]
        );
    });
}

#[test]
fn a_feed_that_is_silent_of_somebody_is_no_reading() {
    on_both(|house| {
        let cards = cards_of_a_crowd(house, 1);
        a_day(house, 3, 1);
        look(house).unwrap();
        // His line is there, and cannot be read; that says nothing of him.
        let broken = || {
            let mut lines = with_the_crowd(4, 0);
            let his = lines.iter_mut().find(|line| line.person == 1000).unwrap();
            his.category = "?";
            lines
        };
        let report = house.try_import(4, &broken(), None).unwrap();
        assert_eq!(report.rows_rejected, 1);
        assert_eq!(revalidate(house, ENOUGH), []);
        assert_eq!(status(house, &cards[0]), CardStatus::Active);
        // Nor does one say who is gone that has a line of which nobody can be read.
        house.try_import_with(5, &with_the_crowd(5, 1), "8|\n").unwrap();
        assert_eq!(revalidate(house, ENOUGH), []);
        a_day(house, 6, 1);
        assert_eq!(revalidate(house, ENOUGH), cards);
    });
}

#[test]
fn an_officer_may_oppose_by_name_before_the_second_reading() {
    on_both(|house| {
        let cards = cards_of_a_crowd(house, 1);
        a_day(house, 3, 1);
        look(house).unwrap();
        let rita = house.officer("rita");
        let House { db, rng, .. } = house;
        opposition::oppose(db, &cards[0], Ground::StruckOff, rng, &rita).unwrap();
        assert_eq!(open(&mut house.db, 10).unwrap(), []);
        a_day(house, 4, 1);
        assert_eq!(revalidate(house, ENOUGH), []);
    });
}

fn released(
    house: &mut House,
    login: &str,
    id: &str,
    verdict: Verdict,
) -> Result<OppositionPlan, OppositionPlanError> {
    let subject = get(&mut house.db, id).unwrap().decidable();
    let proof = match verdict {
        Verdict::Approve => house.proof(login, &subject),
        Verdict::Refuse => {
            house.approver.refuse(&subject, ("file-wrong", None), login, &mut house.rng, house.at).unwrap()
        }
    };
    let act = house.officer(login);
    let House { db, rng, verifier, .. } = house;
    db.write(|db| decide(db, verifier, id, verdict, &proof, None, rng, &act))
}

/// Three cards whose lapse two feeds have said, where a day may bring two.
fn too_many(house: &mut House) -> (Vec<CardNumber>, String) {
    let cards = cards_of_a_crowd(house, 3);
    a_day(house, 3, 3);
    look(house).unwrap();
    a_day(house, 4, 3);
    look(house).unwrap();
    let done = oppose(house, 2);
    assert_eq!(done.opposed, []);
    (cards, done.planned.into_iter().next().unwrap())
}

#[test]
fn more_than_a_day_may_bring_wait_for_two_officers() {
    on_both(|house| {
        let (cards, plan) = too_many(house);
        assert_eq!(oppose(house, 2), Revalidation::default(), "planned once");
        let open_card = &cards[0];
        let forced = house.sql(&format!(
            "UPDATE card_lapses SET status = 'confirmed', settled_at = 1, settled_by = 'job:revalidation', \
             second_sequence = (SELECT max(sequence) FROM register_feeds), \
             second_feed = (SELECT id FROM register_feeds ORDER BY sequence DESC LIMIT 1) WHERE card_number = '{open_card}'"
        ));
        assert!(forced.unwrap_err().to_string().contains("two officers release"));
        released(house, "alice", &plan, Verdict::Approve).unwrap();
        assert_eq!(oppose(house, 2).opposed, []);
        assert_eq!(code(released(house, "alice", &plan, Verdict::Approve)), "release-another-officer");
        // One of them is back before the second officer decides.
        a_day(house, 5, 2);
        look(house).unwrap();
        released(house, "bob", &plan, Verdict::Approve).unwrap();
        assert_eq!(oppose(house, 2).opposed, cards[..2]);
        assert_eq!(status(house, &cards[2]), CardStatus::Active);
        assert_eq!(waiting(&mut house.db).unwrap(), []);
    });
}

#[test]
fn a_plan_that_was_refused_opposes_nobody_and_nothing_is_slipped_into_one() {
    on_both(|house| {
        let (cards, plan) = too_many(house);
        let refused = released(house, "bob", &plan, Verdict::Refuse).unwrap();
        assert_eq!(refused.standing(), Standing::Refused);
        a_day(house, 5, 3);
        assert_eq!(revalidate(house, 2), []);
        assert_eq!(status(house, &cards[0]), CardStatus::Active);
        let slipped = house.sql(&format!(
            "INSERT INTO opposition_plan_items SELECT plan, '0000000000', first_sequence FROM opposition_plan_items \
             WHERE plan = '{plan}' LIMIT 1"
        ));
        assert!(slipped.unwrap_err().to_string().contains("never changed"));
    });
}

#[test]
fn what_a_day_may_bring_is_counted_over_the_day_whatever_the_clock_does() {
    on_both(|house| {
        let cards = cards_of_a_crowd(house, 3);
        for day in [3, 4] {
            a_day(house, day, 2);
            look(house).unwrap();
        }
        assert_eq!(oppose(house, 2).opposed, cards[..2]);
        a_day(house, 5, 3);
        look(house).unwrap();
        a_day(house, 6, 3);
        look(house).unwrap();
        // An hour earlier, by a clock that went back.
        house.at = house.at.minus(std::time::Duration::from_secs(3600));
        let done = oppose(house, 2);
        assert_eq!((done.opposed.len(), done.planned.len()), (0, 1));
    });
}

#[test]
fn one_reading_is_refused_by_the_database_too() {
    on_both(|house| {
        cards_of_a_crowd(house, 1);
        a_day(house, 3, 1);
        look(house).unwrap();
        for second in ["NULL, second_feed = NULL", "first_sequence + 1, second_feed = first_feed"] {
            let forced = house.sql(&format!(
                "UPDATE card_lapses SET status = 'confirmed', settled_at = 1, settled_by = 'job:revalidation', \
                 second_sequence = {second}"
            ));
            assert!(forced.unwrap_err().to_string().contains("one reading opposes no card"), "{second}");
        }
    });
}

#[test]
fn nothing_is_concluded_while_an_import_is_under_way() {
    on_both(|house| {
        cards_of_a_crowd(house, 1);
        a_day(house, 3, 1);
        house
            .sql(
                "INSERT INTO register_feeds (id, source, file_name, extracted_at, imported_at, status, sequence, rows_read, \
                 rows_rejected) SELECT lower(id), source, file_name, extracted_at + 1, imported_at, 'importing', \
                 sequence + 1, 0, 0 FROM (SELECT 'abc' || substr(id, 4) AS id, source, file_name, extracted_at, \
                 imported_at, sequence FROM register_feeds ORDER BY sequence DESC LIMIT 1) AS newest",
            )
            .unwrap();
        assert_eq!(look(house), None);
        assert_eq!(oppose(house, ENOUGH), Revalidation::default());
    });
}
