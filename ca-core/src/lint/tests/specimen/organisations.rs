//! Organisations and their servers.

use super::super::der::{extension, sequence, tlv};
use super::super::pieces::*;
use super::{Specimen, below, period, with_tail};

pub(super) fn all() -> Vec<Specimen> {
    let conf = below("el-org-conf", rsa(2048), [4, 0x30], &[EMAIL]);
    let mail = below("el-org-serv-smime", rsa(2048), [5, 0x20], &[EMAIL]);
    vec![
        of("INSI-AUTO", below("el-org-auth-cli", rsa(2048), [7, 0x80], &[CLIENT_AUTH]), vec![]),
        org_sign(),
        of("confidentialité", conf, vec![mailbox()]),
        server(),
        elliptic_server(),
        of("messagerie", mail, vec![mailbox()]),
        test_certificate(),
        test("el-org-test-short", "261122100000Z"),
    ]
}

/// Its policy is its own: what accepts real certificates by theirs does not accept it.
pub(in crate::lint::tests) fn test_certificate() -> Specimen {
    let mut specimen = test("el-org-test", "270219100000Z");
    specimen.put(&ce(CP), false, sequence([policy(&[0x69, 5, 2])]));
    specimen
}

/// What relying systems test with.
fn test(profile: &'static str, end: &str) -> Specimen {
    let specimen = below(profile, p256(6), [7, 0x80], &[CLIENT_AUTH]);
    of("TEST", Specimen { validity: dates("261121100000Z", end), ..specimen }, vec![])
}

pub(in crate::lint::tests) fn org_sign() -> Specimen {
    of("cachet serveur", below("el-org-sign", rsa(2048), [6, 0xC0], &[EMAIL]), vec![period()])
}

/// On an RSA-2048 key.
pub(in crate::lint::tests) fn server() -> Specimen {
    let specimen = below("el-org-serv-ssl", rsa(2048), [5, 0xA0], &[SERVER_AUTH, CLIENT_AUTH]);
    let hosts = sequence([tlv(0x82, "dossier.hopital.home.arpa"), tlv(0x82, "www.hopital.home.arpa")]);
    of("dossier.hopital.home.arpa", specimen, vec![extension(&ce(SAN), false, &hosts)])
}

/// The same on P-256: key agreement where RSA enciphers keys.
pub(in crate::lint::tests) fn elliptic_server() -> Specimen {
    let mut specimen = server();
    specimen.hold(p256(5));
    specimen.put(&ce(KU), true, tlv(0x03, [3, 0x88]));
    specimen
}

fn of(name: &str, specimen: Specimen, middle: Vec<Vec<u8>>) -> Specimen {
    Specimen { subject: organisation(name), ..with_tail(specimen, middle, 0x83, vec![]) }
}

fn mailbox() -> Vec<u8> {
    extension(&ce(SAN), false, &sequence([tlv(0x81, "service@mail.home.arpa")]))
}
