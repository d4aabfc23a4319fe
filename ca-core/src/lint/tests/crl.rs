//! CRLs assembled byte by byte, good and bad.

use std::time::Instant;

use store::Timestamp;

use super::super::{CrlKind, CrlLintContext, check_crl};
use super::der::{extension, oid, sequence, tlv};
use super::specimen::{
    AKI, BC, FRESHEST, KU, Specimen, authority_name, ce, ecdsa_sha256, ecdsa_sha384, issuing, key_identifier,
    points,
};

const NUMBER: u8 = 20;
const REASON: u8 = 21;
const INVALIDITY: u8 = 24;
const DELTA: u8 = 27;
const SCOPE: u8 = 28;

pub(super) struct CrlSpecimen {
    issuer_certificate: Vec<u8>,
    kind: CrlKind,
    shard: Option<&'static str>,
    at: &'static str,
    version: Vec<u8>,
    signature: Vec<u8>,
    issuer: Vec<u8>,
    this_update: Vec<u8>,
    next_update: Vec<u8>,
    /// `None`: no list at all.
    entries: Option<Vec<Vec<u8>>>,
    extensions: Vec<Vec<u8>>,
}

impl CrlSpecimen {
    pub(super) fn tbs(&self) -> Vec<u8> {
        let entries = self.entries.as_ref().map(sequence).unwrap_or_default();
        let extensions = tlv(0xA0, sequence(&self.extensions));
        sequence([
            &self.version,
            &self.signature,
            &self.issuer,
            &self.this_update,
            &self.next_update,
            &entries,
            &extensions,
        ])
    }

    pub(super) fn context(&self) -> CrlLintContext<'_> {
        CrlLintContext {
            issuer_certificate: &self.issuer_certificate,
            kind: self.kind,
            shard: self.shard,
            at: self.at.parse::<Timestamp>().unwrap(),
        }
    }

    fn issued_by(&mut self, spoil: fn(&mut Specimen)) {
        let mut issuer = issuing();
        spoil(&mut issuer);
        self.issuer_certificate = issuer.certificate();
    }

    fn add_entry(&mut self, entry: Vec<u8>) {
        self.entries.get_or_insert_default().push(entry);
    }
}

fn reason(code: u8) -> Vec<u8> {
    extension(&ce(REASON), false, &tlv(0x0A, [code]))
}

fn entry(serial: impl AsRef<[u8]>, date: &str, extensions: &[Vec<u8>]) -> Vec<u8> {
    let extensions = if extensions.is_empty() { Vec::new() } else { sequence(extensions) };
    sequence([tlv(0x02, serial), tlv(0x17, date), extensions])
}

pub(super) fn full() -> CrlSpecimen {
    let issuer = issuing();
    let invalidity = extension(&ce(INVALIDITY), false, &tlv(0x18, "20270101080000Z"));
    CrlSpecimen {
        issuer_certificate: issuer.certificate(),
        kind: CrlKind::Full,
        shard: None,
        at: "2027-01-02T10:00:00Z",
        version: tlv(0x02, [1]),
        signature: ecdsa_sha256(),
        issuer: issuer.subject,
        this_update: tlv(0x17, "270102100000Z"),
        next_update: tlv(0x17, "270109100000Z"),
        entries: Some(vec![
            entry([0x11; 16], "270101090000Z", &[reason(1), invalidity]),
            entry([0x12; 16], "270102100000Z", &[]),
        ]),
        extensions: vec![
            extension(&ce(AKI), false, &sequence([tlv(0x80, key_identifier(&issuer.key))])),
            extension(&ce(NUMBER), false, &tlv(0x02, [2, 0])),
        ],
    }
}

pub(super) fn delta() -> CrlSpecimen {
    let mut crl = full();
    crl.kind = CrlKind::Delta;
    crl.add_entry(entry([0x13; 16], "270102100000Z", &[reason(8)]));
    crl.extensions.push(extension(&ce(DELTA), true, &tlv(0x02, [0x7F])));
    crl
}

const SHARD: &str = "http://pki.home.arpa/crl/ACI-FO-PP/3.crl";

fn point(url: &str) -> Vec<u8> {
    tlv(0xA0, tlv(0xA0, tlv(0x86, url)))
}

fn shard() -> CrlSpecimen {
    let mut crl = full();
    crl.shard = Some(SHARD);
    crl.extensions.push(scope(&[point(SHARD)]));
    crl
}

