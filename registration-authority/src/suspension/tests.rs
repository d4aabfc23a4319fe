use ca_core::certificate::{self, CertificateStatus};
use card::CardStatus;
use store::Fault;
use store::schema::{audit_events, card_oppositions, outbox};

use super::*;
use crate::approval::Verdict;
use crate::contradictions;
use crate::opposition::{self, Ground};
use crate::testing::*;

fn suspend_as(house: &mut House, login: &str, card: &CardNumber) -> Result<Suspended, SuspendError> {
    let act = house.officer(login);
    suspend(&mut house.db, SuspensionPolicy::Allowed, card, &mut house.rng, &act)
}

fn decide_as(
    house: &mut House,
    login: &str,
    card: &CardNumber,
    verdict: Verdict,
) -> Result<Suspension, LiftError> {
    let subject = of_card(&mut house.db, card).unwrap().unwrap().decidable();
    let proof = match verdict {
        Verdict::Approve => house.proof(login, &subject),
        Verdict::Refuse => {
            house.approver.refuse(&subject, ("doubt-remains", None), login, &mut house.rng, house.at).unwrap()
        }
    };
    let act = house.officer(login);
    let House { db, rng, verifier, .. } = house;
    db.write(|db| decide(db, verifier, card, verdict, &proof, None, rng, &act))
}

fn lifted(house: &mut House) -> Lifted {
    let act = house.job();
    lift_released(&mut house.db, &house.verifier, &mut house.rng, &act).unwrap()
}

fn words(house: &mut House, card: &CardNumber) -> Vec<&'static str> {
    let attached = card::certificates::of_card(&mut house.db, card).unwrap();
    let word = |one: card::certificates::CardCertificate| {
        let serial = one.serial.parse().unwrap();
        certificate::find(&mut house.db, &one.issuer, &serial).unwrap().unwrap().status.word()
    };
    attached.into_iter().map(word).collect()
}

fn suspended_card() -> (House, CardNumber) {
    let mut house = House::new();
    let mut worker = house.worker();
    let card = house.active_card(&mut worker, &nurse());
    assert_eq!(suspend_as(&mut house, "rita", &card).unwrap().certificates.len(), 2);
    (house, card)
}

#[test]
fn a_suspended_card_is_shown_as_such_wherever_a_card_is_shown() {
    let (mut house, card) = suspended_card();
    let act = house.officer("audrey");
    let state = |house: &mut House| {
        let register = &mut professional_registry::ImportedRegister;
        let shown = crate::views::card(&mut house.db, register, &card, &act).unwrap().state;
        let of_holder = crate::views::holder(&mut house.db, register, &nurse(), &act).unwrap();
        assert_eq!(of_holder.cards[0].state, shown);
        let order = of_holder.orders.shown[0].number.clone();
        let dossier = crate::views::dossier(&mut house.db, register, &order, &act).unwrap();
        assert_eq!(dossier.cards[0].1, shown);
        shown.as_str()
    };
    assert_eq!(state(&mut house), "suspended");
    decide_as(&mut house, "alice", &card, Verdict::Approve).unwrap();
    decide_as(&mut house, "bob", &card, Verdict::Approve).unwrap();
    lifted(&mut house);
    assert_eq!(state(&mut house), "active");
    suspend_as(&mut house, "rita", &card).unwrap();
    let rita = house.officer("rita");
    opposition::oppose(&mut house.db, &card, Ground::Stolen, &mut house.rng, &rita).unwrap();
    assert_eq!(state(&mut house), "opposed");
}

