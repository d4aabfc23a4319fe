//! The codes of software certificates and certification.

store::codes! {
    /// There is no such certificate request.
    REQUEST_UNKNOWN = ("request-unknown", NotFound, "the caller: check the number of the request");
    /// A profile that is not requested this way.
    REQUEST_PROFILE_NOT_OFFERED = ("request-profile-not-offered", Refused, "the submitter: see `igc certificate profile list`");
    /// The register does not know the structure.
    REQUEST_STRUCTURE_UNKNOWN = ("request-structure-unknown", NotFound, "the submitter: check the identifier, or import a newer register");
    /// The structure has no identifier that a certificate may carry.
    REQUEST_STRUCTURE_UNIDENTIFIED = ("request-structure-unidentified", Refused, "the registration officer: the register gives neither FINESS nor SIRET");
    /// A name that is not on the structure's approved list.
    REQUEST_NAME_NOT_APPROVED = ("request-name-not-approved", Refused, "a registration officer: allow the name for the structure first");
    /// A name that is not of the form it must have.
    REQUEST_NAME_INVALID = ("request-name-invalid", Invalid, "the submitter: see the rule that the message names");
    /// The common name is missing, or is not among the DNS names.
    REQUEST_COMMON_NAME = ("request-common-name", Invalid, "the submitter: the common name must stand in the request, and among its DNS names");
    /// The address is missing, is more than one, or stands where the profile has none.
    REQUEST_ADDRESS = ("request-address", Invalid, "the submitter: exactly one rfc822Name where the profile has an address, none otherwise");
    /// The address is no mailbox of this professional.
    REQUEST_ADDRESS_UNKNOWN = ("request-address-unknown", Refused, "the operator of the mailbox publishes it; then import a newer MSSanté extract");
    /// The key has been certified for another.
    REQUEST_KEY_KNOWN = ("request-key-known", Refused, "the submitter: make a new key pair");
    /// A request for this key is open.
    REQUEST_ALREADY_OPEN = ("request-already-open", Refused, "the registration officer: decide on the request that is open");
    /// Nobody decides on his own request.
    REQUEST_SELF_APPROVAL = ("request-self-approval", Refused, "another registration officer must decide");
    /// The decision is on a version that is not the current one.
    REQUEST_STALE_VERSION = ("request-stale-version", Refused, "the registration officer: read the current version, then decide");
    /// The request has been decided on or withdrawn.
    REQUEST_NOT_OPEN = ("request-not-open", Refused, "the caller: read the request again");
    /// A refusal says why.
    REQUEST_REASON_MISSING = ("request-reason-missing", Invalid, "the registration officer: choose a reason; `other` needs a sentence");
    /// A reason that is not on the list.
    REQUEST_REASON_UNKNOWN = ("request-reason-unknown", Invalid, "the registration officer: choose a reason from the list");
    /// Only the submitter, or a registration officer, withdraws a request.
    REQUEST_NOT_YOURS = ("request-not-yours", NotAuthorised, "the submitter, or a registration officer, may withdraw it");
    /// A stored request cannot be read.
    REQUEST_ROW_ALTERED = ("request-row-altered", Integrity, "the auditor: the row is not what this program writes");
    /// The sentence of a refusal is not the one that was signed.
    REQUEST_SENTENCE_ALTERED = ("request-sentence-altered", Integrity, "the auditor: ask the officer what he wrote, and who has changed it; nobody is told anything");

    /// The request has no certificate.
    RETRIEVAL_NOT_ISSUED = ("retrieval-not-issued", Refused, "nobody: a certificate is fetched once it is issued; read the request again");
    /// Whoever fetches a certificate has not accepted its terms of use.
    RETRIEVAL_TERMS_NOT_ACCEPTED = ("retrieval-terms-not-accepted", Refused, "whoever fetches the certificate: read the terms of use in force, and accept them");
    /// The terms that are accepted are not those in force.
    RETRIEVAL_OTHER_TERMS = ("retrieval-other-terms", Refused, "whoever fetches the certificate: read the terms of use again, others are in force");
    /// The key of a test certificate, or the request over it, cannot be made.
    TEST_CERTIFICATE_KEY = ("test-certificate-key-failed", Failed, "the operator: OpenSSL makes no key on this machine; the message says why");

    /// A compromised key is that of a card that is not opposed.
    COMPROMISED_KEY_ON_CARD = ("compromised-key-on-card", Refused, "the operator, or an officer who opposes cards, at once: oppose the card that is named, certified or not (`igc opposition add CARD --ground defective`), then record the key again; its holder is ordered another card");

    /// The card is not in a state to be certified.
    CERTIFICATION_NOT_READY = ("certification-not-ready", Refused, "the operator: see the state of the card or of the request");
    /// The card's row and its order disagree.
    CERTIFICATION_CARD_ALTERED = ("certification-card-altered", Integrity, "the auditor: the card is not the one that was ordered");
    /// The bureau's keys for this card are not complete.
    CERTIFICATION_KEY_MISSING = ("certification-key-missing", Refused, "the operator: ask the bureau for a return file with every key");
    /// The chip did not prove the key for this card and the order that was approved.
    CERTIFICATION_KEY_UNPROVEN = ("certification-key-unproven", Refused, "the auditor: a row holds a key, and no chip proved it for this card and the order that was approved");
    /// No pinned bureau made this card's key.
    CERTIFICATION_KEY_UNATTESTED = ("certification-key-unattested", Refused, "the auditor: a row holds a key, and no pinned bureau attests it; the operator, if a bureau's pin was taken away");
    /// The key of the card is recorded as compromised, or another's.
    CERTIFICATION_KEY_BARRED = ("certification-key-barred", Refused, "an officer who opposes cards: oppose the card that is named (`igc opposition add CARD --ground defective`) and have another ordered; no certificate is given over the key in its chip");
    /// An attempt of this same epoch is under way.
    CERTIFICATION_UNDER_WAY = ("certification-under-way", Unavailable, "nobody: the attempt under way settles it, or the sweep does");
    /// This kind of card has no profile for this use.
    CERTIFICATION_NO_PROFILE = ("certification-no-profile", Refused, "the operator: no profile stands for this kind of card");
}
