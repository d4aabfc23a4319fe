//! The readers, over octets that this crate put together itself, and over broken ones.

use openssl::asn1::Asn1Time;
use openssl::ec::{EcGroup, EcKey};
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkey::{PKey, Private};
use openssl::sign::Signer;
use openssl::x509::{X509, X509NameBuilder};
use proptest::prelude::*;

use super::crl::Crl;
use super::der::{Malformed, Reader, encode};
use super::{cms, events, list};

/// ecdsa-with-SHA256, without parameters.
const ALGORITHM: &[u8] = &[0x30, 10, 0x06, 8, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 4, 3, 2];

struct Authority {
    certificate: X509,
    key: PKey<Private>,
}

fn authority(name: &str) -> Authority {
    let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).unwrap();
    let key = PKey::from_ec_key(EcKey::generate(&group).unwrap()).unwrap();
    let mut subject = X509NameBuilder::new().unwrap();
    subject.append_entry_by_text("CN", name).unwrap();
    let mut certificate = X509::builder().unwrap();
    certificate.set_subject_name(&subject.build()).unwrap();
    certificate.set_pubkey(&key).unwrap();
    certificate.set_not_before(&Asn1Time::from_unix(0).unwrap()).unwrap();
    certificate.set_not_after(&Asn1Time::days_from_now(1).unwrap()).unwrap();
    certificate.sign(&key, MessageDigest::sha256()).unwrap();
    Authority { certificate: certificate.build(), key }
}

fn extension(oid: u8, critical: bool, value: &[u8]) -> Vec<u8> {
    let critical: &[u8] = if critical { &[0x01, 1, 0xFF] } else { &[] };
    encode(0x30, &[&encode(0x06, &[&[0x55, 0x1D, oid]]), critical, &encode(0x04, &[value])])
}

fn entry(serial: &[u8], reason: u8) -> Vec<u8> {
    let time = encode(0x17, &[b"260101000000Z"]);
    let reason = extension(21, false, &encode(0x0A, &[&[reason]]));
    encode(0x30, &[&encode(0x02, &[serial]), &time, &encode(0x30, &[&reason])])
}

/// A CRL by this authority, with these entries and extensions besides its number, 7.
fn crl(by: &Authority, entries: &[Vec<u8>], extensions: &[Vec<u8>]) -> Vec<u8> {
    let issuer = by.certificate.subject_name().to_der().unwrap();
    let [this, next] = [encode(0x17, &[b"491231235959Z"]), encode(0x18, &[b"20500101000000Z"])];
    let revoked = if entries.is_empty() { Vec::new() } else { encode(0x30, &[&entries.concat()]) };
    let number = extension(20, false, &encode(0x02, &[&[7]]));
    let extensions = encode(0xA0, &[&encode(0x30, &[&number, &extensions.concat()])]);
    let version = encode(0x02, &[&[1]]);
    let tbs = encode(0x30, &[&version, ALGORITHM, &issuer, &this, &next, &revoked, &extensions]);
    let signature = Signer::new(MessageDigest::sha256(), &by.key).unwrap().sign_oneshot_to_vec(&tbs).unwrap();
    encode(0x30, &[&tbs, ALGORITHM, &encode(0x03, &[&[0], &signature])])
}

#[test]
fn a_crl_is_read_with_its_number_dates_scope_and_entries() {
    let by = authority("one");
    let uri = encode(0x86, &[b"http://localhost:8080/crl/ACI/3.crl"]);
    let point = encode(0x30, &[&encode(0xA0, &[&encode(0xA0, &[&uri])])]);
    let entries = [entry(&[0, 0x9D], 4), entry(&[0x1D, 1], 1)];
    let octets =
        crl(&by, &entries, &[extension(28, true, &point), extension(27, true, &encode(0x02, &[&[5]]))]);
    let read = Crl::read(&octets).unwrap();
    assert_eq!((read.number, read.base_number), (7, Some(5)));
    assert_eq!((read.this_update, read.next_update), (2_524_607_999, 2_524_608_000));
    assert_eq!(read.distribution_points, Some(vec!["http://localhost:8080/crl/ACI/3.crl".to_owned()]));
    let found: Vec<_> = read.entries.iter().map(|one| (one.serial, one.reason)).collect();
    assert_eq!(found, [(&[0x1D, 1][..], 1), (&[0x9D][..], 4)], "by serial number, without the leading zero");
    assert_eq!(read.entry(&[0x9D]).unwrap().revoked_at, 1_767_225_600);
    assert_eq!(read.entry(&[0x9E]), None);
    assert!(read.is_of(&by.certificate));
}

#[test]
fn a_crl_of_another_name_another_key_or_with_another_octet_is_not_the_authoritys() {
    let (by, namesake, other) = (authority("one"), authority("one"), authority("two"));
    let octets = crl(&by, &[], &[]);
    let read = Crl::read(&octets).unwrap();
    assert!(
        read.is_of(&by.certificate) && !read.is_of(&namesake.certificate) && !read.is_of(&other.certificate)
    );
    let mut altered = octets.clone();
    // The last octet of the extensions: the number.
    let at = altered.windows(3).position(|window| window == [0x02, 1, 7]).unwrap() + 2;
    altered[at] = 8;
    let read = Crl::read(&altered).unwrap();
    assert_eq!((read.number, read.is_of(&by.certificate)), (8, false));
}