#[test]
fn a_suspended_card_is_held_and_listed_nowhere_until_two_officers_lift_that() {
    let (mut house, card) = suspended_card();
    assert_eq!(words(&mut house, &card), ["held", "held"]);
    assert_eq!(card::get(&mut house.db, &card).unwrap().life.status(), CardStatus::Active);
    let listed: i64 = card_oppositions::table.count().get_result(&mut house.db).unwrap();
    assert_eq!(listed, 0, "the opposition list has what is final");
    assert_eq!(code(suspend_as(&mut house, "rita", &card)), "suspension-stands");

    assert_eq!(lifted(&mut house), Lifted::default());
    decide_as(&mut house, "alice", &card, Verdict::Approve).unwrap();
    assert_eq!(lifted(&mut house), Lifted::default(), "one officer proposes");
    assert_eq!(code(decide_as(&mut house, "alice", &card, Verdict::Approve)), "release-another-officer");
    let forced = house.sql("UPDATE card_suspensions SET outcome = 'lifted', ended_at = 1, ended_by = 'x'");
    assert!(forced.unwrap_err().to_string().contains("two officers lift"));
    decide_as(&mut house, "bob", &card, Verdict::Approve).unwrap();
    assert_eq!(lifted(&mut house).cards, [card]);
    assert_eq!(words(&mut house, &card), ["good", "good"]);
    assert_eq!(of_card(&mut house.db, &card).unwrap(), None);
    assert_eq!(lifted(&mut house), Lifted::default());
    assert_eq!(contradictions::contradictions(&mut house.db).unwrap(), []);

    let told: Vec<String> = outbox::table
        .filter(outbox::subject.eq(format!("card {card}")))
        .order(outbox::created_at)
        .select(outbox::notice)
        .load(&mut house.db)
        .unwrap();
    assert!(
        told.iter().any(|one| one == "card-suspended") && told.iter().any(|one| one == "suspension-lifted")
    );
    for action in ["card.suspended", "suspension.lift-approved", "card.suspension-lifted"] {
        let leaves: i64 = audit_events::table
            .filter(audit_events::action.eq(action))
            .count()
            .get_result(&mut house.db)
            .unwrap();
        assert!(leaves > 0, "{action}");
    }
}

#[test]
fn one_refusal_ends_a_proposal_and_another_may_be_made() {
    let (mut house, card) = suspended_card();
    decide_as(&mut house, "alice", &card, Verdict::Approve).unwrap();
    decide_as(&mut house, "bob", &card, Verdict::Refuse).unwrap();
    let after = of_card(&mut house.db, &card).unwrap().unwrap();
    assert_eq!((after.version(), after.standing()), (2, Standing::Held { approved_by: None }));
    decide_as(&mut house, "bob", &card, Verdict::Approve).unwrap();
    assert_eq!(lifted(&mut house), Lifted::default(), "an approval of what was refused counts no more");
    decide_as(&mut house, "alice", &card, Verdict::Approve).unwrap();
    assert_eq!(lifted(&mut house).cards, [card]);
}

#[test]
fn the_worker_receives_a_refusal_and_what_it_ended_though_it_makes_the_next_version() {
    let (mut house, card) = suspended_card();
    let number = of_card(&mut house.db, &card).unwrap().unwrap().number;
    decide_as(&mut house, "alice", &card, Verdict::Approve).unwrap();
    decide_as(&mut house, "bob", &card, Verdict::Refuse).unwrap();
    decide_as(&mut house, "clara", &card, Verdict::Approve).unwrap();
    let subject = format!("suspension-lift {number} version ");
    let received = house.receive().into_iter().filter_map(|one| {
        let version = one.subject.strip_prefix(&subject)?.to_owned();
        Some((version, one.officer, one.refusal))
    });
    let mut received: Vec<_> = received.collect();
    received.sort();
    let seen = |version: &str, officer: &str| (version.to_owned(), officer.to_owned(), None);
    assert_eq!(received, [seen("1", "alice"), seen("1", "bob"), seen("2", "clara")]);
}

