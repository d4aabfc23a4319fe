//! Every certificate: its signature, its evidence, and the leaves that the log must have for it.

use std::collections::{HashMap, HashSet};

use openssl::x509::X509;
use serde::Deserialize;

use crate::bundle::{Bundle, same_name};
use crate::chip::CardKey;
use crate::decision::{self, Decided};
use crate::der::sequence;
use crate::findings::Findings;
use crate::key::{base64, hex, sha256};
use crate::responder::{self, Responders};
use crate::status_leaves::StatusLeaves;

/// A line of `certificates.jsonl`.
#[derive(Debug, Deserialize)]
pub struct Record {
    issuer: String,
    serial: String,
    profile: String,
    status: String,
    evidence_kind: String,
    evidence_digest: String,
    tbs: String,
    certificate: Option<String>,
    subject: Option<String>,
    canonical: Option<String>,
    evidence: Option<String>,
    missing: Option<String>,
    card_key: Option<CardKey>,
}

/// What the log must say of a certificate, and which of its leaves were seen.
#[derive(Debug, Default)]
struct Expected {
    /// Profile, kind and digest of the evidence, digest of the TBS.
    intended: [u8; 32],
    certificate_sha256: Option<String>,
    /// When the decisions are worth something: milliseconds.
    valid: (i64, i64),
    ceremony: bool,
    seen: Vec<&'static str>,
    /// Where it stands, by its record.
    status: String,
    status_leaves: StatusLeaves,
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
    /// Of a ceremony's step, and of a request of a responder.
    certificate_sha256: Option<String>,
    /// Of a ceremony's step: its file.
    ceremony_sha256: Option<String>,
    /// Of such a request.
    #[serde(default)]
    request_sha256: String,
}

