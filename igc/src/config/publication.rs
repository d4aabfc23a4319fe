use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use ca_core::responder;
use crl_publisher::policy::ANSWER_CACHE_MIB;
use serde::{Deserialize, Serialize};

use super::object_store::ObjectStoreSection;

/// `[publication]`
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PublicationSection {
    /// Where published files go.
    pub folder: PathBuf,
    /// Hours.
    pub crl_lifetime_hours: u32,
    /// Hours; that of the complete CRLs where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delta_crl_lifetime_hours: Option<u32>,
    /// Up to how many entries a full CRL follows a revocation at once.
    #[serde(default = "full_crl_at_once_entries")]
    pub full_crl_at_once_entries: u32,
    /// Days before the end of a root's CRL.
    pub root_crl_warning_days: u32,
    /// Days before the end of a root's CRL.
    pub root_crl_alarm_days: u32,
    /// Hours.
    pub ocsp_lifetime_hours: u32,
    /// MiB of signed OCSP answers.
    #[serde(default = "ocsp_cache_mib")]
    pub ocsp_cache_mib: u32,
    /// For which hashes in CertIDs answers are signed before anybody asks.
    #[serde(default)]
    pub ocsp_sign_ahead: Vec<CertIdHash>,
    /// How many of them a second at most.
    #[serde(default = "ocsp_sign_ahead_per_second")]
    pub ocsp_sign_ahead_per_second: u32,
    /// What is said of a serial number that was never issued.
    #[serde(default)]
    pub ocsp_never_issued: NeverIssued,
    /// How many shards the CRL of an authority has, by its short name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub shards: BTreeMap<String, u32>,
    /// Where else published files go.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub object_store: Option<ObjectStoreSection>,
}

fn full_crl_at_once_entries() -> u32 {
    1000
}

fn ocsp_cache_mib() -> u32 {
    u32::try_from(ANSWER_CACHE_MIB).expect("a number of MiB")
}

fn ocsp_sign_ahead_per_second() -> u32 {
    100
}

/// A hash that names an issuer in a CertID (RFC 6960 §4.1.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum CertIdHash {
    /// SHA-1.
    #[serde(rename = "sha-1")]
    Sha1,
    /// SHA-256.
    #[serde(rename = "sha-256")]
    Sha256,
}

/// A word of RFC 6960 §2.2. *Good* is none of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NeverIssued {
    /// Not known to be issued.
    #[default]
    Unknown,
    /// The extended definition of `revoked`.
    Revoked,
}

/// How long what is published lives.
#[derive(Clone, Debug, Serialize)]
pub struct Publication {
    /// nextUpdate − thisUpdate of the complete CRLs of issuing authorities.
    pub crl_lifetime: Duration,
    /// The same of their deltas.
    pub delta_crl_lifetime: Duration,
    /// Up to how many entries a full CRL follows a revocation at once; with 0 never.
    pub full_crl_at_once_entries: u32,
    /// How long before its end a root's CRL is worth a warning.
    pub root_crl_warning: Duration,
    /// How long before its end it is an alarm.
    pub root_crl_alarm: Duration,
    /// nextUpdate − thisUpdate of OCSP answers.
    pub ocsp_lifetime: Duration,
    /// How many octets of signed OCSP answers the status role keeps at most.
    pub ocsp_cache_octets: usize,
    /// For which hashes in CertIDs answers are signed before anybody asks.
    pub ocsp_sign_ahead: Vec<CertIdHash>,
    /// How many of them a second at most; with 0 none.
    pub ocsp_sign_ahead_per_second: u32,
    /// What OCSP answers say of a serial number that was never issued.
    pub ocsp_never_issued: NeverIssued,
}

impl PublicationSection {
    /// How long what is published lives. The error names the key.
    pub(super) fn understand(&self) -> Result<Publication, String> {
        let hours = |key: &str, hours: u32| match hours {
            0 => Err(format!("publication.{key}: must be at least one hour")),
            hours => Ok(Duration::from_secs(u64::from(hours) * 3600)),
        };
        let days = |days: u32| Duration::from_secs(u64::from(days) * 86_400);
        if self.root_crl_alarm_days > self.root_crl_warning_days {
            return Err(
                "publication.root_crl_alarm_days: must not be more than root_crl_warning_days".to_owned()
            );
        }
        if self.full_crl_at_once_entries > 10_000 {
            return Err("publication.full_crl_at_once_entries: must be at most 10000: every relying system fetches such a CRL again for each revocation".to_owned());
        }
        if self.ocsp_cache_mib > 1024 * 1024 {
            return Err("publication.ocsp_cache_mib: must be at most 1048576".to_owned());
        }
        if self.ocsp_sign_ahead_per_second > 100_000 {
            return Err("publication.ocsp_sign_ahead_per_second: must be at most 100000".to_owned());
        }
        if Duration::from_secs(u64::from(self.ocsp_lifetime_hours) * 3600) > responder::DUE {
            let days = responder::DUE.as_secs() / 86_400;
            return Err(format!(
                "publication.ocsp_lifetime_hours: must be at most {}: a responder asks for its successor {days} days before its own end, and no answer outlives its responder",
                days * 24
            ));
        }
        let twice = |at: usize| self.ocsp_sign_ahead[..at].contains(&self.ocsp_sign_ahead[at]);
        if (0..self.ocsp_sign_ahead.len()).any(twice) {
            return Err("publication.ocsp_sign_ahead: names a hash twice".to_owned());
        }
        let delta_crl_lifetime_hours = self.delta_crl_lifetime_hours.unwrap_or(self.crl_lifetime_hours);
        if delta_crl_lifetime_hours > self.crl_lifetime_hours {
            return Err("publication.delta_crl_lifetime_hours: must not be more than crl_lifetime_hours: a delta is read beside a complete CRL".to_owned());
        }
        Ok(Publication {
            crl_lifetime: hours("crl_lifetime_hours", self.crl_lifetime_hours)?,
            delta_crl_lifetime: hours("delta_crl_lifetime_hours", delta_crl_lifetime_hours)?,
            full_crl_at_once_entries: self.full_crl_at_once_entries,
            root_crl_warning: days(self.root_crl_warning_days),
            root_crl_alarm: days(self.root_crl_alarm_days),
            ocsp_lifetime: hours("ocsp_lifetime_hours", self.ocsp_lifetime_hours)?,
            ocsp_cache_octets: self.ocsp_cache_mib as usize * 1024 * 1024,
            ocsp_sign_ahead: self.ocsp_sign_ahead.clone(),
            ocsp_sign_ahead_per_second: self.ocsp_sign_ahead_per_second,
            ocsp_never_issued: self.ocsp_never_issued,
        })
    }
}
