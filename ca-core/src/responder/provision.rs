//! The ceremony's file that provides for the responders of an authority.

use diesel::prelude::*;
use sha2::{Digest, Sha256};
use store::Database;
use store::schema::{certificates, responder_certifications, service_keys};

use crate::ceremony::Ceremony;
use crate::profile::KeyKind;
use crate::service_key::Purpose;

/// What a reviewed file says of the responders of an authority.
#[derive(Clone, Debug)]
pub(super) struct Provision {
    /// SHA-256 of the file.
    pub(super) ceremony: [u8; 32],
    /// Where the key lives.
    pub(super) token: String,
    /// Of which kind it is.
    pub(super) kind: KeyKind,
}

/// Of the files of the ceremonies that were held, the one that made the newest responder that a ceremony made:
/// that of the authority, or of a later ceremony of kind `ocsp-responders`. Nothing where the file is not there.
pub(super) fn of(
    db: &mut Database,
    ceremonies: &[Ceremony],
    authority: &str,
) -> QueryResult<Option<Provision>> {
    let asked_for = responder_certifications::table
        .filter(responder_certifications::issuer.eq(certificates::issuer))
        .filter(responder_certifications::serial.eq(certificates::serial));
    let evidence: Option<Vec<u8>> = service_keys::table
        .inner_join(
            certificates::table.on(certificates::issuer
                .nullable()
                .eq(service_keys::authority)
                .and(certificates::serial.nullable().eq(service_keys::serial))),
        )
        .filter(service_keys::purpose.eq(Purpose::Ocsp.name()))
        .filter(service_keys::authority.eq(authority))
        .filter(diesel::dsl::not(diesel::dsl::exists(asked_for)))
        .order((service_keys::created_at.desc(), service_keys::name.desc()))
        .select(certificates::evidence_digest)
        .first(db)
        .optional()?;
    let Some(evidence) = evidence else { return Ok(None) };
    Ok(ceremonies.iter().find_map(|ceremony| {
        let digest: [u8; 32] = Sha256::digest(ceremony.text()).into();
        let (token, kind) = ceremony.responder_of(authority).filter(|_| digest[..] == evidence[..])?;
        Some(Provision { ceremony: digest, token: token.to_owned(), kind })
    }))
}
