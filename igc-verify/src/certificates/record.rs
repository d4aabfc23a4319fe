//! A line of `certificates.jsonl`, and what must hold of it without the log.

use openssl::x509::X509;
use serde::Deserialize;

use crate::bundle::{Bundle, same_name};
use crate::ceremony::Made;
use crate::certified::{ByRegister, Wanted};
use crate::chip::CardKey;
use crate::decision::{self, Decided};
use crate::der::sequence;
use crate::key::{base64, hex, sha256};
use crate::responder;
use crate::status::Standing;
use crate::tbs::Tbs;

/// A line of `certificates.jsonl`.
#[derive(Debug, Deserialize)]
pub struct Record {
    pub issuer: String,
    pub serial: String,
    pub profile: String,
    pub status: String,
    #[serde(flatten)]
    pub standing: Standing,
    pub evidence_kind: String,
    pub evidence_digest: String,
    pub tbs: String,
    pub certificate: Option<String>,
    pub subject: Option<String>,
    pub canonical: Option<String>,
    pub evidence: Option<String>,
    pub missing: Option<String>,
    pub card_key: Option<CardKey>,
}

/// The certificate, which is the recorded TBS signed by its issuer.
pub fn check_signature(bundle: &Bundle, record: &Record, tbs: &[u8], text: &str) -> Result<X509, String> {
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
pub fn check_request(
    bundle: &Bundle,
    record: &Record,
    spki: &[u8],
) -> Result<Option<responder::Asked>, String> {
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

/// The ceremony whose file is the evidence makes such a certificate. That one of its steps made this one is told by a leaf.
pub fn check_ceremony(bundle: &Bundle, record: &Record, tbs: &Tbs<'_>) -> Result<Made, String> {
    let ceremony = bundle.ceremonies.iter().find(|one| one.sha256 == record.evidence_digest);
    let ceremony = ceremony.ok_or("its evidence is a ceremony whose file is not in ceremonies/")?;
    ceremony.check(&record.profile, &record.issuer, tbs)
}

pub fn check_evidence(bundle: &Bundle, record: &Record, spki: &[u8]) -> Result<Decided, String> {
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

/// The certificate is about who and what was decided on, and says nothing else.
pub fn check_subject(
    decided: &Decided,
    record: &Record,
    tbs: &Tbs<'_>,
) -> Result<Option<ByRegister>, String> {
    let mut wanted: Wanted = decided.wanted.clone();
    let profile = match &record.card_key {
        Some(key) => {
            wanted.card_number = Some(key.card.clone());
            let end = if key.usage == "signature" { "sign" } else { "auth" };
            record.profile == format!("{}-{end}", decided.profile)
        }
        None => record.profile == decided.profile,
    };
    if !profile {
        return Err(format!("profile {} is not what was decided on", record.profile));
    }
    wanted.check(tbs)
}
