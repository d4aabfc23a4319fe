//! OCSP responders that no ceremony made: each was asked for by the one before it, and the first was made at a
//! ceremony.

#[cfg(test)]
mod tests;

use std::collections::{HashMap, HashSet};

use openssl::asn1::Asn1Time;
use openssl::x509::X509;

use crate::ceremony::Ceremony;
use crate::der::sequence;
use crate::findings::Findings;
use crate::key::{hex, public_key, sha256, verifies};

const CONTEXT: &str = "igc-responder-request-v1";
pub const PROFILE: &str = "ocsp-responder";

/// A request whose own key has signed it; by whom else it must be signed is known when all certificates are.
pub struct Asked {
    statement: Vec<u8>,
    authorisation: Vec<u8>,
    /// SHA-256 of the certificate of the responder that asked.
    predecessor: [u8; 32],
    /// Milliseconds.
    requested_at: i64,
}

/// `ResponderEvidence ::= SEQUENCE { ceremony, statement, possession, authorisation }`, for this very key (a
/// SubjectPublicKeyInfo in DER) under this authority; `ceremonies` are those that are there.
pub fn read(
    ceremonies: &[Ceremony],
    authority: &str,
    spki: &[u8],
    evidence: &[u8],
) -> Result<Asked, &'static str> {
    const UNREADABLE: &str = "its request does not read";
    let fields = sequence(evidence).filter(|fields| fields.len() == 4).ok_or(UNREADABLE)?;
    let octets: Option<Vec<&[u8]>> = fields.iter().map(|field| field.octets()).collect();
    let [ceremony, statement, possession, authorisation] = octets.ok_or(UNREADABLE)?[..] else {
        return Err(UNREADABLE);
    };
    if ceremonies.iter().all(|one| one.sha256 != hex(ceremony)) {
        return Err("its request rests on a ceremony whose file is not in ceremonies/");
    }
    // ResponderStatement: context, authority, predecessor, publicKey, token, keyId, requestedAt, nonce.
    let stated = sequence(statement).filter(|stated| stated.len() == 8).ok_or(UNREADABLE)?;
    if stated[0].text() != Some(CONTEXT) || stated[1].text() != Some(authority) {
        return Err("its request is for another authority");
    }
    if stated[3].octets() != Some(spki) {
        return Err("its request is for another public key");
    }
    let key = public_key(spki).ok_or(UNREADABLE)?;
    if !verifies(&key, statement, possession) {
        return Err("its request is not signed by its own key");
    }
    let predecessor = stated[2].octets().and_then(|octets| octets.try_into().ok());
    Ok(Asked {
        statement: statement.to_vec(),
        authorisation: authorisation.to_vec(),
        predecessor: predecessor.ok_or(UNREADABLE)?,
        requested_at: stated[6].integer().ok_or(UNREADABLE)?,
    })
}

/// A responder's certificate that stands in the bundle.
struct Responder {
    subject: String,
    issuer: String,
    certificate: X509,
    /// None where a ceremony made it.
    asked: Option<Asked>,
}

/// Every responder, by the SHA-256 of its certificate.
#[derive(Default)]
pub struct Responders {
    known: HashMap<[u8; 32], Responder>,
    /// What the leaves say was certified: the SHA-256 of a statement and of a certificate.
    certified: HashSet<(String, String)>,
}

impl Responders {
    pub fn see(&mut self, subject: &str, issuer: &str, certificate: X509, asked: Option<Asked>) {
        let Ok(der) = certificate.to_der() else { return };
        let (subject, issuer) = (subject.to_owned(), issuer.to_owned());
        self.known.insert(sha256(&der), Responder { subject, issuer, certificate, asked });
    }

    /// A `responder.certified` leaf.
    pub fn leaf(&mut self, request: String, certificate: String) {
        self.certified.insert((request, certificate));
    }

    /// After the last leaf. One that no ceremony made and nobody asked for is told elsewhere, so that a chain of
    /// requests which holds begins at a ceremony: each names its predecessor's certificate by its digest.
    pub fn conclude(&self, findings: &mut Findings) {
        let mut responders: Vec<_> = self.known.iter().collect();
        responders.sort_by(|a, b| a.1.subject.cmp(&b.1.subject));
        for (sha256, responder) in responders {
            if let Some(asked) = &responder.asked
                && let Err(what) = self.check(sha256, responder, asked)
            {
                findings.contradiction(&responder.subject, what);
            }
        }
    }

    fn check(&self, own: &[u8; 32], responder: &Responder, asked: &Asked) -> Result<(), &'static str> {
        let by = self.known.get(&asked.predecessor).filter(|by| by.issuer == responder.issuer);
        let by =
            by.ok_or("its request names a responder that is not among the certificates of its authority")?;
        let signed = by.certificate.public_key();
        if !signed.is_ok_and(|key| verifies(&key, &asked.statement, &asked.authorisation)) {
            return Err("its request is not signed by the responder that it names");
        }
        let at = Asn1Time::from_unix(asked.requested_at.div_euclid(1000))
            .map_err(|_| "its request has no time")?;
        if by.certificate.not_before() > at || by.certificate.not_after() < at {
            return Err("its request is of a time at which that responder was not valid");
        }
        if !self.certified.contains(&(hex(&sha256(&asked.statement)), hex(own))) {
            return Err("no leaf says that its request was certified");
        }
        Ok(())
    }
}
