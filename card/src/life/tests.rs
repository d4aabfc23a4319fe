use store::Timestamp;

use crate::personalisation::Print;
use crate::testing::{END, act, act_at, card_in, commission, database, force_status, rng};
use crate::{CardLife, CardStatus, NoSuchStep, Step};

use CardStatus::*;

/// Every change of state there is. Whatever is not here is refused, by the code and by the
/// database.
const ALLOWED: [(CardStatus, CardStatus); 18] = [
    (Ordered, Batched),
    (Ordered, Opposed),
    (Ordered, Cancelled),
    (Batched, Ordered),
    (Batched, Personalised),
    (Batched, Opposed),
    (Batched, Cancelled),
    (Personalised, Certified),
    (Personalised, Opposed),
    (Personalised, Cancelled),
    (Certified, Delivered),
    (Certified, Opposed),
    (Certified, Expired),
    (Delivered, Active),
    (Delivered, Opposed),
    (Delivered, Expired),
    (Active, Opposed),
    (Active, Expired),
];

fn allowed(from: CardStatus, to: CardStatus) -> bool {
    ALLOWED.contains(&(from, to))
}

fn batch() -> crate::personalisation::BatchId {
    "L-20261121-9F3C21AB".parse().unwrap()
}

fn life(status: CardStatus) -> CardLife {
    let (batch, expires_at, at) = (batch(), END, act().at);
    match status {
        Ordered => CardLife::Ordered { at },
        Batched => CardLife::Batched { batch },
        Personalised => CardLife::Personalised { batch },
        Certified => CardLife::Certified { batch, expires_at },
        Delivered => CardLife::Delivered { batch, expires_at, at },
        Active => CardLife::Active { batch, expires_at, at },
        Opposed => CardLife::Opposed { at },
        Expired => CardLife::Expired { expires_at },
        Cancelled => CardLife::Cancelled { at },
    }
}

/// The step that leads to a state, and a moment at which its dates allow it.
fn step_to(status: CardStatus) -> (Step, Timestamp) {
    let now = act().at;
    match status {
        Ordered => (Step::TakeBack { ordered_at: now }, now),
        Batched => (Step::Batch(batch()), now),
        Personalised => (Step::Personalise, now),
        Certified => (Step::Certify { expires_at: END }, now),
        Delivered => (Step::Deliver, now),
        Active => (Step::Activate, now),
        Opposed => (Step::Oppose, now),
        Expired => (Step::Expire, END),
        Cancelled => (Step::Cancel, now),
    }
}

#[test]
fn a_life_takes_the_listed_steps_and_no_other() {
    for from in CardStatus::ALL {
        for to in CardStatus::ALL {
            let (step, at) = step_to(to);
            match life(from).after(step.clone(), at) {
                Ok(after) => {
                    assert!(allowed(from, to), "{from} became {to}");
                    assert_eq!(after.status(), to);
                }
                Err(refused) => {
                    assert!(!allowed(from, to), "{from} did not become {to}: {refused}");
                    assert_eq!(refused, NoSuchStep::From { from, step });
                }
            }
        }
    }
}

#[test]
fn the_database_takes_the_listed_steps_and_no_other() {
    let mut db = database();
    let mut n = 0;
    for from in CardStatus::ALL {
        for to in CardStatus::ALL.into_iter().filter(|to| *to != from) {
            n += 1;
            let card = card_in(&mut db, from, &format!("order-{n}"));
            assert_eq!(card.life.status(), from);
            let forced = force_status(&mut db, &card.number, to);
            assert_eq!(forced.is_ok(), allowed(from, to), "{from} to {to}: {forced:?}");
            // Only one card of this holder may be active: out of the way of the next.
            if crate::get(&mut db, &card.number).unwrap().life.status() == Active {
                drop(db.write(|db| crate::opposition::oppose(db, &card.number, &mut rng(), &act())).unwrap());
            }
        }
    }
    assert_eq!(n, 72);
}

