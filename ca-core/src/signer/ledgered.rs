//! A signer in this process that keeps the installation's ledger, as the child process does.

use std::path::Path;

use store::{CryptoRng, Timestamp, crash_point};

use super::ledger::{Durability, LedgerWriter, Signed, is_subject, refusal};
use super::{KeyReference, Pkcs11Module, Pkcs11Signer, Signer, SignerError, SigningRequest};

/// What a ceremony signs with: the PINs that its custodians bring are in this process and nowhere else. Each
/// digest is on the disk, in the ledger, before its signature leaves.
#[derive(Debug)]
pub struct LedgeredSigner {
    signer: Pkcs11Signer,
    ledger: LedgerWriter,
    at: Timestamp,
}

impl LedgeredSigner {
    /// Signs with the tokens of `module`, and writes into the file `ledger`, which is made where there is none;
    /// `at` is the time of its lines.
    pub fn new(module: Pkcs11Module, ledger: &Path, rng: &mut dyn CryptoRng, at: Timestamp) -> Self {
        let mut id = [0; 16];
        rng.fill_bytes(&mut id);
        let ledger = LedgerWriter::new(ledger.to_owned(), Durability::BeforeAnswer, id);
        Self { signer: Pkcs11Signer::new(module), ledger, at }
    }
}

impl Signer for LedgeredSigner {
    fn sign(&mut self, request: &SigningRequest<'_>) -> Result<Vec<u8>, SignerError> {
        if !is_subject(request.subject) {
            let detail = "a subject is one line of printable ASCII".to_owned();
            return Err(SignerError::Failed { token: request.key.token.clone(), detail });
        }
        self.ledger.check()?;
        let signature = self.signer.sign(request)?;
        crash_point("ceremony.signed");
        let signed = Signed {
            key: request.key.clone(),
            digest: request.digest.value.clone(),
            subject: request.subject.to_owned(),
        };
        self.ledger.record(vec![signed], self.at)?;
        crash_point("ceremony.signature-recorded");
        Ok(signature)
    }

    fn public_key(&mut self, key: &KeyReference) -> Result<Vec<u8>, SignerError> {
        self.signer.public_key(key)
    }

    fn refuse(&mut self, requests: &[SigningRequest<'_>]) {
        let Some(first) = requests.first() else { return };
        let refused = Signed {
            key: first.key.clone(),
            digest: first.digest.value.clone(),
            subject: refusal(requests.len(), first.subject),
        };
        if let Err(error) = self.ledger.record(vec![refused], self.at) {
            tracing::error!(%error, "the ledger does not take that signatures of key {} were refused", first.key);
        }
    }

    fn start_over(&mut self) {
        self.signer.start_over();
    }
}
