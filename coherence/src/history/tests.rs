//! What OCSP said at a moment, from the log alone.

use super::*;

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_seconds(seconds)
}

fn hold(since: i64, until: Option<i64>) -> Hold {
    Hold { sequence: since, since: at(since), until: until.map(at) }
}

fn ended(moment: i64) -> Ended {
    Ended {
        sequence: 9,
        at: at(moment),
        dated: at(moment),
        reason: "superseded".to_owned(),
        seen_in_ocsp_at: None,
    }
}

#[test]
fn a_hold_is_told_for_as_long_as_it_lasted_and_its_edges_are_of_both() {
    let holds = [hold(100, Some(200)), hold(300, Some(400))];
    let end = ended(400);
    let told = |moment| said(Some(&end), &holds, Some(at(50)), at(moment));
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
        assert_eq!(told(moment), expected, "{moment}");
    }
    assert_eq!(said(None, &[hold(100, None)], Some(at(50)), at(5000)), Ocsp::Held, "and it lasts");
    assert_eq!(said(Some(&ended(60)), &[], Some(at(50)), at(61)), Ocsp::GoodOrRevoked);
}
