//! The key of a card: the chip's proof, and over it the attestation of a bureau.

use openssl::x509::X509;
use serde::Deserialize;

use crate::key::{base64, public_key, verifies};

const PROOF: &[u8] = b"igc-card-key-proof-v1";
const ATTESTATION: &[u8] = b"igc-card-key-attestation-v1";

/// `card_key` of a line of `certificates.jsonl`.
#[derive(Debug, Deserialize)]
pub struct CardKey {
    card: String,
    pub usage: String,
    batch: String,
    bureau: String,
    public_key: String,
    proof: String,
    attestation: String,
}

impl CardKey {
    /// Whether a chip made this very key (SubjectPublicKeyInfo in DER), and a bureau says so.
    pub fn check(&self, certified: &[u8], bureaus: &[X509]) -> Result<(), &'static str> {
        let read = |text: &str| base64(text).ok_or("its card key does not read");
        let (spki, proof, attestation) =
            (read(&self.public_key)?, read(&self.proof)?, read(&self.attestation)?);
        if spki != certified {
            return Err("it certifies another public key than the chip made");
        }
        let key = public_key(&spki).ok_or("its card key does not read")?;
        let made = [self.batch.as_bytes(), self.card.as_bytes(), self.usage.as_bytes(), &spki];
        if !verifies(&key, &length_prefixed(PROOF, &made), &proof) {
            return Err("the chip's proof is not over this batch, card, usage and key");
        }
        let attested = length_prefixed(ATTESTATION, &[&made[..], &[&proof]].concat());
        let mut of_bureau = bureaus.iter().filter(|bureau| common_name(bureau) == Some(self.bureau.clone()));
        let holds =
            |bureau: &X509| bureau.public_key().is_ok_and(|key| verifies(&key, &attested, &attestation));
        if of_bureau.any(holds) { Ok(()) } else { Err("no pinned bureau attests its key") }
    }
}

/// Context, then fields, each behind its length as eight octets, the most significant first.
fn length_prefixed(context: &[u8], fields: &[&[u8]]) -> Vec<u8> {
    let mut octets = Vec::new();
    for field in [&[context], fields].concat() {
        octets.extend_from_slice(&(field.len() as u64).to_be_bytes());
        octets.extend_from_slice(field);
    }
    octets
}

fn common_name(certificate: &X509) -> Option<String> {
    let entry = certificate.subject_name().entries_by_nid(openssl::nid::Nid::COMMONNAME).next()?;
    String::from_utf8(entry.data().as_slice().to_vec()).ok()
}
