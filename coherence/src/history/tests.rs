//! What OCSP said at a moment, from the log alone.

use super::*;

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_seconds(seconds)
}

/// Seen as soon as the status role reads.
fn hold(since: i64, until: Option<i64>) -> Hold {
    Hold {
        sequence: since,
        since: at(since),
        until: until.map(at),
        seen_in_ocsp_at: Some(at(since)),
        lift_seen_in_ocsp_at: until.map(at),
    }
}

fn ended(moment: i64, seen: Option<i64>) -> Ended {
    Ended {
        sequence: 9,
        at: at(moment),
        dated: at(moment),
        reason: "superseded".to_owned(),
        seen_in_ocsp_at: seen.map(at),
    }
}

fn told(ended: Option<&Ended>, holds: &[Hold], moment: i64) -> Ocsp {
    said(ended, holds, Some(at(50)), &OcspLifetimes::always(Duration::from_secs(30)), at(moment))
}

#[test]
fn a_hold_is_told_for_as_long_as_it_lasted_and_its_edges_are_of_both() {
    let holds = [hold(100, Some(200)), hold(300, Some(400))];
    let end = ended(400, Some(401));
    for (moment, expected) in [
        (49, Ocsp::Unknown),
        (50, Ocsp::Good),
        (99, Ocsp::Good),
        (100, Ocsp::GoodOrHeld),
        (102, Ocsp::Held),
        (199, Ocsp::Held),
        (200, Ocsp::GoodOrHeld),
        (202, Ocsp::Good),
        (302, Ocsp::Held),
        (400, Ocsp::HeldOrRevoked),
        (402, Ocsp::Revoked),
    ] {
        assert_eq!(told(Some(&end), &holds, moment), expected, "{moment}");
    }
    assert_eq!(told(None, &[hold(100, None)], 5000), Ocsp::Held, "and it lasts");
    assert_eq!(told(Some(&ended(60, Some(61))), &[], 61), Ocsp::GoodOrRevoked);
}

/// A node that is cut off from its database goes on answering by what it knew, until the last of these answers ends.
#[test]
fn what_nobody_saw_in_ocsp_is_certain_only_once_no_earlier_answer_lasts() {
    let end = ended(200, None);
    for (moment, expected) in [(202, Ocsp::GoodOrRevoked), (231, Ocsp::GoodOrRevoked), (232, Ocsp::Revoked)] {
        assert_eq!(told(Some(&end), &[], moment), expected, "{moment}");
    }
    let seen = ended(200, Some(220));
    assert_eq!([219, 220].map(|moment| told(Some(&seen), &[], moment)), [Ocsp::GoodOrRevoked, Ocsp::Revoked]);
    let seen_late = ended(200, Some(900));
    assert_eq!(told(Some(&seen_late), &[], 232), Ocsp::Revoked, "whenever it is seen, no good answer lasts");
    let unseen = Hold { seen_in_ocsp_at: None, lift_seen_in_ocsp_at: None, ..hold(100, Some(150)) };
    let expected = [(131, Ocsp::GoodOrHeld), (132, Ocsp::Held), (181, Ocsp::GoodOrHeld), (182, Ocsp::Good)];
    for (moment, expected) in expected {
        assert_eq!(told(None, &[unseen], moment), expected, "{moment}");
    }
}

#[test]
fn a_certificate_that_ends_before_anybody_saw_that_it_is_held_may_be_called_good() {
    let unseen = Hold { seen_in_ocsp_at: None, ..hold(100, Some(110)) };
    let end = ended(110, None);
    for (moment, expected) in [
        (105, Ocsp::GoodOrHeld),
        (110, Ocsp::GoodHeldOrRevoked),
        (131, Ocsp::GoodHeldOrRevoked),
        (132, Ocsp::HeldOrRevoked),
        (142, Ocsp::Revoked),
    ] {
        assert_eq!(told(Some(&end), &[unseen], moment), expected, "{moment}");
    }
    let seen = Hold { seen_in_ocsp_at: Some(at(104)), ..unseen };
    assert_eq!(told(Some(&end), &[seen], 111), Ocsp::HeldOrRevoked, "somebody saw it held");
    assert_eq!(told(Some(&ended(110, Some(112))), &[unseen], 112), Ocsp::Revoked, "or revoked");
    let lifted = Hold { lift_seen_in_ocsp_at: None, ..hold(100, Some(110)) };
    assert_eq!(told(Some(&ended(115, None)), &[lifted], 120), Ocsp::GoodHeldOrRevoked, "held, good, revoked");
}