fn with_freshest_and_scope() -> CrlSpecimen {
    let mut crl = shard();
    crl.extensions.push(extension(&ce(FRESHEST), false, &points("delta", "deltarevocationlist")));
    crl
}

fn rules(crl: &CrlSpecimen) -> Vec<&'static str> {
    let mut findings = check_crl(&crl.tbs(), &crl.context());
    findings.dedup_by_key(|finding| finding.rule);
    findings.iter().map(|finding| finding.rule).collect()
}

#[test]
fn good_crls_may_be_signed() {
    assert_eq!(check_crl(&full().tbs(), &full().context()), []);
    assert_eq!(check_crl(&delta().tbs(), &delta().context()), []);
    let scoped = with_freshest_and_scope();
    assert_eq!(check_crl(&scoped.tbs(), &scoped.context()), []);
    let mut scoped = delta();
    scoped.shard = Some(SHARD);
    scoped.extensions.push(scope(&[point(SHARD)]));
    assert_eq!(check_crl(&scoped.tbs(), &scoped.context()), []);
    let empty = CrlSpecimen { entries: None, ..full() };
    assert_eq!(check_crl(&empty.tbs(), &empty.context()), []);
}

struct Bad {
    rule: &'static str,
    of: fn() -> CrlSpecimen,
    fault: fn(&mut CrlSpecimen),
}

/// The rules that the tables of this file hold a specimen of.
pub(super) fn rules_with_a_specimen() -> impl Iterator<Item = &'static str> {
    [FIELDS, ENTRIES, EXTENSIONS].into_iter().flatten().map(|bad| bad.rule)
}

fn each_is_stopped_by_its_own_rule(table: &[Bad]) {
    for bad in table {
        let mut crl = (bad.of)();
        assert_eq!(rules(&crl), [""; 0], "good before: {}", bad.rule);
        (bad.fault)(&mut crl);
        assert_eq!(rules(&crl), [bad.rule], "{:#?}", check_crl(&crl.tbs(), &crl.context()));
    }
}

const FIELDS: &[Bad] = &[
    Bad { rule: "rfc5280-5.1.2.1-version", of: full, fault: |crl| crl.version.clear() },
    Bad { rule: "rfc5280-5.1.2.1-version", of: full, fault: |crl| crl.version = tlv(0x02, [0]) },
    Bad { rule: "rfc5280-4.1.2.3-signature-fits-key", of: full, fault: |crl| crl.signature = ecdsa_sha384() },
    Bad {
        rule: "rfc5280-5.1.2.3-issuer-name",
        of: full,
        fault: |crl| crl.issuer = authority_name("DEMO AC"),
    },
    Bad {
        rule: "rfc5280-4.2.1.3-issuer-crl-sign",
        of: full,
        fault: |crl| crl.issued_by(|issuer| issuer.put(&ce(KU), true, tlv(0x03, [2, 0x04]))),
    },
    Bad {
        rule: "rfc5280-4.2.1.3-issuer-crl-sign",
        of: full,
        fault: |crl| crl.issued_by(|issuer| drop(issuer.take(&ce(BC)))),
    },
    Bad { rule: "igc-lint-issuer-unreadable", of: full, fault: |crl| crl.issuer_certificate.truncate(99) },
    Bad { rule: "rfc5280-5.1.2.5-next-update", of: full, fault: |crl| crl.next_update.clear() },
    Bad {
        rule: "rfc5280-5.1.2.5-update-order",
        of: full,
        fault: |crl| crl.next_update = crl.this_update.clone(),
    },
    Bad { rule: "igc-crl-this-update-future", of: full, fault: |crl| crl.at = "2027-01-02T09:59:59Z" },
    Bad { rule: "igc-time-before-1970", of: full, fault: |crl| crl.this_update = tlv(0x17, "691231235959Z") },
    Bad { rule: "igc-crl-stale", of: full, fault: |crl| crl.at = "2027-01-09T10:00:00Z" },
    Bad {
        rule: "rfc5280-4.1.2.5-utctime-through-2049",
        of: full,
        fault: |crl| crl.this_update = tlv(0x18, "20270102100000Z"),
    },
    Bad { rule: "asn1-structure", of: full, fault: |crl| crl.extensions.clear() },
    Bad { rule: "asn1-structure", of: full, fault: |crl| crl.next_update.extend([0x05, 0]) },
];

