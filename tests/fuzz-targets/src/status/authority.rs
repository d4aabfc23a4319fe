//! A root with a responder, a certificate that is good and one that is revoked, by rows as a ceremony leaves them.

use std::time::Duration;

use ca_core::revocation::{RevocationReason, revoke};
use ca_core::signer::{KeyId, KeyReference, Signer, SignerError, SigningRequest};
use crl_publisher::publish::{CeremonyCrl, publish_certificates, sign_ceremony_crl};
use crl_publisher::{PublicFolder, PublicationPolicy};
use diesel::prelude::*;
use openssl::ecdsa::EcdsaSig;
use openssl::error::ErrorStack;
use openssl::pkey::{PKey, Private};
use openssl::x509::X509;
use rand_core::UnwrapErr;
use store::schema::{authorities, certificates, issuance_epochs, service_keys};
use store::{Act, Actor, Database, DatabaseRole, RequestId, Timestamp};
use tempfile::TempDir;

use crate::scratch;
use crate::software_key::{Keyed, Use, keyed};

const ROOT: &str = "ACR-FO";
const ROOT_SERIAL: &str = "1120000000000000000000000000000001";
const RESPONDER_SERIAL: &str = "1D00000000000000000000000000000002";
const GOOD: &str = "1D01";
const REVOKED: &str = "1D02";
const YEAR: Duration = Duration::from_secs(365 * 24 * 3600);

/// The installation; its folder ends with it.
pub(super) struct Authority {
    folder: TempDir,
    root: Keyed,
    responder: Keyed,
}

impl Authority {
    pub(super) fn new() -> Self {
        let root = keyed(ROOT, ROOT_SERIAL, None, Use::Authority);
        let responder = keyed("OCSP", RESPONDER_SERIAL, Some(&root), Use::OcspResponder);
        let authority = Self { folder: scratch::folder(), root, responder };
        let mut db = Database::open(&authority.url(), DatabaseRole::Owner).expect("a folder can be written");
        db.migrate().expect("an empty database takes every migration");
        let at = db.now().expect("a database knows the time");
        authority.record(&mut db, at).expect("the rows are those of a ceremony");
        authority.publish(&mut db, at);
        authority
    }

    pub(super) fn url(&self) -> String {
        format!("sqlite:{}", self.folder.path().join("igc.sqlite").display())
    }

    pub(super) fn folder(&self) -> PublicFolder {
        PublicFolder::at(self.folder.path().join("public"))
    }

    pub(super) fn certificate(&self) -> &X509 {
        &self.root.certificate
    }

    /// Holds the keys of root and responder, in the place of a token.
    pub(super) fn signer(&self) -> SoftwareSigner {
        SoftwareSigner([self.root.key.clone(), self.responder.key.clone()])
    }

    fn record(&self, db: &mut Database, at: Timestamp) -> Result<(), Box<dyn std::error::Error>> {
        diesel::insert_into(issuance_epochs::table)
            .values((
                issuance_epochs::epoch.eq(1),
                issuance_epochs::opened_at.eq(at),
                issuance_epochs::lease_until.eq(at.plus(YEAR)),
            ))
            .execute(db)?;
        diesel::insert_into(authorities::table)
            .values((
                authorities::short_name.eq(ROOT),
                authorities::kind.eq("root"),
                authorities::parent.eq(ROOT),
                authorities::serial.eq(ROOT_SERIAL),
                authorities::public_key.eq(self.root.key.public_key_to_der()?),
                authorities::token.eq(TOKEN),
                authorities::key_id.eq(key_reference(0).id.to_string()),
                authorities::created_at.eq(at),
            ))
            .execute(db)?;
        certified(db, ROOT_SERIAL, self.root.certificate.to_der()?, at)?;
        certified(db, RESPONDER_SERIAL, self.responder.certificate.to_der()?, at)?;
        diesel::insert_into(service_keys::table)
            .values((
                service_keys::name.eq("ocsp-ACR-FO"),
                service_keys::purpose.eq("ocsp"),
                service_keys::authority.eq(ROOT),
                service_keys::serial.eq(RESPONDER_SERIAL),
                service_keys::token.eq(TOKEN),
                service_keys::key_id.eq(key_reference(1).id.to_string()),
                service_keys::public_key.eq(self.responder.key.public_key_to_der()?),
                service_keys::created_at.eq(at),
            ))
            .execute(db)?;
        // Of these, nobody asks for the certificate itself.
        certified(db, GOOD, b"DER".to_vec(), at)?;
        certified(db, REVOKED, b"DER".to_vec(), at)?;
        Ok(())
    }

