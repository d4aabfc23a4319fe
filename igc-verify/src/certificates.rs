//! Every certificate: its signature, its evidence, its status events, and the leaves that the log must have for it.

mod record;
#[cfg(test)]
mod tests;

use std::collections::{HashMap, HashSet};

use openssl::x509::X509;
use serde::Deserialize;

use crate::bundle::Bundle;
use crate::ceremony::{self, Made, Step, Steps};
use crate::certified;
use crate::decision::CLOCKS_APART;
use crate::findings::Findings;
use crate::key::{base64, hex, sha256};
use crate::responder::{self, Responders};
use crate::status::{Status, StatusEvent, Told};
use crate::tbs::Tbs;
pub use record::Record;
use record::{check_ceremony, check_evidence, check_request, check_signature, check_subject};

/// What the log must say of a certificate, and which of its leaves were seen.
#[derive(Debug, Default)]
struct Expected {
    /// Profile, kind and digest of the evidence, digest of the TBS.
    intended: [u8; 32],
    certificate_sha256: Option<String>,
    /// When the decisions are worth something: milliseconds.
    valid: (i64, i64),
    /// Of a ceremony's: what its file must say.
    ceremony: Option<Box<Made>>,
    seen: Vec<&'static str>,
    /// The register feed that its order rests on.
    feed: Option<String>,
    status: Status,
}

/// A leaf about a certificate, an import or a ceremony.
#[derive(Default, Deserialize)]
pub struct Payload {
    #[serde(default)]
    profile: String,
    #[serde(default)]
    evidence: String,
    #[serde(default)]
    evidence_digest: String,
    #[serde(default)]
    tbs_sha256: String,
    #[serde(default)]
    sha256: String,
    /// Of a ceremony's step: its name.
    #[serde(default)]
    step: String,
    /// Of a ceremony's step, and of a request of a responder.
    certificate_sha256: Option<String>,
    /// Of a ceremony's step: its file.
    ceremony_sha256: Option<String>,
    /// Of such a request.
    #[serde(default)]
    request_sha256: String,
}

/// Memory grows with the certificates, by some 300 octets each; not with the events.
#[derive(Default)]
pub struct Certificates {
    /// By the subject of their leaves: `certificate ACI-FO-PP 1D5D…`.
    expected: HashMap<String, Expected>,
    /// What does not hold already, and is not told twice.
    failed: HashSet<String>,
    /// What each certificate that is there rests on: SHA-256 of an order or request with a profile, or of a responder's request.
    rested_on: HashSet<[u8; 32]>,
    /// Authorities whose certificate is among them.
    authorities: HashSet<[u8; 32]>,
    /// What ceremonies did.
    steps: Steps,
    /// Feeds of the register whose import the log has told of so far.
    imported: HashSet<String>,
    /// The number of the status event before.
    last_event: u64,
    /// Whether a leaf of a status event has said its number: from then on, each does.
    numbered: bool,
    responders: Responders,
}

impl Certificates {
    pub fn check(&mut self, bundle: &Bundle, line: usize, record: &Record, findings: &mut Findings) {
        findings.certificates += 1;
        let subject = format!("certificate {} {}", record.issuer, record.serial);
        match self.check_record(bundle, &subject, record, findings) {
            Ok(expected) => {
                if self.expected.insert(subject.clone(), expected).is_some() {
                    findings.contradiction(&subject, format!("stands twice, again in line {line}"));
                }
            }
            Err(what) => {
                findings.contradiction(&subject, what);
                self.failed.insert(subject);
            }
        }
    }

