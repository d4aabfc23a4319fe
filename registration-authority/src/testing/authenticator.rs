//! An authenticator and its browser, in software: what a test signs with, honestly or not. (Also compiled into the tests
//! of other crates, by its path.)

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use openssl::ec::{EcGroup, EcKey};
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkey::{PKey, Private};
use openssl::sign::Signer;
use registration_authority::approval::passkey::{Assertion, PasskeyKey, RelyingParty};
use registration_authority::approval::{
    ApprovalProof, Decidable, NONCE_LENGTH, PasskeyProof, Statement, Verdict,
};
use registration_authority::enrolment::Root;
use sha2::{Digest, Sha256};
use store::Timestamp;

/// Where the pages of the tests are.
pub(crate) const ORIGIN: &str = "https://localhost:8443";

/// One passkey, with what it says of itself open to be changed.
#[derive(Clone)]
pub(crate) struct Authenticator {
    pub(crate) key: PKey<Private>,
    pub(crate) credential_id: Vec<u8>,
    pub(crate) origin: String,
    pub(crate) rp_id: String,
    pub(crate) flags: u8,
    pub(crate) count: u32,
}

/// What the browser says.
pub(crate) fn client_data(kind: &str, challenge: &[u8; 32], origin: &str) -> Vec<u8> {
    let challenge = URL_SAFE_NO_PAD.encode(challenge);
    format!(r#"{{"type":"{kind}","challenge":"{challenge}","origin":"{origin}","crossOrigin":false}}"#)
        .into_bytes()
}

pub(crate) fn relying_party() -> RelyingParty {
    RelyingParty::new(ORIGIN, "localhost").unwrap()
}

impl Authenticator {
    /// A new key, which its owner unlocks by his fingerprint.
    pub(crate) fn new(name: &str) -> Self {
        let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).unwrap();
        let key = PKey::from_ec_key(EcKey::generate(&group).unwrap()).unwrap();
        let credential_id = format!("key of {name}").into_bytes();
        let (origin, rp_id) = (ORIGIN.to_owned(), "localhost".to_owned());
        Self { key, credential_id, origin, rp_id, flags: 0b0000_0101, count: 0 }
    }

    pub(crate) fn public_key(&self) -> PasskeyKey {
        PasskeyKey::from_spki(&self.key.public_key_to_der().unwrap()).unwrap()
    }

    /// This key as a root of the chain.
    pub(crate) fn root(&self, login: &str, display_name: &str) -> Root {
        Root {
            login: login.to_owned(),
            display_name: display_name.to_owned(),
            credential_id: self.credential_id.clone(),
            key: self.public_key(),
        }
    }

    /// Signs what an honest browser would ask for.
    pub(crate) fn assert(&self, challenge: &[u8; 32]) -> Assertion {
        self.sign(client_data("webauthn.get", challenge, &self.origin))
    }

    /// Signs whatever client data there is.
    pub(crate) fn sign(&self, client_data: Vec<u8>) -> Assertion {
        let mut authenticator_data = Sha256::digest(&self.rp_id).to_vec();
        authenticator_data.push(self.flags);
        authenticator_data.extend(self.count.to_be_bytes());
        let signed = [authenticator_data.as_slice(), &Sha256::digest(&client_data)].concat();
        let signature =
            Signer::new(MessageDigest::sha256(), &self.key).unwrap().sign_oneshot_to_vec(&signed).unwrap();
        Assertion { credential_id: self.credential_id.clone(), authenticator_data, client_data, signature }
    }

    /// The proof of a decision, over a nonce that the worker drew.
    pub(crate) fn decide(
        &self,
        subject: &Decidable,
        verdict: (Verdict, Option<&str>),
        officer: &str,
        nonce: [u8; NONCE_LENGTH],
        at: Timestamp,
    ) -> ApprovalProof {
        self.prove(&Statement::over_nonce(subject, verdict.0, verdict.1, officer, nonce, at))
    }

    pub(crate) fn prove(&self, statement: &Statement) -> ApprovalProof {
        self.prove_octets(&statement.encode())
    }

    /// The proof over whatever stands for a statement: a bulk, or nothing that anybody should take.
    pub(crate) fn prove_octets(&self, statement: &[u8]) -> ApprovalProof {
        let assertion = self.assert(&Sha256::digest(statement).into());
        ApprovalProof::Passkey(PasskeyProof::new(statement, &assertion).unwrap())
    }

    /// What a browser answers to a request for this key: the attestation object, and the client data.
    pub(crate) fn registration(&self, challenge: &[u8; 32]) -> (Vec<u8>, Vec<u8>) {
        (self.attestation_object(), client_data("webauthn.create", challenge, &self.origin))
    }

    /// `{"fmt": "none", "attStmt": {}, "authData": …}`, written by hand (RFC 8949).
    fn attestation_object(&self) -> Vec<u8> {
        let spki = self.key.public_key_to_der().unwrap();
        let point = &spki[spki.len() - 64..];
        let mut data = Sha256::digest(&self.rp_id).to_vec();
        data.push(self.flags | 0b0100_0000);
        data.extend(self.count.to_be_bytes());
        data.extend([0; 16]);
        data.extend((self.credential_id.len() as u16).to_be_bytes());
        data.extend(&self.credential_id);
        // {1: 2, 3: -7, -1: 1, -2: x, -3: y}
        data.extend([0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20]);
        data.extend(&point[..32]);
        data.extend([0x22, 0x58, 0x20]);
        data.extend(&point[32..]);
        let mut object = b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x58".to_vec();
        object.push(u8::try_from(data.len()).expect("below 256 octets"));
        object.extend(data);
        object
    }
}
