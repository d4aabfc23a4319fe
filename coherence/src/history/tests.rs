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
    said(ended, holds, Some(at(50)), Duration::from_secs(30), at(moment))
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
    let seen = ended(200, Some(240));
    assert_eq!([239, 240].map(|moment| told(Some(&seen), &[], moment)), [Ocsp::GoodOrRevoked, Ocsp::Revoked]);
    let unseen = Hold { seen_in_ocsp_at: None, lift_seen_in_ocsp_at: None, ..hold(100, Some(150)) };
    let expected = [(131, Ocsp::GoodOrHeld), (132, Ocsp::Held), (181, Ocsp::GoodOrHeld), (182, Ocsp::Good)];
    for (moment, expected) in expected {
        assert_eq!(told(None, &[unseen], moment), expected, "{moment}");
    }
}
