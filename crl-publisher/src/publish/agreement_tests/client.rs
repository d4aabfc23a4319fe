//! A relying party that remembers: reads with other people's code, and trusts nothing it has not seen.

use std::collections::{BTreeMap, BTreeSet};

use der::Decode;
use openssl::asn1::Asn1Integer;
use openssl::bn::BigNum;
use openssl::hash::MessageDigest;
use openssl::ocsp::{OcspCertId, OcspCertStatus, OcspRequest, OcspResponse};
use openssl::x509::{X509, X509Builder, X509Crl};
use serde_json::Value;
use store::Timestamp;
use x509_cert::crl::CertificateList;
use x509_cert::ext::pkix::{BaseCrlNumber, CrlNumber, CrlReason, IssuingDistributionPoint};

use super::Opposition;
use super::status_role::StatusRole;
use crate::crl::CrlKind;
use crate::fixture::{ISSUING, OTHER, World};

/// Serial numbers, each with its reason and the second of its date.
pub(super) type Entries = BTreeMap<String, (u32, i64)>;

/// removeFromCRL (RFC 5280 §5.3.1).
const REMOVE_FROM_CRL: u32 = 8;

/// Complete CRLs of one scope, by number.
type Bases = BTreeMap<u64, Base>;

/// One that was fetched.
struct Base {
    this_update: Timestamp,
    next_update: Timestamp,
    entries: Entries,
}

/// Authority, shard, kind.
type ListName = (String, Option<u32>, bool);

/// A published CRL, as `x509-cert` reads it once `openssl` has verified its signature.
pub(super) struct ServedCrl {
    pub(super) number: u64,
    base: Option<u64>,
    this_update: Timestamp,
    next_update: Timestamp,
    entries: Entries,
}

impl ServedCrl {
    /// As the status role serves it.
    pub(super) fn fetch(
        world: &World,
        status: &StatusRole,
        (issuer, shard, kind): (&str, Option<u32>, CrlKind),
    ) -> Option<Self> {
        let name = match shard {
            None => format!("/crl/{issuer}"),
            Some(number) => format!("/crl/{issuer}/{number}"),
        };
        let delta = if kind == CrlKind::Delta { "-delta" } else { "" };
        let der = status.get(&format!("{name}{delta}.crl"))?;
        Some(Self::read(&der, world, (issuer, shard, kind)))
    }

    fn read(der: &[u8], world: &World, (issuer, shard, kind): (&str, Option<u32>, CrlKind)) -> Self {
        assert!(
            X509Crl::from_der(der).unwrap().verify(&authority(world, issuer).public_key().unwrap()).unwrap()
        );
        let list = <CertificateList>::from_der(der).unwrap().tbs_cert_list;
        let at = |time: x509_cert::time::Time| {
            Timestamp::from_seconds(time.to_unix_duration().as_secs().cast_signed())
        };
        let (this_update, next_update) = (at(list.this_update), at(list.next_update.unwrap()));
        let extensions = list.crl_extensions.unwrap_or_default();
        let find = |oid| {
            extensions
                .iter()
                .find(|one| one.extn_id == oid)
                .map(|one| (one.critical, one.extn_value.as_bytes()))
        };
        let number = |value: &[u8]| u64::from_str_radix(&hex::encode(value), 16).unwrap();
        let own = CrlNumber::from_der(find(const_oid::db::rfc5280::ID_CE_CRL_NUMBER).unwrap().1).unwrap();
        let base = find(const_oid::db::rfc5280::ID_CE_DELTA_CRL_INDICATOR)
            .map(|(critical, value)| (critical, BaseCrlNumber::from_der(value).unwrap()));
        assert_eq!(base.is_some(), kind == CrlKind::Delta);
        let point = find(const_oid::db::rfc5280::ID_CE_ISSUING_DISTRIBUTION_POINT);
        let named = point.map(|(critical, value)| {
            assert!(critical);
            format!("{:?}", IssuingDistributionPoint::from_der(value).unwrap().distribution_point)
        });
        assert_eq!(named.is_some(), shard.is_some());
        if let (Some(named), Some(number)) = (named, shard) {
            assert!(named.contains(&format!("/crl/{issuer}/{number}.crl")), "{named}");
        }
        let entries = list.revoked_certificates.unwrap_or_default().into_iter().map(|entry| {
            let reason = entry.crl_entry_extensions.unwrap_or_default();
            let reason = CrlReason::from_der(reason[0].extn_value.as_bytes()).unwrap() as u32;
            assert!(kind == CrlKind::Delta || reason != REMOVE_FROM_CRL, "on a complete CRL");
            let date = entry.revocation_date.to_unix_duration().as_secs().cast_signed();
            (hex::encode_upper(entry.serial_number.as_bytes()), (reason, date))
        });
        Self {
            number: number(own.0.as_bytes()),
            base: base.map(|(critical, base)| {
                assert!(critical);
                number(base.0.as_bytes())
            }),
            this_update,
            next_update,
            entries: entries.collect(),
        }
    }
}