#[test]
fn every_function_refuses_every_state_it_does_not_start_from() {
    let mut db = database();
    for from in CardStatus::ALL {
        let card = card_in(&mut db, from, &format!("order-{from}"));
        let (number, rng, act) = (card.number, &mut rng(), act());
        // Each attempt is rolled back, so that every function meets the card in the same state.
        let mut works =
            |what: &str, from_states: &[CardStatus], done: &mut dyn FnMut(&mut store::Database) -> bool| {
                let mut worked = false;
                let _ = db.write(|db| {
                    worked = done(db);
                    Err::<(), _>(diesel::result::Error::RollbackTransaction)
                });
                assert_eq!(worked, from_states.contains(&from), "{what} from {from}");
            };
        works("lock_for_certification", &[Personalised], &mut |db| {
            crate::lock_for_certification(db, &number).is_ok()
        });
        works("deliver", &[Certified], &mut |db| crate::deliver(db, &number, rng, &act).is_ok());
        works("activate", &[Delivered], &mut |db| crate::activate(db, &number, rng, &act).is_ok());
        works("cancel", &[Ordered, Batched, Personalised], &mut |db| {
            crate::cancel(db, &number, rng, &act).is_ok()
        });
        works("oppose", &[Ordered, Batched, Personalised, Certified, Delivered, Active], &mut |db| {
            crate::opposition::oppose(db, &number, rng, &act).is_ok()
        });
        works("expire", &[Certified, Delivered, Active], &mut |db| {
            crate::expire_due(db, 100, rng, &act_at(END)).unwrap() == [number]
        });
        works("close_batch", &[Ordered], &mut |db| {
            let commissions = [(number, commission(&card, Print::default()))].into();
            crate::personalisation::close_batch(db, &"Bureau A".parse().unwrap(), commissions, rng, &act)
                .is_ok()
        });
        if from == Active || from == Certified || from == Delivered {
            drop(db.write(|db| crate::opposition::oppose(db, &number, &mut self::rng(), &act)).unwrap());
        }
    }
}

#[test]
fn a_card_is_not_delivered_or_activated_past_its_end_nor_expired_before() {
    let ended = |step: Step| NoSuchStep::Ended { expired_at: END, step };
    assert_eq!(life(Certified).after(Step::Deliver, END), Err(ended(Step::Deliver)));
    assert_eq!(life(Delivered).after(Step::Activate, END), Err(ended(Step::Activate)));
    let certify = Step::Certify { expires_at: END };
    assert_eq!(life(Personalised).after(certify.clone(), END), Err(ended(certify)));
    for status in [Certified, Delivered, Active] {
        let just_before = Timestamp::from_millis(END.millis() - 1);
        assert_eq!(
            life(status).after(Step::Expire, just_before),
            Err(NoSuchStep::NotEnded { expires_at: END })
        );
    }
}

#[test]
fn a_row_gives_back_the_data_of_each_state() {
    let mut db = database();
    for status in CardStatus::ALL {
        let card = card_in(&mut db, status, &format!("order-{status}"));
        assert_eq!(card.life.status(), status);
        let live = matches!(status, Certified | Delivered | Active | Expired);
        assert_eq!(card.life.expires_at(), live.then_some(END));
        assert_eq!(
            card.life.batch().is_some(),
            matches!(status, Batched | Personalised | Certified | Delivered | Active)
        );
        if matches!(status, Certified | Delivered | Active) {
            drop(db.write(|db| crate::opposition::oppose(db, &card.number, &mut rng(), &act())).unwrap());
        }
    }
}

#[test]
fn the_database_refuses_a_card_that_begins_elsewhere_or_changes_its_holder() {
    use diesel::connection::SimpleConnection;
    let mut db = database();
    let card = card_in(&mut db, Active, "order-1");
    let refused = |db: &mut store::Database, sql: &str| db.batch_execute(sql).unwrap_err().to_string();
    let born_active =
        "INSERT INTO cards (number, kind, holder, exercise, order_number, temporary, status, batch,
        version, ordered_at, changed_at, expires_at) SELECT '2600000099', kind, 'other', exercise, 'order-2',
        temporary, status, batch, version, ordered_at, changed_at, expires_at FROM cards";
    assert!(refused(&mut db, born_active).contains("a card begins as ordered"));
    let sentence = "what a card was ordered and certified for is never changed";
    for change in
        ["holder = 'mallory'", "exercise = 'profession:10'", "kind = 'CPF'", "expires_at = expires_at + 1"]
    {
        assert!(refused(&mut db, &format!("UPDATE cards SET {change}")).contains(sentence), "{change}");
    }
    assert!(refused(&mut db, "DELETE FROM cards").contains("never deleted"));
    assert_eq!(crate::get(&mut db, &card.number).unwrap(), card);
}
