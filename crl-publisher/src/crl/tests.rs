//! The encoder against other readers; the verifier against wrong CRLs.

mod settled;

use ca_core::authority;
use ca_core::revocation::RevocationReason;
use ca_core::signer::{SignatureAlgorithm, Signer, SigningRequest};
use der::{Decode, Encode};
use diesel::connection::SimpleConnection;
use openssl::x509::X509Crl;
use proptest::prelude::*;
use store::{Fault, Timestamp};
use x509_cert::crl::CertificateList;

use super::compare::Previous;
use super::encode::{CrlEncoder, CrlHead};
use super::entries::{RegularCrl, RevokedRow};
use super::entry_dates::EntryDates;
use super::entry_reason::EntryReason;
use super::intended::Intended;
use super::read::Crl;
use super::{CrlKind, CrlRefused, Scope, VerifiedCrl, record};
use crate::fixture::{ISSUING, World, rng};
use settled::verified;

/// Serial number, revocation date, reason.
type Entry = (Vec<u8>, Timestamp, Option<RevocationReason>);

const NAME: &[u8] =
    &[0x30, 0x0D, 0x31, 0x0B, 0x30, 0x09, 0x06, 0x03, 0x55, 0x04, 0x06, 0x13, 0x02, b'F', b'R'];

fn head() -> CrlHead<'static> {
    CrlHead {
        algorithm: SignatureAlgorithm::EcdsaWithSha256,
        issuer: NAME,
        this_update: "2026-11-21T10:00:00Z".parse().unwrap(),
        next_update: "2026-11-29T10:00:00Z".parse().unwrap(),
        authority_key_id: &[7; 20],
        number: 300,
        base_number: None,
        distribution_point: None,
    }
}

fn encoded(head: &CrlHead<'_>, entries: &[Entry]) -> Vec<u8> {
    let mut encoder = CrlEncoder::new(head, 0).unwrap();
    for (serial, at, reason) in entries {
        encoder.entry(serial, *at, reason.map(EntryReason::Revoked)).unwrap();
    }
    encoder.finish().assemble(&[0x30, 0x00])
}

#[test]
fn a_crl_without_entries_has_no_list_of_them() {
    let der = encoded(&head(), &[]);
    let model = <CertificateList>::from_der(&der).unwrap();
    assert_eq!(model.tbs_cert_list.revoked_certificates, None);
    assert_eq!(model.to_der().unwrap(), der);
    assert_eq!(Crl::read(&der).unwrap().entries().count(), 0);
    X509Crl::from_der(&der).unwrap();
}

#[test]
fn a_crl_whose_issuer_is_no_name_is_none() {
    let tagged = [&[0xA9], &NAME[1..]].concat();
    assert!(Crl::read(&encoded(&CrlHead { issuer: &tagged, ..head() }, &[])).is_err());
    assert!(Crl::read(&encoded(&CrlHead { issuer: NAME, ..head() }, &[])).is_ok());
}

#[test]
fn dates_are_utc_time_until_2049_and_generalized_time_from_2050() {
    let moment = |text: &str| text.parse::<Timestamp>().unwrap();
    let entries =
        [(vec![1], moment("2049-12-31T23:59:59Z"), None), (vec![2], moment("2050-01-01T00:00:00Z"), None)];
    let der = encoded(&CrlHead { next_update: moment("2051-01-01T00:00:00Z"), ..head() }, &entries);
    let contains = |text: &[u8]| der.windows(text.len()).any(|window| window == text);
    assert!(contains(b"\x17\x0d491231235959Z") && contains(b"\x18\x0f20500101000000Z"));
    let read: Vec<_> = Crl::read(&der).unwrap().entries().map(|entry| entry.unwrap().revoked_at).collect();
    assert_eq!(read, [entries[0].1, entries[1].1]);
    assert!(CrlEncoder::new(&CrlHead { this_update: Timestamp::from_seconds(-1), ..head() }, 0).is_err());
}