    fn publish(&self, db: &mut Database, at: Timestamp) {
        let act = Act { at, actor: Actor::Job("fuzz"), request: RequestId("fuzz".to_owned()) };
        let mut rng = UnwrapErr(getrandom::SysRng);
        let serial = REVOKED.parse().expect("a serial number");
        db.write(|db| revoke(db, ROOT, &serial, RevocationReason::KeyCompromise, &mut rng, &act))
            .expect("a good certificate is revoked");
        let act = Act { at: db.now().expect("a database knows the time"), ..act };
        let (policy, wanted) = (PublicationPolicy::default(), CeremonyCrl::For(YEAR));
        let folder = self.folder();
        sign_ceremony_crl(db, &mut self.signer(), &folder, &policy, ROOT, wanted, act.at, &mut rng, &act)
            .expect("the root signs its CRL");
        publish_certificates(db, &folder).expect("a folder can be written");
    }
}

/// A certificate from intention to good.
fn certified(db: &mut Database, serial: &str, der: Vec<u8>, at: Timestamp) -> QueryResult<()> {
    diesel::insert_into(certificates::table)
        .values((
            certificates::issuer.eq(ROOT),
            certificates::serial.eq(serial),
            certificates::profile.eq("fuzz"),
            certificates::status.eq("intended"),
            certificates::epoch.eq(1),
            certificates::evidence_kind.eq("ceremony"),
            certificates::evidence_digest.eq([0; 32].as_slice()),
            certificates::spki_sha256.eq([0; 32].as_slice()),
            certificates::tbs.eq(b"TBS".as_slice()),
            certificates::not_before.eq(at.minus(YEAR)),
            certificates::not_after.eq(at.plus(9 * YEAR)),
            certificates::prepared_at.eq(at),
        ))
        .execute(db)?;
    for (status, der) in [("signing", None), ("good", Some(der))] {
        diesel::update(certificates::table.find((ROOT, serial)))
            .set((certificates::status.eq(status), certificates::der.eq(der)))
            .execute(db)?;
    }
    Ok(())
}

const TOKEN: &str = "fuzz";

fn key_reference(which: u8) -> KeyReference {
    let id = KeyId::new([which + 1]).expect("one octet is an identifier");
    KeyReference { token: TOKEN.to_owned(), id }
}

/// Signs as the token of a status role would: these octets are not about the HSM.
#[derive(Clone)]
pub(super) struct SoftwareSigner([PKey<Private>; 2]);

impl SoftwareSigner {
    fn key(&self, wanted: &KeyReference) -> Result<&PKey<Private>, SignerError> {
        let mut keys = (0..).zip(&self.0);
        let found = keys.find(|(which, _)| key_reference(*which) == *wanted);
        found.map(|(_, key)| key).ok_or_else(|| SignerError::NoSuchKey { key: wanted.clone(), found: 0 })
    }
}

impl Signer for SoftwareSigner {
    fn sign(&mut self, request: &SigningRequest<'_>) -> Result<Vec<u8>, SignerError> {
        let key = self.key(request.key)?;
        let sign = || EcdsaSig::sign(&request.digest.value, &*key.ec_key()?)?.to_der();
        sign().map_err(|error: ErrorStack| SignerError::Unavailable {
            token: TOKEN.to_owned(),
            detail: error.to_string(),
        })
    }

    fn public_key(&mut self, key: &KeyReference) -> Result<Vec<u8>, SignerError> {
        let public = self.key(key)?.public_key_to_der();
        public
            .map_err(|error| SignerError::Unavailable { token: TOKEN.to_owned(), detail: error.to_string() })
    }
}
