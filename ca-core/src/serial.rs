//! Serial numbers.

use std::fmt;
use std::str::FromStr;

use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::sql_types::Text;
use rand_core::CryptoRng;
use thiserror::Error;

/// A certificate's serial number.
///
/// > The serial number MUST be a positive integer assigned by the CA to each certificate. […]
/// > Conforming CAs MUST NOT use serialNumber values longer than 20 octets.
/// > (RFC 5280 §4.1.2.2)
///
/// Held as the octets of the DER INTEGER without a leading zero octet. Shown, stored and written
/// in file names as upper-case hexadecimal, two digits an octet.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, FromSqlRow)]
#[diesel(sql_type = Text)]
pub struct SerialNumber {
    /// The value, then zero octets. A million of them stand in a row where a CRL is written: none is an allocation.
    octets: [u8; LONGEST],
    length: usize,
}

/// Octets of the longest one.
const LONGEST: usize = 20;

/// Octets or text that are no serial number.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("not a serial number: {0}")]
pub struct BadSerialNumber(&'static str);

impl SerialNumber {
    /// From the octets of the value, most significant first; a leading zero octet is dropped.
    pub fn from_octets(octets: &[u8]) -> Result<Self, BadSerialNumber> {
        let value = match octets {
            [0, rest @ ..] => rest,
            all => all,
        };
        match value {
            [] => Err(BadSerialNumber("it is zero or empty")),
            [0, ..] => Err(BadSerialNumber("more than one leading zero octet")),
            _ if value.len() > LONGEST => Err(BadSerialNumber("longer than 20 octets")),
            _ => Ok(Self::of(value)),
        }
    }

    /// Of 20 octets at most.
    fn of(value: &[u8]) -> Self {
        let mut octets = [0; LONGEST];
        octets[..value.len()].copy_from_slice(value);
        Self { octets, length: value.len() }
    }

    /// For an end-entity certificate: the authority's prefix, then eight fresh random octets
    /// (domain.md §1.5 [S-cert]). The prefix begins with 01–7F, so that the INTEGER is positive
    /// as it stands and no random bit is spent on the sign.
    pub fn draw(prefix: [u8; 8], rng: &mut dyn CryptoRng) -> Self {
        assert!((0x01..=0x7F).contains(&prefix[0]), "a prefix keeps the serial positive and whole");
        let mut octets = [0; 16];
        octets[..8].copy_from_slice(&prefix);
        rng.fill_bytes(&mut octets[8..]);
        Self::of(&octets)
    }

    /// For an authority's certificate: `1120`, then sixteen fresh random octets (domain.md §1.1 [S-cert]).
    pub fn draw_for_authority(rng: &mut dyn CryptoRng) -> Self {
        let mut octets = [0; 18];
        octets[..2].copy_from_slice(&[0x11, 0x20]);
        rng.fill_bytes(&mut octets[2..]);
        Self::of(&octets)
    }

    /// The octets of the value, most significant first, without a leading zero octet.
    pub fn octets(&self) -> &[u8] {
        &self.octets[..self.length]
    }
}

impl fmt::Display for SerialNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode_upper(self.octets()))
    }
}

impl FromStr for SerialNumber {
    type Err = BadSerialNumber;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        // With a zero octet before it.
        let mut octets = [0; LONGEST + 1];
        let octets = octets.get_mut(..text.len() / 2).ok_or(BadSerialNumber("longer than 20 octets"))?;
        hex::decode_to_slice(text, octets)
            .map_err(|_| BadSerialNumber("not hexadecimal, two digits an octet"))?;
        Self::from_octets(octets)
    }
}

/// As it is stored.
impl<DB: Backend> FromSql<Text, DB> for SerialNumber
where
    String: FromSql<Text, DB>,
{
    fn from_sql(bytes: DB::RawValue<'_>) -> deserialize::Result<Self> {
        let text = String::from_sql(bytes)?;
        text.parse().map_err(|why| format!("{text}: {why}").into())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use der::Encode;
    use rand_core::{Rng, UnwrapErr};

    use super::*;

    /// A million, over prefixes of every first octet that an authority may have (T02).
    #[test]
    fn every_serial_is_positive_of_its_length_and_keeps_all_its_random_bits_after_the_sign() {
        const DRAWS: u64 = 1_000_000;
        let mut rng = UnwrapErr(getrandom::SysRng);
        let (mut prefix, mut ones) = ([0; 8], [0u64; 64]);
        let mut seen = HashSet::with_capacity(DRAWS as usize);
        for draw in 0..DRAWS {
            rng.fill_bytes(&mut prefix);
            prefix[0] = (draw % 0x7F) as u8 + 1;
            // Zero octets after the first are no leading ones.
            prefix[1] &= (draw >> 8) as u8;
            let serial = SerialNumber::draw(prefix, &mut rng);
            // As it stands in the certificate: the INTEGER is positive, minimal, and 16 octets long.
            let der = der::asn1::Int::new(serial.octets()).unwrap().to_der().unwrap();
            assert_eq!((der[0], der[1], der.len()), (0x02, 16, 18), "{serial}");
            assert!(der[2] & 0x80 == 0 && der[2] != 0, "{serial}");
            let (fixed, fresh) = der[2..].split_at(8);
            assert_eq!(fixed, prefix);
            let fresh = u64::from_be_bytes(fresh.try_into().unwrap());
            (0..64).for_each(|bit| ones[bit] += fresh >> bit & 1);
            assert!(seen.insert(fresh), "{serial}");
        }
        // Each of the 64 bits is fair: six standard deviations of a binomial with n = 10^6, p = 1/2.
        for (bit, count) in ones.iter().enumerate() {
            assert!(count.abs_diff(DRAWS / 2) < 3_000, "bit {bit} was set {count} times in {DRAWS}");
        }
        for _ in 0..1_000 {
            let serial = SerialNumber::draw_for_authority(&mut rng);
            assert_eq!((serial.octets().len(), &serial.octets()[..2]), (18, &[0x11, 0x20][..]));
        }
    }

    #[test]
    #[should_panic(expected = "a prefix keeps the serial positive and whole")]
    fn a_prefix_whose_top_bit_is_set_draws_nothing() {
        SerialNumber::draw([0x80; 8], &mut UnwrapErr(getrandom::SysRng));
    }

    #[test]
    #[should_panic(expected = "a prefix keeps the serial positive and whole")]
    fn a_prefix_that_begins_with_a_zero_octet_draws_nothing() {
        SerialNumber::draw([0; 8], &mut UnwrapErr(getrandom::SysRng));
    }

    #[test]
    fn text_and_octets_read_back() {
        let serial: SerialNumber = "63DAFFCFC8034BDCB965D0B036BE8F29".parse().unwrap();
        assert_eq!(serial.to_string(), "63DAFFCFC8034BDCB965D0B036BE8F29");
        assert_eq!(SerialNumber::from_octets(&[0x00, 0x80, 0x01]).unwrap().to_string(), "8001");
    }

    #[test]
    fn zero_too_long_and_padded_numbers_are_refused() {
        for bad in ["", "00", "0000FF", "ABC", "XY", &"11".repeat(21)] {
            assert!(bad.parse::<SerialNumber>().is_err(), "{bad}");
        }
    }
}