#[test]
fn openssl_reads_numbers_reasons_and_the_delta_indicator() {
    let world = World::new();
    let at = "2026-11-20T08:30:00Z".parse().unwrap();
    let entries = [
        (vec![0x1D, 0x5D], at, Some(RevocationReason::KeyCompromise)),
        (vec![0xFF, 0x01], at, Some(RevocationReason::AffiliationChanged)),
    ];
    std::fs::write(world.path("delta.crl"), encoded(&CrlHead { base_number: Some(299), ..head() }, &entries))
        .unwrap();
    let (ok, text) = world.openssl(&["crl", "-inform", "DER", "-in", "delta.crl", "-noout", "-text"]);
    assert!(ok, "{text}");
    for expected in [
        "Serial Number: 1D5D",
        "Serial Number: FF01",
        "Key Compromise",
        "Affiliation Changed",
        "X509v3 Delta CRL Indicator: critical",
        "Nov 20 08:30:00 2026 GMT",
        "Next Update: Nov 29 10:00:00 2026 GMT",
        "X509v3 Authority Key Identifier",
    ] {
        assert!(text.contains(expected), "{expected}\n{text}");
    }
    assert!(text.contains("300") && text.contains("299"), "{text}");
}

#[test]
fn a_hundred_thousand_entries_read_back_in_order() {
    let at = "2026-11-20T08:30:00Z".parse().unwrap();
    let entries: Vec<_> = (1..=100_000u64)
        .map(|n| ([&[0x1D][..], &n.to_be_bytes()].concat(), at, Some(RevocationReason::Superseded)))
        .collect();
    let der = encoded(&head(), &entries);
    let crl = Crl::read(&der).unwrap();
    assert!(
        crl.entries()
            .map(|entry| entry.unwrap().serial.to_vec())
            .eq(entries.iter().map(|entry| entry.0.clone()))
    );
}

proptest! {
    #[test]
    fn the_model_of_x509_cert_and_our_reader_agree_with_the_encoder(
        entries in proptest::collection::vec(
            (proptest::collection::vec(any::<u8>(), 1..20), 0i64..4_000_000_000, 0usize..6),
            0..40,
        ),
        number in 1..u64::MAX,
        base in proptest::option::of(1..u64::MAX),
    ) {
        let reasons = ["", "keyCompromise", "cACompromise", "affiliationChanged", "superseded", "cessationOfOperation"];
        let entries: Vec<_> = entries
            .into_iter()
            .map(|(mut serial, at, reason)| {
                serial[0] |= 1;
                (serial, Timestamp::from_seconds(at), reasons[reason].parse().ok())
            })
            .collect();
        let der = encoded(&CrlHead { number, base_number: base, ..head() }, &entries);
        let model = <CertificateList>::from_der(&der).unwrap();
        prop_assert_eq!(model.to_der().unwrap(), der.clone());
        let crl = Crl::read(&der).unwrap();
        prop_assert_eq!((crl.number, crl.base_number), (number, base));
        let read: Vec<_> = crl.entries().map(|entry| entry.unwrap()).collect();
        prop_assert_eq!(read.len(), entries.len());
        for (read, (serial, at, reason)) in read.iter().zip(&entries) {
            prop_assert_eq!(read.serial, serial.as_slice());
            prop_assert_eq!(read.revoked_at, *at);
            prop_assert_eq!(read.reason.map(|reason| reason as u32), reason.map(|reason| u32::from(reason.code())));
        }
    }

    #[test]
    fn no_bytes_make_the_reader_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300), at in 0usize..400, octet in any::<u8>()) {
        let _ = Crl::read(&bytes);
        let mut der = encoded(&head(), &[(vec![1, 2], Timestamp::from_seconds(1), Some(RevocationReason::Superseded))]);
        let at = at % der.len();
        der[at] = octet;
        if let Ok(crl) = Crl::read(&der) {
            crl.entries().for_each(drop);
        }
    }
}

