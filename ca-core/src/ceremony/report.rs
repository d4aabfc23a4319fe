//! The report: all that an auditor needs to verify a ceremony on a machine with nothing else.

use der::pem::LineEnding;
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use store::schema::ceremony_reports;
use store::{Act, Database};

use super::outcome::{CertificateMade, CrlMade};
use super::steps::RevokeStep;
use super::taking_up::contradicts_the_trail;
use super::transcript::{Entry, EntryEvent, read_chain};
use super::verify::{ReportError, part, sha256, verify_content};
use super::{Ceremony, ReportIdentity, Step};
use crate::authority;
use crate::certificate;
use crate::service_key::{self, Purpose, ServiceKey};
use crate::signer::{SignatureAlgorithm, Signer};
use crate::signing::{IntendedSignature, sign_intended};

pub(super) const CERTIFICATE: &str = "CERTIFICATE";
pub(super) const CRL: &str = "X509 CRL";
pub(super) const FORMAT: &str = "igc-ceremony-report-v1";

/// What a ceremony was, and what it left. Signed over its octets by the audit key of the installation
/// (docs/decisions/0014).
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Report {
    /// `igc-ceremony-report-v1`.
    pub format: String,
    /// Version of the program.
    pub program: String,
    /// The ceremony file, word for word.
    pub ceremony_file: String,
    /// The identity that it was held with, word for word; absent where a program of before held the ceremony or wrote the report, and
    /// where it was not kept and the installation has another since.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identity: Option<String>,
    /// The transcript, line for line.
    pub transcript: Vec<String>,
    /// Every certificate that was issued.
    pub certificates: Vec<NamedPem>,
    /// The certificates of authorities that signed and were not made here.
    pub issuers: Vec<NamedPem>,
    /// Every CRL that was signed.
    pub crls: Vec<NamedPem>,
    /// The certificates of the authorities that were revoked; a program of before did not bring them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub revoked: Vec<NamedPem>,
}

/// An object in PEM, so that any tool reads it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NamedPem {
    /// The label of its key: the short name of its authority, or the name of its service.
    pub name: String,
    /// PEM.
    pub pem: String,
}

impl NamedPem {
    /// The DER, where the PEM is of this label and says nothing beside it.
    pub(super) fn der(&self, label: &'static str) -> Option<Vec<u8>> {
        let (_, der) = der::pem::decode_vec(self.pem.as_bytes()).ok()?;
        (named(label, &self.name, &der).ok()?.pem == self.pem).then_some(der)
    }
}

/// A report with its signature.
#[derive(Clone, Debug)]
pub struct SignedReport {
    /// The octets of `report.json`.
    pub json: Vec<u8>,
    /// The signature over them: ECDSA-Sig-Value in DER, or RSASSA-PKCS1-v1_5, with SHA-256.
    pub signature: Vec<u8>,
    /// The audit key, SubjectPublicKeyInfo in DER.
    pub audit_key: Vec<u8>,
    /// What whoever verifies it will be told that it leaves open.
    pub not_proven: Vec<String>,
}

/// Writes the report of a ceremony that has come to its end, and has it signed. `crl_of` gives the DER of a
/// CRL that was signed.
pub fn report(
    db: &mut Database,
    signer: &mut dyn Signer,
    identity: ReportIdentity<'_>,
    ceremony: &Ceremony,
    transcript: &str,
    crl_of: &mut dyn FnMut(&mut Database, &CrlMade) -> Option<Vec<u8>>,
    act: &Act,
) -> Result<SignedReport, ReportError> {
    let entries = read_chain(transcript, &ceremony.sha256())?;
    if !entries
        .last()
        .is_some_and(|last| last.step == Step::Close.to_string() && last.event == EntryEvent::Done)
    {
        return Err(ReportError::NotEnded(ceremony.name().to_owned()));
    }
    let head = sha256(transcript.lines().last().unwrap_or_default().as_bytes());
    if contradicts_the_trail(db, ceremony.name(), &head)? {
        return Err(ReportError::NotTold(ceremony.name().to_owned()));
    }
    let mut report = Report {
        format: FORMAT.to_owned(),
        program: env!("CARGO_PKG_VERSION").to_owned(),
        ceremony_file: ceremony.text().to_owned(),
        identity: identity.held_with(&entries)?,
        transcript: transcript.lines().map(str::to_owned).collect(),
        certificates: Vec::new(),
        issuers: Vec::new(),
        crls: Vec::new(),
        revoked: Vec::new(),
    };
    for step in ceremony.steps() {
        match &step {
            Step::Certificate(_) => {
                let made: CertificateMade = outcome(&entries, &step)?;
                report.add_certificate(db, &made)?;
            }
            Step::Crl(_) => {
                let made: CrlMade = outcome(&entries, &step)?;
                let der =
                    crl_of(db, &made).ok_or_else(|| part(&step, "the database does not hold this CRL"))?;
                report.crls.push(named(CRL, &made.issuer, &der)?);
                report.add_issuer(db, &made.issuer)?;
            }
            Step::Revoke(RevokeStep { authority, but_responder: None, .. }) => {
                let its = authority::load(db, authority)?.certificate;
                report.revoked.push(named(CERTIFICATE, authority, &its)?);
            }
            _ => {}
        }
    }
    let key = audit_key(db)?;
    let not_proven = verify_content(&report, &key.public_key)?.not_proven;
    let mut json = serde_json::to_vec_pretty(&report).expect("a report is plain data");
    json.push(b'\n');
    record(db, ceremony, &json, &key, act)?;
    let subject = format!("ceremony report {}", ceremony.name());
    let wanted =
        IntendedSignature { key: &key.key, public_key: &key.public_key, subject: &subject, message: &json };
    let signature = sign_intended(db, signer, &wanted, act)?;
    Ok(SignedReport { json, signature, audit_key: key.public_key, not_proven })
}

