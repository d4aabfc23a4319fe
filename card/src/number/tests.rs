use proptest::prelude::*;

use super::{CardNumber, CardNumberPrefix, NotACardNumber};

#[test]
fn the_first_numbers_behind_a_prefix_are_those_of_the_contract() {
    let prefix: CardNumberPrefix = "26".parse().unwrap();
    assert_eq!(prefix.number(1).unwrap().to_string(), "2600000001");
    assert_eq!(prefix.number(17).unwrap().to_string(), "2600000017");
    let zero: CardNumberPrefix = "0".parse().unwrap();
    assert_eq!(zero.number(5).unwrap().to_string(), "0000000005");
}

#[test]
fn a_prefix_gives_no_number_beyond_its_digits() {
    let prefix: CardNumberPrefix = "2699".parse().unwrap();
    assert_eq!(prefix.number(999_999).unwrap().to_string(), "2699999999");
    assert_eq!(prefix.number(1_000_000), None);
    assert_eq!(prefix.number(0), None);
}

#[test]
fn anything_but_ten_ascii_digits_is_refused() {
    for text in [
        "",
        "260000001",
        "26000000011",
        "+260000001",
        "-260000001",
        "26 0000001",
        "２６00000001",
        "26000000a1",
    ] {
        assert_eq!(text.parse::<CardNumber>(), Err(NotACardNumber::Number), "{text:?}");
    }
    for text in ["", "26000", "+2", "2a"] {
        assert_eq!(text.parse::<CardNumberPrefix>(), Err(NotACardNumber::Prefix), "{text:?}");
    }
}

proptest! {
    #[test]
    fn ten_digits_read_back_as_they_were(text in "[0-9]{10}") {
        let number: CardNumber = text.parse().unwrap();
        prop_assert_eq!(number.to_string(), text.as_str());
        let json = serde_json::to_string(&number).unwrap();
        prop_assert_eq!(&json, &format!("{text:?}"));
        prop_assert_eq!(serde_json::from_str::<CardNumber>(&json).unwrap(), number);
    }

    #[test]
    fn any_other_text_is_refused(text in "\\PC{0,14}") {
        let ten_digits = text.len() == 10 && text.bytes().all(|byte| byte.is_ascii_digit());
        prop_assert_eq!(text.parse::<CardNumber>().is_ok(), ten_digits);
    }

    #[test]
    fn numbers_sort_as_their_digits_do(a in "[0-9]{10}", b in "[0-9]{10}") {
        prop_assert_eq!(a.parse::<CardNumber>().unwrap().cmp(&b.parse().unwrap()), a.cmp(&b));
    }

    #[test]
    fn a_drawn_number_begins_with_its_prefix_and_ends_with_its_place(prefix in "[0-9]{1,4}", nth in 1_u64..1_000_000) {
        let number = prefix.parse::<CardNumberPrefix>().unwrap().number(nth).unwrap().to_string();
        let width = 10 - prefix.len();
        prop_assert_eq!(number, format!("{prefix}{nth:0width$}"));
    }
}