#[test]
fn each_fault_of_the_fields_is_stopped_by_its_own_rule() {
    each_is_stopped_by_its_own_rule(FIELDS);
}

const DATE: &str = "270101090000Z";
const EXTENSION: &str = "rfc5280-5.3-entry-extension";

const ENTRIES: &[Bad] = &[
    Bad { rule: "rfc5280-5.1.2.6-empty-list", of: full, fault: |crl| crl.entries = Some(Vec::new()) },
    Bad { rule: "rfc5280-5.3-serial", of: full, fault: |crl| crl.add_entry(entry([0], DATE, &[])) },
    Bad { rule: "rfc5280-5.3-serial", of: full, fault: |crl| crl.add_entry(entry([0x80], DATE, &[])) },
    Bad { rule: "rfc5280-5.3-serial", of: full, fault: |crl| crl.add_entry(entry([1; 21], DATE, &[])) },
    Bad {
        rule: "igc-crl-serial-repeated",
        of: full,
        fault: |crl| crl.add_entry(entry([0x11; 16], DATE, &[])),
    },
    Bad {
        rule: "igc-crl-revoked-after-this-update",
        of: full,
        fault: |crl| crl.add_entry(entry([5], "270102100001Z", &[])),
    },
    Bad {
        rule: "rfc5280-5.3.1-reason-unspecified",
        of: full,
        fault: |crl| crl.add_entry(entry([5], DATE, &[reason(0)])),
    },
    Bad {
        rule: "rfc5280-5.3.1-remove-from-crl",
        of: full,
        fault: |crl| crl.add_entry(entry([5], DATE, &[reason(8)])),
    },
    Bad {
        rule: "rfc5280-5.3.1-reason",
        of: full,
        fault: |crl| crl.add_entry(entry([5], DATE, &[reason(7)])),
    },
    Bad {
        rule: "rfc5280-5.3.1-reason",
        of: delta,
        fault: |crl| crl.add_entry(entry([5], DATE, &[reason(11)])),
    },
    Bad {
        rule: EXTENSION,
        of: full,
        fault: |crl| {
            let critical = extension(&ce(REASON), true, &tlv(0x0A, [1]));
            crl.add_entry(entry([5], DATE, &[critical]));
        },
    },
    Bad {
        rule: EXTENSION,
        of: full,
        // certificateIssuer: the CRL is not indirect.
        fault: |crl| {
            let name = sequence([tlv(0xA4, authority_name("DEMO AC"))]);
            crl.add_entry(entry([5], DATE, &[extension(&ce(29), true, &name)]));
        },
    },
    Bad {
        rule: "rfc5280-4.2-extension-repeated",
        of: full,
        fault: |crl| crl.add_entry(entry([5], DATE, &[reason(1), reason(1)])),
    },
    Bad {
        rule: "rfc5280-4.1.2.5-time-format",
        of: full,
        fault: |crl| crl.add_entry(entry([5], "270101250000Z", &[])),
    },
];

#[test]
fn each_fault_of_an_entry_is_stopped_by_its_own_rule() {
    each_is_stopped_by_its_own_rule(ENTRIES);
}

const MISSING: &str = "rfc5280-5.2-extension-missing";
const UNEXPECTED: &str = "rfc5280-5.2-extension-unexpected";
const CRITICALITY: &str = "rfc5280-5.2-extension-criticality";
const SCOPE_RULE: &str = "igc-crl-scope";
const POINT: &str = "igc-shard-distribution-point";

fn scope(value: &[Vec<u8>]) -> Vec<u8> {
    extension(&ce(SCOPE), true, &sequence(value))
}

