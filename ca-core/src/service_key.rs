//! Keys that sign something other than certificates and CRLs.

use diesel::dsl::exists;
use diesel::prelude::*;
use store::schema::{authorities, certificates, service_keys};
use store::{Act, Database};

use crate::serial::SerialNumber;
use crate::signer::KeyReference;

/// What a service key signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// OCSP answers for one authority (RFC 6960 §4.2.2.2, delegated).
    Ocsp,
    /// Opposition lists.
    List,
    /// Heads of the audit tree.
    Audit,
}

impl Purpose {
    /// As stored.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ocsp => "ocsp",
            Self::List => "list",
            Self::Audit => "audit",
        }
    }
}

/// A service key, with its certificate where its purpose has one.
#[derive(Clone, Debug)]
pub struct ServiceKey {
    /// Unique name: `ocsp-ACI-FO-PP`, `list-signer`, `audit`.
    pub name: String,
    /// Where the private key lives.
    pub key: KeyReference,
    /// SubjectPublicKeyInfo, DER.
    pub public_key: Vec<u8>,
    /// Short name of the authority that certified it.
    pub authority: Option<String>,
    /// The DER of its certificate.
    pub certificate: Option<Vec<u8>>,
}

/// A service key to be recorded.
#[derive(Debug)]
pub struct NewServiceKey<'a> {
    /// Unique name.
    pub name: &'a str,
    /// What it signs.
    pub purpose: Purpose,
    /// Where the private key lives.
    pub key: &'a KeyReference,
    /// SubjectPublicKeyInfo, DER.
    pub public_key: &'a [u8],
    /// Issuer and serial number of its certificate; none for the audit key.
    pub certificate: Option<(&'a str, &'a SerialNumber)>,
}

/// Records a service key, inside the caller's transaction; its event is the ceremony's.
pub fn record(db: &mut Database, new: &NewServiceKey<'_>, act: &Act) -> QueryResult<()> {
    diesel::insert_into(service_keys::table)
        .values((
            service_keys::name.eq(new.name),
            service_keys::purpose.eq(new.purpose.name()),
            service_keys::authority.eq(new.certificate.map(|(issuer, _)| issuer)),
            service_keys::serial.eq(new.certificate.map(|(_, serial)| serial.to_string())),
            service_keys::token.eq(&new.key.token),
            service_keys::key_id.eq(new.key.id.to_string()),
            service_keys::public_key.eq(new.public_key),
            service_keys::created_at.eq(act.at),
        ))
        .execute(db)?;
    Ok(())
}

/// Whether the PKI itself stands on this certificate, an authority's or that of a service key: its end is a ceremony's matter.
pub fn stands_on(db: &mut Database, issuer: &str, serial: &SerialNumber) -> QueryResult<bool> {
    let serial = serial.to_string();
    let of_authority =
        authorities::table.filter(authorities::parent.eq(issuer).and(authorities::serial.eq(&serial)));
    let of_service =
        service_keys::table.filter(service_keys::authority.eq(issuer).and(service_keys::serial.eq(&serial)));
    diesel::select(exists(of_authority).or(exists(of_service))).get_result(db)
}

/// The service keys of a purpose, oldest first.
pub fn of_purpose(db: &mut Database, purpose: Purpose) -> QueryResult<Vec<ServiceKey>> {
    type Row = (String, String, String, Vec<u8>, Option<String>, Option<Vec<u8>>);
    let rows: Vec<Row> = service_keys::table
        .left_join(
            certificates::table.on(certificates::issuer
                .nullable()
                .eq(service_keys::authority)
                .and(certificates::serial.nullable().eq(service_keys::serial))),
        )
        .filter(service_keys::purpose.eq(purpose.name()))
        .order((service_keys::created_at, service_keys::name))
        .select((
            service_keys::name,
            service_keys::token,
            service_keys::key_id,
            service_keys::public_key,
            service_keys::authority,
            certificates::der.nullable(),
        ))
        .load(db)?;
    Ok(rows
        .into_iter()
        .map(|(name, token, key_id, public_key, authority, certificate)| ServiceKey {
            name,
            key: KeyReference {
                token,
                id: key_id.parse().expect("the database holds key identifiers this program wrote"),
            },
            public_key,
            authority,
            certificate,
        })
        .collect())
}
