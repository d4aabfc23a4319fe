//! No mail says more than what its notice is about names, and of a card its last four digits: no sign is left that could be a code.

use std::str::FromStr;

use card::CardNumber;
use store::schema::opposition_declarations;
use zeroize::Zeroizing;

use super::*;
use crate::opposition::by_code::{CodePolicy, answer_waiting};
use crate::opposition::code::OppositionCode;
use crate::opposition::declaration::{Declared, declare};
use crate::opposition::{Ground, code_letter};

const NUMBER: &str = "2600000017";

/// What a notice of this kind is about, as whoever writes it names it.
fn subject_of(notice: Notice) -> &'static str {
    match notice {
        Notice::CertificateIssued
        | Notice::CertificateNotRetrieved
        | Notice::CertificateLapsed
        | Notice::CertificateRevoked => "certificate request CR-2026-000001",
        Notice::DecisionSeen | Notice::DecisionNotHeld => {
            "card-order CO-2026-000001 version 1 approve 0123456789abcdef by bob under DG-2026-000001"
        }
        Notice::KeyAdded | Notice::KeyRevoked | Notice::AddressChanged => "enrolment EN-2026-000001",
        Notice::DecisionsDigest => "decisions 3",
        Notice::CardExpiring => "card 2600000017 within 30",
        Notice::StaffCardOrdered => "order CO-2026-000001 of CPET0002 at F0B0193488",
        Notice::StaffCardDelivered | Notice::StaffCardOpposed | Notice::StaffCardLapsed => {
            "card 2600000017 of CPET0002 at F0B0193488"
        }
        Notice::StaffCardExpiring => "card 2600000017 of CPET0002 at F0B0193488 within 30",
        Notice::CardDelivered
        | Notice::CardActivated
        | Notice::CardLapsed
        | Notice::CardOpposed
        | Notice::CardSuspended
        | Notice::SuspensionLifted
        | Notice::OppositionUnproved
        | Notice::CardWayBack => "card 2600000017",
        Notice::Received
        | Notice::Approved
        | Notice::Refused
        | Notice::Withdrawn
        | Notice::QuestionAsked
        | Notice::DecisionTakenBack
        | Notice::ApprovalContested => "order CO-2026-000001",
    }
}

/// What a text says with digits beyond the words of the subject, of which a card's number is told by its last four digits alone.
fn digits_beyond(text: &str, subject: &str) -> Vec<String> {
    let named = |word: &str| if word == NUMBER { "0017".to_owned() } else { word.to_owned() };
    let mut named: Vec<String> = subject.split(' ').filter(|word| !word.is_empty()).map(named).collect();
    named.sort_by_key(|word| std::cmp::Reverse(word.len()));
    let left = named.iter().fold(text.replace("utf-8", ""), |text, word| text.replace(word.as_str(), " "));
    let runs = left.split(|sign: char| !sign.is_ascii_digit());
    runs.filter(|run| !run.is_empty()).map(str::to_owned).collect()
}

/// The words of a text that somebody would type as an opposition code, and that the subject does not name.
fn codes_in(text: &str, subject: &str) -> Vec<String> {
    text.split(|sign: char| !(sign.is_ascii_alphanumeric() || sign == '-'))
        .filter(|word| OppositionCode::from_str(word).is_ok())
        .filter(|word| word.chars().any(|sign| sign.is_ascii_digit()) && !subject.contains(word))
        .map(str::to_owned)
        .collect()
}

#[test]
fn no_mail_of_any_kind_has_a_sign_that_could_be_a_code() {
    for notice in Notice::ALL {
        let subject = subject_of(notice);
        let message = String::from_utf8(octets(notice, subject)).unwrap();
        let parts = parts(&message);
        assert!(parts.len() >= 2, "{notice:?} is there as text and as a page");
        for part in &parts {
            assert_eq!(digits_beyond(part, subject), [""; 0], "{notice:?}: {part}");
            assert_eq!(codes_in(part, subject), [""; 0], "{notice:?}: {part}");
        }
        assert_eq!(digits_beyond(wording(notice, subject).title, ""), [""; 0], "{notice:?}");
    }
}

#[test]
fn the_mail_with_one_time_codes_has_those_and_no_number_of_a_card() {
    let (until, code) = ("2026-11-26T10:30:00Z".parse().unwrap(), "4821 7730");
    let cards = [(CardNumber::from_str(NUMBER).unwrap(), Zeroizing::new(code.to_owned()))];
    let letter = Letter {
        id: "0123456789abcdef0123456789abcdef",
        wording: one_time_codes(&cards, until),
        written_at: until,
    };
    let message = compose(&letter, &from(), "elise@exemple.fr").unwrap().formatted();
    for part in parts(&String::from_utf8(message).unwrap()).iter().filter(|part| part.contains("Madame")) {
        let told = digits_beyond(part, "");
        assert_eq!(told, ["0017", "4821", "7730", "26", "11", "2026", "11", "30"], "{part}");
        assert!(!part.contains(NUMBER), "{part}");
    }
}

#[test]
fn what_is_written_down_of_a_holders_notices_has_neither_his_code_nor_the_ground() {
    on_both(|house| {
        let mut worker = house.worker();
        let card = house.active_card(&mut worker, &nurse());
        let act = house.job();
        let reference = reference(0xC0);
        let drawn =
            code_letter::draw(&mut house.db, &mut worker.signer, &reference, 100, &mut house.rng, &act)
                .unwrap()
                .unwrap();
        let file: serde_json::Value = serde_json::from_slice(&drawn.to_json()).unwrap();
        let code = file["codes"][0]["code"].as_str().unwrap().to_owned();
        drawn.record(&mut house.db, &mut house.rng, &act).unwrap();
        let digest = OppositionCode::from_str(&code).unwrap().digest();
        let declared = Declared::from_str(&card.to_string()).unwrap();
        declare(&mut house.db, &declared, &digest, Ground::Stolen, &mut house.rng, &act).unwrap();
        let policy = CodePolicy { failures: 3, lock: Duration::from_secs(600) };
        answer_waiting(&mut house.db, &mut worker.signer, policy, 100, &mut house.rng, &act).unwrap();
        let opposed: i64 = opposition_declarations::table.count().get_result(&mut house.db).unwrap();
        assert_eq!(opposed, 1, "the code was the card's");

        let rows: Vec<(String, String, String)> = outbox::table
            .select((outbox::recipient, outbox::notice, outbox::subject))
            .load(&mut house.db)
            .unwrap();
        assert!(rows.iter().any(|(_, notice, _)| notice == "card-opposed"), "{rows:?}");
        let bare = code.replace('-', "");
        for (recipient, notice, subject) in rows {
            let kind = Notice::from_stored(&notice).unwrap();
            let told =
                format!("{recipient} {notice} {subject} {}", readable(kind, &subject)).replace('-', "");
            assert!(!told.contains(&bare), "{notice}: {told}");
            assert!(!told.contains("stolen") && !told.contains("volée"), "{notice}: {told}");
            assert!(is_plain(&subject), "{notice} is about {subject}");
        }
    });
}
