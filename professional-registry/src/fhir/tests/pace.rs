//! The bucket and the breaker, by their own clock.

use std::time::Instant;

use proptest::prelude::*;

use super::super::breaker::{Breaker, OPEN};
use super::super::pace::Pace;
use super::*;

proptest! {
    /// However the questions come, no second sees more than the limit go out.
    #[test]
    fn no_second_sees_more_questions_than_allowed(
        a_second in 2_u32..40,
        pauses in prop::collection::vec(0_u64..400, 1..200),
    ) {
        let mut pace = Pace::new(a_second);
        let mut now = Instant::now();
        let mut sent = Vec::new();
        for pause in pauses {
            now += Duration::from_millis(pause / 4);
            now += pace.take(now);
            sent.push(now);
        }
        for (place, first) in sent.iter().enumerate() {
            let within = sent[place..].iter().take_while(|at| **at - *first < Duration::from_secs(1)).count();
            prop_assert!(within <= a_second as usize, "{within} of {a_second}");
        }
    }
}

#[test]
fn seventeen_questions_take_no_longer_than_a_second() {
    let (mut pace, now) = (Pace::new(17), Instant::now());
    let waits: Vec<Duration> = (0..18).map(|_| pace.take(now)).collect();
    assert_eq!(waits[0], Duration::ZERO);
    assert_eq!(waits[16], Duration::from_secs(1), "the seventeenth of a burst, and the eighteenth after it");
}

#[test]
fn the_breaker_lets_one_question_out_after_its_pause() {
    let (mut breaker, now) = (Breaker::default(), Instant::now());
    for _ in 0..4 {
        breaker.failed(now);
    }
    assert_eq!(breaker.open_for(now), None);
    breaker.failed(now);
    assert_eq!(breaker.open_for(now), Some(OPEN));
    assert_eq!(breaker.open_for(now + OPEN), None);
    breaker.failed(now + OPEN);
    assert_eq!(breaker.open_for(now + OPEN), Some(OPEN), "one failure more, and another pause");
    breaker.succeeded();
    breaker.failed(now + OPEN);
    assert_eq!(breaker.open_for(now + OPEN), None, "closed for good: it counts from the beginning");
}