/// A world with two revoked certificates and one that stands; what a CRL over it was meant to be.
fn world_with_two_revoked() -> (World, Intended, Vec<Entry>) {
    let mut world = World::new();
    let later = world.start.plus(std::time::Duration::from_secs(86_400 * 300));
    for serial in ["1D01", "1D02", "1D03"] {
        world.issue(ISSUING, serial, later);
    }
    let first = world.revoke(ISSUING, "1D01", RevocationReason::KeyCompromise);
    let second = world.revoke(ISSUING, "1D02", RevocationReason::Superseded);
    let this_update = second.plus(std::time::Duration::from_secs(1)).whole_second();
    let intended = Intended {
        scope: Scope::All,
        kind: CrlKind::Full,
        number: 5,
        base_number: None,
        this_update,
        next_update: this_update.plus(world.policy.full_crl.valid),
        cut: 2,
        base_cut: 0,
        standing_number: 4,
        authority_key_id: key_id_of(&mut world),
        regular: None,
        dates: EntryDates::load(&mut world.db, ISSUING, &Scope::All, 0, this_update).unwrap(),
    };
    let entries = vec![
        (vec![0x1D, 0x01], first.whole_second(), Some(RevocationReason::KeyCompromise)),
        (vec![0x1D, 0x02], second.whole_second(), Some(RevocationReason::Superseded)),
    ];
    (world, intended, entries)
}

fn key_id_of(world: &mut World) -> Vec<u8> {
    let certificate = authority::load(&mut world.db, ISSUING).unwrap().certificate;
    openssl::x509::X509::from_der(&certificate).unwrap().subject_key_id().unwrap().as_slice().to_vec()
}

fn verify(
    world: &mut World,
    intended: &Intended,
    entries: &[Entry],
    previous: Option<&[u8]>,
) -> Result<VerifiedCrl, CrlRefused> {
    let der = signed(world, intended, entries);
    let authority = authority::load(&mut world.db, ISSUING).unwrap();
    let previous = Previous { full: previous.map(|bytes| Crl::read(bytes).unwrap()), ..Previous::default() };
    verified(world, &authority, intended, &previous, der)
}

/// Such a CRL with these entries, signed by the authority.
fn signed(world: &mut World, intended: &Intended, entries: &[Entry]) -> Vec<u8> {
    let authority = authority::load(&mut world.db, ISSUING).unwrap();
    let head = CrlHead {
        algorithm: authority.algorithm,
        issuer: &authority.subject,
        this_update: intended.this_update,
        next_update: intended.next_update,
        authority_key_id: &intended.authority_key_id,
        number: intended.number,
        base_number: intended.base_number,
        distribution_point: intended.scope.distribution_point(),
    };
    let mut encoder = CrlEncoder::new(&head, 0).unwrap();
    for (serial, at, reason) in entries {
        encoder.entry(serial, *at, reason.map(EntryReason::Revoked)).unwrap();
    }
    let unsigned = encoder.finish();
    let (key, public_key, digest) =
        (&authority.key, &authority.public_key, &authority.algorithm.digest(unsigned.tbs()));
    let request = SigningRequest { key, public_key, digest, subject: "test" };
    let signature = world.signer.sign(&request).unwrap();
    unsigned.assemble(&signature)
}

#[test]
fn a_crl_with_the_entries_of_the_database_is_verified() {
    let (mut world, intended, entries) = world_with_two_revoked();
    let crl = verify(&mut world, &intended, &entries, None).unwrap();
    assert_eq!((crl.number(), crl.entries(), crl.log_sequence()), (5, 2, 2));
    let delta = Intended { kind: CrlKind::Delta, base_number: Some(3), base_cut: 1, ..intended };
    let crl = verify(&mut world, &delta, &entries[1..], None).unwrap();
    assert_eq!((crl.base_number(), crl.entries()), (Some(3), 1));
}

