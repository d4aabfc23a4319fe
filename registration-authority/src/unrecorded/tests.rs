use ca_core::certificate;
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
