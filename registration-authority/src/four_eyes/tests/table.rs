use store::Fault;

use crate::approval::SubjectKind;
use crate::four_eyes::table::read;
use crate::four_eyes::{LookAt, Near, Since, table};

const TABLE: &str = include_str!("../four_eyes.toml");

#[test]
fn every_line_of_the_table_says_what_the_decision_says() {
    let table = table().unwrap();
    for (on, officers) in [
        (SubjectKind::CardOrder, 1),
        (SubjectKind::RegisterFeed, 2),
        (SubjectKind::OppositionPlan, 2),
        (SubjectKind::OfficerEnrolment, 2),
        (SubjectKind::SuspensionLift, 2),
    ] {
        assert_eq!(table.decision(on).unwrap().officers, officers, "{on}");
    }
    assert_eq!(table.decision(SubjectKind::CardOrder).unwrap().flagged, Some(2));
    let approval = table.look(LookAt::Approval).unwrap();
    assert_eq!((approval.share_percent, approval.from), (5, Since::AtOnce));
    let opposition = table.look(LookAt::HolderOpposition).unwrap();
    assert_eq!((opposition.share_percent, opposition.from), (100, Since::NextDay));
    for near in Near::ALL {
        let rule = table.keep_off(near).unwrap();
        assert!(rule.helper.contains("pérateur d'enregistrement"), "{rule:?} names who can help");
    }
}

#[test]
fn a_table_that_lacks_a_line_or_says_what_nobody_can_do_is_refused() {
    let without = |from: &str, to: &str| {
        let (begin, end) = (TABLE.find(from).unwrap(), TABLE.find(to).unwrap_or(TABLE.len()));
        format!("{}{}", &TABLE[..begin], &TABLE[end..])
    };
    let cases = [
        (
            without("[[decision]]\non = \"register-feed\"", "[[decision]]\non = \"opposition-plan"),
            "each kind of decision",
        ),
        (TABLE.replacen("officers = 2", "officers = 1", 1), "register-feed: two officers"),
        (TABLE.replacen("officers = 1\n\n", "officers = 2\n\n", 1), "certificate-request: two officers"),
        (TABLE.replace("flagged = 2\n", "flagged = 1\n"), "card-order: two for a flagged"),
        (TABLE.replace("flagged = 2\n", ""), "card-order: two for a flagged"),
        (TABLE.replace("at_once = 25", "at_once = 26"), "card-order: two for a flagged"),
        (TABLE.replace("alone_up_to = 25\n", ""), "renewal-plan: of a renewal plan alone"),
        (TABLE.replace("alone_up_to = 25", "alone_up_to = 26"), "renewal-plan: of a renewal plan alone"),
        (
            TABLE.replace("at_once = 25\n", "at_once = 25\nalone_up_to = 25\n"),
            "card-order: of a renewal plan alone",
        ),
        (without("[[look]]\nat = \"approval\"", "[[look]]\nat = \"holder"), "each look once"),
        (without("[[keep_off]]\nid = \"R-4Y-03\"", "no such text"), "each rule of what is near"),
        (TABLE.replace("share_percent = 5\n", "share_percent = 0\n"), "1 to 100"),
        (TABLE.replace("share_percent = 100", "share_percent = 101"), "1 to 100"),
        (TABLE.replace("R-4Y-02", "R-4Y-04"), "follow each other"),
        (TABLE.replace("next-day", "next-week"), "unknown variant"),
        (TABLE.replace("share_percent = 5\n", "share_percent = 5\nskip = true\n"), "unknown field"),
    ];
    for (text, told) in cases {
        let error = read(&text).unwrap_err();
        assert!(error.to_string().contains(told), "{told}: {error}");
        assert_eq!(error.code().name, "eligibility-rules-unreadable");
    }
}
