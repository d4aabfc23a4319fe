//! Certificates and keys, octet by octet, so that one may say what no library would let it.

use openssl::ec::{EcGroup, EcKey};
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkey::{PKey, Private};
use openssl::sign::Signer;

use crate::der::{encoded, octet_string, sequence_of, utf8_string};

const ECDSA_WITH_SHA256: &[u8] = b"\x2a\x86\x48\xce\x3d\x04\x03\x02";

/// What a certificate says.
#[derive(Clone)]
pub struct Said {
    pub subject: Vec<(&'static [u8], &'static str)>,
    pub extensions: Vec<Extension>,
}

#[derive(Clone)]
pub enum Extension {
    NoAuthority,
    Authority,
    /// The first octet of keyUsage.
    Usage(u8),
    /// The content of an OBJECT IDENTIFIER.
    Purpose(&'static [u8]),
    Profession(i64),
    FutureProfession(i64),
    CardType(i64),
    CardNumber(&'static str),
    PrincipalName(&'static str),
    Host(&'static str),
    /// Of this OBJECT IDENTIFIER, with nothing in it.
    Other(&'static [u8]),
}

impl Extension {
    fn der(&self) -> Vec<u8> {
        let private = |last: u8| [b"\x2a\x81\x7a\x01\x47\x01\x02".as_slice(), &[last]].concat();
        let (id, value) = match self {
            Self::NoAuthority => (b"\x55\x1d\x13".to_vec(), sequence_of(&[])),
            Self::Authority => (b"\x55\x1d\x13".to_vec(), sequence_of(&[encoded(0x01, &[0xff])])),
            Self::Usage(bits) => (b"\x55\x1d\x0f".to_vec(), encoded(0x03, &[0, *bits])),
            Self::Purpose(purpose) => (b"\x55\x1d\x25".to_vec(), sequence_of(&[encoded(0x06, purpose)])),
            Self::Profession(code) => (private(7), integer(*code)),
            Self::FutureProfession(code) => (private(8), integer(*code)),
            Self::CardType(code) => (private(2), integer(*code)),
            Self::CardNumber(number) => (private(3), encoded(0x13, number.as_bytes())),
            Self::PrincipalName(name) => {
                let id = encoded(0x06, b"\x2b\x06\x01\x04\x01\x82\x37\x14\x02\x03");
                let value = encoded(0xa0, &utf8_string(name));
                (b"\x55\x1d\x11".to_vec(), sequence_of(&[encoded(0xa0, &[id, value].concat())]))
            }
            Self::Host(name) => (b"\x55\x1d\x11".to_vec(), sequence_of(&[encoded(0x82, name.as_bytes())])),
            Self::Other(id) => (id.to_vec(), sequence_of(&[])),
        };
        sequence_of(&[encoded(0x06, &id), octet_string(&value)])
    }
}

/// A Name of these attributes, each in an RDN of its own.
pub fn attribute(attributes: &[(&[u8], &str)]) -> Vec<u8> {
    let relative =
        |(kind, text): &(&[u8], &str)| encoded(0x31, &sequence_of(&[encoded(0x06, kind), utf8_string(text)]));
    sequence_of(&attributes.iter().map(relative).collect::<Vec<_>>())
}

pub fn tbs_of(serial: u8, issuer: &[u8], said: &Said, spki: &[u8]) -> Vec<u8> {
    let time = |text: &str| encoded(0x17, text.as_bytes());
    let extensions = sequence_of(&said.extensions.iter().map(Extension::der).collect::<Vec<_>>());
    sequence_of(&[
        encoded(0xa0, &integer(2)),
        encoded(0x02, &[serial]),
        sequence_of(&[encoded(0x06, ECDSA_WITH_SHA256)]),
        issuer.to_vec(),
        sequence_of(&[time("260101000000Z"), time("360101000000Z")]),
        attribute(&said.subject),
        spki.to_vec(),
        encoded(0xa3, &extensions),
    ])
}

pub fn certificate(tbs: &[u8], by: &PKey<Private>) -> Vec<u8> {
    let signature = [&[0], sign(by, tbs).as_slice()].concat();
    sequence_of(&[tbs.to_vec(), sequence_of(&[encoded(0x06, ECDSA_WITH_SHA256)]), encoded(0x03, &signature)])
}

/// Of a number that is not negative, in as few octets as say so.
pub fn integer(number: i64) -> Vec<u8> {
    let octets = number.to_be_bytes();
    let idle = octets.windows(2).take_while(|two| two[0] == 0 && two[1] & 0x80 == 0).count();
    encoded(0x02, &octets[idle..])
}

pub fn key() -> PKey<Private> {
    let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).unwrap();
    PKey::from_ec_key(EcKey::generate(&group).unwrap()).unwrap()
}

pub fn spki(key: &PKey<Private>) -> Vec<u8> {
    key.public_key_to_der().unwrap()
}

pub fn sign(key: &PKey<Private>, message: &[u8]) -> Vec<u8> {
    Signer::new(MessageDigest::sha256(), key).unwrap().sign_oneshot_to_vec(message).unwrap()
}

pub fn text_of(octets: &[u8]) -> String {
    openssl::base64::encode_block(octets)
}