#[test]
fn a_critical_extension_that_nobody_knows_makes_a_crl_unusable() {
    let by = authority("one");
    let unknown = |critical| crl(&by, &[], &[extension(99, critical, &[0x05, 0])]);
    assert!(Crl::read(&unknown(false)).is_ok());
    let why = Crl::read(&unknown(true)).unwrap_err();
    assert_eq!(why, Malformed("a CRL without unknown critical extensions"));
}

proptest! {
    #[test]
    fn whatever_is_broken_is_refused_and_never_read_past_its_end(at in 0_usize..400, octet: u8, cut in 0_usize..400) {
        let by = authority("one");
        let mut octets = crl(&by, &[entry(&[0x1D, 1], 1)], &[]);
        let length = octets.len();
        octets[at % length] = octet;
        octets.truncate(length - cut % length);
        if let Ok(read) = Crl::read(&octets) {
            prop_assert!(cut % length == 0, "a CRL that was cut reads");
            let _ = read.is_of(&by.certificate);
        }
        let _ = list::csv(&octets);
        let _ = list::json(&octets);
    }

    #[test]
    fn any_octets_are_read_without_a_panic(octets: Vec<u8>) {
        let mut reader = Reader::of(&octets);
        while let Ok(tlv) = reader.any() {
            let _ = (tlv.seconds(), tlv.number(), tlv.bits());
        }
        let _ = Crl::read(&octets);
    }
}

#[test]
fn a_list_is_read_in_both_forms_and_a_line_of_two_fields_is_none() {
    let lines = "sequence;card_number;opposed_at\n3;2600000017;2026-11-25T21:43:26Z\n";
    let read = list::csv(lines.as_bytes()).unwrap();
    assert_eq!((read.sequence, read.lines.len(), read.lines[0].card_number), (3, 1, "2600000017"));
    assert_eq!(read.lines[0].opposed_at, "2026-11-25T21:43:26Z");
    assert!(list::csv(b"sequence;card_number;opposed_at\n3;2600000017\n").is_err());
    assert!(list::csv(b"3;2600000017;2026-11-25T21:43:26Z\n").is_err());
    let json = br#"{"issued_at":"2026-11-25T21:43:27Z","next_update":"2026-11-26T21:43:27Z","sequence":3,
        "oppositions":[{"sequence":3,"card_number":"2600000017","opposed_at":"2026-11-25T21:43:26Z"}]}"#;
    assert_eq!(list::json(json).unwrap().lines, read.lines);
    let more =
        String::from_utf8_lossy(json).replace("\"opposed_at\"", "\"ground\":\"stolen\",\"opposed_at\"");
    assert!(list::json(more.as_bytes()).is_err(), "a line says nothing else");
}

#[test]
fn whole_events_are_read_and_one_that_contradicts_itself_is_none() {
    let event = |id: u8, kind: &str, sequence: u8| {
        format!(
            "id: {id}\nevent: {kind}\ndata: {{\"card_number\":\"2600000017\",\"opposed_at\":\"2026-11-25T21:43:26Z\",\"sequence\":{sequence}}}\n\n"
        )
    };
    let stream =
        format!("retry: 5000\n\n{}: nothing new\n\n{}", event(3, "opposition", 3), event(4, "opposition", 4));
    let read = events::read(stream.as_bytes()).unwrap();
    assert_eq!(read.lines.iter().map(|line| line.sequence).collect::<Vec<_>>(), [3, 4]);
    assert_eq!((read.lines[0].card_number, read.whole), ("2600000017", stream.as_bytes()));
    // What is still coming is not read.
    let (cut, whole) =
        (&stream.as_bytes()[..stream.len() - 1], stream.len() - event(4, "opposition", 4).len());
    let read = events::read(cut).unwrap();
    assert_eq!((read.lines.len(), read.whole.len()), (1, whole));
    assert!(events::read(b"retry: 5000").unwrap().whole.is_empty());
    for wrong in [
        event(3, "opposition", 4),
        event(3, "message", 3),
        event(3, "opposition", 3).replace("id: 3\n", ""),
        event(3, "opposition", 3).replace("id: 3\n", "id: 3\nid: 3\n"),
        event(3, "opposition", 3).replace("card_number", "holder"),
        "id: 3\n\n".to_owned(),
        "<html>\n\n".to_owned(),
    ] {
        assert!(events::read(wrong.as_bytes()).is_err(), "{wrong}");
    }
}

#[test]
fn a_signature_without_a_content_hint_names_no_file() {
    for octets in [&b""[..], b"\x30\x00", b"full.csv"] {
        assert!(!cms::names(octets, "oppositions/full.csv"));
    }
}