/// Memory grows with the certificates, by some 200 octets each; not with the events.
#[derive(Default)]
pub struct Certificates {
    /// By the subject of their leaves: `certificate ACI-FO-PP 1D5D…`.
    expected: HashMap<String, Expected>,
    /// What does not hold already, and is not told twice.
    failed: HashSet<String>,
    /// Authorities whose certificate is among them.
    authorities: HashSet<[u8; 32]>,
    /// Certificates that a ceremony's step names.
    reported: HashSet<String>,
    /// Files of ceremonies, by their digest, each with a ceremony whose steps name it.
    ceremonies: HashMap<String, String>,
    /// Feeds of the register that orders rest on, each with one of them.
    feeds: HashMap<String, String>,
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
        let tbs = base64(&record.tbs).ok_or("its TBS does not read")?;
        let fields = sequence(&tbs).filter(|fields| fields.len() > 6).ok_or("its TBS does not read")?;
        // TBSCertificate: [0] version, serialNumber, signature, issuer, validity, subject, SubjectPublicKeyInfo.
        if hex(fields[1].content).trim_start_matches("00")
            != record.serial.to_lowercase().trim_start_matches("00")
        {
            return Err("its TBS has another serial number".to_owned());
        }
        let (names, spki) = (fields[5].texts(), fields[6].whole);
        let certificate =
            record.certificate.as_deref().map(|text| check_signature(bundle, record, &tbs, text));
        let certificate = certificate.transpose()?;
        let asked = check_request(bundle, record, spki)?;
        let ceremony = record.evidence_kind == "ceremony" && asked.is_none();
        let valid = if asked.is_some() {
            (i64::MIN, i64::MAX)
        } else if ceremony {
            check_ceremony(bundle, record)?
        } else {
            let decided = check_evidence(bundle, record, spki)?;
            check_subject(&decided, record, &names, certificate.as_ref())?;
            for delegation in decided.delegations {
                findings.by_delegation(subject, delegation);
            }
            if let Some(feed) = decided.register_feed {
                self.feeds.entry(feed).or_insert_with(|| subject.to_owned());
            }
            decided.valid
        };
        if let Some(certificate) = certificate {
            let der = certificate.to_der().map_err(|error| error.to_string())?;
            self.authorities.insert(sha256(&der));
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
                &hex(&sha256(&tbs)),
            ),
            certificate_sha256: der.map(|der| hex(&sha256(&der))),
            valid,
            ceremony,
            seen: Vec::new(),
            status: record.status.clone(),
            status_leaves: StatusLeaves::default(),
        })
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
                self.reported.extend(said.certificate_sha256);
                self.ceremonies.extend(said.ceremony_sha256.map(|file| (file, subject.to_owned())));
            }
            "responder.certified" => {
                if let Some(Payload { certificate_sha256: Some(certificate), request_sha256, .. }) = read() {
                    self.responders.leaf(request_sha256, certificate);
                }
            }
            "register.imported" => {
                let feed = subject.rsplit(' ').next().unwrap_or_default();
                self.feeds.remove(feed);
            }
            "certificate.intended" => self.certificate_leaf(subject, "intended", findings, |expected| {
                let said = read().ok_or("the payload of its intended leaf is gone")?;
                if intended(&said.profile, &said.evidence, &said.evidence_digest, &said.tbs_sha256)
                    != expected.intended
                {
                    return Err("profile, evidence or TBS are not those that its intended leaf recorded");
                }
                // Ten minutes: how far the clocks of an officer's page and of the worker may be apart.
                let (decided, expires) = expected.valid;
                let in_time = decided <= at.saturating_add(600_000) && at < expires;
                if in_time { Ok(()) } else { Err("it was prepared when its decisions were worth nothing") }
            }),
            "certificate.abandoned" | "certificate.revoked" | "certificate.held" | "certificate.released" => {
                if let Some(expected) = self.expected.get_mut(subject) {
                    expected.status_leaves.see(action);
                }
            }
            "certificate.signing" => self.certificate_leaf(subject, "signing", findings, |expected| {
                expected.status_leaves.see(action);
                Ok(())
            }),
            "certificate.issued" => self.certificate_leaf(subject, "issued", findings, |expected| {
                let said = read().ok_or("the payload of its issued leaf is gone")?.sha256;
                let same = expected.certificate_sha256.as_ref() == Some(&said);
                if same { Ok(()) } else { Err("it is not the certificate that its issued leaf recorded") }
            }),
            _ => {}
        }
    }

    fn certificate_leaf(
        &mut self,
        subject: &str,
        leaf: &'static str,
        findings: &mut Findings,
        check: impl FnOnce(&mut Expected) -> Result<(), &'static str>,
    ) {
        let Some(expected) = self.expected.get_mut(subject) else {
            if leaf == "issued" && !self.failed.contains(subject) {
                findings.contradiction(subject, "was issued, and does not stand in certificates.jsonl");
            }
            return;
        };
        if let Err(what) = check(expected) {
            findings.contradiction(subject, what);
        }
        expected.seen.push(leaf);
    }

    /// After the last leaf.
    pub fn conclude(self, bundle: &Bundle, findings: &mut Findings) {
        self.responders.conclude(findings);
        for (file, subject) in self.ceremonies.iter().filter(|(file, _)| !bundle.ceremonies.contains(file)) {
            findings.contradiction(
                subject,
                format!("its steps name the file {file}, which is not in ceremonies/"),
            );
        }
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
            if let Err(what) = expected.status_leaves.check(&expected.status, is_there) {
                findings.contradiction(&subject, what);
            }
            if expected.ceremony && expected.certificate_sha256.is_some_and(|it| !self.reported.contains(&it))
            {
                findings.contradiction(&subject, "no step of a ceremony names it");
            }
        }
        for (feed, subject) in self.feeds {
            findings.contradiction(
                subject,
                format!("rests on the register feed {feed}, of whose import no leaf tells"),
            );
        }
    }

    /// Whether this authority's certificate is one of those that hold.
    pub fn has_authority(&self, certificate: &X509) -> bool {
        certificate.to_der().is_ok_and(|der| self.authorities.contains(&sha256(&der)))
    }
}

/// The certificate, which is the recorded TBS signed by its issuer.
fn check_signature(bundle: &Bundle, record: &Record, tbs: &[u8], text: &str) -> Result<X509, String> {
    let der = base64(text).ok_or("its certificate does not read")?;
    let certificate = X509::from_der(&der).map_err(|_| "its certificate does not read")?;
    let signed = sequence(&der).and_then(|fields| fields.first().map(|signed| signed.whole == tbs));
    if signed != Some(true) {
        return Err("the TBS in it is not the one that was recorded".to_owned());
    }
    let issuer = bundle.authorities.iter().find(|(name, _)| *name == record.issuer);
    let (_, issuer) = issuer.ok_or(format!("no certificate of its issuer {}", record.issuer))?;
    if !same_name(certificate.issuer_name(), issuer.subject_name()) {
        return Err("it names another issuer".to_owned());
    }
    let verified = issuer.public_key().and_then(|key| certificate.verify(&key));
    if !verified.unwrap_or(false) {
        return Err("its signature is not its issuer's".to_owned());
    }
    let own_root = same_name(certificate.issuer_name(), certificate.subject_name());
    if own_root && !bundle.roots.iter().any(|root| root.to_der().is_ok_and(|root| root == der)) {
        return Err("it is a root that is not pinned".to_owned());
    }
    Ok(certificate)
}

