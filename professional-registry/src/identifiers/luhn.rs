/// Whether the last digit of `digits` is the Luhn key of the ones before (ISO/IEC 7812-1 annex B).
/// Anything but ASCII digits is refused.
pub(crate) fn holds(digits: &str) -> bool {
    !digits.is_empty()
        && digits.bytes().all(|byte| byte.is_ascii_digit())
        && sum(digits.bytes().map(|byte| byte - b'0')).is_multiple_of(10)
}

/// The key to append to `digits` (ASCII digits only) so that [`holds`] is true.
pub(crate) fn key(digits: &str) -> char {
    let with_zero = sum(digits.bytes().map(|byte| byte.wrapping_sub(b'0')).chain([0]));
    char::from(b'0' + u8::try_from((10 - with_zero % 10) % 10).expect("a value modulo 10"))
}

/// Every second digit from the right is doubled, and nine taken away from what exceeds nine.
fn sum(digits: impl DoubleEndedIterator<Item = u8>) -> u32 {
    digits
        .rev()
        .enumerate()
        .map(|(place, digit)| {
            let doubled = u32::from(digit) << (place % 2);
            if doubled > 9 { doubled - 9 } else { doubled }
        })
        .sum()
}
