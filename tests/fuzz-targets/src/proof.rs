//! Officers' proofs: stored octets that the worker does not trust.

use registration_authority::approval::{ApprovalProof, PROOF_BOUND, ProofKind, Statement};

/// What reads has one encoding: nobody makes a second proof of one signature.
pub(crate) fn approval(octets: &[u8]) -> bool {
    let proof = ApprovalProof::decode(ProofKind::Demo.as_str(), octets);
    if let Some(proof) = &proof {
        assert!(octets.len() <= PROOF_BOUND);
        assert_eq!(proof.encode(), octets, "a proof has a second encoding");
    }
    let statement = Statement::decode(octets);
    if let Some(statement) = &statement {
        assert_eq!(statement.encode(), octets, "a statement has a second encoding");
        let _ = (statement.verdict(), statement.decided_at().to_string(), statement.expires_at().to_string());
    }
    proof.is_some() || statement.is_some()
}
