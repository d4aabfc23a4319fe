//! What the PKI itself signs with a key, and what ends that.

use std::fmt;

use diesel::prelude::*;
use sha2::{Digest, Sha256};
use store::Database;
use store::schema::{authorities, service_keys};

use crate::authority::AuthorityKind;
use crate::rsa_public_key::modulus_sha256;
use crate::service_key::Purpose;

/// What the PKI itself signs with a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Service {
    /// Certificates and CRLs, as the root of this short name.
    Root(String),
    /// The same, as the issuing authority of this short name.
    Issuing(String),
    /// OCSP answers, as the responder of this name.
    Responder(String),
    /// Opposition lists, as the signer of this name.
    ListSigner(String),
    /// Heads of the audit log, and reports of ceremonies.
    AuditLog,
}

impl Service {
    /// Who ends it and how, where that can be; what is left to do where it cannot.
    pub fn what_ends_it(&self) -> &'static str {
        match self {
            Self::Root(_) => {
                "nothing revokes a root: whoever trusts it has to be told, and ceremonies of kind root and \
                 issuing-authority make others"
            }
            Self::Issuing(_) => "a ceremony of kind root-crl with [[revoke]] has its root revoke it",
            Self::Responder(_) => {
                "a ceremony of kind ocsp-responders with revoke_earlier makes the next one and revokes it"
            }
            Self::ListSigner(_) => {
                "a ceremony of kind list-signer makes the next one; recorded again after it, this one is revoked"
            }
            Self::AuditLog => {
                "no ceremony makes another in this installation: what it signs from now on proves nothing, and the heads that \
                 others kept before are what the log is held against"
            }
        }
    }
}

impl fmt::Display for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Root(name) => write!(f, "root {name}"),
            Self::Issuing(name) => write!(f, "authority {name}"),
            Self::Responder(name) => write!(f, "OCSP responder {name}"),
            Self::ListSigner(name) => write!(f, "list signer {name}"),
            Self::AuditLog => f.write_str("the audit log"),
        }
    }
}

/// A key of the PKI's own.
#[derive(Clone, Debug)]
pub(super) struct HouseKey {
    pub(super) service: Service,
    /// SubjectPublicKeyInfo, DER.
    pub(super) public_key: Vec<u8>,
    /// Issuer and serial number of its certificate; none of the audit log's.
    pub(super) certificate: Option<(String, String)>,
}

/// Those over this key (a SubjectPublicKeyInfo in DER), or over an RSA key of the same modulus.
pub(super) fn with_key(db: &mut Database, public_key: &[u8]) -> QueryResult<Vec<HouseKey>> {
    let modulus = modulus_sha256(public_key);
    let is_it = |one: &HouseKey| {
        one.public_key == public_key || (modulus.is_some() && modulus_sha256(&one.public_key) == modulus)
    };
    Ok(all(db)?.into_iter().filter(is_it).collect())
}

/// The key of any with this digest of it.
pub(super) fn with_digest(db: &mut Database, digest: &[u8; 32]) -> QueryResult<Option<Vec<u8>>> {
    let found = all(db)?.into_iter().find(|one| Sha256::digest(&one.public_key).as_slice() == digest);
    Ok(found.map(|one| one.public_key))
}

/// Every one that the ceremonies, and the responders after each other, have made: some dozens.
pub(super) fn all(db: &mut Database) -> QueryResult<Vec<HouseKey>> {
    type OfAuthority = (String, String, String, String, Vec<u8>);
    type OfService = (String, String, Option<String>, Option<String>, Vec<u8>);
    let of_authorities: Vec<OfAuthority> = authorities::table
        .order(authorities::short_name)
        .select((
            authorities::short_name,
            authorities::kind,
            authorities::parent,
            authorities::serial,
            authorities::public_key,
        ))
        .load(db)?;
    let of_services: Vec<OfService> = service_keys::table
        .order(service_keys::name)
        .select((
            service_keys::name,
            service_keys::purpose,
            service_keys::authority,
            service_keys::serial,
            service_keys::public_key,
        ))
        .load(db)?;
    let of_authority = |(short_name, kind, parent, serial, public_key): OfAuthority| HouseKey {
        service: match kind == AuthorityKind::Root.name() {
            true => Service::Root(short_name),
            false => Service::Issuing(short_name),
        },
        public_key,
        certificate: Some((parent, serial)),
    };
    let of_service = |(name, purpose, authority, serial, public_key): OfService| HouseKey {
        service: match purpose {
            _ if purpose == Purpose::Ocsp.name() => Service::Responder(name),
            _ if purpose == Purpose::List.name() => Service::ListSigner(name),
            _ => Service::AuditLog,
        },
        public_key,
        certificate: authority.zip(serial),
    };
    let keys = of_authorities.into_iter().map(of_authority);
    Ok(keys.chain(of_services.into_iter().map(of_service)).collect())
}
