//! What anybody types into the public page of oppositions.

use registration_authority::opposition::code::OppositionCode;
use registration_authority::opposition::declaration::Declared;
use registration_authority::opposition::one_time::code::{OneTimeCode, RequestSecret};

/// A line with the number, or the address of a page, and one with the code of a letter or of a mail: each reads back as it is
/// printed, and to the same.
pub(crate) fn holder(octets: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(octets) else { return false };
    let (line, typed) = text.split_once('\n').unwrap_or((text, ""));
    let (number, code) = (line.parse::<Declared>(), typed.parse::<OppositionCode>());
    if let Ok(declared) = &number {
        assert_eq!(declared.to_string().parse::<Declared>().as_ref(), Ok(declared), "it reads back");
        assert!([10, 11].contains(&declared.to_string().len()), "the table takes it");
    }
    if let Ok(code) = &code {
        let again: OppositionCode = code.grouped().parse().expect("what is printed is read");
        assert!(again.digest() == code.digest(), "it is the same code");
    }
    let (secret, one_time) = (line.parse::<RequestSecret>(), typed.parse::<OneTimeCode>());
    if let (Ok(secret), Ok(code)) = (&secret, &one_time) {
        let again: OneTimeCode = code.grouped().parse().expect("what is mailed is read");
        let page: RequestSecret = secret.in_address().parse().expect("an address is read");
        assert!(again.digest(&page) == code.digest(secret), "it is the same code");
    }
    number.is_ok() && code.is_ok() || secret.is_ok() && one_time.is_ok()
}
