//! Just enough DER (X.690 §10) to read CRLs and OCSP answers: no copy, no recursion, every length checked.

use thiserror::Error;

/// Octets that are not what was to be read.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("not {0}")]
pub struct Malformed(pub &'static str);

/// One tag, its content, and both together as they stand.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tlv<'a> {
    pub(super) tag: u8,
    pub(super) content: &'a [u8],
    pub(super) whole: &'a [u8],
}

pub(super) const BOOLEAN: u8 = 0x01;
pub(super) const INTEGER: u8 = 0x02;
pub(super) const BIT_STRING: u8 = 0x03;
pub(super) const OCTET_STRING: u8 = 0x04;
pub(super) const OBJECT_IDENTIFIER: u8 = 0x06;
pub(super) const ENUMERATED: u8 = 0x0A;
pub(super) const UTF8_STRING: u8 = 0x0C;
pub(super) const UTC_TIME: u8 = 0x17;
pub(super) const GENERALIZED_TIME: u8 = 0x18;
pub(super) const SEQUENCE: u8 = 0x30;
pub(super) const SET: u8 = 0x31;
/// `[n]`, constructed.
pub(super) const fn context(n: u8) -> u8 {
    0xA0 | n
}

/// Reads one after the other.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    pub(super) fn of(octets: &'a [u8]) -> Self {
        Self(octets)
    }

    pub(super) fn is_at_end(&self) -> bool {
        self.0.is_empty()
    }

    /// The tag that stands next.
    pub(super) fn peek(&self) -> Option<u8> {
        self.0.first().copied()
    }

    /// What stands next, whatever it is.
    pub(super) fn any(&mut self) -> Result<Tlv<'a>, Malformed> {
        let malformed = Malformed("DER");
        let (&[tag, first], rest) = self.0.split_first_chunk::<2>().ok_or(malformed.clone())?;
        let (length, header) = match first {
            // Long form: at most four octets say the length, and no more than it needs.
            0x81..=0x84 => {
                let count = usize::from(first & 0x7F);
                let octets = rest.get(..count).ok_or(malformed.clone())?;
                let length = octets.iter().fold(0_usize, |length, octet| length << 8 | usize::from(*octet));
                if octets[0] == 0 || length < 0x80 {
                    return Err(malformed);
                }
                (length, 2 + count)
            }
            0..=0x7F => (usize::from(first), 2),
            _ => return Err(malformed),
        };
        let end = header.checked_add(length).filter(|end| *end <= self.0.len()).ok_or(malformed)?;
        let (whole, rest) = self.0.split_at(end);
        self.0 = rest;
        Ok(Tlv { tag, content: &whole[header..], whole })
    }

    /// What stands next, which must have this tag.
    pub(super) fn expect(&mut self, tag: u8, what: &'static str) -> Result<Tlv<'a>, Malformed> {
        let next = self.any().map_err(|_| Malformed(what))?;
        if next.tag == tag { Ok(next) } else { Err(Malformed(what)) }
    }

    /// What stands next, where it has this tag.
    pub(super) fn optional(&mut self, tag: u8) -> Result<Option<Tlv<'a>>, Malformed> {
        if self.peek() == Some(tag) { self.any().map(Some) } else { Ok(None) }
    }

    /// Nothing may follow.
    pub(super) fn end(self, what: &'static str) -> Result<(), Malformed> {
        if self.is_at_end() { Ok(()) } else { Err(Malformed(what)) }
    }
}

impl<'a> Tlv<'a> {
    pub(super) fn inside(&self) -> Reader<'a> {
        Reader(self.content)
    }

    /// The octets of a positive INTEGER, without the leading zero that keeps it positive.
    pub(super) fn unsigned(&self) -> &'a [u8] {
        match self.content {
            [0, rest @ ..] if !rest.is_empty() => rest,
            all => all,
        }
    }

    /// The same, of one that fits.
    pub(super) fn number(&self) -> Result<u64, Malformed> {
        let octets = self.unsigned();
        if octets.len() > 8 || octets.is_empty() || self.content[0] & 0x80 != 0 {
            return Err(Malformed("a number"));
        }
        Ok(octets.iter().fold(0, |number, octet| number << 8 | u64::from(*octet)))
    }

    /// The octets of a BIT STRING without unused bits.
    pub(super) fn bits(&self) -> Result<&'a [u8], Malformed> {
        match self.content {
            [0, rest @ ..] => Ok(rest),
            _ => Err(Malformed("a bit string of whole octets")),
        }
    }

    /// Seconds since 1970, of a UTCTime or GeneralizedTime in the form of RFC 5280 §4.1.2.5.
    pub(super) fn seconds(&self) -> Result<i64, Malformed> {
        let malformed = Malformed("a time");
        let digits = self.content.strip_suffix(b"Z").ok_or(malformed.clone())?;
        if !digits.iter().all(u8::is_ascii_digit) {
            return Err(malformed);
        }
        let pair = |at: usize| i64::from(digits[at] - b'0') * 10 + i64::from(digits[at + 1] - b'0');
        let (year, rest) = match (self.tag, digits.len()) {
            (UTC_TIME, 12) => (if pair(0) < 50 { 2000 + pair(0) } else { 1900 + pair(0) }, 2),
            (GENERALIZED_TIME, 14) => (pair(0) * 100 + pair(2), 4),
            _ => return Err(malformed),
        };
        let [month, day, hour, minute, second] = [0, 2, 4, 6, 8].map(|at| pair(rest + at));
        if !(1..=12).contains(&month) || !(1..=31).contains(&day) || hour > 23 || minute > 59 || second > 59 {
            return Err(malformed);
        }
        Ok(days_since_1970(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second)
    }
}

/// In the Gregorian calendar, with years that begin in March, so that the leap day is the last.
fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// One value, encoded.
pub(super) fn encode(tag: u8, contents: &[&[u8]]) -> Vec<u8> {
    let length: usize = contents.iter().map(|content| content.len()).sum();
    let mut octets = vec![tag];
    match length {
        0..0x80 => octets.push(length as u8),
        _ => {
            let encoded = length.to_be_bytes();
            let from = encoded.iter().position(|octet| *octet != 0).unwrap_or(0);
            octets.push(0x80 | (encoded.len() - from) as u8);
            octets.extend_from_slice(&encoded[from..]);
        }
    }
    contents.iter().for_each(|content| octets.extend_from_slice(content));
    octets
}