/// Writes a report down before it is signed, so that the signature is held against it. The same one again is written once.
pub(super) fn record(
    db: &mut Database,
    ceremony: &Ceremony,
    json: &[u8],
    key: &ServiceKey,
    act: &Act,
) -> Result<(), ReportError> {
    let algorithm = SignatureAlgorithm::of_key(&key.public_key);
    let algorithm = algorithm.map_err(|error| part("audit key", error.to_string()))?;
    let digest = algorithm.digest(json).value;
    db.write(|db| {
        let standing: i64 = ceremony_reports::table.find(&digest).count().get_result(db)?;
        if standing == 0 {
            let row = (
                ceremony_reports::digest.eq(&digest),
                ceremony_reports::ceremony.eq(ceremony.name()),
                ceremony_reports::report.eq(json),
                ceremony_reports::recorded_at.eq(act.at),
            );
            diesel::insert_into(ceremony_reports::table).values(row).execute(db)?;
        }
        Ok(())
    })
}

impl Report {
    fn add_certificate(&mut self, db: &mut Database, made: &CertificateMade) -> Result<(), ReportError> {
        let serial = made.serial.parse().map_err(|_| part(&made.label, "its serial number does not read"))?;
        let found = certificate::find(db, &made.issuer, &serial)?;
        let der = found.as_ref().and_then(|found| found.status.der());
        let der = der.ok_or_else(|| part(&made.label, "the database does not hold its certificate"))?;
        self.certificates.push(named(CERTIFICATE, &made.label, der)?);
        self.add_issuer(db, &made.issuer)
    }

    /// With the certificate of whoever signed, up to the root, where it was not made here.
    fn add_issuer(&mut self, db: &mut Database, short_name: &str) -> Result<(), ReportError> {
        let known = self.certificates.iter().chain(&self.issuers).any(|one| one.name == short_name);
        if known {
            return Ok(());
        }
        let issuer = authority::load(db, short_name)?;
        self.issuers.push(named(CERTIFICATE, short_name, &issuer.certificate)?);
        self.add_issuer(db, &issuer.parent)
    }
}

fn outcome<T: serde::de::DeserializeOwned>(entries: &[Entry], step: &Step) -> Result<T, ReportError> {
    let name = step.to_string();
    let done = entries.iter().find(|entry| entry.step == name && entry.event == EntryEvent::Done);
    done.and_then(|entry| serde_json::from_value(entry.detail.clone()).ok())
        .ok_or_else(|| part(&name, "the transcript does not say what it gave"))
}

pub(super) fn audit_key(db: &mut Database) -> Result<ServiceKey, ReportError> {
    service_key::of_purpose(db, Purpose::Audit)?
        .pop()
        .ok_or_else(|| part("audit key", "no ceremony has made one, and it signs the report"))
}

pub(super) fn named(label: &'static str, name: &str, der: &[u8]) -> Result<NamedPem, ReportError> {
    let pem =
        der::pem::encode_string(label, LineEnding::LF, der).map_err(|error| part(name, error.to_string()))?;
    Ok(NamedPem { name: name.to_owned(), pem })
}
