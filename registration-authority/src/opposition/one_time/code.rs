//! The one-time code, and the secret of the page that asked for it.

use std::fmt;
use std::str::FromStr;

use rand_core::CryptoRng;
use sha2::{Digest, Sha256};
use store::{Code, Fault};
use thiserror::Error;
use zeroize::Zeroizing;

use crate::faults;
use crate::opposition::code::CodeDigest;

const DIGITS: usize = 8;
const GROUP: usize = 4;
/// Longest text that is read as one, in octets.
const TEXT_BOUND: usize = 32;

/// Eight digits in a mail, by which a holder opposes his card for ten minutes, on the page that asked for them.
pub struct OneTimeCode(Zeroizing<[u8; DIGITS]>);

/// Shows nothing of it.
impl fmt::Debug for OneTimeCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OneTimeCode")
    }
}

/// A text that is no one-time code. It is not repeated: it may be nearly one.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("one-time code: must be eight digits, in two groups or not")]
pub struct NotAOneTimeCode;

impl Fault for NotAOneTimeCode {
    fn code(&self) -> Code {
        faults::ONE_TIME_CODE_MALFORMED
    }
}

impl OneTimeCode {
    /// A new one.
    pub fn draw(rng: &mut dyn CryptoRng) -> Self {
        let mut digits = Zeroizing::new([0; DIGITS]);
        // Of 256 values, the first 250 give each digit as often.
        for digit in digits.iter_mut() {
            let mut drawn = [u8::MAX];
            while drawn[0] >= 250 {
                rng.fill_bytes(&mut drawn);
            }
            *digit = b'0' + drawn[0] % 10;
        }
        Self(digits)
    }

    /// As it is written in the mail and shown: `1234 5678`.
    pub fn grouped(&self) -> Zeroizing<String> {
        let (first, second) = self.0.split_at(GROUP);
        Zeroizing::new([first, b" ", second].concat().into_iter().map(char::from).collect())
    }

    /// What stands for it in the inbox. Eight digits are found from a digest in no time, and so the secret of the page that asked
    /// is in it.
    pub fn digest(&self, secret: &RequestSecret) -> CodeDigest {
        let label = b"igc-one-time-code-v1\0";
        CodeDigest(
            Sha256::new().chain_update(label).chain_update(*secret.0).chain_update(*self.0).finalize().into(),
        )
    }
}

/// Forgiving of spaces and dashes anywhere.
impl FromStr for OneTimeCode {
    type Err = NotAOneTimeCode;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.len() > TEXT_BOUND {
            return Err(NotAOneTimeCode);
        }
        let mut digits = Zeroizing::new([0; DIGITS]);
        let mut read = 0;
        for sign in text
            .chars()
            .filter(|sign| !matches!(sign, ' ' | '-' | '\u{a0}' | '\u{202f}' | '\u{2010}'..='\u{2014}'))
        {
            let digit = u8::try_from(sign).ok().filter(u8::is_ascii_digit).ok_or(NotAOneTimeCode)?;
            *digits.get_mut(read).ok_or(NotAOneTimeCode)? = digit;
            read += 1;
        }
        if read == DIGITS { Ok(Self(digits)) } else { Err(NotAOneTimeCode) }
    }
}

/// What the page of the asker knows, in its address, and nobody else once the worker has looked: 128 bits by chance.
#[derive(Clone)]
pub struct RequestSecret(pub(super) Zeroizing<[u8; 16]>);

/// Shows nothing of it.
impl fmt::Debug for RequestSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RequestSecret")
    }
}

/// A text that is no address of a request.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("must be 32 hexadecimal digits")]
pub struct NotARequest;

impl RequestSecret {
    /// A new one.
    pub fn draw(rng: &mut dyn CryptoRng) -> Self {
        let mut octets = Zeroizing::new([0; 16]);
        rng.fill_bytes(&mut *octets);
        Self(octets)
    }

    /// As it stands in the address of the page: 32 hexadecimal digits.
    pub fn in_address(&self) -> Zeroizing<String> {
        Zeroizing::new(hex::encode(*self.0))
    }

    /// The identifier of the request, from which nobody finds the secret: 32 hexadecimal digits.
    pub fn request(&self) -> String {
        let digest =
            Sha256::new().chain_update(b"igc-one-time-request-v1\0").chain_update(*self.0).finalize();
        hex::encode(&digest[..16])
    }
}

impl FromStr for RequestSecret {
    type Err = NotARequest;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut octets = Zeroizing::new([0; 16]);
        hex::decode_to_slice(text, &mut *octets).map_err(|_| NotARequest)?;
        Ok(Self(octets))
    }
}

#[cfg(test)]
mod tests {
    use rand_core::UnwrapErr;

    use super::*;

    #[test]
    fn a_one_time_code_reads_back_as_it_is_written_and_as_people_type_it() {
        let mut rng = UnwrapErr(getrandom::SysRng);
        let secret = RequestSecret::draw(&mut rng);
        let code = OneTimeCode::draw(&mut rng);
        let written = code.grouped();
        assert_eq!(written.len(), 9);
        for typed in [
            written.to_string(),
            written.replace(' ', ""),
            written.replace(' ', "-\u{a0}"),
            format!(" {} ", *written),
        ] {
            assert_eq!(
                typed.parse::<OneTimeCode>().unwrap().digest(&secret),
                code.digest(&secret),
                "{typed}"
            );
        }
        for wrong in ["", "1234567", "123456789", "1234 567a", "١٢٣٤٥٦٧٨", &"1".repeat(33)] {
            let refused = wrong.parse::<OneTimeCode>().unwrap_err();
            assert!(wrong.is_empty() || !refused.to_string().contains(wrong));
        }
    }

    #[test]
    fn what_stands_for_a_code_is_another_for_each_request_and_tells_neither() {
        let mut rng = UnwrapErr(getrandom::SysRng);
        let (one, other) = (RequestSecret::draw(&mut rng), RequestSecret::draw(&mut rng));
        let code: OneTimeCode = "1234 5678".parse().unwrap();
        assert_ne!(code.digest(&one), code.digest(&other));
        assert_ne!(one.request(), other.request());
        assert_ne!(one.request(), *one.in_address());
        assert_eq!(one.in_address().parse::<RequestSecret>().unwrap().request(), one.request());
        assert_eq!(format!("{code:?} {one:?}"), "OneTimeCode RequestSecret");
        for wrong in ["", "0123", &"0".repeat(34), &"g".repeat(32)] {
            assert!(wrong.parse::<RequestSecret>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn every_digit_is_drawn_about_as_often_as_any_other() {
        let mut rng = UnwrapErr(getrandom::SysRng);
        let mut counts = [0_u32; 10];
        for _ in 0..5000 {
            OneTimeCode::draw(&mut rng).0.iter().for_each(|digit| counts[usize::from(digit - b'0')] += 1);
        }
        // 40 000 digits, four thousand of each: six deviations are 360.
        assert!(counts.iter().all(|count| (3600..4400).contains(count)), "{counts:?}");
    }
}
