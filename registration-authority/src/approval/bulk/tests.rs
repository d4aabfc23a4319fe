use super::*;
use crate::approval::passkey::CREDENTIAL_ID_BOUND;
use crate::approval::{ApprovalProof, PROOF_BOUND};
use crate::officers::Reach;
use crate::testing::{Authenticator, client_data};

const NOW: Timestamp = Timestamp::from_millis(1_795_255_200_000);

fn subject(number: usize) -> Decidable {
    Decidable {
        kind: SubjectKind::CardOrder,
        number: format!("CO-2026-{number:06}"),
        version: 1,
        state: "submitted",
        submitted_by: "alice".to_owned(),
        reach: Reach::Everything,
        concerns: None,
        canonical: format!("order {number}").into_bytes(),
    }
}

fn bulk(subjects: &[Decidable]) -> Option<BulkStatement> {
    BulkStatement::over_nonce(subjects, Verdict::Refuse, Some("duplicate"), "bob", [7; NONCE_LENGTH], NOW)
}

fn of(count: usize) -> BulkStatement {
    bulk(&(1..=count).map(subject).collect::<Vec<_>>()).unwrap()
}

#[test]
fn the_encoding_of_a_bulk_is_these_octets() {
    let said = of(2).saying(Some("Voir la première."));
    let told = hex::encode(said.encode());
    let row = |number: u8| {
        let digest = hex::encode(Sha256::digest(format!("order {number}")));
        let number = hex::encode(format!("CO-2026-00000{number}"));
        format!("30350c0e{number}0201010420{digest}")
    };
    let text = |text: &str| format!("0c{:02x}{}", text.len(), hex::encode(text));
    let time = |millis: i64| format!("0206{}", &hex::encode(millis.to_be_bytes())[4..]);
    let content = [
        text("igc-bulk-decision-v2"),
        text("card-order"),
        format!("306e{}{}", row(1), row(2)),
        text("refuse"),
        format!("a00b{}", text("duplicate")),
        format!("a2220420{}", hex::encode(Sha256::digest("Voir la première."))),
        text("bob"),
        time(NOW.millis()),
        time(NOW.plus(PROOF_VALIDITY).millis()),
        format!("0410{}", "07".repeat(16)),
    ]
    .concat();
    assert_eq!(told, format!("3081{:02x}{content}", content.len() / 2));
    assert_eq!(BulkStatement::decode(&said.encode()), Some(said));
}

#[test]
fn what_says_something_of_a_sentence_is_a_refusal_of_the_second_version() {
    let good = of(2).saying(Some(" Voir la première.\r\n"));
    assert!(good.is_of_sentence(Some("Voir la première.")) && !good.is_of_sentence(None));
    let on = good.on(&subject(1)).unwrap();
    assert!(on.covers_sentence() && on.is_of_sentence(Some("Voir la première.")));
    let yes = BulkStatement::over_nonce(&[subject(1)], Verdict::Approve, None, "bob", [7; NONCE_LENGTH], NOW);
    let yes = yes.unwrap().saying(Some("Voir la première."));
    assert!(
        !yes.covers_sentence() && yes.is_of_sentence(None) && BulkStatement::decode(&yes.encode()).is_some()
    );
    // As it was signed before.
    let first = BulkStatement { context: CONTEXT.to_owned(), sentence: None, ..good.clone() };
    assert!(BulkStatement::decode(&first.encode()).is_some_and(|first| !first.covers_sentence()));
    assert!(!first.on(&subject(1)).unwrap().covers_sentence());
    let hostile = [
        ("a sentence in the first version", BulkStatement { context: CONTEXT.to_owned(), ..good.clone() }),
        ("a short digest", BulkStatement { sentence: Some(octets(&[7; 31])), ..good.clone() }),
        ("an approval of the second version", BulkStatement { decision: "approve".to_owned(), ..good }),
    ];
    for (what, statement) in hostile {
        assert_eq!(BulkStatement::decode(&statement.encode()), None, "{what}");
    }
}

