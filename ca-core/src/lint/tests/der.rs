//! A DER writer of a few lines, for tests alone: it shares nothing with the builder or the reader.

use openssl::bn::{BigNum, BigNumContext};
use openssl::ec::{EcGroup, EcPoint, PointConversionForm};
use openssl::nid::Nid;

pub(super) fn tlv(tag: u8, content: impl AsRef<[u8]>) -> Vec<u8> {
    let content = content.as_ref();
    let mut out = vec![tag];
    match content.len() {
        short @ 0..=0x7F => out.push(short as u8),
        one @ 0x80..=0xFF => out.extend([0x81, one as u8]),
        two @ 0x100..=0xFFFF => out.extend([0x82, (two >> 8) as u8, two as u8]),
        more => out.extend([0x83, (more >> 16) as u8, (more >> 8) as u8, more as u8]),
    }
    out.extend(content);
    out
}

pub(super) fn sequence<T: AsRef<[u8]>>(parts: impl AsRef<[T]>) -> Vec<u8> {
    let parts: Vec<&[u8]> = parts.as_ref().iter().map(AsRef::as_ref).collect();
    tlv(0x30, parts.concat())
}

/// A SET OF, in the order given.
pub(super) fn set<T: AsRef<[u8]>>(parts: impl AsRef<[T]>) -> Vec<u8> {
    let parts: Vec<&[u8]> = parts.as_ref().iter().map(AsRef::as_ref).collect();
    tlv(0x31, parts.concat())
}

pub(super) fn oid(content: &[u8]) -> Vec<u8> {
    tlv(0x06, content)
}

pub(super) fn attribute(kind: u8, tag: u8, value: &str) -> Vec<u8> {
    sequence([oid(&[0x55, 4, kind]), tlv(tag, value)])
}

/// An Extension with its value inside the OCTET STRING.
pub(super) fn extension(id: &[u8], critical: bool, value: &[u8]) -> Vec<u8> {
    let flag = if critical { tlv(0x01, [0xFF]) } else { Vec::new() };
    sequence([oid(id), flag, tlv(0x04, value)])
}

pub(super) fn named_curve_key(curve: &[u8], point: &[u8]) -> Vec<u8> {
    let algorithm = sequence([oid(&[0x2A, 0x86, 0x48, 0xCE, 0x3D, 2, 1]), oid(curve)]);
    sequence([algorithm, tlv(0x03, [&[0], point].concat())])
}

/// `modulus` and `exponent` as INTEGER contents.
pub(super) fn rsa_key(modulus: &[u8], exponent: &[u8]) -> Vec<u8> {
    let algorithm = sequence([oid(&[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 1, 1]), tlv(0x05, [])]);
    let key = sequence([tlv(0x02, modulus), tlv(0x02, exponent)]);
    sequence([algorithm, tlv(0x03, [&[0], key.as_slice()].concat())])
}

/// `scalar` times the generator of the curve, uncompressed.
pub(super) fn point(curve: Nid, scalar: u32) -> Vec<u8> {
    let group = EcGroup::from_curve_name(curve).unwrap();
    let mut context = BigNumContext::new().unwrap();
    let mut point = EcPoint::new(&group).unwrap();
    point.mul_generator2(&group, &BigNum::from_u32(scalar).unwrap(), &mut context).unwrap();
    point.to_bytes(&group, PointConversionForm::UNCOMPRESSED, &mut context).unwrap()
}

/// A modulus of `bits` bits without small factors: 2^(bits-1) and the first suitable odd addend.
/// Only its form matters, nobody signs with it.
pub(super) fn modulus(bits: usize) -> Vec<u8> {
    let primes: Vec<u32> = (3..752).filter(|n| (2..*n).all(|d| n % d != 0)).collect();
    let mut octets = vec![0; bits / 8];
    octets[0] = 0x80;
    let suits = |octets: &[u8]| {
        primes
            .iter()
            .all(|prime| octets.iter().fold(0, |rest, octet| (rest * 256 + u32::from(*octet)) % prime) != 0)
    };
    for addend in (1_u32..).step_by(2) {
        let at = octets.len() - 4;
        octets[at..].copy_from_slice(&addend.to_be_bytes());
        if suits(&octets) {
            break;
        }
    }
    [vec![0], octets].concat()
}
