//! Good certificates of each profile, as the bytes of their fields, which a test may then spoil.

mod cards;
mod identity;
mod organisations;
mod software;

use store::Timestamp;

use super::super::{Declared, DeclaredIdentity, IssuerCertificate, LintContext, ShardUrls};
use super::der::{extension, oid, sequence, tlv};
pub(super) use super::pieces::*;
pub(super) use cards::{
    cpa_auth, cpe_auth, cpe_sign, cpf_sign, cps_auth, cps_conf, cps_sign, cps_tech, service_auth,
};
use identity::IDENTITY;
pub(super) use organisations::{elliptic_server, org_sign, server, test_certificate};
pub(super) use software::{pro_sign, soft_conf, soft_sign};

/// A good certificate of every profile, and of a profile on both kinds of key where they differ.
pub(super) fn all() -> Vec<Specimen> {
    let mut all = vec![root(), issuing(), responder()];
    all.extend(cards::all());
    all.extend(software::all());
    all.extend(organisations::all());
    all
}

/// The fields of a TBSCertificate, each already DER, and what it is to be held against.
pub(super) struct Specimen {
    pub(super) profile: &'static str,
    pub(super) issuer_certificate: Option<Vec<u8>>,
    pub(super) at: &'static str,
    pub(super) serial_prefix: Option<[u8; 8]>,
    /// The issuer's short name, and that of who stands above it.
    pub(super) under: (&'static str, &'static str),
    pub(super) declared: Declared,
    /// The short name of the authority that it certifies.
    pub(super) authority: Option<&'static str>,
    pub(super) shard: Option<ShardUrls<'static>>,
    pub(super) version: Vec<u8>,
    pub(super) serial: Vec<u8>,
    pub(super) signature: Vec<u8>,
    pub(super) issuer: Vec<u8>,
    pub(super) validity: Vec<u8>,
    pub(super) subject: Vec<u8>,
    pub(super) key: Vec<u8>,
    /// Between the key and the extensions: unique identifiers.
    pub(super) between: Vec<u8>,
    pub(super) extensions: Vec<Vec<u8>>,
    /// Last change to the whole bytes.
    pub(super) patch: fn(Vec<u8>) -> Vec<u8>,
}

impl Specimen {
    pub(super) fn tbs(&self) -> Vec<u8> {
        let extensions = tlv(0xA3, sequence(&self.extensions));
        let fields = [
            &self.version,
            &self.serial,
            &self.signature,
            &self.issuer,
            &self.validity,
            &self.subject,
            &self.key,
            &self.between,
            &extensions,
        ];
        (self.patch)(sequence(fields))
    }

    /// A certificate over the TBS; nothing looks at its signature here.
    pub(super) fn certificate(&self) -> Vec<u8> {
        sequence([&self.tbs(), &self.signature, &tlv(0x03, [0, 1])])
    }

    pub(super) fn context(&self) -> LintContext<'_> {
        LintContext {
            profile: self.profile,
            issuer: self.issuer_certificate.as_deref().map(IssuerCertificate::read),
            at: self.at.parse::<Timestamp>().unwrap(),
            serial_prefix: self.serial_prefix,
            declared: &self.declared,
            authority: self.authority,
            shard: self.shard,
        }
    }

    /// Another identity: the text with one change.
    pub(super) fn declared_with(&mut self, from: &str, to: &str) {
        assert!(IDENTITY.contains(from), "{from}");
        let (short_name, parent) = self.under;
        self.declared = DeclaredIdentity::read(&IDENTITY.replace(from, to)).of(short_name, parent);
    }

    fn position(&self, id: &[u8]) -> usize {
        let id = oid(id);
        self.extensions
            .iter()
            .position(|extension| {
                extension[2..].starts_with(&id)
                    || extension[3..].starts_with(&id)
                    || extension[4..].starts_with(&id)
            })
            .unwrap()
    }

    /// Puts another value into an extension, same identifier and place.
    pub(super) fn put(&mut self, id: &[u8], critical: bool, value: Vec<u8>) {
        let position = self.position(id);
        self.extensions[position] = extension(id, critical, &value);
    }

    /// Takes an extension out.
    pub(super) fn take(&mut self, id: &[u8]) -> Vec<u8> {
        let position = self.position(id);
        self.extensions.remove(position)
    }

    /// Another issuer's certificate, the TBS untouched.
    pub(super) fn issued_by(&mut self, spoil: fn(&mut Specimen)) {
        let mut issuer = issuing();
        spoil(&mut issuer);
        self.issuer_certificate = Some(issuer.certificate());
    }

    /// A key and all that follows from it: its identifier (an authority's own too, for a root).
    pub(super) fn hold(&mut self, key: Vec<u8>) {
        let identifier = key_identifier(&key);
        self.put(&ce(SKI), false, tlv(0x04, identifier));
        if self.profile == "root" {
            self.put(&ce(AKI), false, sequence([tlv(0x80, identifier)]));
        }
        self.key = key;
    }
}