/// The request of a responder that no ceremony made; nothing where the evidence is of another sort.
fn check_request(bundle: &Bundle, record: &Record, spki: &[u8]) -> Result<Option<responder::Asked>, String> {
    let (Some(evidence), "ceremony") = (&record.evidence, record.evidence_kind.as_str()) else {
        return Ok(None);
    };
    if record.profile != responder::PROFILE {
        return Err(format!("a request is evidence for no certificate of profile {}", record.profile));
    }
    let evidence = base64(evidence).ok_or("its request does not read")?;
    if hex(&sha256(&evidence)) != record.evidence_digest {
        return Err("its evidence is not the one that was verified when it was prepared".to_owned());
    }
    Ok(Some(responder::read(&bundle.ceremonies, &record.issuer, spki, &evidence)?))
}

fn check_ceremony(bundle: &Bundle, record: &Record) -> Result<(i64, i64), String> {
    if bundle.ceremonies.contains(&record.evidence_digest) {
        return Ok((i64::MIN, i64::MAX));
    }
    Err("its evidence is a ceremony whose file is not in ceremonies/".to_owned())
}

fn check_evidence(bundle: &Bundle, record: &Record, spki: &[u8]) -> Result<Decided, String> {
    let why = record.missing.as_deref().unwrap_or("nothing stands there");
    let none = || format!("without evidence: {why}");
    let read = |text: &Option<String>| text.as_deref().and_then(base64).ok_or_else(none);
    let (canonical, evidence) = (read(&record.canonical)?, read(&record.evidence)?);
    let decided = decision::check(bundle, &canonical, &evidence)?;
    if hex(&sha256(&evidence)) != record.evidence_digest {
        return Err("its evidence is not the one that was verified when it was prepared".to_owned());
    }
    if record.subject.as_ref() != Some(&decided.thing) {
        return Err(format!("it rests on {}, and its line says otherwise", decided.thing));
    }
    match (&decided.public_key, &record.card_key) {
        (Some(key), _) if key != spki => Err("it certifies another public key than was approved".to_owned()),
        (Some(_), _) => Ok(decided),
        (None, Some(card_key)) => {
            card_key.check(spki, &canonical, &bundle.bureaus)?;
            Ok(decided)
        }
        (None, None) => Err("without evidence of where its key was made".to_owned()),
    }
}

/// The certificate is about who and what was decided on. A profile may write a name in capitals, no more.
fn check_subject(
    decided: &Decided,
    record: &Record,
    names: &[&str],
    certificate: Option<&X509>,
) -> Result<(), String> {
    let certified: Vec<String> = names.iter().map(|name| name.to_uppercase()).collect();
    if let Some(name) = decided.names.iter().find(|name| !certified.contains(&name.to_uppercase())) {
        return Err(format!("{name} was decided on, and does not stand in its subject"));
    }
    let profile = match &record.card_key {
        Some(key) => {
            let end = if key.usage == "signature" { "-sign" } else { "-auth" };
            record.profile.contains(&format!("-{}-", decided.profile)) && record.profile.ends_with(end)
        }
        None => record.profile == decided.profile,
    };
    if !profile {
        return Err(format!("profile {} is not what was decided on", record.profile));
    }
    let (Some(wanted), Some(certificate)) = (&decided.dns_names, certificate) else { return Ok(()) };
    let (mut hosts, mut addresses) = (Vec::new(), Vec::new());
    for name in certificate.subject_alt_names().iter().flatten() {
        hosts.extend(name.dnsname().map(str::to_owned));
        addresses.extend(name.email().map(str::to_owned));
    }
    if hosts != *wanted {
        return Err(format!("its host names are {hosts:?}, and {wanted:?} were decided on"));
    }
    let wanted = &decided.email_addresses;
    if addresses != *wanted {
        return Err(format!("its addresses are {addresses:?}, and {wanted:?} were decided on"));
    }
    Ok(())
}

/// One digest of what an intended leaf records.
fn intended(profile: &str, kind: &str, evidence: &str, tbs: &str) -> [u8; 32] {
    sha256([profile, kind, evidence, tbs].join("\n").as_bytes())
}
