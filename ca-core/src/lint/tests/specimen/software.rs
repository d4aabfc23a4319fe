//! Persons with a key in software.

use super::super::der::{extension, sequence, tlv};
use super::super::pieces::*;
use super::{Specimen, below, period, profession, with_tail};

pub(super) fn all() -> Vec<Specimen> {
    vec![
        of_professional(below("el-pp-soft-auth", rsa(3072), [7, 0x80], &[CLIENT_AUTH]), vec![]),
        soft_sign(),
        soft_conf(),
        of_attached(below("el-pp-pro-auth", p256(3), [7, 0x80], &[CLIENT_AUTH]), vec![]),
        pro_sign(),
        of_attached(below("el-pp-pro-conf", p256(3), [3, 0x08], &[EMAIL]), vec![mailbox()]),
    ]
}

pub(in crate::lint::tests) fn soft_sign() -> Specimen {
    of_professional(signing("el-pp-soft-sign"), vec![period(), mailbox()])
}

/// On an RSA key.
pub(in crate::lint::tests) fn soft_conf() -> Specimen {
    of_professional(below("el-pp-soft-conf", rsa(2048), [4, 0x30], &[EMAIL]), vec![mailbox()])
}

pub(in crate::lint::tests) fn pro_sign() -> Specimen {
    of_attached(signing("el-pp-pro-sign"), vec![period(), mailbox()])
}

fn signing(profile: &'static str) -> Specimen {
    below(profile, p256(3), [6, 0x40], &[EMAIL])
}

fn of_professional(specimen: Specimen, middle: Vec<Vec<u8>>) -> Specimen {
    Specimen { subject: nurse(), ..with_tail(specimen, middle, 0x83, vec![profession()]) }
}

fn of_attached(specimen: Specimen, middle: Vec<Vec<u8>>) -> Specimen {
    let subject = attached_person("300000000029751", "500000000029751/CPAT0001");
    Specimen { subject, ..with_tail(specimen, middle, 0x83, vec![]) }
}

fn mailbox() -> Vec<u8> {
    extension(&ce(SAN), false, &sequence([tlv(0x81, "zoe.essai@mail.home.arpa")]))
}
