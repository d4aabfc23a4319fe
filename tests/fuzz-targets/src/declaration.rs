//! What anybody types into the public page of oppositions.

use registration_authority::opposition::code::OppositionCode;
use registration_authority::opposition::declaration::Declared;

/// A line with the number and one with the code: each reads back as it is printed, and to the same.
pub(crate) fn holder(octets: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(octets) else { return false };
    let (number, code) = text.split_once('\n').unwrap_or((text, ""));
    let (number, code) = (number.parse::<Declared>(), code.parse::<OppositionCode>());
    if let Ok(declared) = &number {
        assert_eq!(declared.to_string().parse::<Declared>().as_ref(), Ok(declared), "it reads back");
        assert!([10, 11].contains(&declared.to_string().len()), "the table takes it");
    }
    if let Ok(code) = &code {
        let again: OppositionCode = code.grouped().parse().expect("what is printed is read");
        assert!(again.digest() == code.digest(), "it is the same code");
    }
    number.is_ok() && code.is_ok()
}