    fn check_record(
        &mut self,
        bundle: &Bundle,
        subject: &str,
        record: &Record,
        findings: &mut Findings,
    ) -> Result<Expected, String> {
        let octets = base64(&record.tbs).ok_or("its TBS does not read")?;
        let tbs = Tbs::read(&octets)?;
        if hex(tbs.serial).trim_start_matches("00") != record.serial.to_lowercase().trim_start_matches("00") {
            return Err("its TBS has another serial number".to_owned());
        }
        let spki = tbs.spki;
        let certificate =
            record.certificate.as_deref().map(|text| check_signature(bundle, record, &octets, text));
        let certificate = certificate.transpose()?;
        let asked = check_request(bundle, record, spki)?;
        check_power(record, &tbs)?;
        let (mut ceremony, mut feed) = (None, None);
        let mut rests_on = None;
        let valid = if asked.is_some() {
            certified::check_of_installation(&tbs)?;
            rests_on = Some(format!("the request {}", record.evidence_digest));
            (i64::MIN, i64::MAX)
        } else if record.evidence_kind == "ceremony" {
            ceremony = Some(Box::new(check_ceremony(bundle, record, &tbs)?));
            (i64::MIN, i64::MAX)
        } else {
            let decided = check_evidence(bundle, record, spki)?;
            if let Some(structure) = check_subject(&decided, record, &tbs)? {
                findings.by_register(structure);
            }
            for delegation in decided.delegations {
                findings.by_delegation(subject, delegation);
            }
            rests_on = Some(format!("{} for profile {}", decided.once, record.profile));
            feed = decided.register_feed;
            decided.valid
        };
        // An order has one card, a card one key for each use, a request one key; whatever was given up was never there.
        if let Some(what) = rests_on.filter(|_| certificate.is_some())
            && !self.rested_on.insert(sha256(what.as_bytes()))
        {
            return Err(format!("another certificate rests on {what}"));
        }
        if let Some(certificate) = certificate {
            let der = certificate.to_der().map_err(|error| error.to_string())?;
            if tbs.is_authority {
                self.authorities.insert(sha256(&der));
            }
            if record.profile == responder::PROFILE {
                self.responders.see(subject, &record.issuer, certificate, asked);
            }
        }
        let der = record.certificate.as_deref().and_then(base64);
        Ok(Expected {
            intended: intended(
                &record.profile,
                &record.evidence_kind,
                &record.evidence_digest,
                &hex(&sha256(&octets)),
            ),
            certificate_sha256: der.map(|der| hex(&sha256(&der))),
            valid,
            ceremony,
            seen: Vec::new(),
            feed,
            status: Status::of(&record.status, record.standing.clone()),
        })
    }

    /// A line of the status log, before the first leaf.
    pub fn status_event(&mut self, line: usize, event: StatusEvent, findings: &mut Findings) {
        let next = self.last_event.saturating_add(1);
        if event.sequence != next {
            let what = format!("has the number {}, where {next} follows", event.sequence);
            findings.contradiction(format!("status_events.jsonl line {line}"), what);
        }
        self.last_event = event.sequence;
        let subject = format!("certificate {} {}", event.issuer, event.serial);
        match self.expected.get_mut(&subject) {
            Some(expected) => expected.status.event(event),
            None => self.is_absent(&subject, findings),
        }
    }

    /// A leaf of the log, in its order; `payload` is absent where it was erased.
    pub fn leaf(
        &mut self,
        (action, subject, at): (&str, &str, i64),
        payload: Option<&str>,
        findings: &mut Findings,
    ) {
        let read = || payload.and_then(|text| serde_json::from_str::<Payload>(text).ok());
        match action {
            "ceremony.step" => {
                let Some(said) = read() else { return };
                let (ceremony, name, file) = (subject.to_owned(), said.step, said.ceremony_sha256);
                self.steps.leaf(Step { ceremony, name, file }, said.certificate_sha256);
            }
            "responder.certified" => {
                if let Some(Payload { certificate_sha256: Some(certificate), request_sha256, .. }) = read() {
                    self.responders.leaf(request_sha256, certificate);
                }
            }
            "register.imported" => {
                self.imported.insert(subject.rsplit(' ').next().unwrap_or_default().to_owned());
            }
            "certificate.intended" => {
                self.certificate_leaf(subject, "intended", findings, |expected| {
                    let said = read().ok_or("the payload of its intended leaf is gone")?;
                    if intended(&said.profile, &said.evidence, &said.evidence_digest, &said.tbs_sha256)
                        != expected.intended
                    {
                        return Err(
                            "profile, evidence or TBS are not those that its intended leaf recorded".into()
                        );
                    }
                    let (decided, expires) = expected.valid;
                    let in_time = decided <= at.saturating_add(CLOCKS_APART) && at < expires;
                    if in_time {
                        Ok(())
                    } else {
                        Err("it was prepared when its decisions were worth nothing".into())
                    }
                });
                let feed = self.expected.get(subject).and_then(|expected| expected.feed.as_ref());
                if let Some(feed) = feed.filter(|feed| !self.imported.contains(*feed)) {
                    let what =
                        format!("rests on the register feed {feed}, of whose import no leaf tells before it");
                    findings.contradiction(subject, what);
                }
            }
            "certificate.abandoned" => self.certificate_leaf(subject, "abandoned", findings, |expected| {
                expected.status.abandoned();
                Ok(())
            }),
            "certificate.revoked" => self.status_leaf(subject, "revoked", payload, findings),
            "certificate.held" => self.status_leaf(subject, "held", payload, findings),
            "certificate.released" => self.status_leaf(subject, "released", payload, findings),
            "certificate.signing" => self.certificate_leaf(subject, "signing", findings, |expected| {
                expected.status.signing();
                Ok(())
            }),
            "certificate.issued" => self.certificate_leaf(subject, "issued", findings, |expected| {
                let said = read().ok_or("the payload of its issued leaf is gone")?.sha256;
                let same = expected.certificate_sha256.as_ref() == Some(&said);
                if same {
                    Ok(())
                } else {
                    Err("it is not the certificate that its issued leaf recorded".into())
                }
            }),
            _ => {}
        }
    }

