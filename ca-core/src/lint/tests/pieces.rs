//! The parts that the certificates of these tests are made of: identifiers, keys, names, values of extensions.

use openssl::nid::Nid;

use super::der::{attribute, modulus, named_curve_key, oid, point, rsa_key, sequence, set, tlv};

pub(super) const UTF8: u8 = 0x0C;
pub(super) const PRINTABLE: u8 = 0x13;

pub(super) const P256: &[u8] = &[0x2A, 0x86, 0x48, 0xCE, 0x3D, 3, 1, 7];
pub(super) const P384: &[u8] = &[0x2B, 0x81, 4, 0, 0x22];
pub(super) const ECDSA_SHA256: &[u8] = &[0x2A, 0x86, 0x48, 0xCE, 0x3D, 4, 3, 2];
pub(super) const ECDSA_SHA384: &[u8] = &[0x2A, 0x86, 0x48, 0xCE, 0x3D, 4, 3, 3];
pub(super) const RSA_SHA256: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 1, 11];

/// Last arcs of `id-ce`.
pub(super) const SKI: u8 = 14;
pub(super) const KU: u8 = 15;
pub(super) const PKUP: u8 = 16;
pub(super) const SAN: u8 = 17;
pub(super) const BC: u8 = 19;
pub(super) const CDP: u8 = 31;
pub(super) const CP: u8 = 32;
pub(super) const AKI: u8 = 35;
pub(super) const EKU: u8 = 37;
pub(super) const FRESHEST: u8 = 46;
pub(super) const AIA: &[u8] = &[0x2B, 6, 1, 5, 5, 7, 1, 1];
pub(super) const NOCHECK: &[u8] = &[0x2B, 6, 1, 5, 5, 7, 0x30, 1, 5];

pub(super) const SERVER_AUTH: &[u8] = &[0x2B, 6, 1, 5, 5, 7, 3, 1];
pub(super) const CLIENT_AUTH: &[u8] = &[0x2B, 6, 1, 5, 5, 7, 3, 2];
pub(super) const EMAIL: &[u8] = &[0x2B, 6, 1, 5, 5, 7, 3, 4];
pub(super) const OCSP_SIGNING: &[u8] = &[0x2B, 6, 1, 5, 5, 7, 3, 9];
pub(super) const LOGON: &[u8] = &[0x2B, 6, 1, 4, 1, 0x82, 0x37, 20, 2, 2];
pub(super) const UPN: &[u8] = &[0x2B, 6, 1, 4, 1, 0x82, 0x37, 20, 2, 3];

pub(super) fn ce(arc: u8) -> Vec<u8> {
    vec![0x55, 0x1D, arc]
}

pub(super) fn private(arc: u8) -> Vec<u8> {
    vec![0x2A, 0x81, 0x7A, 1, 0x47, 1, 2, arc]
}

/// SHA-1 of the bits, found from the end: every key here is algorithm, then BIT STRING.
pub(super) fn key_identifier(key: &[u8]) -> [u8; 20] {
    let spki = if key[1] < 0x80 { &key[2..] } else { &key[2 + usize::from(key[1] & 0x7F)..] };
    let bits = &spki[2 + usize::from(spki[1])..];
    let header = if bits[1] < 0x80 { 2 } else { 2 + usize::from(bits[1] & 0x7F) };
    openssl::sha::sha1(&bits[header + 1..])
}

pub(super) fn p256(scalar: u32) -> Vec<u8> {
    named_curve_key(P256, &point(Nid::X9_62_PRIME256V1, scalar))
}

pub(super) fn p384(scalar: u32) -> Vec<u8> {
    named_curve_key(P384, &point(Nid::SECP384R1, scalar))
}

pub(super) fn rsa(bits: usize) -> Vec<u8> {
    rsa_key(&modulus(bits), &[1, 0, 1])
}

pub(super) fn ecdsa_sha256() -> Vec<u8> {
    sequence([oid(ECDSA_SHA256)])
}

