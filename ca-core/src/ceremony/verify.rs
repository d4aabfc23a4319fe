//! Verifies a report offline: nothing is asked but the report, its signature and the audit key.

use openssl::x509::X509;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use store::{Code, Fault};
use thiserror::Error;

use super::custodians::CustodianSet;
use super::outcome::{
    Acknowledged, CertificateMade, CrlMade, EndDecided, KeyDestroyed, KeyMade, Opened, SparedCertificate,
    TakenUp, TokenInitialised,
};
use super::report::{CERTIFICATE, CRL, FORMAT, NamedPem, Report};
use super::steps::{CertificateStep, CrlStep, KeyStep, ShareStep};
use super::transcript::{Entry, EntryEvent, TranscriptError, read_chain};
use super::verify_custodians::SharedToken;
use super::verify_lint::Judge;
use super::verify_objects::{check_certificate, check_crl};
use super::{AdministratorKey, Ceremony, CeremonyError, Step, held_identity};
use crate::authority::AuthorityError;
use crate::faults;
use crate::profile::KeyKind;
use crate::signer::SignatureAlgorithm;
use crate::signing::IntendedError;

/// A report that is not written, or does not hold.
#[derive(Debug, Error)]
pub enum ReportError {
    /// One part of it is not what the ceremony made.
    #[error("{part}: {why}")]
    Part {
        /// Which: a step's name, `signature`, `report`, `audit key`.
        part: String,
        /// What is wrong.
        why: String,
    },
    /// The ceremony has not come to its end.
    #[error("ceremony {0} has not come to its end")]
    NotEnded(String),
    /// The audit log was told another transcript, or not the end of this one.
    #[error(
        "the audit log was not told the end of this transcript of ceremony {0}; where a crash came between, `igc ceremony run` tells it"
    )]
    NotTold(String),
    /// Its transcript.
    #[error(transparent)]
    Transcript(#[from] TranscriptError),
    /// Its ceremony file.
    #[error(transparent)]
    File(#[from] Box<CeremonyError>),
    /// The audit key did not sign.
    #[error(transparent)]
    Signer(#[from] IntendedError),
    /// An authority does not load.
    #[error(transparent)]
    Authority(#[from] AuthorityError),
    /// The database failed.
    #[error("database: {0}")]
    Database(#[from] diesel::result::Error),
}

impl Fault for ReportError {
    fn code(&self) -> Code {
        match self {
            Self::Part { .. } => faults::CEREMONY_REPORT,
            Self::NotEnded(_) => faults::CEREMONY_NOT_ENDED,
            Self::NotTold(_) => faults::CEREMONY_OTHER_DATABASE,
            Self::Transcript(error) => error.code(),
            Self::File(error) => error.code(),
            Self::Signer(error) => error.code(),
            Self::Authority(error) => error.code(),
            Self::Database(_) => store::fault::DATABASE,
        }
    }
}

pub(super) fn part(part: impl ToString, why: impl Into<String>) -> ReportError {
    ReportError::Part { part: part.to_string(), why: why.into() }
}

/// What a report that holds says.
#[derive(Clone, Debug, serde::Serialize)]
pub struct VerifiedReport {
    /// The ceremony's name.
    pub ceremony: String,
    /// Its title.
    pub title: String,
    /// Version of the program that held it.
    pub program: String,
    /// SHA-256 of the ceremony file.
    pub file_sha256: String,
    /// Who typed.
    pub operator: String,
    /// Who watched.
    pub witnesses: Vec<String>,
    /// Who was there each time that another process took it up.
    pub taken_up_by: Vec<TakenUp>,
    /// How many steps were taken.
    pub steps: usize,
    /// SHA-256 of the audit key that signed the report, to be compared with one known otherwise.
    pub audit_key_sha256: String,
    /// SHA-256 of the identity whose names, policies and addresses the certificates bear; none where the report brings none.
    pub identity_sha256: Option<String>,
    /// Every token whose PINs are shared, and who opened it.
    pub shared_tokens: Vec<SharedToken>,
    /// What the report leaves open, in words for a person.
    pub not_proven: Vec<String>,
    /// Every certificate, by name, with the SHA-256 of its DER.
    pub certificates: Vec<(String, String)>,
    /// The certificates of authorities that signed and were not made here, in the same form, to be compared with
    /// those of the ceremonies that made them.
    pub issuers: Vec<(String, String)>,
    /// The certificates of the authorities that were revoked, in the same form, to be compared likewise.
    pub revoked: Vec<(String, String)>,
    /// The responders that were not revoked with those before them, and why.
    pub spared: Vec<SparedCertificate>,
    /// Every administrator's key that was recorded: his login and name, and the SHA-256 of the key, to be compared with what is pinned.
    pub administrators: Vec<(String, String, String)>,
}

/// Verifies the octets of a report, the signature over them, and everything they say. `audit_key` is a
/// SubjectPublicKeyInfo in DER.
pub fn verify(json: &[u8], signature: &[u8], audit_key: &[u8]) -> Result<VerifiedReport, ReportError> {
    let algorithm =
        SignatureAlgorithm::of_key(audit_key).map_err(|error| part("audit key", error.to_string()))?;
    if !algorithm.verify(audit_key, json, signature) {
        return Err(part("signature", "it is not that of the audit key over this report"));
    }
    verify_content(&read(json)?, audit_key)
}

fn read(json: &[u8]) -> Result<Report, ReportError> {
    serde_json::from_slice(json).map_err(|error| part("report", format!("does not read: {error}")))
}

/// Everything but the signature.
pub(super) fn verify_content(report: &Report, audit_key: &[u8]) -> Result<VerifiedReport, ReportError> {
    if report.format != FORMAT {
        return Err(part("report", "is of another format"));
    }
    let ceremony = Ceremony::parse(&report.ceremony_file).map_err(Box::new)?;
    let entries = read_chain(&report.transcript.join("\n"), &ceremony.sha256())?;
    let steps = ceremony.steps();
    follow(&entries, &steps)?;
    let opened: Opened = outcome(&entries, &Step::Open)?;
    let held_with = held_identity::verified(&entries)?;
    let judge = Judge::of(report.identity.as_deref(), held_with.as_ref())?;
    let checker = Checker { report, entries: &entries, steps: &steps, judge };
    let taken_up_by = taken_up_by(&entries)?;
    let there = taken_up_by.iter().flat_map(|who| who.witnesses.iter().chain([&who.operator]));
    let there = there.chain(&opened.witnesses).chain([&opened.operator]);
    if there.map(String::as_str).chain([ceremony.name(), ceremony.title()]).any(|text| !is_printable(text)) {
        return Err(part(Step::Open, "a name in it would write over the terminal that shows it"));
    }
    let as_held = opened.ceremony == ceremony.name()
        && opened.kind == ceremony.kind()
        && opened.file_sha256 == ceremony.sha256();
    if !as_held || opened.program != report.program {
        return Err(part(Step::Open, "names another file or program than the report"));
    }
    for step in &steps {
        checker.check(step, audit_key)?;
    }
    let (certificates, issuers) = checker.objects()?;
    let revoked = checker.revoked_authorities()?;
    let spared = checker.spared()?;
    let shared_tokens = checker.shared_tokens(&opened)?;
    let not_proven = checker.not_proven(shared_tokens.is_some(), held_with)?;
    let administrators = steps.iter().filter_map(|step| match step {
        Step::Administrator(key) => Some(key),
        _ => None,
    });
    Ok(VerifiedReport {
        ceremony: ceremony.name().to_owned(),
        title: ceremony.title().to_owned(),
        program: opened.program,
        file_sha256: opened.file_sha256,
        operator: opened.operator,
        witnesses: opened.witnesses,
        taken_up_by,
        steps: steps.len(),
        audit_key_sha256: sha256(audit_key),
        identity_sha256: report.identity.as_ref().map(|text| sha256(text.as_bytes())),
        shared_tokens: shared_tokens.unwrap_or_default(),
        not_proven,
        certificates,
        issuers,
        revoked,
        spared,
        administrators: administrators
            .map(|key| (key.login.clone(), key.display_name.clone(), key.fingerprint()))
            .collect(),
    })
}

fn taken_up_by(entries: &[Entry]) -> Result<Vec<TakenUp>, ReportError> {
    let said = entries.iter().filter_map(|entry| Some((entry, entry.detail.get("taken_up_by")?)));
    said.map(|(entry, who)| {
        TakenUp::deserialize(who).map_err(|_| part(&entry.step, "does not say who took the ceremony up"))
    })
    .collect()
}

pub(super) fn is_printable(text: &str) -> bool {
    !text.chars().any(char::is_control)
}

pub(super) fn sha256(octets: &[u8]) -> String {
    hex::encode(openssl::sha::sha256(octets))
}

/// Every step of the file was begun and then done once, in the order of the file, and nothing else was.
fn follow(entries: &[Entry], steps: &[Step]) -> Result<(), ReportError> {
    let mut done = 0;
    let mut begun = false;
    for entry in entries {
        let expected = steps.get(done).map(ToString::to_string);
        if expected.as_deref() != Some(entry.step.as_str()) {
            return Err(part(entry.step.escape_debug(), "is not the next step of the ceremony file"));
        }
        match entry.event {
            EntryEvent::Begun => begun = true,
            EntryEvent::Done if begun => (done, begun) = (done + 1, false),
            EntryEvent::Done => return Err(part(&entry.step, "is done and was never begun")),
        }
    }
    match steps.get(done) {
        None => Ok(()),
        Some(step) => Err(part(step, "was not done")),
    }
}

pub(super) struct Checker<'a> {
    pub(super) report: &'a Report,
    pub(super) entries: &'a [Entry],
    pub(super) steps: &'a [Step],
    pub(super) judge: Judge,
}

fn outcome<T: DeserializeOwned>(entries: &[Entry], step: &Step) -> Result<T, ReportError> {
    let name = step.to_string();
    let done = entries.iter().find(|entry| entry.step == name && entry.event == EntryEvent::Done);
    let detail = done.map(|entry| entry.detail.clone()).unwrap_or_default();
    serde_json::from_value(detail).map_err(|error| part(step, format!("its outcome does not read: {error}")))
}

impl Checker<'_> {
    pub(super) fn outcome<T: DeserializeOwned>(&self, step: &Step) -> Result<T, ReportError> {
        outcome(self.entries, step)
    }

    fn check(&self, step: &Step, audit_key: &[u8]) -> Result<(), ReportError> {
        match step {
            Step::Open | Step::Publish | Step::Close => Ok(()),
            Step::Share(wanted) => self.share(step, wanted),
            Step::Acknowledge(number, name) => self.acknowledged(step, *number, name),
            Step::Token(name) => {
                let made: TokenInitialised = self.outcome(step)?;
                self.must(step, made.token == *name, "is another token than that of the file")
            }
            Step::Key(wanted) => self.key(step, wanted, audit_key),
            Step::Certificate(wanted) => self.certificate(step, wanted),
            Step::Crl(wanted) => self.crl(step, wanted),
            Step::Revoke(wanted) => self.revoked(step, wanted),
            Step::End(wanted) => {
                let decided: EndDecided = self.outcome(step)?;
                let same = decided.authority == wanted.authority
                    && (wanted.leaves_certificates || decided.living_certificates == 0);
                self.must(step, same, "is not the end that the file decides")
            }
            Step::Administrator(wanted) => {
                let recorded: AdministratorKey = self.outcome(step)?;
                self.must(step, recorded == *wanted, "is not the key that the file records")?;
                self.must(step, is_printable(&recorded.display_name), "names nobody who can be printed")
            }
            Step::Destroy(authority) => {
                let destroyed: KeyDestroyed = self.outcome(step)?;
                let gone = destroyed.authority == *authority && destroyed.found == 0;
                self.must(step, gone, "the key was still found")
            }
        }
    }

    fn share(&self, step: &Step, wanted: &ShareStep) -> Result<(), ReportError> {
        let set: CustodianSet = self.outcome(step)?;
        let names: Vec<&String> = set.custodians.iter().map(|custodian| &custodian.name).collect();
        let same = set.token == wanted.token
            && set.needed == wanted.needed
            && names == wanted.names.iter().collect::<Vec<_>>();
        self.must(step, same, "is not the sharing that the file lays down")
    }

    fn acknowledged(&self, step: &Step, number: usize, name: &str) -> Result<(), ReportError> {
        let Some(share) = self.steps.iter().find(|step| matches!(step, Step::Share(_))) else {
            return Err(part(step, "nothing was shared"));
        };
        let set: CustodianSet = self.outcome(share)?;
        let said: Acknowledged = self.outcome(step)?;
        let commitment = set.custodians.get(number - 1).map(|custodian| &custodian.commitment);
        let his = said.custodian == name && Some(&said.commitment) == commitment;
        self.must(step, his, "is not the custodian's word for the share he was given")
    }

    fn key(&self, step: &Step, wanted: &KeyStep, audit_key: &[u8]) -> Result<(), ReportError> {
        let made: KeyMade = self.outcome(step)?;
        if let Some(attribute) = made.attributes.fault() {
            return Err(part(step, format!("the token says {attribute} as it may not be")));
        }
        let public_key = hex::decode(&made.public_key).unwrap_or_default();
        let same = made.label == wanted.label
            && made.reference.token == wanted.token
            && made.kind == wanted.kind
            && KeyKind::of(&public_key) == Some(wanted.kind);
        self.must(step, same, "is not the key that the file asks for")?;
        self.must(step, !wanted.audit || public_key == audit_key, "is not the audit key that signed")
    }

    fn certificate(&self, step: &Step, wanted: &CertificateStep) -> Result<(), ReportError> {
        let made: CertificateMade = self.outcome(step)?;
        let same =
            made.label == wanted.label && made.profile == wanted.profile && made.issuer == wanted.issuer;
        self.must(step, same, "is not the certificate that the file asks for")?;
        let key_step =
            self.steps.iter().find(|other| matches!(other, Step::Key(key) if key.label == wanted.label));
        let key: KeyMade = self.outcome(key_step.ok_or_else(|| part(step, "no step makes its key"))?)?;
        let der = self.der_of(step, &self.report.certificates, &wanted.label)?;
        self.must(step, sha256(&der) == made.sha256, "is not the one of the transcript")?;
        let issuer = self.certificate_of(step, &wanted.issuer)?;
        check_certificate(&der, wanted, &made, &key, &issuer).map_err(|why| part(step, why))?;
        self.judge(step, wanted, &key, &der)
    }

    fn crl(&self, step: &Step, wanted: &CrlStep) -> Result<(), ReportError> {
        let made: CrlMade = self.outcome(step)?;
        self.must(step, made.issuer == wanted.authority, "is another authority's")?;
        let der = self.der_of(step, &self.report.crls, &wanted.authority)?;
        self.must(step, sha256(&der) == made.sha256, "is not the one of the transcript")?;
        let end = self
            .steps
            .iter()
            .find(|other| matches!(other, Step::End(end) if end.authority == wanted.authority));
        let covered =
            end.map(|end| self.outcome::<EndDecided>(end)).transpose()?.map(|end| end.covered_until);
        let issuer = self.certificate_of(step, &wanted.authority)?;
        check_crl(&der, wanted, &made, covered, &issuer).map_err(|why| part(step, why))
    }

    pub(super) fn certificate_of(&self, step: &Step, name: &str) -> Result<X509, ReportError> {
        let pems = self.report.certificates.iter().chain(&self.report.issuers);
        let pem = pems.into_iter().find(|one| one.name == name);
        pem.and_then(|one| X509::from_der(&one.der(CERTIFICATE)?).ok())
            .ok_or_else(|| part(step, format!("the certificate of {name} is missing or does not read")))
    }

    fn der_of(&self, step: &Step, objects: &[NamedPem], name: &str) -> Result<Vec<u8>, ReportError> {
        let label = if matches!(step, Step::Crl(_)) { CRL } else { CERTIFICATE };
        let one = objects.iter().find(|one| one.name == name);
        one.and_then(|one| one.der(label)).ok_or_else(|| part(step, "its object is missing or does not read"))
    }

    pub(super) fn must(&self, step: &Step, holds: bool, why: &str) -> Result<(), ReportError> {
        if holds { Ok(()) } else { Err(part(step, why)) }
    }
}