#[test]
fn a_bulk_says_of_each_of_its_rows_what_it_says_and_of_nothing_else() {
    let bulk = of(3);
    let said = bulk.on(&subject(2)).unwrap();
    assert!(said.is_about(&subject(2)) && !said.is_about(&subject(1)));
    assert_eq!(
        (said.verdict(), said.reason_code(), said.officer()),
        (Verdict::Refuse, Some("duplicate"), "bob")
    );
    assert_eq!((said.decided_at(), said.expires_at()), (NOW, NOW.plus(PROOF_VALIDITY)));
    assert_eq!(said.nonce(), [7; NONCE_LENGTH]);
    let others = [
        subject(4),
        Decidable { version: 2, ..subject(2) },
        Decidable { canonical: b"altered".to_vec(), ..subject(2) },
        Decidable { number: "CO-2026-000009".to_owned(), ..subject(2) },
        Decidable { kind: SubjectKind::OfficerEnrolment, ..subject(2) },
    ];
    for other in others {
        assert_eq!(bulk.on(&other), None, "{other:?}");
    }
}

#[test]
fn neither_encoding_is_ever_read_as_the_other() {
    let one = of(1);
    assert_eq!(BulkStatement::decode(&one.encode()), Some(one.clone()));
    assert_eq!(Statement::decode(&one.encode()), None);
    let single = one.on(&subject(1)).unwrap();
    assert_eq!(BulkStatement::decode(&single.encode()), None);
    // The octets of a bulk under the label of a single decision.
    let named = BulkStatement { context: "igc-decision-v1".to_owned(), ..one };
    assert_eq!(Statement::decode(&named.encode()), None);
    assert_eq!(BulkStatement::decode(&named.encode()), None);
}

#[test]
fn a_bulk_names_each_order_once_in_one_order_within_its_bound() {
    let good = of(3);
    let rows = |change: &dyn Fn(&mut Vec<BulkRow>)| {
        let mut rows = good.rows.clone();
        change(&mut rows);
        BulkStatement { rows, ..good.clone() }
    };
    let mut twice = good.rows[1].clone();
    twice.version = 2;
    let hostile = [
        ("none", rows(&|rows| rows.clear())),
        ("one twice", rows(&|rows| rows.insert(1, good.rows[0].clone()))),
        ("one in two versions", rows(&|rows| rows.insert(2, twice.clone()))),
        ("another order of the rows", rows(&|rows| rows.reverse())),
        ("a verdict of no word", BulkStatement { decision: "perhaps".to_owned(), ..good.clone() }),
        ("something else", BulkStatement { subject_kind: "officer-enrolment".to_owned(), ..good.clone() }),
        ("a short nonce", BulkStatement { nonce: octets(&[7; 8]), ..good.clone() }),
    ];
    for (what, statement) in hostile {
        assert_eq!(BulkStatement::decode(&statement.encode()), None, "{what}");
    }
    let mut more = good.encode();
    more.push(0);
    assert_eq!(BulkStatement::decode(&more), None, "more octets");
    assert!(bulk(&[subject(1), subject(1)]).is_none() && bulk(&[]).is_none());
    let many: Vec<Decidable> = (0..=BULK_BOUND).map(subject).collect();
    assert!(bulk(&many).is_none());
    let subjects = &many[1..];
    assert!(bulk(subjects).is_some());
    let over = BulkStatement { rows: many.iter().map(BulkRow::of).collect(), ..good };
    assert_eq!(BulkStatement::decode(&over.encode()), None, "one too many");
}

#[test]
fn the_longest_bulk_is_a_proof_that_is_looked_at() {
    let mut key = Authenticator::new("bob");
    key.credential_id = vec![1; CREDENTIAL_ID_BOUND];
    key.origin = "x".repeat(1024 - client_data("webauthn.get", &[0; 32], "").len());
    let proof = key.prove_octets(&of(BULK_BOUND).encode());
    assert!(proof.is_bulk() && proof.encode().len() <= PROOF_BOUND, "{}", proof.encode().len());
    assert_eq!(ApprovalProof::decode("passkey", &proof.encode()), Some(proof));
}