    fn status_leaf(
        &mut self,
        subject: &str,
        leaf: &'static str,
        payload: Option<&str>,
        findings: &mut Findings,
    ) {
        let told: Option<Told> = payload.and_then(|text| serde_json::from_str(text).ok());
        let of_before = told.as_ref().is_some_and(|told| !told.is_numbered());
        let stands_late = of_before && self.numbered;
        self.numbered |= told.as_ref().is_some_and(Told::is_numbered);
        self.certificate_leaf(subject, leaf, findings, |expected| {
            let told = told.ok_or(format!("the payload of its {leaf} leaf is gone"))?;
            expected.status.told(leaf, &told)?;
            match stands_late {
                true => Err(format!("its {leaf} leaf says no number, and one before it does")),
                false => Ok(()),
            }
        });
    }

    fn certificate_leaf(
        &mut self,
        subject: &str,
        leaf: &'static str,
        findings: &mut Findings,
        check: impl FnOnce(&mut Expected) -> Result<(), String>,
    ) {
        let Some(expected) = self.expected.get_mut(subject) else {
            return self.is_absent(subject, findings);
        };
        if let Err(what) = check(expected) {
            findings.contradiction(subject, what);
        }
        expected.seen.push(leaf);
    }

    /// A leaf or a status event tells of a certificate that has no line, or whose line is told of already. Which of them comes
    /// first says nothing: what was recorded in the same millisecond has no order.
    fn is_absent(&mut self, subject: &str, findings: &mut Findings) {
        if self.failed.insert(subject.to_owned()) {
            findings.contradiction(subject, "was recorded, and does not stand in certificates.jsonl");
        }
    }

    /// After the last leaf.
    pub fn conclude(mut self, bundle: &Bundle, findings: &mut Findings) {
        self.responders.conclude(findings);
        self.steps.conclude(&bundle.ceremonies, findings);
        let mut certificates: Vec<_> = self.expected.into_iter().collect();
        certificates.sort_by(|a, b| a.0.cmp(&b.0));
        for (subject, expected) in certificates {
            let needed: &[_] = match &expected.certificate_sha256 {
                Some(_) => &["intended", "signing", "issued"],
                None => &["intended"],
            };
            for leaf in needed.iter().filter(|leaf| !expected.seen.contains(leaf)) {
                findings.contradiction(&subject, format!("has no leaf that says {leaf}"));
            }
            let is_there = expected.certificate_sha256.is_some();
            for what in expected.status.conclude(is_there) {
                findings.contradiction(&subject, what);
            }
            if let (Some(made), Some(certificate)) = (&expected.ceremony, &expected.certificate_sha256)
                && let Err(what) = self.steps.made(&bundle.ceremonies, made, certificate)
            {
                findings.contradiction(&subject, what);
            }
        }
    }

    /// Whether this authority's certificate is one of those that hold.
    pub fn has_authority(&self, certificate: &X509) -> bool {
        certificate.to_der().is_ok_and(|der| self.authorities.contains(&sha256(&der)))
    }
}

/// Nobody has what only ceremonies give: an authority's power but whom one made an authority, a responder's but of its profile.
fn check_power(record: &Record, tbs: &Tbs<'_>) -> Result<(), &'static str> {
    let by_ceremony = record.evidence_kind == "ceremony" && record.evidence.is_none();
    if tbs.is_authority && !(by_ceremony && ceremony::is_of_authority(&record.profile)) {
        return Err("it may sign certificates or CRLs, and is no authority of a ceremony");
    }
    if tbs.answers_for_issuer && record.profile != responder::PROFILE {
        return Err("it may answer for its issuer, and is no OCSP responder");
    }
    if record.profile == responder::PROFILE && !tbs.answers_only {
        return Err("it is an OCSP responder, and may do something else");
    }
    Ok(())
}

/// One digest of what an intended leaf records.
fn intended(profile: &str, kind: &str, evidence: &str, tbs: &str) -> [u8; 32] {
    sha256([profile, kind, evidence, tbs].join("\n").as_bytes())
}
