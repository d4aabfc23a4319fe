use ca_core::authority::Authority;
use ca_core::certificate;
use ca_core::signer::{Signer, SigningRequest};
use card::certificates;
use der::asn1::BitString;
use openssl::bn::BigNum;
use openssl::ecdsa::EcdsaSig;
use openssl::nid::Nid;
use store::schema::audit_events;

use super::*;
use crate::testing::*;

/// A house whose card was certified after the backup that is given with it, and the card's certificates, DER.
fn certified_since_a_backup() -> (House, Database, Vec<Vec<u8>>) {
    let mut house = House::new();
    let mut worker = house.worker();
    let folder = tempfile::tempdir().unwrap().keep();
    let file = folder.join("backup.sqlite");
    house.db.copy_into(&file).unwrap();
    let number = house.active_card(&mut worker, &nurse());
    let of_card = certificates::of_card(&mut house.db, &number).unwrap();
    let ders = of_card.iter().map(|one| {
        let recorded = certificate::find(&mut house.db, &one.issuer, &one.serial.parse().unwrap());
        recorded.unwrap().unwrap().status.der().unwrap().to_vec()
    });
    let ders = ders.collect();
    let backup = Database::open(&format!("sqlite:{}", file.display()), store::DatabaseRole::Owner).unwrap();
    (house, backup, ders)
}

fn events(db: &mut Database) -> Vec<String> {
    use diesel::prelude::*;
    audit_events::table
        .filter(audit_events::action.eq("certificate.unrecorded"))
        .select(audit_events::subject)
        .order(audit_events::id)
        .load(db)
        .unwrap()
}

fn seen(house: &mut House, db: &mut Database, der: &[u8]) -> Option<Unrecorded> {
    let act = house.act(store::Actor::Anyone);
    look(db, der, ShownAt::PublicPage, &mut house.rng, &act).unwrap()
}

/// The same certificate with the other of the two ECDSA signatures that one makes: (r, n − s).
fn signed_otherwise(der: &[u8]) -> Vec<u8> {
    let certificate = X509::from_der(der).unwrap();
    let signature = EcdsaSig::from_der(certificate.signature().as_slice()).unwrap();
    let (mut order, mut context) = (BigNum::new().unwrap(), openssl::bn::BigNumContext::new().unwrap());
    let curve = if signature.r().num_bits() > 256 { Nid::SECP384R1 } else { Nid::X9_62_PRIME256V1 };
    openssl::ec::EcGroup::from_curve_name(curve).unwrap().order(&mut order, &mut context).unwrap();
    let s = &order - signature.s();
    let other = EcdsaSig::from_private_components(signature.r().to_owned().unwrap(), s).unwrap();
    let mut parts = Vec::<Any>::from_der(der).unwrap();
    let bits = BitString::from_bytes(&other.to_der().unwrap()).unwrap();
    parts[2] = Any::from_der(&bits.to_der().unwrap()).unwrap();
    parts.to_der().unwrap()
}

#[test]
fn a_certificate_with_a_good_signature_of_ours_and_no_row_is_an_alarm_and_a_recorded_one_is_none() {
    let (mut house, mut backup, ders) = certified_since_a_backup();
    let mut db = std::mem::replace(
        &mut house.db,
        Database::open("sqlite::memory:", store::DatabaseRole::Owner).unwrap(),
    );
    for der in &ders {
        assert_eq!(seen(&mut house, &mut db, der), None, "it is recorded");
        let other = signed_otherwise(der);
        assert_ne!(other, *der);
        assert!(issuer_of(&mut db, &X509::from_der(&other).unwrap()).unwrap().is_some(), "it verifies");
        assert_eq!(seen(&mut house, &mut db, &other), None, "anybody can write a signature otherwise");
    }
    assert_eq!(events(&mut db), [""; 0]);

    let found = seen(&mut house, &mut backup, &ders[0]).expect("no row explains it");
    let subject = format!("unrecorded certificate {} {}", found.issuer, found.serial);
    assert_eq!(events(&mut backup), [subject]);
    // What nobody of ours has signed is none of ours, whatever it says of itself.
    let mut forged = ders[1].clone();
    *forged.last_mut().unwrap() ^= 1;
    assert_eq!(seen(&mut house, &mut backup, &forged), None);
    assert_eq!(seen(&mut house, &mut backup, b"no certificate"), None);
    assert_eq!(events(&mut backup).len(), 1);
}

/// A certificate with another serial number, given as the content of its INTEGER, under the authority's own signature.
fn signed_with_serial(worker: &mut Worker, authority: &Authority, der: &[u8], serial: &[u8]) -> Vec<u8> {
    let mut parts = Vec::<Any>::from_der(der).unwrap();
    let mut signed = Vec::<Any>::from_der(&parts[0].to_der().unwrap()).unwrap();
    signed[1] = Any::new(der::Tag::Integer, serial).unwrap();
    let signed = signed.to_der().unwrap();
    let request = SigningRequest {
        key: &authority.key,
        public_key: &authority.public_key,
        digest: &authority.algorithm.digest(&signed),
        subject: "a test",
    };
    let signature = worker.signer.sign(&request).unwrap();
    parts[0] = Any::from_der(&signed).unwrap();
    parts[2] = Any::from_der(&BitString::from_bytes(&signature).unwrap().to_der().unwrap()).unwrap();
    parts.to_der().unwrap()
}

#[test]
fn a_serial_number_that_none_may_have_is_an_alarm_like_any_other_and_each_has_its_own() {
    let mut house = House::new();
    let mut worker = house.worker();
    let number = house.active_card(&mut worker, &nurse());
    let recorded = certificates::of_card(&mut house.db, &number).unwrap().remove(0);
    let serial: SerialNumber = recorded.serial.parse().unwrap();
    let der = certificate::find(&mut house.db, &recorded.issuer, &serial).unwrap().unwrap();
    let der = der.status.der().unwrap().to_vec();
    let authority = authority::load(&mut house.db, &recorded.issuer).unwrap();
    let mut db = std::mem::replace(
        &mut house.db,
        Database::open("sqlite::memory:", store::DatabaseRole::Owner).unwrap(),
    );
    // The last begins as the one before it does.
    let serials: [(&[u8], &str); 5] = [
        (&[0], "00"),
        (&[0xFF], "-01"),
        (&[0x1D; 21], &format!("{}...", "1D".repeat(20))),
        (&[0x1D, 0x11], "1D11"),
        (&[0x1D], "1D"),
    ];
    for (octets, written) in serials {
        let der = signed_with_serial(&mut worker, &authority, &der, octets);
        let found = seen(&mut house, &mut db, &der).unwrap_or_else(|| panic!("{written}"));
        assert_eq!(found, Unrecorded { issuer: recorded.issuer.clone(), serial: written.to_owned() });
        place_leaves(&mut db, &house.act(store::Actor::Job("audit")));
        seen(&mut house, &mut db, &der).unwrap();
    }
    let subjects =
        serials.map(|(_, written)| format!("unrecorded certificate {} {written}", recorded.issuer));
    let mut told = events(&mut db);
    let mut expected = subjects.to_vec();
    told.sort();
    expected.sort();
    assert_eq!(told, expected, "once each, although one is the beginning of another");
}