fn authority(world: &World, name: &str) -> X509 {
    X509::from_pem(&std::fs::read(world.path(&format!("{name}.pem"))).unwrap()).unwrap()
}

/// What was seen.
#[derive(Default)]
pub(super) struct Client {
    /// Every complete CRL of each scope, by number, with its thisUpdate.
    bases: BTreeMap<(String, Option<u32>), Bases>,
    numbers: BTreeMap<ListName, u64>,
    /// The opposed cards by sequence, from changes alone.
    pub(super) opposed: BTreeMap<i64, Opposition>,
}

impl Client {
    /// Keeps what was fetched, and gives what base and delta say together (RFC 5280 §5.2.4): the newest base with the
    /// delta, and then, oldest first, each that was fetched earlier and has not ended at `now`, which whoever keeps it may
    /// go by. All have what the newest has.
    pub(super) fn keep(
        &mut self,
        issuer: &str,
        shard: Option<u32>,
        (full, delta): (&ServedCrl, &ServedCrl),
        now: Timestamp,
    ) -> Vec<Entries> {
        for (list, is_delta) in [(full, false), (delta, true)] {
            let last = self.numbers.entry((issuer.to_owned(), shard, is_delta)).or_default();
            assert!(
                list.number >= *last,
                "the number of {issuer} {shard:?} went from {last} to {}",
                list.number
            );
            *last = list.number;
        }
        let bases = self.bases.entry((issuer.to_owned(), shard)).or_default();
        let stood = bases.entry(full.number).or_insert_with(|| Base {
            this_update: full.this_update,
            next_update: full.next_update,
            entries: full.entries.clone(),
        });
        assert_eq!(stood.entries, full.entries, "two CRLs of {issuer} {shard:?} with number {}", full.number);
        let named = delta.base.unwrap();
        assert!(named <= full.number && named <= delta.number, "base {named} of {issuer} {shard:?}");
        assert!(bases.contains_key(&named), "a delta starts from a base that was published");
        let with = |base: &Entries| -> Entries {
            let mut both: Entries = base.iter().chain(&delta.entries).map(|(s, r)| (s.clone(), *r)).collect();
            both.retain(|_, (reason, _)| *reason != REMOVE_FROM_CRL);
            both
        };
        let mut all = vec![with(&full.entries)];
        for (number, base) in bases.iter().filter(|(_, base)| base.next_update > now) {
            assert!(
                *number >= named,
                "{issuer} {shard:?}: {number} has not ended, and the delta starts from {named}"
            );
            let by_kept = with(&base.entries);
            assert!(
                all[0].iter().all(|entry| by_kept.get(entry.0) == Some(entry.1)),
                "{issuer} {shard:?} kept from {number}"
            );
            all.push(by_kept);
        }
        all
    }

