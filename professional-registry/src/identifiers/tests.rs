use proptest::prelude::*;

use super::*;
use crate::faults;
use store::Fault;

fn refused<T: std::str::FromStr<Err = IdentifierError> + std::fmt::Debug>(text: &str) -> Rule {
    text.parse::<T>().expect_err("must be refused").rule
}

#[test]
fn the_known_good_numbers_are_read_and_printed_as_they_were() {
    for rpps in ["10002813839", "99700075064"] {
        assert_eq!(rpps.parse::<Rpps>().unwrap().to_string(), rpps);
    }
    assert!("99700075064".parse::<Rpps>().unwrap().is_test());
    assert!(!"10002813839".parse::<Rpps>().unwrap().is_test());
    assert_eq!("012800736".parse::<Adeli>().unwrap().to_string(), "012800736");
    assert_eq!("187512751".parse::<Siren>().unwrap().to_string(), "187512751");
    let siret: Siret = "18751275100020".parse().unwrap();
    assert_eq!(siret.siren().to_string(), "187512751");
    for siret in ["00000000016972", "00000000079608"] {
        siret.parse::<Siret>().unwrap();
    }
    for finess in ["0B0057881", "0B0193488", "2A0000154", "760021832"] {
        assert_eq!(finess.parse::<Finess>().unwrap().to_string(), finess);
    }
}

#[test]
fn a_letter_in_the_department_lifts_the_check_of_the_key_and_nothing_else() {
    for key in 0..=9 {
        format!("0B005788{key}").parse::<Finess>().unwrap();
        format!("2B005788{key}").parse::<Adeli>().unwrap();
    }
    assert_eq!(refused::<Finess>("760021833"), Rule::CheckDigit);
    assert_eq!(refused::<Adeli>("012800737"), Rule::CheckDigit);
    assert!(matches!(refused::<Finess>("B00057881"), Rule::Character { position: 1, .. }));
    assert!(matches!(refused::<Finess>("0b0057881"), Rule::Character { position: 2, .. }));
    assert!(matches!(refused::<Finess>("0B00B7881"), Rule::Character { position: 5, .. }));
}

#[test]
fn la_poste_has_establishments_without_a_luhn_key() {
    "35600000000048".parse::<Siret>().unwrap(); // its head office, with one
    let by_sum = "35600000000001"; // digits: 3 + 5 + 6 + 1 = 15
    assert!(!luhn::holds(by_sum));
    by_sum.parse::<Siret>().unwrap();
    assert_eq!(refused::<Siret>("35600000000002"), Rule::CheckDigit);
    // The exception is La Poste's alone: the sum of these digits is 30.
    assert_eq!(refused::<Siret>("18751275100000"), Rule::CheckDigit);
}

#[test]
fn id_nat_ps_reads_the_forms_that_live() {
    let practice_rank = {
        let stem = "9970007506401";
        format!("{stem}{}", luhn::key(stem))
    };
    let forms = [
        ("0012800736".to_owned(), '0'),
        ("101280073601/00001".to_owned(), '1'),
        ("3760021832/000000018".to_owned(), '3'),
        ("500000000029751/CPAT0001".to_owned(), '5'),
        (format!("6{practice_rank}/00001"), '6'),
        ("899700075064".to_owned(), '8'),
        // As they stand in test cards.
        ("00B6077602".to_owned(), '0'),
        ("30B0057881/CPET0002".to_owned(), '3'),
    ];
    for (text, digit) in forms {
        let id: IdNatPs = text.parse().unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(id.to_string(), text);
        assert_eq!(id.type_digit(), digit);
        assert_eq!(serde_json::from_str::<IdNatPs>(&serde_json::to_string(&id).unwrap()).unwrap(), id);
    }
}

#[test]
fn id_nat_ps_refuses_closed_types_and_odd_forms() {
    for closed in ["2123", "4187512751/1", "9123"] {
        assert!(matches!(refused::<IdNatPs>(closed), Rule::Closed(_)), "{closed}");
    }
    for odd in ["7123", "é123", "/"] {
        assert!(matches!(refused::<IdNatPs>(odd), Rule::Prefix(_)), "{odd}");
    }
    assert!(matches!(refused::<IdNatPs>(""), Rule::Length { .. }));
    for local in
        ["3760021832", "3760021832/", "3760021832/é", "3760021832/a/b", "3760021832/000000000000000000001"]
    {
        assert_eq!(refused::<IdNatPs>(local), Rule::Local, "{local}");
    }
    assert_eq!(refused::<IdNatPs>("3760021833/1"), Rule::CheckDigit);
}