#[test]
fn each_wrong_set_of_entries_is_refused() {
    let (mut world, intended, entries) = world_with_two_revoked();
    let with = |change: &dyn Fn(&mut Vec<Entry>)| {
        let mut changed = entries.clone();
        change(&mut changed);
        changed
    };
    let cases = [
        ("one is missing", with(&|e| drop(e.remove(0)))),
        ("the last is missing", with(&|e| drop(e.pop()))),
        ("one that is good", with(&|e| e.push((vec![0x1D, 0x03], e[0].1, e[0].2)))),
        ("one that never was, before", with(&|e| e.insert(0, (vec![0x01], e[0].1, e[0].2)))),
        ("one that never was, after", with(&|e| e.push((vec![0x7F], e[0].1, e[0].2)))),
        ("one stands twice", with(&|e| e.insert(0, e[0].clone()))),
        ("out of order", with(&|e| e.swap(0, 1))),
        ("another date", with(&|e| e[0].1 = e[0].1.minus(std::time::Duration::from_secs(1)))),
        ("another reason", with(&|e| e[0].2 = Some(RevocationReason::Superseded))),
        ("no reason", with(&|e| e[1].2 = None)),
    ];
    let delta = Intended { kind: CrlKind::Delta, base_number: Some(3), ..intended.clone() };
    for (what, changed) in cases {
        for intended in [&intended, &delta] {
            let refused = verify(&mut world, intended, &changed, None).unwrap_err();
            let of_entries = matches!(refused, CrlRefused::Entry { .. } | CrlRefused::Count { .. });
            assert!(of_entries, "{what}, {}: {refused}", intended.kind);
        }
    }
}

/// The log says that the third is revoked, and its row says that it is good.
#[test]
fn a_revocation_in_the_log_alone_is_refused_on_the_crl_and_beside_it() {
    let (mut world, intended, mut entries) = world_with_two_revoked();
    let third = (vec![0x1D, 0x03], entries[1].1, Some(RevocationReason::KeyCompromise));
    let logged = format!(
        "UPDATE certificate_status_counter SET last = 3;
         INSERT INTO certificate_status_events (sequence, issuer, serial, event, reason, occurred_at)
             VALUES (3, '{ISSUING}', '1D03', 'revoked', 'keyCompromise', {});",
        third.1.millis()
    );
    world.db.batch_execute(&logged).unwrap();
    verify(&mut world, &intended, &entries, None).expect("it is cut before");
    let intended = Intended { cut: 3, ..intended };
    for listed in [false, true] {
        entries.extend(listed.then(|| third.clone()));
        let refused = verify(&mut world, &intended, &entries, None).unwrap_err();
        let told = refused.to_string();
        assert_eq!(told, "certificate 1D03: is revoked in the status log and not in its row", "{listed}");
    }
}

#[test]
fn a_delta_with_an_older_revocation_in_the_place_of_a_newer_is_refused() {
    let (mut world, intended, entries) = world_with_two_revoked();
    let delta = Intended { kind: CrlKind::Delta, base_number: Some(3), base_cut: 1, ..intended };
    let refused = verify(&mut world, &delta, &entries[..1], None).unwrap_err();
    assert!(matches!(&refused, CrlRefused::Entry { serial, .. } if serial == "1D01"), "{refused}");
}

#[test]
fn a_crl_cut_before_one_that_was_recorded_meanwhile_is_not_recorded() {
    let (mut world, intended, entries) = world_with_two_revoked();
    let act = world.act(std::time::Duration::ZERO);
    let authority = authority::load(&mut world.db, ISSUING).unwrap();
    let newer = verify(&mut world, &intended, &entries, None).unwrap();
    record::insert(&mut world.db, &authority, &[newer], &mut rng(), &act).unwrap();
    // Its number is greater all the same: it saw the other's in the public folder.
    let intended = Intended { number: 6, standing_number: 5, cut: 1, ..intended };
    let older = verify(&mut world, &intended, &entries[..1], None).unwrap();
    let refused = record::insert(&mut world.db, &authority, &[older], &mut rng(), &act).unwrap_err();
    assert_eq!(refused.code().name, "crl-overtaken", "{refused}");
}

