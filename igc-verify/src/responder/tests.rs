use openssl::asn1::{Asn1Integer, Asn1Time};
use openssl::bn::BigNum;
use openssl::ec::{EcGroup, EcKey};
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkey::{PKey, Private};
use openssl::sign::Signer;
use openssl::x509::X509;

use super::*;
use crate::der::{octet_string, sequence_of, utf8_string};

const ACI: &str = "ACI-FO-PP";
/// A day on which the certificates here are valid, in milliseconds.
const THEN: i64 = 1_800_000_000_000;

fn key() -> PKey<Private> {
    let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).unwrap();
    PKey::from_ec_key(EcKey::generate(&group).unwrap()).unwrap()
}

fn spki(key: &PKey<Private>) -> Vec<u8> {
    key.public_key_to_der().unwrap()
}

fn sign(key: &PKey<Private>, message: &[u8]) -> Vec<u8> {
    Signer::new(MessageDigest::sha256(), key).unwrap().sign_oneshot_to_vec(message).unwrap()
}

/// A certificate of ninety days around [`THEN`]; who signed it is looked at elsewhere.
fn certificate(key: &PKey<Private>) -> X509 {
    let mut builder = X509::builder().unwrap();
    builder.set_pubkey(key).unwrap();
    let serial = Asn1Integer::from_bn(&BigNum::from_u32(7).unwrap()).unwrap();
    builder.set_serial_number(&serial).unwrap();
    builder.set_not_before(&Asn1Time::from_unix(THEN / 1000 - 60 * 86_400).unwrap()).unwrap();
    builder.set_not_after(&Asn1Time::from_unix(THEN / 1000 + 30 * 86_400).unwrap()).unwrap();
    builder.sign(key, MessageDigest::sha256()).unwrap();
    builder.build()
}

fn digest_of(certificate: &X509) -> [u8; 32] {
    sha256(&certificate.to_der().unwrap())
}

fn statement(authority: &str, before: &X509, new: &PKey<Private>, at: i64) -> Vec<u8> {
    let at = at.to_be_bytes();
    let integer = [&[0x02, 8], &at[..]].concat();
    sequence_of(&[
        utf8_string(CONTEXT),
        utf8_string(authority),
        octet_string(&digest_of(before)),
        octet_string(&spki(new)),
        utf8_string("status"),
        octet_string(&[1]),
        integer,
        octet_string(&[0; 16]),
    ])
}

/// The evidence for `new`, with each of its signatures by these keys.
fn evidence(statement: &[u8], possession: &PKey<Private>, authorisation: &PKey<Private>) -> Vec<u8> {
    let fields =
        [&sha256(b"a file")[..], statement, &sign(possession, statement), &sign(authorisation, statement)];
    sequence_of(&fields.map(octet_string))
}

fn read_it(evidence: &[u8], new: &PKey<Private>) -> Result<Asked, &'static str> {
    read(&[Ceremony::read(b"a file")], ACI, &spki(new), evidence)
}

#[test]
fn a_request_is_for_this_authority_and_this_key_and_signed_with_it() {
    let (old, new, stranger) = (key(), key(), key());
    let before = certificate(&old);
    let stated = statement(ACI, &before, &new, THEN);
    assert!(read_it(&evidence(&stated, &new, &old), &new).is_ok());
    let refused = |evidence: &[u8], key, words: &str| {
        let found = read_it(evidence, key).map(drop).unwrap_err();
        assert!(found.contains(words), "{found}");
    };
    refused(&evidence(&stated, &stranger, &old), &new, "not signed by its own key");
    refused(&evidence(&stated, &new, &old), &stranger, "another public key");
    let elsewhere = statement("ACI-ST-PP", &before, &new, THEN);
    refused(&evidence(&elsewhere, &new, &old), &new, "another authority");
    let whole = evidence(&stated, &new, &old);
    assert_eq!(
        read(&[], ACI, &spki(&new), &whole).map(drop),
        Err("its request rests on a ceremony whose file is not in ceremonies/")
    );
    for cut in 0..whole.len() {
        refused(&whole[..cut], &new, "does not read");
    }
}

/// What is said of a responder that was asked for by one which a ceremony made.
fn said(authorisation: &PKey<Private>, old: &PKey<Private>, issuer: &str, at: i64, leaf: bool) -> String {
    let new = key();
    let (before, after) = (certificate(old), certificate(&new));
    let stated = statement(ACI, &before, &new, at);
    let asked = read_it(&evidence(&stated, &new, authorisation), &new).unwrap();
    let mut responders = Responders::default();
    if leaf {
        responders.leaf(hex(&sha256(&stated)), hex(&digest_of(&after)));
    }
    responders.see("certificate new", ACI, after, Some(asked));
    responders.see("certificate old", issuer, before, None);
    let mut findings = Findings::default();
    responders.conclude(&mut findings);
    if findings.hold() { "holds".to_owned() } else { findings.text() }
}

#[test]
fn a_responder_is_authorised_by_the_one_before_it_while_that_one_was_valid() {
    let (old, stranger) = (key(), key());
    assert_eq!(said(&old, &old, ACI, THEN, true), "holds");
    let told = |said: String, words: &str| {
        assert!(said.contains("certificate new") && said.contains(words), "{said}")
    };
    told(said(&stranger, &old, ACI, THEN, true), "not signed by the responder that it names");
    told(said(&old, &old, "ACI-ST-PP", THEN, true), "not among the certificates of its authority");
    told(said(&old, &old, ACI, THEN + 31 * 86_400_000, true), "at which that responder was not valid");
    told(said(&old, &old, ACI, THEN - 61 * 86_400_000, true), "at which that responder was not valid");
    told(said(&old, &old, ACI, THEN, false), "no leaf says that its request was certified");
}
