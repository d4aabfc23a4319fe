//! Officers' proofs: stored octets that the worker does not trust, and what a browser says of a new passkey.

use std::sync::LazyLock;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use openssl::pkey::PKey;
use registration_authority::approval::passkey::{
    CREDENTIAL_ID_BOUND, NewPasskey, PasskeyKey, REGISTRATION_BOUND, RelyingParty,
};
use registration_authority::approval::{
    ApprovalProof, BULK_BOUND, BulkStatement, PROOF_BOUND, ProofKind, Statement,
};

/// What reads has one encoding: nobody makes a second proof of one signature.
pub(crate) fn approval(octets: &[u8]) -> bool {
    let mut reads = false;
    for kind in [ProofKind::Demo, ProofKind::Passkey] {
        if let Some(proof) = ApprovalProof::decode(kind.as_str(), octets) {
            assert!(octets.len() <= PROOF_BOUND);
            assert_eq!(proof.encode(), octets, "a proof has a second encoding");
            reads = true;
        }
    }
    let statement = Statement::decode(octets);
    if let Some(statement) = &statement {
        assert_eq!(statement.encode(), octets, "a statement has a second encoding");
        let _ = (statement.verdict(), statement.decided_at().to_string(), statement.expires_at().to_string());
    }
    let bulk = BulkStatement::decode(octets);
    if let Some(bulk) = &bulk {
        assert_eq!(bulk.encode(), octets, "a bulk has a second encoding");
        assert!((1..=BULK_BOUND).contains(&bulk.rows().len()) && statement.is_none(), "read as both");
    }
    reads || statement.is_some() || bulk.is_some()
}

const CHALLENGE: [u8; 32] = [7; 32];

static RELYING_PARTY: LazyLock<RelyingParty> =
    LazyLock::new(|| RelyingParty::new("https://localhost:8443", "localhost").expect("it is one"));

/// An attestation object that reads holds a key that OpenSSL reads, in its one encoding.
pub(crate) fn registration(octets: &[u8]) -> bool {
    let challenge = URL_SAFE_NO_PAD.encode(CHALLENGE);
    let client_data = format!(
        r#"{{"type":"webauthn.create","challenge":"{challenge}","origin":"https://localhost:8443"}}"#
    );
    let Ok(read) = NewPasskey::read(octets, client_data.as_bytes(), &CHALLENGE, &RELYING_PARTY) else {
        return false;
    };
    assert!(octets.len() <= REGISTRATION_BOUND);
    assert!((1..=CREDENTIAL_ID_BOUND).contains(&read.credential_id.len()));
    let key = PKey::public_key_from_der(read.key.spki()).expect("OpenSSL does not read the key");
    assert_eq!(key.public_key_to_der().ok().as_deref(), Some(read.key.spki()), "a key has a second encoding");
    assert_eq!(PasskeyKey::from_spki(read.key.spki()), Ok(read.key));
    true
}