fn blank(profile: &'static str, under: (&'static str, &'static str)) -> Specimen {
    Specimen {
        profile,
        issuer_certificate: None,
        at: "2026-11-21T10:00:00Z",
        serial_prefix: None,
        under,
        declared: DeclaredIdentity::read(IDENTITY).of(under.0, under.1),
        authority: None,
        shard: None,
        version: tlv(0xA0, tlv(0x02, [2])),
        serial: tlv(0x02, [0x11; 16]),
        signature: ecdsa_sha256(),
        issuer: Vec::new(),
        validity: Vec::new(),
        subject: Vec::new(),
        key: Vec::new(),
        between: Vec::new(),
        extensions: Vec::new(),
        patch: |bytes| bytes,
    }
}

pub(super) fn root() -> Specimen {
    let key = p384(1);
    let identifier = key_identifier(&key);
    Specimen {
        serial: tlv(0x02, [0x11; 18]),
        signature: ecdsa_sha384(),
        issuer: authority_name("DEMO AC RACINE"),
        subject: authority_name("DEMO AC RACINE"),
        validity: dates("261121100000Z", "461121100000Z"),
        extensions: vec![
            extension(&ce(BC), true, &sequence([tlv(0x01, [0xFF])])),
            extension(&ce(KU), true, &tlv(0x03, [1, 0x06])),
            extension(&ce(CP), false, &sequence([policy(&[0x55, 0x1D, 0x20, 0])])),
            extension(&ce(SKI), false, &tlv(0x04, identifier)),
            extension(&ce(AKI), false, &sequence([tlv(0x80, identifier)])),
        ],
        key,
        authority: Some("ACR-FO"),
        ..blank("root", ("ACR-FO", "ACR-FO"))
    }
}

pub(super) fn issuing() -> Specimen {
    let root = root();
    let key = p256(2);
    Specimen {
        issuer_certificate: Some(root.certificate()),
        serial: tlv(0x02, [0x12; 18]),
        signature: ecdsa_sha384(),
        issuer: root.subject,
        subject: authority_name("DEMO AC FORT PERSONNES"),
        validity: dates("261121100000Z", "461120100000Z"),
        extensions: vec![
            extension(&ce(BC), true, &sequence([tlv(0x01, [0xFF]), tlv(0x02, [0])])),
            extension(&ce(KU), true, &tlv(0x03, [1, 0x06])),
            extension(&ce(CP), false, &sequence([policy(&[0x55, 0x1D, 0x20, 0])])),
            extension(&ce(CDP), false, &points("ACR-FO", "certificaterevocationlist")),
            extension(&ce(SKI), false, &tlv(0x04, key_identifier(&key))),
            extension(&ce(AKI), false, &sequence([tlv(0x80, key_identifier(&root.key))])),
        ],
        key,
        authority: Some("ACI-FO-PP"),
        ..blank("issuing", ("ACR-FO", "ACR-FO"))
    }
}

/// What every certificate below an issuing authority begins with.
fn below(profile: &'static str, key: Vec<u8>, usage: [u8; 2], purposes: &[&[u8]]) -> Specimen {
    let issuing = issuing();
    let purposes: Vec<_> = purposes.iter().map(|purpose| oid(purpose)).collect();
    Specimen {
        issuer_certificate: Some(issuing.certificate()),
        serial_prefix: Some([0x11; 8]),
        issuer: issuing.subject,
        validity: dates("261121100000Z", "291121100000Z"),
        extensions: vec![
            extension(&ce(BC), false, &sequence::<Vec<u8>>([])),
            extension(&ce(SKI), false, &tlv(0x04, key_identifier(&key))),
            extension(&ce(AKI), false, &sequence([tlv(0x80, key_identifier(&issuing.key))])),
            extension(&ce(KU), true, &tlv(0x03, usage)),
            // 2.25.5.1
            extension(&ce(CP), false, &sequence([policy(&[0x69, 5, 1])])),
            extension(&ce(EKU), false, &sequence(purposes)),
        ],
        key,
        ..blank(profile, ("ACI-FO-PP", "ACR-FO"))
    }
}

pub(super) fn responder() -> Specimen {
    let mut specimen = below("ocsp-responder", p256(4), [7, 0x80], &[OCSP_SIGNING]);
    specimen.subject = authority_name("DEMO OCSP ACI-FO-PP");
    specimen.validity = dates("261121100000Z", "270219100000Z");
    specimen.extensions.push(extension(NOCHECK, false, &tlv(0x05, [])));
    specimen
}

fn with_tail(mut specimen: Specimen, middle: Vec<Vec<u8>>, category: u8, last: Vec<Vec<u8>>) -> Specimen {
    specimen.extensions.extend(middle);
    specimen.extensions.extend([
        extension(&ce(CDP), false, &points("ACI-FO-PP", "certificaterevocationlist")),
        extension(&ce(FRESHEST), false, &points("ACI-FO-PP-delta", "deltarevocationlist")),
        extension(
            AIA,
            false,
            &sequence([
                access(1, "http://pki.home.arpa/ocsp"),
                access(2, "http://pki.home.arpa/ca/ACI-FO-PP.cer"),
            ]),
        ),
        extension(&private(5), false, &tlv(0x04, [category])),
    ]);
    specimen.extensions.extend(last);
    specimen
}

fn period() -> Vec<u8> {
    let value = sequence([tlv(0x80, "20261121100000Z"), tlv(0x81, "20291121100000Z")]);
    extension(&ce(PKUP), false, &value)
}

fn profession() -> Vec<u8> {
    extension(&private(7), false, &tlv(0x02, [60]))
}
