//! The newest responder of an authority: the one that has, or will have, a successor.

use diesel::prelude::*;
use store::schema::{certificates, service_keys};
use store::{Database, Timestamp};

use crate::certificate::{self, CertificateStatus};
use crate::serial::SerialNumber;
use crate::service_key::Purpose;
use crate::signer::KeyReference;

/// The newest responder of an authority.
#[derive(Clone, Debug)]
pub struct NewestResponder {
    /// The name of its service key.
    pub name: String,
    /// Short name of the authority.
    pub authority: String,
    /// Where its private key lives.
    pub key: KeyReference,
    /// SubjectPublicKeyInfo, DER.
    pub public_key: Vec<u8>,
    /// The serial number of its certificate.
    pub serial: SerialNumber,
    /// Where its certificate stands.
    pub status: CertificateStatus,
    /// Since when it is valid.
    pub not_before: Timestamp,
    /// Until when.
    pub not_after: Timestamp,
}

impl NewestResponder {
    /// The label, and later the name, of its successor's key: found again after a crash.
    pub(super) fn successor_label(&self) -> String {
        format!("ocsp-{}-after-{}", self.authority, self.serial)
    }

    /// Whether its certificate is good and valid.
    pub fn stands_at(&self, at: Timestamp) -> bool {
        let good = matches!(self.status, CertificateStatus::Good { .. });
        good && self.not_before <= at && at < self.not_after
    }

    /// Whether its successor is wanted.
    pub fn is_due_at(&self, at: Timestamp) -> bool {
        self.not_after <= at.plus(super::DUE)
    }
}

/// The newest responder of an authority, whether it still answers or not; nothing where it never had one.
pub fn newest(db: &mut Database, authority: &str) -> QueryResult<Option<NewestResponder>> {
    let row: Option<(String, String, String, Vec<u8>, String)> = service_keys::table
        .inner_join(
            certificates::table.on(certificates::issuer
                .nullable()
                .eq(service_keys::authority)
                .and(certificates::serial.nullable().eq(service_keys::serial))),
        )
        .filter(service_keys::purpose.eq(Purpose::Ocsp.name()))
        .filter(service_keys::authority.eq(authority))
        .order((service_keys::created_at.desc(), service_keys::name.desc()))
        .select((
            service_keys::name,
            service_keys::token,
            service_keys::key_id,
            service_keys::public_key,
            certificates::serial,
        ))
        .first(db)
        .optional()?;
    let Some((name, token, key_id, public_key, serial)) = row else { return Ok(None) };
    let serial: SerialNumber = serial.parse().expect("the database holds serial numbers this program wrote");
    let Some(certificate) = certificate::find(db, authority, &serial)? else { return Ok(None) };
    Ok(Some(NewestResponder {
        name,
        authority: authority.to_owned(),
        key: KeyReference {
            token,
            id: key_id.parse().expect("the database holds key identifiers this program wrote"),
        },
        public_key,
        serial,
        status: certificate.status,
        not_before: certificate.not_before,
        not_after: certificate.not_after,
    }))
}
