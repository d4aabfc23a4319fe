use super::*;

const TABLE: &str = include_str!("../oppositions.toml");

#[test]
fn a_table_that_lacks_a_line_or_says_nonsense_is_refused() {
    let cases = [
        ("{ is = \"stolen\"", "{ is = \"lost\"", "each ground once"),
        ("{ is = \"lost\"", "{ is = \"suspended\"", "unknown variant"),
        ("\"superseded\"", "\"unspecified\"", "unspecified"),
        ("\"keyCompromise\"", "\"certificateHold\"", "certificateHold"),
        ("\"keyCompromise\"", "\"cACompromise\"", "not said of a card"),
        ("name = \"perte\"", "name = \"\"", "lost: a name"),
        ("mark = \"ours\"", "mark = \"X\"", "unknown variant"),
        ("mark = \"S\" }", "mark = \"S\", lifted = true }", "unknown field"),
        ("reason = \"certificateHold\"", "reason = \"superseded\"", "hold: certificateHold"),
        ("asked_as = \"suspended\"", "asked_as = \"stolen\"", "asked for as suspended"),
        (
            "requesters = [\"authority\"]",
            "requesters = [\"authority\", \"holder\"]",
            "nobody but the authority",
        ),
        (", \"sanction\", \"breach-of-terms\"]", ", \"sanction\"]", "breach-of-terms: nobody asks"),
        ("who = \"structure\"", "who = \"holder\"", "each requester once"),
        ("needs = \"mandate\"", "needs = \"card\"", "each rule once"),
        ("id = \"R-OPP-05\"", "id = \"R-OPP-06\"", "follow each other"),
        ("sectors = [", "sectors = [] #", "sectors"),
        ("naming = \"either\"", "naming = \"either\"\nsectors = [\"SA07\"]", "sectors"),
        ("grounds = [\"lost\"", "grounds = [\"suspended\"", "unknown variant"),
        ("\"SA07\"", "\"SAXX\"", "TRE_R02"),
        ("Le porteur ne fait opposition qu'à sa propre carte.", "Le porteur", "full stop"),
    ];
    for (from, to, told) in cases {
        assert!(TABLE.contains(from), "{from} stands in the table");
        let error = read(&TABLE.replacen(from, to, 1)).unwrap_err();
        assert!(error.to_string().contains(told), "{to}: {error}");
        assert_eq!(error.code().name, "eligibility-rules-unreadable");
    }
}

#[test]
fn every_ground_has_its_reason_and_none_tells_of_a_sanction() {
    use RevocationReason::{AffiliationChanged, CessationOfOperation, KeyCompromise, Superseded};
    for (reason, grounds) in [
        (
            KeyCompromise,
            &["lost", "stolen", "codes-disclosed", "card-not-received", "codes-not-received"][..],
        ),
        (Superseded, &["defective", "replaced", "renewed"]),
        (AffiliationChanged, &["structure-changed", "data-changed"]),
        (
            CessationOfOperation,
            &["end-of-activity", "retired", "deceased", "struck-off", "sanction", "breach-of-terms"],
        ),
    ] {
        for text in grounds {
            let ground: Ground = text.parse().unwrap();
            assert_eq!((table().unwrap().reason(ground).unwrap(), ground.as_str()), (reason, *text));
        }
    }
}
