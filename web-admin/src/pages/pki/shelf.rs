//! An authority as the page shows it.

use ca_core::authority::AuthorityKind;
use openssl::error::ErrorStack;
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::x509::X509;

use crate::failure::Failure;
use crate::faults;
use crate::messages::Key;
use crate::publications::{NextCrl, PublishedAuthority, PublishedCrl, PublishedShards};
use crate::typography::Shown;

/// One authority: what stands in its certificate, and what it publishes.
pub(super) struct Shelf {
    pub(super) name: String,
    pub(super) kind: Key,
    pub(super) subject: String,
    pub(super) sha256: String,
    pub(super) key_identifier: String,
    pub(super) not_before: Shown,
    pub(super) not_after: Shown,
    pub(super) revoked_at: Option<Shown>,
    pub(super) certificate: PublishedAt,
    pub(super) ocsp: Option<String>,
    pub(super) crls: Vec<Crl>,
    pub(super) shards: Option<Shards>,
}

/// The CRLs of its shards, by the first of them.
pub(super) struct Shards {
    pub(super) count: usize,
    pub(super) first: Crl,
}

/// A file of the page, and the address that certificates give it.
pub(super) struct PublishedAt {
    /// Below the page's own downloads.
    pub(super) path: String,
    pub(super) address: Option<String>,
}

pub(super) struct Crl {
    pub(super) kind: Key,
    pub(super) number: u64,
    pub(super) this_update: Shown,
    pub(super) next_update: Shown,
    pub(super) planned_at: Option<Shown>,
    /// What follows it where no moment is planned.
    pub(super) unplanned: Key,
    pub(super) file: PublishedAt,
}

impl PublishedAt {
    /// Of the file itself.
    pub(super) fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or_default()
    }
}

impl Shelf {
    pub(super) fn of(published: PublishedAuthority) -> Result<Self, Failure> {
        let PublishedAuthority { authority, certificate_url, ocsp_url, crls, shards } = published;
        let unreadable = |error: ErrorStack| {
            let detail = format!("the certificate of {} does not read: {error}", authority.short_name);
            Failure::coded(faults::PAGE_FAILED, detail)
        };
        let certificate = X509::from_der(&authority.certificate).map_err(unreadable)?;
        let digest = certificate.digest(MessageDigest::sha256()).map_err(unreadable)?;
        let name = authority.short_name;
        Ok(Self {
            kind: Key::of(match authority.kind {
                AuthorityKind::Root => "pki-root",
                AuthorityKind::Issuing => "pki-issuing",
            }),
            subject: subject(&certificate),
            sha256: octets(&digest),
            key_identifier: certificate.subject_key_id().map_or_else(String::new, |id| octets(id.as_slice())),
            not_before: Shown(authority.not_before),
            not_after: Shown(authority.not_after),
            revoked_at: authority.revoked_at.map(Shown),
            certificate: PublishedAt { path: format!("ca/{name}.cer"), address: certificate_url },
            ocsp: ocsp_url,
            crls: crls.into_iter().map(|crl| Crl::of(&name, crl)).collect(),
            shards: shards.map(|PublishedShards { count, first }| {
                let path = format!("crl/{name}/1.crl");
                Shards {
                    count,
                    first: Crl {
                        file: PublishedAt { path, address: first.url.clone() },
                        ..Crl::of(&name, first)
                    },
                }
            }),
            name,
        })
    }
}

impl Crl {
    fn of(authority: &str, crl: PublishedCrl) -> Self {
        let (kind, path) = match crl.is_delta {
            true => (Key::of("pki-delta-crl"), format!("crl/{authority}-delta.crl")),
            false => (Key::of("pki-full-crl"), format!("crl/{authority}.crl")),
        };
        Self {
            kind,
            number: crl.number,
            this_update: Shown(crl.this_update),
            next_update: Shown(crl.next_update),
            planned_at: crl.next.planned_at().map(Shown),
            unplanned: Key::of(match crl.next {
                NextCrl::Never => "pki-crl-last",
                NextCrl::AtCeremony | NextCrl::By(_) => "pki-crl-next-at-ceremony",
            }),
            file: PublishedAt { path, address: crl.url },
        }
    }
}

/// `C=FR, O=…, CN=…`, in the order of the certificate.
fn subject(certificate: &X509) -> String {
    let attributes = certificate.subject_name().entries().map(|entry| {
        let name = match entry.object().nid() {
            Nid::UNDEF => entry.object().to_string(),
            nid => nid.short_name().unwrap_or_default().to_owned(),
        };
        let value = entry.data().to_string().unwrap_or_default();
        format!("{name}={value}")
    });
    attributes.collect::<Vec<_>>().join(", ")
}

/// `2D:9E:22`, as fingerprints are read aloud.
fn octets(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02X}")).collect::<Vec<_>>().join(":")
}
