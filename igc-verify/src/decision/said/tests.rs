use super::*;
use crate::der::{octet_string, sequence_of, utf8_string};

fn integer(number: u8) -> Vec<u8> {
    vec![2, 1, number]
}

/// A row: the number of an order, its version, and the one octet of its digest.
fn row(number: &str, version: u8, digest: u8) -> Vec<u8> {
    sequence_of(&[utf8_string(number), integer(version), octet_string(&[digest; 32])])
}

fn statement(context: &str, kind: &str, on: &[Vec<u8>]) -> Vec<u8> {
    let rest = [utf8_string("approve"), utf8_string("bob"), integer(3), integer(9), octet_string(&[7; 16])];
    sequence_of(&[vec![utf8_string(context), utf8_string(kind)], on.to_vec(), rest.to_vec()].concat())
}

fn bulk(rows: &[Vec<u8>]) -> Vec<u8> {
    statement(BULK, "card-order", &[sequence_of(rows)])
}

#[test]
fn a_bulk_names_its_rows_and_nothing_else() {
    let octets = bulk(&[row("CO-1", 1, 1), row("CO-2", 2, 2)]);
    let said = Said::read(&octets).unwrap();
    assert!(said.in_bulk && said.names(&[1; 32], 1) && said.names(&[2; 32], 2));
    assert!(!said.names(&[2; 32], 1) && !said.names(&[3; 32], 1));
    assert_eq!(
        (said.kind, said.decision, said.officer, said.at, said.until),
        ("card-order", "approve", "bob", 3, 9)
    );
    let single = statement(ONE, "card-order", &[octet_string(&[1; 32]), integer(1)]);
    let said = Said::read(&single).unwrap();
    assert!(!said.in_bulk && said.names(&[1; 32], 1) && !said.names(&[1; 32], 2));
}

#[test]
fn a_decision_names_the_delegation_that_it_was_taken_by() {
    let under = |context: &str, optional: &[Vec<u8>]| {
        let on = match context {
            ONE => vec![octet_string(&[1; 32]), integer(1)],
            _ => vec![sequence_of(&[row("CO-1", 1, 1)])],
        };
        let head = [vec![utf8_string(context), utf8_string("card-order")], on, vec![utf8_string("approve")]];
        let tail = [utf8_string("bob"), integer(3), integer(9), octet_string(&[7; 16])];
        sequence_of(&[head.concat(), optional.to_vec(), tail.to_vec()].concat())
    };
    let tagged = |number: u8, text: &str| {
        let text = utf8_string(text);
        [vec![0xa0 | number, text.len() as u8], text].concat()
    };
    let (reason, delegation) = (tagged(0, "other"), tagged(1, "DG-2026-000001"));
    for (optional, named) in [
        (vec![], None),
        (vec![reason.clone()], None),
        (vec![delegation.clone()], Some("DG-2026-000001")),
        (vec![reason.clone(), delegation.clone()], Some("DG-2026-000001")),
    ] {
        assert_eq!(Said::read(&under(ONE, &optional)).unwrap().delegation, named);
    }
    for hostile in [
        under(ONE, &[delegation.clone(), reason]),
        under(ONE, &[delegation.clone(), delegation.clone()]),
        under(ONE, &[tagged(2, "x")]),
        under(BULK, &[delegation]),
    ] {
        assert!(Said::read(&hostile).is_err());
    }
}

#[test]
fn what_is_no_bulk_is_not_read_as_one() {
    let (one, two) = (row("CO-1", 1, 1), row("CO-2", 1, 2));
    let most: Vec<_> = (10..=35).map(|number| row(&format!("CO-{number}"), 1, 1)).collect();
    assert!(Said::read(&bulk(&most[1..])).is_ok());
    let hostile = [
        ("none", bulk(&[])),
        ("one twice", bulk(&[one.clone(), one.clone()])),
        ("another order", bulk(&[two.clone(), one.clone()])),
        ("one too many", bulk(&most)),
        ("an enrolment", statement(BULK, "officer-enrolment", &[sequence_of(std::slice::from_ref(&one))])),
        ("under the label of one", statement(ONE, "card-order", &[sequence_of(std::slice::from_ref(&one))])),
        (
            "one under the label of a bulk",
            statement(BULK, "card-order", &[octet_string(&[1; 32]), integer(1)]),
        ),
        (
            "an approval of the second version",
            statement(ONE_REFUSED, "card-order", &[octet_string(&[1; 32]), integer(1)]),
        ),
        ("no label", statement("igc-decision-v3", "card-order", &[octet_string(&[1; 32]), integer(1)])),
    ];
    for (what, octets) in hostile {
        assert!(Said::read(&octets).is_err(), "{what}");
    }
}

#[test]
fn a_refusal_of_the_second_version_says_which_sentence_goes_with_it() {
    let under = |context: &str, verdict: &str, sentence: Option<usize>| {
        let on = match context {
            ONE | ONE_REFUSED => vec![octet_string(&[1; 32]), integer(1)],
            _ => vec![sequence_of(&[row("CO-1", 1, 1)])],
        };
        let sentence = sentence.map(|length| {
            let digest = octet_string(&vec![7; length]);
            [vec![0xa2, digest.len() as u8], digest].concat()
        });
        let head = [vec![utf8_string(context), utf8_string("card-order")], on, vec![utf8_string(verdict)]];
        let tail = [utf8_string("bob"), integer(3), integer(9), octet_string(&[7; 16])];
        sequence_of(&[head.concat(), sentence.into_iter().collect(), tail.to_vec()].concat())
    };
    for (first, second) in [(ONE, ONE_REFUSED), (BULK, BULK_REFUSED)] {
        for sentence in [None, Some(32)] {
            assert_eq!(Said::read(&under(second, "refuse", sentence)).unwrap().decision, "refuse");
        }
        assert!(Said::read(&under(first, "refuse", None)).is_ok(), "as it was signed before");
        for (context, verdict, sentence) in
            [(first, "refuse", Some(32)), (second, "refuse", Some(31)), (second, "approve", None)]
        {
            assert!(Said::read(&under(context, verdict, sentence)).is_err(), "{context} {verdict}");
        }
    }
}