    /// Whether a complete CRL of this scope that was made after `end` had this certificate.
    pub(super) fn stood_after(&self, issuer: &str, shard: Option<u32>, serial: &str, end: Timestamp) -> bool {
        let seen = self.bases.get(&(issuer.to_owned(), shard)).into_iter().flat_map(BTreeMap::values);
        seen.into_iter().any(|base| base.this_update > end && base.entries.contains_key(serial))
    }

    /// The newest numbers of everything that is published.
    pub(super) fn newest_of(
        &self,
        world: &World,
        status: &StatusRole,
        shards: u32,
    ) -> BTreeMap<ListName, u64> {
        let scopes =
            (1..=shards).map(|number| (ISSUING, Some(number))).chain([(ISSUING, None), (OTHER, None)]);
        let mut found = BTreeMap::new();
        for (issuer, shard) in scopes {
            for (kind, is_delta) in [(CrlKind::Full, false), (CrlKind::Delta, true)] {
                if let Some(crl) = ServedCrl::fetch(world, status, (issuer, shard, kind)) {
                    found.insert((issuer.to_owned(), shard, is_delta), crl.number);
                }
            }
        }
        found
    }

    /// The reason for which OCSP says revoked; none where it says good. Asked and read by `openssl`.
    pub(super) fn asks(&self, world: &World, status: &StatusRole, issuer: &str, serial: &str) -> Option<u32> {
        let issuer = authority(world, issuer);
        let mut subject = X509Builder::new().unwrap();
        let number = BigNum::from_hex_str(serial).unwrap();
        subject.set_serial_number(&Asn1Integer::from_bn(&number).unwrap()).unwrap();
        subject.set_issuer_name(issuer.subject_name()).unwrap();
        let subject = subject.build();
        let id = || OcspCertId::from_cert(MessageDigest::sha256(), &subject, &issuer).unwrap();
        let mut request = OcspRequest::new().unwrap();
        request.add_id(id()).unwrap();
        let answer = status.ocsp(&request.to_der().unwrap());
        let answer = OcspResponse::from_der(&answer).unwrap().basic().unwrap();
        let status = answer.find_status(&id()).expect("the certificate that was asked for");
        match status.status {
            OcspCertStatus::GOOD => None,
            OcspCertStatus::REVOKED => Some(status.reason.as_raw().cast_unsigned()),
            other => panic!("{serial}: {}", other.as_raw()),
        }
    }
}

/// One of any list in JSON.
pub(super) fn opposition(one: &Value) -> Opposition {
    let text = |name: &str| one[name].as_str().unwrap_or_else(|| panic!("{one}")).to_owned();
    (text("card_number"), text("opposed_at"))
}

/// What stands on both texts of the list.
pub(super) fn opposed_on_list(status: &StatusRole) -> BTreeSet<Opposition> {
    let json = status.get("/oppositions/full.json").unwrap();
    let json: Value = serde_json::from_slice(&json).unwrap();
    let listed: Vec<Opposition> = json["oppositions"].as_array().unwrap().iter().map(opposition).collect();
    let csv = String::from_utf8(status.get("/oppositions/full.csv").unwrap()).unwrap();
    let lines = csv.lines().skip(1).map(|line| line.split_once(';').unwrap().1.to_owned());
    assert!(lines.eq(listed.iter().map(|(card, at)| format!("{card};{at}"))), "{csv} and {listed:?}");
    listed.into_iter().collect()
}

/// Adds to what a follower knows what the published changes have after it. (A page holds a thousand sequences.)
pub(super) fn opposed_by_changes(status: &StatusRole, known: &mut BTreeMap<i64, Opposition>) {
    let since = known.keys().next_back().copied().unwrap_or(0);
    let Some(page) = status.get("/oppositions/changes/0.json") else { return };
    let page: Value = serde_json::from_slice(&page).unwrap();
    for change in page["oppositions"].as_array().unwrap() {
        let sequence = change["sequence"].as_i64().unwrap();
        if sequence > since {
            known.insert(sequence, opposition(change));
        }
    }
}