#[test]
fn an_opposition_makes_a_suspension_final_and_nothing_lifts_it_then() {
    let (mut house, card) = suspended_card();
    let since = of_card(&mut house.db, &card).unwrap().unwrap();
    decide_as(&mut house, "alice", &card, Verdict::Approve).unwrap();
    decide_as(&mut house, "bob", &card, Verdict::Approve).unwrap();
    let act = house.officer("rita");
    let done = opposition::oppose(&mut house.db, &card, Ground::Stolen, &mut house.rng, &act).unwrap();
    assert_eq!(lifted(&mut house), Lifted::default());
    assert_eq!(words(&mut house, &card), ["revoked", "revoked"]);
    for ended in done.certificates {
        let found = certificate::find(&mut house.db, &ended.issuer, &ended.serial).unwrap().unwrap();
        let CertificateStatus::Revoked { at, reason, .. } = found.status else { panic!("{found:?}") };
        let Some(ca_core::revocation::Revoked::Published { at: revoked_at, .. }) = ended.outcome else {
            panic!("{:?}", ended.outcome)
        };
        assert!(at <= revoked_at, "since its hold");
        assert_eq!(reason, "keyCompromise");
    }
    assert_eq!(get(&mut house.db, &since.number).unwrap_err().code().name, "suspension-unknown");
    assert_eq!(contradictions::contradictions(&mut house.db).unwrap(), []);
    assert_eq!(code(suspend_as(&mut house, "rita", &card)), "suspension-card-not-active");
}

#[test]
fn without_a_policy_that_wants_it_and_without_a_right_nobody_suspends_a_card() {
    let mut house = House::new();
    let mut worker = house.worker();
    let card = house.active_card(&mut worker, &nurse());
    let act = house.officer("rita");
    let refused = suspend(&mut house.db, SuspensionPolicy::default(), &card, &mut house.rng, &act);
    assert_eq!(code(refused), "opposition-hold-not-allowed");
    for login in ["agent", "admin", "audrey"] {
        assert_eq!(code(suspend_as(&mut house, login, &card)), "officer-role-missing", "{login}");
    }
    assert_eq!(code(suspend_as(&mut house, "rita", &"2699999999".parse().unwrap())), "card-not-found");
    house.approved(&other_nurse());
    let waiting = house.personalise()[0];
    assert_eq!(code(suspend_as(&mut house, "rita", &waiting)), "suspension-card-not-active");
    assert_eq!(words(&mut house, &card), ["good", "good"]);
    suspend_as(&mut house, "rita", &card).unwrap();
    let subject = of_card(&mut house.db, &card).unwrap().unwrap().decidable();
    let proof = house.proof("rita", &subject);
    let act = house.officer("rita");
    let House { db, rng, verifier, .. } = &mut house;
    let lifts = db.write(|db| decide(db, verifier, &card, Verdict::Approve, &proof, None, rng, &act));
    assert_eq!(code(lifts), "officer-role-missing", "who only opposes lifts nothing");
}

#[test]
fn a_suspension_that_fails_anywhere_leaves_nothing() {
    let mut house = House::new();
    let mut worker = house.worker();
    let card = house.active_card(&mut worker, &nurse());
    for table in ["certificate_status_events", "card_suspensions", "outbox", "audit_events"] {
        house
            .sql(&format!(
                "CREATE TRIGGER sabotage BEFORE INSERT ON {table} BEGIN SELECT RAISE(ABORT, 'sabotage'); END"
            ))
            .unwrap();
        let error = suspend_as(&mut house, "rita", &card).unwrap_err();
        assert!(error.to_string().contains("sabotage"), "{table}: {error}");
        house.sql("DROP TRIGGER sabotage").unwrap();
        assert_eq!(words(&mut house, &card), ["good", "good"], "{table}");
        assert_eq!(of_card(&mut house.db, &card).unwrap(), None, "{table}");
    }
    suspend_as(&mut house, "rita", &card).unwrap();
}

#[test]
fn no_row_ends_the_suspension_of_a_card_that_is_not_opposed() {
    on_both(|house| {
        let mut worker = house.worker();
        let card = house.active_card(&mut worker, &nurse());
        suspend_as(house, "rita", &card).unwrap();
        let by_hand = house
            .sql("UPDATE card_suspensions SET outcome = 'opposed', ended_at = 1, ended_by = 'officer:rita'");
        assert!(by_hand.unwrap_err().to_string().contains("by an opposition of its card"));
        let rita = house.officer("rita");
        opposition::oppose(&mut house.db, &card, Ground::Stolen, &mut house.rng, &rita).unwrap();
        assert_eq!(of_card(&mut house.db, &card).unwrap(), None, "an opposition does");
    });
}
