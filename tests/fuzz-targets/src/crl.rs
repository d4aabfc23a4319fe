//! CRLs: what was signed comes back from another process, what is published from a folder that others can write.

use ca_core::lint::{CrlKind, CrlLintContext, check_crl};
use coherence::readers::crl::Crl as SeenCrl;
use crl_publisher::crl::read::{Crl, CrlEntry};
use openssl::asn1::Asn1Time;
use openssl::x509::{X509Crl, X509Name};
use store::Timestamp;

use crate::encoding::{DEMONSTRATED_AT, signed_by_nobody};

/// What the publisher's second lock reads, the reader of the coherence statement and OpenSSL read too, and alike.
pub(crate) fn readers(octets: &[u8]) -> bool {
    let seen = SeenCrl::read(octets);
    let Ok(crl) = Crl::read(octets) else { return false };
    let Ok(entries) = crl.entries().collect::<Result<Vec<_>, _>>() else { return false };
    let seen = seen.expect("the reader of the coherence statement does not read what the publisher does");
    assert_eq!(crl.issuer, seen.issuer);
    assert_eq!(crl.this_update.seconds(), seen.this_update);
    assert_eq!(crl.next_update.seconds(), seen.next_update);
    assert_eq!((crl.number, crl.base_number), (seen.number, seen.base_number));
    assert_eq!(crl.distribution_point.map(|url| vec![url]), seen.distribution_points);
    let mut read: Vec<_> = entries.iter().map(said).collect();
    read.sort_unstable();
    let others: Vec<_> =
        seen.entries.iter().map(|entry| (entry.serial, entry.revoked_at, entry.reason)).collect();
    assert_eq!(read, others, "two readers see other entries");
    // The publisher compares the issuer with the authority's name, octet by octet; OpenSSL reads the names in it.
    if X509Name::from_der(crl.issuer).is_ok() {
        agrees_with_openssl(octets, crl.this_update, &entries);
    }
    true
}

fn said<'a>(entry: &CrlEntry<'a>) -> (&'a [u8], i64, u8) {
    (entry.serial, entry.revoked_at.seconds(), entry.reason.map_or(0, |reason| reason as u8))
}

fn agrees_with_openssl(octets: &[u8], this_update: Timestamp, entries: &[CrlEntry<'_>]) {
    let crl = X509Crl::from_der(octets).expect("OpenSSL does not read what the publisher does");
    let stated = Asn1Time::from_unix(this_update.seconds()).expect("OpenSSL knows the moment");
    assert!(crl.last_update() == stated, "OpenSSL reads another thisUpdate than {this_update}");
    let mut serials: Vec<_> = entries.iter().map(|entry| entry.serial.to_vec()).collect();
    let revoked = crl.get_revoked().into_iter().flatten();
    let mut others: Vec<_> = revoked
        .map(|one| one.serial_number().to_bn().map(|serial| serial.to_vec()).unwrap_or_default())
        .collect();
    for serials in [&mut serials, &mut others] {
        serials.iter_mut().filter(|serial| **serial == [0]).for_each(Vec::clear);
        serials.sort_unstable();
    }
    assert_eq!(serials, others, "OpenSSL sees other serial numbers");
}

const ISSUER: &[u8] = include_bytes!("../fixtures/ACI-FO-PP.cer");

/// A TBSCertList that the lint would let be signed is one that every reader reads once it is.
pub(crate) fn lint(octets: &[u8]) -> bool {
    let mut passes = false;
    for kind in [CrlKind::Full, CrlKind::Delta] {
        let context = CrlLintContext { issuer_certificate: ISSUER, kind, shard: None, at: DEMONSTRATED_AT };
        if check_crl(octets, &context).is_empty() {
            let signed = signed_by_nobody(octets);
            let crl = Crl::read(&signed).expect("the publisher does not read what passes the lint");
            assert_eq!(crl.base_number.is_some(), kind == CrlKind::Delta);
            assert!(crl.entries().all(|entry| entry.is_ok()), "an entry that passes the lint does not read");
            passes = readers(&signed);
        }
    }
    passes
}
