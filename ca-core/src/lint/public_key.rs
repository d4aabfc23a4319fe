//! `SubjectPublicKeyInfo`: which key it is, and whether it is a key at all.

use std::sync::LazyLock;

use openssl::bn::BigNumContext;
use openssl::ec::{EcGroup, EcPoint};
use openssl::nid::Nid;

use super::finding::{Finding, Findings};
use super::oids::{algorithm, dotted};
use super::reader::{Element, tag};
use super::structure;

/// Its tables cost more to make than a point costs to look at.
static P256: LazyLock<Option<EcGroup>> =
    LazyLock::new(|| EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).ok());
static P384: LazyLock<Option<EcGroup>> = LazyLock::new(|| EcGroup::from_curve_name(Nid::SECP384R1).ok());

/// What the rules need to know of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum KeyKind {
    Rsa { bits: usize },
    P256,
    P384,
}

impl KeyKind {
    pub(super) fn is_elliptic(self) -> bool {
        !matches!(self, Self::Rsa { .. })
    }
}

impl std::fmt::Display for KeyKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Rsa { bits } => write!(f, "RSA-{bits}"),
            Self::P256 => f.write_str("P-256"),
            Self::P384 => f.write_str("P-384"),
        }
    }
}

/// A public key, its kind `None` when the rules found it unusable.
pub(super) struct PublicKey<'a> {
    pub(super) kind: Option<KeyKind>,
    /// The bits of `subjectPublicKey`, over which the key identifier is computed.
    pub(super) bits: &'a [u8],
}

/// Reads and judges a SubjectPublicKeyInfo (RFC 5280 §4.1.2.7, RFC 3279 §2.3.1, RFC 5480 §2).
pub(super) fn read<'a>(spki: &Element<'a>, findings: &mut Findings) -> Option<PublicKey<'a>> {
    let (identifier, bits) = findings.keep(split(spki))?;
    let kind = findings.keep(judge(&identifier, &bits));
    Some(PublicKey { kind, bits: &bits.content[1..] })
}

fn split<'a>(spki: &Element<'a>) -> Result<(Element<'a>, Element<'a>), Finding> {
    let mut fields = spki.reader();
    let identifier = fields.expect(tag::SEQUENCE, "subjectPublicKeyInfo.algorithm")?;
    let bits = fields.expect(tag::BIT_STRING, "subjectPublicKey")?;
    fields.finish("subjectPublicKeyInfo")?;
    if bits.content.first() != Some(&0) {
        return Err(Finding::new(
            "asn1-structure",
            bits.offset,
            "subjectPublicKey: a whole number of octets",
        ));
    }
    Ok((identifier, bits))
}

fn judge(identifier: &Element<'_>, bits: &Element<'_>) -> Result<KeyKind, Finding> {
    let mut fields = identifier.reader();
    let id = fields.expect(tag::OID, "subjectPublicKeyInfo.algorithm")?;
    let parameters = if fields.at_end() { None } else { Some(fields.next("parameters")?) };
    fields.finish("subjectPublicKeyInfo.algorithm")?;
    match id.content {
        algorithm::RSA_ENCRYPTION => {
            if !parameters.is_some_and(|parameters| parameters.is(tag::NULL)) {
                let message = "subjectPublicKeyInfo: rsaEncryption takes NULL parameters";
                return Err(Finding::new("rfc3279-2.3.1-rsa-parameters", id.offset, message));
            }
            rsa(bits)
        }
        algorithm::EC_PUBLIC_KEY => match parameters.map(|parameters| (parameters.tag, parameters.content)) {
            Some((tag::OID, algorithm::P256)) => point(bits, P256.as_ref(), 32).map(|()| KeyKind::P256),
            Some((tag::OID, algorithm::P384)) => point(bits, P384.as_ref(), 48).map(|()| KeyKind::P384),
            _ => {
                let message = "subjectPublicKeyInfo: an EC key names P-256 or P-384";
                Err(Finding::new("rfc5480-2.1.1-named-curve", id.offset, message))
            }
        },
        other => {
            let message = format!("subjectPublicKeyInfo: {} is not an allowed kind of key", dotted(other));
            Err(Finding::new("igc-1.5-key-algorithm", id.offset, message))
        }
    }
}

