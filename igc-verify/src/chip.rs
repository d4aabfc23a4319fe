//! The key of a card: the chip's proof, and over it the attestation of a bureau, both for this very order.

use openssl::x509::X509;
use serde::Deserialize;

use crate::der::{octet_string, sequence_of, utf8_string};
use crate::key::{base64, public_key, sha256, verifies};

const PROOF: &str = "igc-card-key-proof-v2";
const ATTESTATION: &str = "igc-card-key-attestation-v2";

/// `card_key` of a line of `certificates.jsonl`.
#[derive(Debug, Deserialize)]
pub struct CardKey {
    pub card: String,
    pub usage: String,
    batch: String,
    bureau: String,
    public_key: String,
    proof: String,
    attestation: String,
}

impl CardKey {
    /// Whether a chip made this very key (SubjectPublicKeyInfo in DER) for this order (its canonical encoding),
    /// and a bureau says so.
    pub fn check(&self, certified: &[u8], order: &[u8], bureaus: &[X509]) -> Result<(), &'static str> {
        let read = |text: &str| base64(text).ok_or("its card key does not read");
        let (spki, proof, attestation) =
            (read(&self.public_key)?, read(&self.proof)?, read(&self.attestation)?);
        if spki != certified {
            return Err("it certifies another public key than the chip made");
        }
        let key = public_key(&spki).ok_or("its card key does not read")?;
        if !verifies(
            &key,
            &sequence_of(&[utf8_string(PROOF), self.place(order), octet_string(&spki)]),
            &proof,
        ) {
            return Err("the chip's proof is not over this batch, card, order, usage and key");
        }
        let attested = sequence_of(&[
            utf8_string(ATTESTATION),
            self.place(order),
            octet_string(&spki),
            octet_string(&proof),
        ]);
        let mut of_bureau = bureaus.iter().filter(|bureau| common_name(bureau) == Some(self.bureau.clone()));
        let holds =
            |bureau: &X509| bureau.public_key().is_ok_and(|key| verifies(&key, &attested, &attestation));
        if of_bureau.any(holds) { Ok(()) } else { Err("no pinned bureau attests its key") }
    }

    /// `KeyPlace ::= SEQUENCE { batch, card, order, usage }`.
    fn place(&self, order: &[u8]) -> Vec<u8> {
        let texts = [&self.batch, &self.card, &self.usage].map(|text| utf8_string(text));
        let [batch, card, usage] = texts;
        sequence_of(&[batch, card, octet_string(&sha256(order)), usage])
    }
}

fn common_name(certificate: &X509) -> Option<String> {
    let entry = certificate.subject_name().entries_by_nid(openssl::nid::Nid::COMMONNAME).next()?;
    String::from_utf8(entry.data().as_slice().to_vec()).ok()
}
