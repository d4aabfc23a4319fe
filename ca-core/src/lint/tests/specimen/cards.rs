//! Cards: who holds one, times what its keys are for.

use super::super::der::{extension, sequence, tlv};
use super::super::pieces::*;
use super::{Specimen, below, period, profession, with_tail};

/// Whose card it is.
struct Holder {
    subject: Vec<u8>,
    common_name: &'static str,
    card_type: u8,
    /// What stands after the card's own extensions.
    last: Vec<Vec<u8>>,
}

pub(super) fn all() -> Vec<Specimen> {
    let mut all = vec![
        cps_auth(),
        cps_sign(),
        cps_conf(),
        on_rsa(cps_conf()),
        cps_tech(),
        auth("fo-pp-cpf-auth", student()),
        cpf_sign(),
        conf("fo-pp-cpf-conf", student()),
        tech("fo-pp-cpf-tech", 1),
        cpe_auth(),
        cpe_sign(),
        conf("st-pp-cpe-conf", employee(2)),
        service_auth(),
        sign("st-pp-cpe-service-sign", service()),
        conf("st-pp-cpe-service-conf", service()),
        auth("st-pp-cde-auth", employee(2)),
        sign("st-pp-cde-sign", employee(2)),
        conf("st-pp-cde-conf", employee(2)),
        cpa_auth(),
        sign("st-pp-cpa-sign", authorised()),
        conf("st-pp-cpa-conf", authorised()),
        auth("st-pp-cda-auth", authorised()),
        sign("st-pp-cda-sign", authorised()),
        conf("st-pp-cda-conf", authorised()),
    ];
    all.extend([("st-pp-cpe-tech", 2), ("st-pp-cde-tech", 2)].map(|(profile, kind)| tech(profile, kind)));
    all.extend([("st-pp-cpa-tech", 3), ("st-pp-cda-tech", 3)].map(|(profile, kind)| tech(profile, kind)));
    all
}

pub(in crate::lint::tests) fn cps_auth() -> Specimen {
    auth("fo-pp-cps-auth", professional())
}

pub(in crate::lint::tests) fn cps_sign() -> Specimen {
    sign("fo-pp-cps-sign", professional())
}

pub(in crate::lint::tests) fn cps_conf() -> Specimen {
    conf("fo-pp-cps-conf", professional())
}

pub(in crate::lint::tests) fn cps_tech() -> Specimen {
    tech("fo-pp-cps-tech", 0)
}

pub(in crate::lint::tests) fn cpf_sign() -> Specimen {
    sign("fo-pp-cpf-sign", student())
}

/// On an RSA-2048 key.
pub(in crate::lint::tests) fn cpe_auth() -> Specimen {
    let mut specimen = auth("st-pp-cpe-auth", employee(2));
    specimen.hold(rsa(2048));
    specimen
}

pub(in crate::lint::tests) fn cpe_sign() -> Specimen {
    sign("st-pp-cpe-sign", employee(2))
}

pub(in crate::lint::tests) fn service_auth() -> Specimen {
    auth("st-pp-cpe-service-auth", service())
}

pub(in crate::lint::tests) fn cpa_auth() -> Specimen {
    auth("st-pp-cpa-auth", authorised())
}

fn auth(profile: &'static str, holder: Holder) -> Specimen {
    let specimen = below(profile, p256(3), [7, 0x80], &[CLIENT_AUTH, LOGON]);
    let name = format!("{}@carte.home.arpa", holder.common_name);
    let alt_name = extension(&ce(SAN), false, &upn(UPN, &name));
    of(holder, specimen, vec![alt_name])
}

fn sign(profile: &'static str, holder: Holder) -> Specimen {
    of(holder, below(profile, p256(3), [6, 0x40], &[EMAIL]), vec![period()])
}

/// keyAgreement, because the key is elliptic.
fn conf(profile: &'static str, holder: Holder) -> Specimen {
    of(holder, below(profile, p256(3), [3, 0x08], &[EMAIL]), vec![])
}

/// keyEncipherment and dataEncipherment, because the key is RSA.
fn on_rsa(mut specimen: Specimen) -> Specimen {
    specimen.hold(rsa(2048));
    specimen.put(&ce(KU), true, tlv(0x03, [4, 0x30]));
    specimen
}

fn of(holder: Holder, specimen: Specimen, middle: Vec<Vec<u8>>) -> Specimen {
    let last = [card(holder.card_type), holder.last].concat();
    Specimen { subject: holder.subject, ..with_tail(specimen, middle, 0x80, last) }
}

fn tech(profile: &'static str, card_type: u8) -> Specimen {
    let specimen = below(profile, p256(3), [7, 0x80], &[CLIENT_AUTH]);
    let subject = sequence([rdn(6, "FR"), rdn(3, "2600000017")]);
    Specimen { subject, ..with_tail(specimen, vec![], 0x80, card(card_type)) }
}

fn card(kind: u8) -> Vec<Vec<u8>> {
    vec![
        extension(&private(2), false, &tlv(0x02, [kind])),
        extension(&private(3), false, &tlv(PRINTABLE, "8025099999/2600000017")),
    ]
}

fn professional() -> Holder {
    Holder { subject: nurse(), common_name: "899700000129", card_type: 0, last: vec![profession()] }
}

fn student() -> Holder {
    let subject =
        sequence([rdn(6, "FR"), rdn(12, "Médecin en formation"), person("ZOE", "899700000129", "ESSAI")]);
    let future = extension(&private(8), false, &tlv(0x02, [10]));
    Holder { subject, card_type: 1, last: vec![future], ..professional() }
}

fn employee(card_type: u8) -> Holder {
    let common_name = "30B0057881/CPET0002";
    let subject = attached_person("10B0057881", common_name);
    Holder { subject, common_name, card_type, last: vec![] }
}

fn authorised() -> Holder {
    let common_name = "500000000029751/CPAT0001";
    let subject = attached_person("300000000029751", common_name);
    Holder { subject, common_name, card_type: 3, last: vec![] }
}

fn service() -> Holder {
    let common_name = "30B0057881/000000042";
    let subject = service_subject("Carte de service santé ou social", "EMPLOYE000000042", common_name);
    Holder { subject, common_name, card_type: 2, last: vec![] }
}