#[test]
fn structures_are_named_by_both_kinds_of_identifier() {
    for text in ["1760021832", "2187512751", "318751275100020", "001280073601"] {
        assert_eq!(text.parse::<IdNatStruct>().unwrap().to_string(), text);
    }
    assert!(matches!(refused::<IdNatStruct>("5760021832"), Rule::Closed('5')));

    let finess: TechnicalStructureId = "F0B0193488".parse().unwrap();
    assert_eq!(finess.kind(), TechnicalStructureKind::Finess("0B0193488".parse().unwrap()));
    let siret: TechnicalStructureId = "C18751275100020".parse().unwrap();
    assert_eq!(siret.kind(), TechnicalStructureKind::Siret("18751275100020".parse().unwrap()));
    assert_eq!("R102671".parse::<TechnicalStructureId>().unwrap().kind(), TechnicalStructureKind::Internal);
    assert_eq!(refused::<TechnicalStructureId>("C18751275100021"), Rule::CheckDigit);
    for odd in ["", "R", "R10a", "X1", "é1", "R123456789012345678901"] {
        odd.parse::<TechnicalStructureId>().expect_err(odd);
    }
}

#[test]
fn a_refusal_says_the_rule_and_never_the_number() {
    let error = "99700075065".parse::<Rpps>().unwrap_err();
    assert_eq!(error.to_string(), "RPPS: the check digit is wrong");
    assert_eq!(error.code(), faults::IDENTIFIER_CHECK_DIGIT);
    let error = "9970007506é".parse::<Rpps>().unwrap_err();
    assert_eq!(error.to_string(), "RPPS: character 11 must be a digit");
    assert_eq!("997".parse::<Rpps>().unwrap_err().to_string(), "RPPS: must have 11 characters, has 3");
    assert_eq!("997".parse::<Rpps>().unwrap_err().code(), faults::IDENTIFIER_FORM);
}

#[test]
fn json_lets_no_unchecked_identifier_in() {
    assert!(serde_json::from_str::<Rpps>("\"99700075064\"").is_ok());
    assert!(serde_json::from_str::<Rpps>("\"99700075065\"").is_err());
    assert!(serde_json::from_str::<IdNatPs>("\"899700075065\"").is_err());
}

proptest! {
    #[test]
    fn one_wrong_digit_is_always_noticed(stem in "[0-9]{10}", place in 0usize..11, shift in 1u8..10) {
        let good = format!("{stem}{}", luhn::key(&stem));
        prop_assert!(good.parse::<Rpps>().is_ok());
        let mut bytes = good.into_bytes();
        bytes[place] = b'0' + (bytes[place] - b'0' + shift) % 10;
        let wrong = String::from_utf8(bytes).unwrap();
        prop_assert_eq!(wrong.parse::<Rpps>().unwrap_err().rule, Rule::CheckDigit);
    }

    /// Of each kind that has a key: the right one is taken, each of the nine others refused, and so is one digit more or less.
    #[test]
    fn every_kind_of_number_has_one_right_key(
        eight in "[0-9]{8}", ten in "[0-9]{10}", rank in "[0-9]{2}", nic in "[0-9]{4}", department in "(0[1-9]|[1-8][0-9]|9[0-5])",
    ) {
        fn one_key<T>(stem: &str) -> Result<(), TestCaseError>
        where
            T: std::str::FromStr<Err = IdentifierError> + std::fmt::Debug + std::fmt::Display,
        {
            let good = format!("{stem}{}", luhn::key(stem));
            prop_assert_eq!(good.parse::<T>().unwrap().to_string(), good.clone());
            for digit in '0'..='9' {
                let other = format!("{stem}{digit}");
                let read = other.parse::<T>().map(drop).map_err(|error| error.rule);
                prop_assert_eq!(read, if other == good { Ok(()) } else { Err(Rule::CheckDigit) }, "{}", other);
            }
            for odd in [format!("{good}0"), good[1..].to_owned()] {
                prop_assert!(matches!(odd.parse::<T>().unwrap_err().rule, Rule::Length { .. }), "{}", odd);
            }
            Ok(())
        }
        one_key::<Rpps>(&ten)?;
        one_key::<RppsRank>(&format!("{ten}{}{rank}", luhn::key(&ten)))?;
        one_key::<Adeli>(&format!("{department}{}", &eight[..6]))?;
        one_key::<Finess>(&format!("{department}{}", &eight[..6]))?;
        one_key::<Siren>(&eight)?;
        // La Poste counts otherwise, and alone.
        prop_assume!(eight != "35600000");
        one_key::<Siret>(&format!("{eight}{}{nic}", luhn::key(&eight)))?;
    }

    #[test]
    fn no_text_makes_a_reader_panic(text in "\\PC{0,40}") {
        let _ = (text.parse::<Rpps>(), text.parse::<RppsRank>(), text.parse::<Adeli>(), text.parse::<Finess>());
        let _ = (text.parse::<Siren>(), text.parse::<Siret>(), text.parse::<IdNatStruct>());
        if let Ok(id) = text.parse::<IdNatPs>() {
            prop_assert_eq!(id.to_string(), text.clone());
        }
        if let Ok(id) = text.parse::<TechnicalStructureId>() {
            id.kind();
        }
    }
}
