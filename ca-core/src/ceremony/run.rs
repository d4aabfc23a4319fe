//! Holding a ceremony.

use std::time::Duration;

use diesel::prelude::*;
use serde_json::json;
use sha2::{Digest, Sha256};
use store::audit::{Event, record};
use store::schema::authorities;
use store::{Act, CryptoRng, Database};

use super::check::{ISSUING_PROFILE, RESPONDER_PROFILE, ROOT_PROFILE};
use super::file::{Issuing, Root};
use super::{Ceremony, CeremonyError, CeremonyReport, ReportedCertificate, ReportedKey, check, tokens};
use crate::epoch::Epoch;
use crate::issuance::{
    self, Bearer, Evidence, EvidenceKind, IssuanceContext, IssuanceRequest, IssuedCertificate,
    NewAuthorityKey,
};
use crate::profile::KeyKind;
use crate::service_key::{self, NewServiceKey, Purpose};
use crate::signer::{KeyReference, ProcessSigner, SignerProcess};
use crate::subject::{Fact, Facts};

/// Renewed before each certificate; an HSM may take minutes for one RSA-4096 key.
const LEASE: Duration = Duration::from_secs(30 * 60);

/// Holds `ceremony`: initialises its tokens, makes its keys inside them, issues the certificates of
/// roots, issuing authorities and services through [`issuance`], and records authorities and service
/// keys. Runs its own transactions; one audit event for each key, and those of issuance for each
/// certificate.
///
/// Refused before anything is touched: a file that breaks a rule, a database that has authorities,
/// a token that is initialised, PIN files that are not as the file says.
pub fn run(
    db: &mut Database,
    process: &SignerProcess,
    ceremony: &Ceremony,
    context: IssuanceContext<'_>,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<CeremonyReport, CeremonyError> {
    check(ceremony, context.identity)?;
    let standing: i64 = authorities::table.count().get_result(db)?;
    if standing > 0 {
        return Err(CeremonyError::AlreadyHeld(standing));
    }
    let initialised = tokens::initialise(process, &ceremony.plan, rng)?;

    let epoch = Epoch::open(db, LEASE, act)?;
    let mut course = Course::new(db, process, ceremony, context, &epoch, rng, act);
    course.report.tokens = initialised;
    let outcome = course.hold(ceremony);
    let report = course.report;
    // Whatever happened: nothing more is signed in this epoch, and the sweep may settle the rest.
    let closed = epoch.close(db, act);
    outcome?;
    closed?;
    Ok(report)
}

/// A ceremony that is being held, or what it provides for later.
pub(super) struct Course<'a> {
    pub(super) db: &'a mut Database,
    process: &'a SignerProcess,
    signer: ProcessSigner,
    context: IssuanceContext<'a>,
    epoch: &'a Epoch,
    evidence: Evidence,
    rng: &'a mut dyn CryptoRng,
    pub(super) act: &'a Act,
    pub(super) report: CeremonyReport,
}

/// A key that was just made.
struct MadeKey {
    label: String,
    reference: KeyReference,
    public_key: Vec<u8>,
}

impl<'a> Course<'a> {
    /// The checked file is its evidence.
    pub(super) fn new(
        db: &'a mut Database,
        process: &'a SignerProcess,
        ceremony: &Ceremony,
        context: IssuanceContext<'a>,
        epoch: &'a Epoch,
        rng: &'a mut dyn CryptoRng,
        act: &'a Act,
    ) -> Self {
        #[expect(clippy::disallowed_methods, reason = "the checked ceremony file is the evidence")]
        let evidence = Evidence::verified(EvidenceKind::Ceremony, ceremony.text.as_bytes());
        let report = CeremonyReport {
            name: ceremony.name().to_owned(),
            title: ceremony.title().to_owned(),
            file_sha256: hex::encode(Sha256::digest(&ceremony.text)),
            held_at: act.at,
            tokens: Vec::new(),
            keys: Vec::new(),
            certificates: Vec::new(),
        };
        let signer = process.signer();
        Self { db, process, signer, context, epoch, evidence, rng, act, report }
    }

    fn hold(&mut self, ceremony: &Ceremony) -> Result<(), CeremonyError> {
        let plan = &ceremony.plan;
        self.record(
            "ceremony.begun",
            json!({ "file_sha256": self.report.file_sha256, "tokens": self.report.tokens }),
        )?;
        for root in &plan.root {
            self.root(root)?;
        }
        for authority in &plan.issuing {
            self.issuing(authority)?;
        }
        for authority in &plan.issuing {
            self.responder(&format!("ocsp-{}", authority.short_name.get_ref()), authority)?;
        }
        let signer = &plan.list_signer;
        let key = self.make_key("list-signer", signer.token.get_ref(), *signer.key.get_ref())?;
        let (profile, authority) = (signer.profile.get_ref(), signer.authority.get_ref());
        let certificate = self.certify_service(&key, profile, authority, &signer.facts)?;
        self.record_service_key(&key, Purpose::List, Some(&certificate))?;

        let key = self.make_key("audit", plan.audit.token.get_ref(), *plan.audit.key.get_ref())?;
        self.record_service_key(&key, Purpose::Audit, None)?;
        let report = serde_json::to_value(&self.report).unwrap_or_default();
        self.record("ceremony.ended", report)
    }

    fn root(&mut self, root: &Root) -> Result<(), CeremonyError> {
        let short_name = root.short_name.get_ref();
        let key = self.make_key(short_name, root.token.get_ref(), *root.key.get_ref())?;
        let facts = Facts::new().with(Fact::Authority, short_name);
        self.certify(
            short_name,
            &IssuanceRequest {
                profile: ROOT_PROFILE,
                issuer: short_name,
                bearer: Bearer::Authority(NewAuthorityKey {
                    short_name,
                    key: &key.reference,
                    serial_prefix: None,
                }),
                facts: &facts,
                public_key: &key.public_key,
                not_after: Some(root.validity.get_ref().end(self.act.at)),
            },
        )?;
        Ok(())
    }