#[test]
fn a_number_that_does_not_grow_is_refused() {
    let (mut world, intended, entries) = world_with_two_revoked();
    for standing_number in [5, 6] {
        let intended = Intended { standing_number, ..intended.clone() };
        let refused = verify(&mut world, &intended, &entries, None).unwrap_err();
        assert!(matches!(refused, CrlRefused::Number { number: 5, .. }), "{refused}");
    }
}

#[test]
fn a_signature_by_another_key_is_refused() {
    let (mut world, intended, entries) = world_with_two_revoked();
    world.signer.astray = Some(world.key_of(crate::fixture::OTHER));
    let refused = verify(&mut world, &intended, &entries, None).unwrap_err();
    assert!(matches!(refused, CrlRefused::Signature(_)), "{refused}");
}

#[test]
fn a_revocation_that_the_database_forgot_is_not_dropped_from_the_crl() {
    let (mut world, intended, entries) = world_with_two_revoked();
    // What is published has an entry that the database does not know: before, between, behind.
    for forgotten in [vec![0x01], vec![0x1D, 0x01, 0x01], vec![0x1D, 0x03], vec![0x7F]] {
        // Of 1D03 it knows the certificate.
        let is_known = forgotten == [0x1D, 0x03];
        let mut published = entries.clone();
        published.push((forgotten, entries[0].1, entries[0].2));
        published.sort_by(|a, b| a.0.cmp(&b.0));
        let previous = encoded(&head(), &published);
        let refused = verify(&mut world, &intended, &entries, Some(&previous)).unwrap_err();
        match is_known {
            true => assert!(matches!(refused, CrlRefused::Lost { .. }), "{refused}"),
            false => assert!(matches!(refused, CrlRefused::Unknown { .. }), "{refused}"),
        }
    }
}

#[test]
fn an_entry_is_released_only_by_a_regular_crl_past_its_expiry_that_it_stood_on() {
    let at = Timestamp::from_seconds;
    let row = RevokedRow {
        serial: "1D01".parse().unwrap(),
        revoked_at: at(10),
        reason: "superseded".parse().unwrap(),
        not_after: Some(at(100)),
        sequence: 7,
    };
    // (thisUpdate and cut of the newest regular CRL, whether the entry may go)
    for (regular, released) in [
        (None, false),
        (Some((at(99), 7)), false),
        (Some((at(100), 7)), false), // notAfter is still within the validity
        (Some((at(101), 7)), true),
        (Some((at(101), 8)), true),
        (Some((at(101), 6)), false), // it was revoked after that CRL
    ] {
        let regular = regular.map(|(this_update, log_sequence)| RegularCrl { this_update, log_sequence });
        assert_eq!(RegularCrl::releases(regular, &row), released, "{regular:?}");
    }
}

#[test]
fn an_entry_that_the_published_crl_has_not_shown_past_its_expiry_does_not_leave() {
    let (mut world, intended, entries) = world_with_two_revoked();
    let previous = encoded(&head(), &entries);
    // As if the record said more than what was ever published.
    let beyond = intended.this_update.plus(std::time::Duration::from_secs(86_400 * 1000));
    let regular = Some(RegularCrl { this_update: beyond, log_sequence: 2 });
    let intended = Intended { regular, ..intended };
    let refused = verify(&mut world, &intended, &entries[1..], Some(&previous)).unwrap_err();
    assert!(matches!(&refused, CrlRefused::Lost { serial, .. } if serial == "1D01"), "{refused}");
    verify(&mut world, &intended, &entries[1..], None).unwrap();
}
