//! The codes of officers: what proves a decision, their keys, the answers that are kept for programs.

store::codes! {
    /// The proof of a decision does not hold.
    APPROVAL_PROOF_INVALID = ("approval-proof-invalid", Refused, "the registration officer: decide again; the auditor, if it happens twice");
    /// This installation does not take proofs of this kind.
    APPROVAL_PROOF_KIND_REFUSED = ("approval-proof-kind-refused", Refused, "the operator: only a demo installation takes demo proofs");
    /// The proof has expired, or is not of this moment.
    APPROVAL_PROOF_EXPIRED = ("approval-proof-expired", Refused, "the registration officer: decide again");
    /// Nothing shows that an entitled person approved.
    APPROVAL_EVIDENCE_MISSING = ("approval-evidence-missing", Refused, "the auditor: a row says approved, and no decision proves it");
    /// The worker has drawn no nonce that could be taken.
    APPROVAL_NONCE_NONE = ("approval-nonce-none", Unavailable, "the officer: try again in a moment; the operator, if it lasts: the worker draws what each decision begins with");
    /// The nonce of the proof is not of this moment, or was used.
    APPROVAL_NONCE_TOO_MANY = ("approval-nonce-too-many", Unavailable, "the officer: sign what he has begun, or wait half an hour; the administrator, if he has begun nothing: somebody else uses his session");
    /// The nonce of a decision was not drawn for it, or is used up.
    APPROVAL_NONCE_SPENT = ("approval-nonce-spent", Refused, "the officer: decide again; the auditor, if the officer did not decide twice");
    /// The worker has not looked at the decision yet.
    APPROVAL_NOT_RECEIVED = ("approval-not-received", Unavailable, "nobody: the worker receives decisions within seconds");
    /// A decision that can still be taken back: nothing follows from it yet.
    APPROVAL_NOT_EFFECTIVE = ("approval-not-effective", Unavailable, "nobody: it takes effect by itself, unless its officer takes it back");
    /// Nobody takes back what another has decided, or what nobody has.
    DECISION_NOT_YOURS = ("decision-not-yours", NotAuthorised, "the officer who decided, and nobody else, may take it back");
    /// What has taken effect stands.
    DECISION_IN_EFFECT = ("decision-in-effect", Refused, "the officer: a refused order is submitted again, a card is opposed, a software certificate revoked");
    /// What an authenticator or a browser sent is not what it must be.
    PASSKEY_REFUSED = ("passkey-refused", NotAuthorised, "the officer: try again with the key that was enrolled, and its PIN or fingerprint; the log says what was wrong");
    /// The demo's key file cannot be read or written.
    APPROVAL_KEY_FILE = ("approval-key-file", Failed, "the operator: check the path and its mode");

    /// No such officer, or no longer.
    OFFICER_UNKNOWN = ("officer-unknown", NotAuthorised, "an administrator: enrol the officer");
    /// The clock is behind the officer's enrolment.
    OFFICER_NOT_YET = ("officer-not-enrolled-yet", NotAuthorised, "the operator: set this machine's clock by NTP; until then `igc opposition add` without --as opposes a card");
    /// The officer does not have the role that this act needs.
    OFFICER_ROLE_MISSING = ("officer-role-missing", NotAuthorised, "an administrator: roles stand in the list of officers");
    /// The officer's role does not read this.
    READING_NOT_ALLOWED = ("reading-not-allowed", NotAuthorised, "an administrator: roles stand in the list of officers");
    /// An officer of this login is enrolled.
    OFFICER_ALREADY_ENROLLED = ("officer-already-enrolled", Refused, "the administrator: choose another login");
    /// A login, name or role that is not of the form it must have.
    OFFICER_FIELD_INVALID = ("officer-field-invalid", Invalid, "the administrator: see the rule that the message names");

    /// There is no such enrolment.
    ENROLMENT_UNKNOWN = ("enrolment-unknown", NotFound, "the caller: check the number of the enrolment");
    /// A stored enrolment cannot be read.
    ENROLMENT_ROW_ALTERED = ("enrolment-row-altered", Integrity, "the auditor: the row is not what this program writes");
    /// The login or the key is taken.
    ENROLMENT_CLASH = ("enrolment-clash", Refused, "the administrator: a key is enrolled once, and a login keeps its name and role");
    /// No key of this identifier counts.
    ENROLMENT_KEY_UNKNOWN = ("enrolment-key-unknown", NotFound, "the administrator: see the list of keys");
    /// Somebody who decides cannot be told of what is decided in his name.
    OFFICER_ADDRESS_MISSING = ("officer-address-missing", Refused, "two administrators: sign for an address of his; of one who is pinned, the operator writes email beside his root in igc.toml");
    /// A certificate that is none of ours.
    ENROLMENT_CERTIFICATE_UNKNOWN = ("enrolment-certificate-unknown", NotAuthorised, "the officer: use the card, or the certificate, that this installation gave");
    /// A good signature of ours on what was never recorded.
    CERTIFICATE_UNRECORDED = ("certificate-unrecorded", Integrity, "the security officer, at once: somebody has signed with the authority's key past this program, or the database has forgotten; `igc doctor` names the certificate");
    /// A certificate that signs nobody in.
    ENROLMENT_CERTIFICATE_PURPOSE = ("enrolment-certificate-purpose", NotAuthorised, "the officer: use the authentication certificate of the card, which its code opens");
    /// A certificate that is revoked or not in its validity, or whose card is not active.
    ENROLMENT_CERTIFICATE_ENDED = ("enrolment-certificate-ended", NotAuthorised, "the officer: ask for another card; it must be activated, and neither opposed nor over");
    /// A certificate that no officer has.
    ENROLMENT_CERTIFICATE_MISSING = ("enrolment-certificate-missing", NotAuthorised, "an administrator: propose the certificate, for which two administrators sign");
    /// Two different administrators enrol, and nobody himself.
    ENROLMENT_ANOTHER_ADMINISTRATOR = ("enrolment-another-administrator", Refused, "another administrator must sign, and never the officer himself");
    /// The caller's key came with something else before.
    REPLY_ANOTHER_REQUEST = ("idempotency-key-of-another-request", Invalid, "the caller: a new key for each new request; a key is good for two days");
    /// The same request is under way.
    REPLY_UNDER_WAY = ("idempotency-key-under-way", Refused, "nobody: send the same request again in a moment");
}