const EXTENSIONS: &[Bad] = &[
    Bad { rule: MISSING, of: full, fault: |crl| drop(crl.extensions.remove(0)) },
    Bad { rule: MISSING, of: full, fault: |crl| drop(crl.extensions.remove(1)) },
    Bad { rule: MISSING, of: full, fault: |crl| crl.kind = CrlKind::Delta },
    Bad {
        rule: "rfc5280-5.2.1-matches-issuer",
        of: full,
        fault: |crl| crl.extensions[0] = extension(&ce(AKI), false, &sequence([tlv(0x80, [1; 20])])),
    },
    Bad {
        rule: "rfc5280-5.2.3-number",
        of: full,
        fault: |crl| crl.extensions[1] = extension(&ce(NUMBER), false, &tlv(0x02, [1; 21])),
    },
    Bad {
        rule: "rfc5280-5.2.3-number",
        of: full,
        fault: |crl| crl.extensions[1] = extension(&ce(NUMBER), false, &tlv(0x02, [0x80])),
    },
    Bad {
        rule: "rfc5280-5.2.4-base-number",
        of: delta,
        fault: |crl| crl.extensions[2] = extension(&ce(DELTA), true, &tlv(0x02, [2, 1])),
    },
    Bad {
        rule: CRITICALITY,
        of: delta,
        fault: |crl| crl.extensions[2] = extension(&ce(DELTA), false, &tlv(0x02, [2, 0])),
    },
    Bad {
        rule: CRITICALITY,
        of: full,
        fault: |crl| crl.extensions[1] = extension(&ce(NUMBER), true, &tlv(0x02, [2, 0])),
    },
    Bad {
        rule: UNEXPECTED,
        of: full,
        fault: |crl| crl.extensions.push(extension(&ce(DELTA), true, &tlv(0x02, [1]))),
    },
    Bad {
        rule: UNEXPECTED,
        of: delta,
        fault: |crl| {
            crl.extensions.push(extension(&ce(FRESHEST), false, &points("delta", "deltarevocationlist")));
        },
    },
    Bad {
        rule: UNEXPECTED,
        of: full,
        fault: |crl| crl.extensions.push(extension(&ce(99), true, &oid(&[0x2A]))),
    },
    Bad {
        rule: "rfc5280-4.2-extension-repeated",
        of: full,
        fault: |crl| crl.extensions.push(crl.extensions[1].clone()),
    },
    Bad { rule: SCOPE_RULE, of: full, fault: |crl| crl.extensions.push(scope(&[point(SHARD)])) },
    Bad { rule: SCOPE_RULE, of: full, fault: |crl| crl.extensions.push(scope(&[])) },
    Bad { rule: MISSING, of: shard, fault: |crl| drop(crl.extensions.pop()) },
    Bad {
        rule: CRITICALITY,
        of: shard,
        fault: |crl| crl.extensions[2] = extension(&ce(SCOPE), false, &sequence([point(SHARD)])),
    },
    Bad { rule: "asn1-structure", of: shard, fault: |crl| crl.extensions[2] = scope(&[]) },
    // onlyContainsUserCerts alone, and beside the address.
    Bad { rule: "asn1-structure", of: shard, fault: |crl| crl.extensions[2] = scope(&[tlv(0x81, [0xFF])]) },
    Bad {
        rule: SCOPE_RULE,
        of: shard,
        fault: |crl| crl.extensions[2] = scope(&[point(SHARD), tlv(0x81, [0xFF])]),
    },
    Bad {
        rule: POINT,
        of: shard,
        fault: |crl| crl.extensions[2] = scope(&[point("http://pki.home.arpa/crl/ACI-FO-PP/4.crl")]),
    },
    // Two names: the certificates have one.
    Bad {
        rule: "asn1-trailing",
        of: shard,
        fault: |crl| {
            let names = [tlv(0x86, SHARD), tlv(0x86, "http://pki.home.arpa/crl/3.crl")].concat();
            crl.extensions[2] = scope(&[tlv(0xA0, tlv(0xA0, names))]);
        },
    },
];

#[test]
fn each_fault_of_the_crl_extensions_is_stopped_by_its_own_rule() {
    each_is_stopped_by_its_own_rule(EXTENSIONS);
}

#[test]
fn a_hundred_thousand_entries_are_read_in_a_moment_and_bad_ones_counted_to_a_hundred() {
    let mut crl = full();
    let serials = (0..100_000_u32).map(|n| [&[0x21; 12], n.to_be_bytes().as_slice()].concat());
    crl.entries = Some(serials.map(|serial| entry(serial, "270101090000Z", &[reason(4)])).collect());
    let (tbs, started) = (crl.tbs(), Instant::now());
    assert_eq!(check_crl(&tbs, &crl.context()), []);
    assert!(started.elapsed().as_secs() < 10, "{:?}", started.elapsed());

    crl.entries = Some(vec![entry([7], "270101090000Z", &[]); 1000]);
    assert_eq!(check_crl(&crl.tbs(), &crl.context()).len(), 100);
}
