//! The stable error codes of this crate.

store::codes! {
    /// What relying systems see does not agree.
    COHERENCE_BROKEN = ("coherence-broken", Integrity, "the operator: `igc coherence show` names each difference; what is signed stays published, and what is not is never served");
    /// A recorded CRL is not what its authority signed.
    HISTORY_CRL_ALTERED = ("history-crl-altered", Integrity, "the auditor: the row of the CRL was changed after it was signed; compare with a backup");
    /// The faces could not be looked at.
    COHERENCE_LOOK = ("coherence-look-failed", Failed, "the operator: does the record of the authorities read, and does the database answer?");
}