    fn issuing(&mut self, authority: &Issuing) -> Result<(), CeremonyError> {
        let short_name = authority.short_name.get_ref();
        let key = self.make_key(short_name, authority.token.get_ref(), *authority.key.get_ref())?;
        let serial_prefix = match self.context.identity.serial_prefix(short_name) {
            Some(laid_down) => laid_down,
            None => draw_serial_prefix(self.rng),
        };
        let facts = Facts::new().with(Fact::Authority, short_name);
        self.certify(
            short_name,
            &IssuanceRequest {
                profile: ISSUING_PROFILE,
                issuer: authority.parent.get_ref(),
                bearer: Bearer::Authority(NewAuthorityKey {
                    short_name,
                    key: &key.reference,
                    serial_prefix: Some(serial_prefix),
                }),
                facts: &facts,
                public_key: &key.public_key,
                not_after: Some(authority.validity.get_ref().end(self.act.at)),
            },
        )?;
        Ok(())
    }

    /// A responder of this authority: a key of that label, its certificate, its record.
    pub(super) fn responder(&mut self, label: &str, authority: &Issuing) -> Result<(), CeremonyError> {
        let short_name = authority.short_name.get_ref();
        let responder = &authority.responder;
        let key = self.make_key(label, responder.token.get_ref(), *responder.key.get_ref())?;
        let certificate = self.certify_service(&key, RESPONDER_PROFILE, short_name, &Facts::new())?;
        self.record_service_key(&key, Purpose::Ocsp, Some(&certificate))
    }

    fn certify_service(
        &mut self,
        key: &MadeKey,
        profile: &str,
        issuer: &str,
        facts: &Facts,
    ) -> Result<IssuedCertificate, CeremonyError> {
        let request = IssuanceRequest {
            profile,
            issuer,
            bearer: Bearer::EndEntity,
            facts,
            public_key: &key.public_key,
            not_after: None,
        };
        self.certify(&key.label, &request)
    }

    /// Makes a key in a token, and says so in the audit trail.
    fn make_key(&mut self, label: &str, token: &str, kind: KeyKind) -> Result<MadeKey, CeremonyError> {
        let (id, public_key) = self.process.generate_key(token, kind, label)?;
        let reference = KeyReference { token: token.to_owned(), id };
        let reported = ReportedKey {
            label: label.to_owned(),
            reference: reference.clone(),
            kind,
            public_key_sha256: hex::encode(Sha256::digest(&public_key)),
        };
        let event = Event {
            action: "key.made",
            subject: format!("key {reference}"),
            payload: json!({ "label": label, "kind": kind, "public_key_sha256": reported.public_key_sha256 }),
        };
        self.db.write(|db| record(db, event, self.rng, self.act))?;
        self.report.keys.push(reported);
        Ok(MadeKey { label: label.to_owned(), reference, public_key })
    }

    /// Prepares and issues one certificate.
    fn certify(
        &mut self,
        label: &str,
        request: &IssuanceRequest<'_>,
    ) -> Result<IssuedCertificate, CeremonyError> {
        self.epoch.renew(self.db)?;
        let prepared = self
            .db
            .write(|db| {
                issuance::prepare(db, self.context, request, &self.evidence, self.epoch, self.rng, self.act)
            })
            .map_err(|source| CeremonyError::Prepare {
                subject: label.to_owned(),
                source: Box::new(source),
            })?;
        let issued = issuance::issue(self.db, &mut self.signer, prepared, self.rng, self.act)
            .map_err(|source| CeremonyError::Issue { subject: label.to_owned(), source: Box::new(source) })?;
        self.report.certificates.push(ReportedCertificate {
            label: label.to_owned(),
            profile: request.profile.to_owned(),
            issuer: issued.issuer.clone(),
            serial: issued.serial.to_string(),
            sha256: hex::encode(Sha256::digest(&issued.der)),
        });
        Ok(issued)
    }

    fn record_service_key(
        &mut self,
        key: &MadeKey,
        purpose: Purpose,
        certificate: Option<&IssuedCertificate>,
    ) -> Result<(), CeremonyError> {
        let certificate = certificate.map(|issued| (issued.issuer.as_str(), &issued.serial));
        let event = Event {
            action: "service-key.recorded",
            subject: format!("service key {}", key.label),
            payload: json!({ "purpose": purpose.name(), "key": key.reference.to_string() }),
        };
        self.db.write(|db| {
            let (name, reference, public_key) = (&key.label, &key.reference, &key.public_key);
            let new = NewServiceKey { name, purpose, key: reference, public_key, certificate };
            service_key::record(db, &new, self.act)?;
            record(db, event, self.rng, self.act)
        })?;
        Ok(())
    }

    fn record(&mut self, action: &'static str, payload: serde_json::Value) -> Result<(), CeremonyError> {
        let event = Event { action, subject: format!("ceremony {}", self.report.name), payload };
        self.db.write(|db| record(db, event, self.rng, self.act))?;
        Ok(())
    }
}

/// Eight octets whose first is 01 to 7F, so that a serial number is positive and keeps its sixteen
/// octets (domain.md §1.5 [C]).
fn draw_serial_prefix(rng: &mut dyn CryptoRng) -> [u8; 8] {
    let mut prefix = [0; 8];
    while prefix[0] == 0 {
        rng.fill_bytes(&mut prefix);
        prefix[0] &= 0x7F;
    }
    prefix
}