/// RSAPublicKey ::= SEQUENCE { modulus INTEGER, publicExponent INTEGER } (RFC 8017 A.1.1).
fn rsa(bits: &Element<'_>) -> Result<KeyKind, Finding> {
    let mut wrapper = bits.reader();
    wrapper.skip_octet();
    let key = wrapper.expect(tag::SEQUENCE, "RSAPublicKey")?;
    wrapper.finish("RSAPublicKey")?;
    structure::check(&key)?;
    let mut fields = key.reader();
    let modulus = fields.expect(tag::INTEGER, "modulus")?;
    let exponent = fields.expect(tag::INTEGER, "publicExponent")?;
    fields.finish("RSAPublicKey")?;
    let fail = |rule, at: Element<'_>, message: &str| Err(Finding::new(rule, at.offset, message));

    let (Some(magnitude), Some(e)) = (positive(&modulus), positive(&exponent)) else {
        return fail("rfc8017-3.1-rsa-positive", key, "RSAPublicKey: modulus and exponent are positive");
    };
    let size = magnitude.len() * 8 - magnitude.first().map_or(0, |first| first.leading_zeros() as usize);
    if size < 2048 {
        return fail("igc-1.5-rsa-size", modulus, "modulus: 2048 bits at least");
    }
    if size > 8192 {
        return fail("igc-1.5-rsa-size", modulus, "modulus: 8192 bits at most");
    }
    if has_small_factor(magnitude) {
        return fail("rfc8017-3.1-rsa-modulus", modulus, "modulus: has a factor below 752");
    }
    let large_enough = e.len() > 3 || (e.len() == 3 && e >= [0x01, 0x00, 0x01].as_slice());
    let odd = e.last().is_some_and(|last| last & 1 == 1);
    // FIPS 186-5 A.1.1 (odd, above 2^16, below 2^256).
    if !odd || !large_enough || e.len() > 32 {
        return fail("fips186-5-rsa-exponent", exponent, "publicExponent: odd, 65537 at least, below 2^256");
    }
    Ok(KeyKind::Rsa { bits: size })
}

/// The magnitude of a minimal INTEGER above zero.
fn positive<'a>(integer: &Element<'a>) -> Option<&'a [u8]> {
    match integer.content {
        [0] | [0x80..=0xFF, ..] | [] => None,
        [0, magnitude @ ..] | magnitude => Some(magnitude),
    }
}

/// Any of the primes up to 751, two included, divides the number.
fn has_small_factor(magnitude: &[u8]) -> bool {
    let primes = (2_u64..752).filter(|n| (2..*n).take_while(|d| d * d <= *n).all(|d| n % d != 0));
    // Four octets at a time, which never overflows: the rest is below 752.
    let words = magnitude.rchunks(4).rev();
    let word = |octets: &[u8]| octets.iter().fold(0, |word, octet| word << 8 | u64::from(*octet));
    let remainder = |prime| words.clone().fold(0, |rest, octets| (rest << 32 | word(octets)) % prime);
    primes.into_iter().any(|prime| remainder(prime) == 0)
}

/// RFC 5480 §2.2: uncompressed, of the curve's length, and on the curve.
fn point(bits: &Element<'_>, curve: Option<&EcGroup>, width: usize) -> Result<(), Finding> {
    let octets = &bits.content[1..];
    if octets.first() != Some(&0x04) || octets.len() != 1 + 2 * width {
        let message = format!("subjectPublicKey: 04 and two coordinates of {width} octets are required");
        return Err(Finding::new("rfc5480-2.2-point-uncompressed", bits.offset, message));
    }
    let on_curve = |group: &EcGroup| {
        let mut context = BigNumContext::new()?;
        EcPoint::from_bytes(group, octets, &mut context)?.is_on_curve(group, &mut context)
    };
    if curve.is_some_and(|group| on_curve(group).unwrap_or(false)) {
        return Ok(());
    }
    Err(Finding::new(
        "rfc5480-2.2-point-on-curve",
        bits.offset,
        "subjectPublicKey: the point is not on the curve",
    ))
}