pub(super) fn ecdsa_sha384() -> Vec<u8> {
    sequence([oid(ECDSA_SHA384)])
}

pub(super) fn rsa_sha256() -> Vec<u8> {
    sequence([oid(RSA_SHA256), tlv(0x05, [])])
}

pub(super) fn rdn(kind: u8, value: &str) -> Vec<u8> {
    set([attribute(kind, if kind == 6 { PRINTABLE } else { UTF8 }, value)])
}

pub(super) fn authority_name(common_name: &str) -> Vec<u8> {
    sequence([
        rdn(6, "FR"),
        rdn(10, "DEMO SANTE"),
        rdn(11, "0002 000000000"),
        rdn(11, "IGC DEMO"),
        rdn(3, common_name),
    ])
}

/// The RDN of three, sorted for the values of these tests.
pub(super) fn person(given_name: &str, common_name: &str, surname: &str) -> Vec<u8> {
    let mut parts =
        vec![attribute(42, UTF8, given_name), attribute(3, UTF8, common_name), attribute(4, UTF8, surname)];
    parts.sort();
    set(parts)
}

/// A nurse with an RPPS number.
pub(super) fn nurse() -> Vec<u8> {
    sequence([rdn(6, "FR"), rdn(12, "Infirmier"), person("ZOE", "899700000129", "ESSAI")])
}

/// A person who belongs to a structure.
pub(super) fn attached_person(structure: &str, common_name: &str) -> Vec<u8> {
    sequence([
        rdn(6, "FR"),
        rdn(8, "Paris (75)"),
        rdn(10, "HOPITAL FICTIF"),
        rdn(11, structure),
        rdn(12, "Personnel santé ou social"),
        person("ZOE", common_name, "ESSAI"),
    ])
}

/// A card that names nobody.
pub(super) fn service_subject(title: &str, pseudonym: &str, common_name: &str) -> Vec<u8> {
    sequence([
        rdn(6, "FR"),
        rdn(8, "Paris (75)"),
        rdn(10, "HOPITAL FICTIF"),
        rdn(11, "10B0057881"),
        rdn(12, title),
        rdn(65, pseudonym),
        rdn(3, common_name),
    ])
}

pub(super) fn organisation(common_name: &str) -> Vec<u8> {
    sequence([
        rdn(6, "FR"),
        rdn(8, "Côte-d'Or (21)"),
        rdn(10, "CENTRE HOSPITALIER FICTIF"),
        rdn(11, "10B0057881"),
        rdn(3, common_name),
    ])
}

pub(super) fn dates(not_before: &str, not_after: &str) -> Vec<u8> {
    let time = |text: &str| tlv(if text.len() == 13 { 0x17 } else { 0x18 }, text);
    sequence([time(not_before), time(not_after)])
}

pub(super) fn policy(id: &[u8]) -> Vec<u8> {
    let qualifier = sequence([oid(&[0x2B, 6, 1, 5, 5, 7, 2, 1]), tlv(0x16, "http://pki.home.arpa/pc/")]);
    sequence([oid(id), sequence([qualifier])])
}

pub(super) fn distribution_point(url: &str) -> Vec<u8> {
    sequence([tlv(0xA0, tlv(0xA0, tlv(0x86, url)))])
}

pub(super) fn points(what: &str, attribute: &str) -> Vec<u8> {
    let http = distribution_point(&format!("http://pki.home.arpa/crl/{what}.crl"));
    let ldap = format!("ldap://ldap.home.arpa/cn=DEMO,c=FR?{attribute};binary?base?objectClass=pkiCA");
    sequence([http, distribution_point(&ldap)])
}

pub(super) fn access(method: u8, url: &str) -> Vec<u8> {
    sequence([oid(&[0x2B, 6, 1, 5, 5, 7, 0x30, method]), tlv(0x86, url)])
}

pub(super) fn upn(kind: &[u8], text: &str) -> Vec<u8> {
    sequence([tlv(0xA0, [oid(kind), tlv(0xA0, tlv(UTF8, text))].concat())])
}
