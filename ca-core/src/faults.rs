//! The stable error codes of this crate. Each part appends to its own section.

store::codes! {
    // Signer.
    /// `tokens.toml` is not what it must be.
    SIGNER_TOKENS_INVALID = ("signer-tokens-invalid", Invalid, "the operator: correct the line of tokens.toml that is named");
    /// A token that `tokens.toml` does not name.
    SIGNER_TOKEN_UNKNOWN = ("signer-token-unknown", NotFound, "the operator: tokens.toml names the tokens of this installation");
    /// The library or the token does not answer.
    SIGNER_UNAVAILABLE = ("signer-unavailable", Unavailable, "the operator: is the HSM up, and is its library the one of tokens.toml?");
    /// A PIN was refused.
    SIGNER_PIN_REFUSED = ("signer-pin-refused", NotAuthorised, "the operator: correct the PIN file, or unlock the token and `touch` the file: then the PIN is tried once more");
    /// A token left as many logins unanswered as are tried.
    SIGNER_LOGIN_UNANSWERED = ("signer-login-unanswered", Unavailable, "the operator: look after the HSM, see that its PIN is not locked, and `touch` the PIN file: then the PIN is tried again");
    /// A PIN file is missing, unsafe or malformed.
    SIGNER_PIN_FILE = ("signer-pin-file", Invalid, "the operator: a PIN file is one line, mode 0600, owned by the user of the process");
    /// No such key, or several.
    SIGNER_KEY_UNKNOWN = ("signer-key-unknown", NotFound, "the operator: is this the token the ceremony was held with?");
    /// The key cannot make such a signature.
    SIGNER_KEY_UNSUITABLE = ("signer-key-unsuitable", Refused, "the developer: the public key decides the signature algorithm");
    /// A key was made extractable or not sensitive.
    SIGNER_KEY_NOT_PROTECTED = ("signer-key-not-protected", Integrity, "the security officer: this token must not be used");
    /// A token holds keys already.
    SIGNER_TOKEN_INITIALISED = ("signer-token-initialised", Refused, "the operator: a ceremony begins on empty tokens");
    /// The token holds another key under the identifier.
    SIGNER_OTHER_KEY = ("signer-other-key", Integrity, "the security officer, at once: the key in the token is not the one of the certificate");
    /// The token's signature is not of the key that was asked.
    SIGNER_WRONG_SIGNATURE = ("signer-signature-wrong", Integrity, "the operator, at once: the token signs with another key, or wrongly");
    /// No such alarm about what was signed.
    SIGNING_ALARM_UNKNOWN = ("signing-alarm-unknown", NotFound, "the caller: `igc doctor` names the newest that is open");
    /// Somebody has seen to the alarm.
    SIGNING_ALARM_ACKNOWLEDGED = ("signing-alarm-acknowledged", Refused, "nobody: what was made of an alarm is never changed");
    /// The reason is no text of a fitting length.
    SIGNING_ALARM_REASON = ("signing-alarm-reason-invalid", Invalid, "the caller: say in 1 to 500 characters what was found");
    /// The ledger of signed digests cannot be written or continued.
    SIGNER_LEDGER = ("signer-ledger-failed", Failed, "the operator: is there space left, does the ledger belong to the user who signs, and is it as this program wrote it? nothing is signed without it");
    /// The token refuses an operation, or answers out of form.
    SIGNER_FAILED = ("signer-failed", Failed, "the operator: see the log; the library may lack a mechanism or not follow PKCS#11");

    /// The ledger shows a signature that nobody intended.
    SIGNATURE_NOT_INTENDED = ("signature-not-intended", Integrity, "the security officer, at once: somebody had a digest signed that this installation has no record of");
    /// The ledger of signed digests contradicts itself, was cut, or is gone.
    SIGNING_LEDGER_BROKEN = ("signing-ledger-broken", Integrity, "the security officer, at once: compare with a backup; signatures may be missing from it");

    /// Nobody looks any more at the ledger of answers of a place.
    SIGNING_LEDGER_UNFOLLOWED = ("signing-ledger-unfollowed", Integrity, "the operator: let a worker run on that node, or `igc doctor` every hour; where the node is gone, `igc audit acknowledge`");

    // OCSP responders.
    /// A responder answers no more, or was never its authority's, and so authorises no successor.
    RESPONDER_ENDED = ("responder-ended", Refused, "the operator: hold a ceremony of kind ocsp-responders");
    /// A responder has asked for its successor as often as it may.
    RESPONDER_REQUESTS_EXHAUSTED = ("responder-requests-exhausted", Refused, "the operator: why was each request refused? hold a ceremony of kind ocsp-responders");
    /// A request for a successor does not read, or is not what its row says.
    RESPONDER_REQUEST_MALFORMED = ("responder-request-malformed", Integrity, "the security officer: somebody else than the status role wrote into its inbox");
    /// A request for a successor lacks the signature of one of the two keys.
    RESPONDER_REQUEST_SIGNATURE = ("responder-request-signature", Integrity, "the security officer: somebody else than the status role wrote into its inbox");
    /// A request for a successor is not by the newest responder.
    RESPONDER_REQUEST_SUPERSEDED = ("responder-request-superseded", Refused, "nobody: the responder has a successor");
    /// A request for a successor is too old, of the future, or comes too early.
    RESPONDER_REQUEST_TIME = ("responder-request-time", Refused, "the operator: set the clocks of the machines by NTP; the status role asks again");
    /// The key of a request for a successor is not the one that the ceremony provides for, or is not new.
    RESPONDER_REQUEST_KEY = ("responder-request-key", Refused, "the operator: hold a ceremony of kind ocsp-responders for a key of another kind or in another token");

    // Key ceremonies.
    /// A ceremony file is not TOML of the form it must have.
    CEREMONY_MALFORMED = ("ceremony-malformed", Invalid, "the operator: correct the line of the ceremony file that is named");
    /// A ceremony file breaks a rule.
    CEREMONY_RULE = ("ceremony-rule-broken", Refused, "the operator: correct the line of the ceremony file that is named");
    /// The database has authorities already.
    CEREMONY_HELD = ("ceremony-already-held", Refused, "the operator: a ceremony begins with an empty database and empty tokens");
    /// The ceremony file is not the one that made the authorities.
    CEREMONY_ANOTHER_FILE = ("ceremony-another-file", Refused, "the operator: put the file of the ceremony that was held back in its place");
    /// What the database holds does not allow a ceremony of this file.
    CEREMONY_STANDING = ("ceremony-refused", Refused, "the operator: the sentence names what stands in the way; `igc ceremony check --dir DIR FILE` asks again");
    /// A ceremony of this name was begun with another file.
    CEREMONY_OTHER_FILE = ("ceremony-other-file", Refused, "the operator: take the ceremony up again with the file it was begun with, or give the new one another name");
    /// A ceremony was begun with another identity.
    CEREMONY_OTHER_IDENTITY = ("ceremony-other-identity", Refused, "the operator: put the identity file back that the ceremony was begun with (`ceremonies/NAME/identity.toml` is a copy), take the ceremony up to its end, and change the identity after it");
    /// The database does not know what the transcript holds.
    CEREMONY_OTHER_DATABASE = ("ceremony-other-database", Integrity, "the operator: put the database back that the ceremony was held with, or a backup from after its last step");
    /// Another process holds this ceremony.
    CEREMONY_UNDER_WAY = ("ceremony-under-way", Unavailable, "the operator: another process holds this ceremony; wait for it or stop it");
    /// A step was not confirmed.
    CEREMONY_NOT_CONFIRMED = ("ceremony-not-confirmed", AwaitsApproval, "the operator: confirm at a terminal, or with the flag that is named");
    /// The transcript of a ceremony does not read, or its chain is broken.
    CEREMONY_TRANSCRIPT = ("ceremony-transcript-broken", Integrity, "the auditor: the transcript was changed after it was written; compare with a copy");
    /// The transcript cannot be written.
    CEREMONY_TRANSCRIPT_FILE = ("ceremony-transcript-file", Failed, "the operator: is the installation's folder writable, and is there space left?");
    /// The report of a ceremony does not hold.
    CEREMONY_REPORT = ("ceremony-report-refused", Integrity, "the auditor: the part that is named is not what the ceremony made");
    /// The ceremony has not come to its end.
    CEREMONY_NOT_ENDED = ("ceremony-not-ended", Refused, "the operator: `igc ceremony run` takes it up where it stopped");
    /// A key was destroyed, and a find still finds it.
    CEREMONY_KEY_STANDS = ("ceremony-key-not-destroyed", Integrity, "the security officer: this token does not destroy keys; it must be kept as if the key were in use");
    /// A custodian's share cannot be read or written.
    SHARE_FILE = ("custodian-share-file", Invalid, "the custodian: a share is a file of mode 0600, as the ceremony wrote it; one that stands is never overwritten");
    /// A share is not the one that was given.
    SHARE_WRONG = ("custodian-share-wrong", Refused, "the custodian who is named: bring the share of the last ceremony that shared this token's PINs");
    /// Fewer shares than are needed.
    SHARES_TOO_FEW = ("custodian-shares-too-few", AwaitsApproval, "the operator: more custodians must come; give each share with --share FILE");
    /// The sharing failed.
    SHARING_FAILED = ("custodian-sharing-failed", Failed, "the developer: the secret sharing refused what it was given");

    // Certification requests and public keys.
    /// A certification request is too long.
    CSR_TOO_LONG = ("csr-too-long", Invalid, "the applicant: a request is at most 16 KiB");
    /// Not a certification request.
    CSR_MALFORMED = ("csr-malformed", Invalid, "the applicant: send a PKCS#10 request, PEM or DER");
    /// A certification request is signed with a weak or unknown algorithm.
    CSR_SIGNATURE_ALGORITHM = ("csr-signature-algorithm", Refused, "the applicant: sign the request with SHA-256 or better");
    /// A certification request is not signed with the key it holds.
    CSR_NO_PROOF_OF_POSSESSION = ("csr-no-proof-of-possession", Refused, "the applicant: make the request with the private key itself");
    /// A name or extension in a certification request is out of form.
    CSR_FIELD = ("csr-field-invalid", Invalid, "the applicant: correct the field that is named");
    /// Not a public key.
    KEY_MALFORMED = ("key-malformed", Invalid, "the applicant: the public key does not read");
    /// A kind of key that the profile does not allow.
    KEY_NOT_ALLOWED = ("key-not-allowed", Refused, "the applicant: make a key of a kind that the profile allows");
    /// An RSA exponent out of bounds.
    KEY_EXPONENT = ("key-exponent", Refused, "the applicant: make a key with the exponent 65537");
    /// A modulus that can be factored.
    KEY_WEAK = ("key-weak", Refused, "the applicant: make a new key with another tool or device");
    /// A point that is not on its curve.
    KEY_NOT_ON_CURVE = ("key-not-on-curve", Refused, "the applicant: make a new key");
    /// A list of weak keys that is none.
    KEY_BLOCKLIST_INVALID = ("key-blocklist-invalid", Invalid, "the operator: correct the line of the list of weak keys that is named");
    /// A key could not be examined.
    KEY_NOT_EXAMINED = ("key-not-examined", Failed, "the operator: see the log of the process");

    // Authorities, issuance, revocation.
    /// No such authority, or it was never certified.
    AUTHORITY_UNKNOWN = ("authority-unknown", NotFound, "the operator: `igc ceremony report` lists the authorities");
    /// An authority's record does not read.
    AUTHORITY_UNREADABLE = ("authority-unreadable", Integrity, "the operator: compare with a backup before anything is signed");
    /// An authority is out of its validity.
    AUTHORITY_EXPIRED = ("authority-expired", Refused, "the operator: a key ceremony must make the next generation");
    /// An authority whose certificate was revoked at a ceremony.
    AUTHORITY_REVOKED = ("authority-revoked", Refused, "the operator: this authority gives no certificate any more; certificates come from another generation or another authority");
    /// An authority whose end was decided at a ceremony.
    AUTHORITY_ENDED = ("authority-ended", Refused, "the operator: this authority signs nothing more; its successor is another generation or another authority");
    /// No such certificate.
    CERTIFICATE_UNKNOWN = ("certificate-unknown", NotFound, "check issuer and serial number, upper-case hexadecimal");
    /// The certificate has ended already.
    CERTIFICATE_ENDED = ("certificate-ended", Refused, "nothing more to do: a revocation is definitive");
    /// What is not good is not held.
    CERTIFICATE_NOT_GOOD = ("certificate-not-good", Refused, "only a certificate that is good is held or released; a revocation is definitive");
    /// The certificate is held already.
    CERTIFICATE_HELD = ("certificate-held", Refused, "nothing to do: it is held; its revocation makes it final, a release takes it back");
    /// The certificate is not held.
    CERTIFICATE_NOT_HELD = ("certificate-not-held", Refused, "nothing to do: only what is held is released");
    /// Not a revocation reason that is published.
    REVOCATION_REASON_UNKNOWN = ("certificate-reason-unknown", Invalid, "use a name of RFC 5280 section 5.3.1");
    /// The worker's lease has passed.
    EPOCH_DEAD = ("worker-lease-passed", Unavailable, "the operator: the worker stops and starts again by itself");
    /// The profile is not one that this authority issues.
    PROFILE_NOT_ALLOWED = ("certificate-profile-not-allowed", Refused, "the profile's file says which authorities may issue it");
    /// The profile needs an escrow for its keys.
    ESCROW_MISSING = ("certificate-escrow-missing", Refused, "nobody for now: confidentiality certificates wait for an escrow of their keys");
    /// A lint rule refused the TBS before it was signed.
    LINT_REFUSED = ("certificate-lint-refused", Refused, "the operator: the profile or the data breaks the rule that is named");
    /// The public key is certified for someone else already, was revoked as compromised, or is recorded so.
    KEY_REUSED = ("certificate-key-reused", Refused, "the applicant: make a new key pair");
    /// What was told of as a compromised key is none.
    COMPROMISED_KEY_UNREADABLE = ("compromised-key-unreadable", Invalid, "the caller: name one public key, certificate or certification request, PEM or DER; `openssl pkey -pubout` prints the public key of a private one");
    /// How a compromise was learnt is not said, or at length.
    COMPROMISED_KEY_SOURCE = ("compromised-key-source-invalid", Invalid, "the caller: say in 1 to 500 characters how it was learnt, and name nobody");
    /// The PKI itself stands on the key.
    COMPROMISED_KEY_SERVES = ("compromised-key-serves", Refused, "the security officer, at once: hold the key ceremony that the message names (docs/ceremonies.md), which revokes what is signed with the key or makes its successor; then record the key again");
    /// The TBS could not be built from the profile and the facts.
    TBS_NOT_BUILT = ("certificate-not-built", Invalid, "the field that is named is missing or too long");
    /// The certificate was settled by someone else while it was being signed.
    ISSUANCE_OVERTAKEN = ("certificate-issuance-overtaken", Refused, "the signature was thrown away; ask again, a new serial is used");
    /// The token's signature does not verify with the known key.
    SIGNATURE_WRONG = ("certificate-signature-wrong", Integrity, "the operator, at once: the token signed with another key");
    // Shards of CRLs.
    /// Shards were configured for what is no issuing authority.
    SHARD_AUTHORITY = ("crl-shards-authority", Invalid, "the operator: publication.shards names issuing authorities, by their first generation");
    /// The identity has no addresses for shards.
    SHARD_NO_ADDRESS = ("crl-shards-no-address", Invalid, "the operator: give the identity file publication.shard_crl and shard_delta_crl");
    /// The address of a shard would change.
    SHARD_MOVED = ("crl-shard-moved", Refused, "the operator: certificates name the address that stands; put it back into the identity file");
    /// A shard would end that certificates still name.
    SHARD_LIVING = ("crl-shard-living", Refused, "the operator: put the number of shards back; a shard ends when its last certificate has");

    // Identity, profiles, building.
    /// An identity file is not what it must be.
    IDENTITY_INVALID = ("identity-invalid", Invalid, "the operator: correct the line or field of the identity file that is named");
    /// The reference identity was about to be used.
    IDENTITY_REFERENCE = ("identity-reference-refused", Refused, "the operator: an installation bears its own identity; copy the demo's and change every value");
    /// No such profile.
    PROFILE_UNKNOWN = ("profile-unknown", NotFound, "the operator: `igc certificate profile list` names the profiles");
    /// A profile asks for a fact that is not there.
    CERTIFICATE_FACT_MISSING = ("certificate-fact-missing", Invalid, "whoever asked: the profile says which facts it needs");
    /// A fact cannot stand in a certificate.
    CERTIFICATE_FACT_INVALID = ("certificate-fact-invalid", Invalid, "whoever keeps the register: correct the value that is named");
    /// The identity names no such authority.
    CERTIFICATE_AUTHORITY_UNKNOWN = ("certificate-authority-unknown", NotFound, "the operator: the identity file names the authorities");
    /// This authority does not issue this profile.
    CERTIFICATE_ISSUER_REFUSED = ("certificate-issuer-refused", Refused, "the operator: the profile says which authorities issue it");
    /// The profile does not certify such keys.
    CERTIFICATE_KEY_REFUSED = ("certificate-key-refused", Refused, "whoever asked: make a key of a kind that the profile allows");
    /// It would end before it begins, or after its issuer.
    CERTIFICATE_VALIDITY_REFUSED = ("certificate-validity-refused", Refused, "the operator: is a new generation of the authority due?");
    /// The certificate could not be encoded.
    CERTIFICATE_ENCODING = ("certificate-encoding", Failed, "the developer: this is a fault of the program");
    /// The finished certificate does not hold the recorded TBS.
    NOT_AS_RECORDED = ("certificate-not-as-recorded", Integrity, "the operator, at once: the row was changed while the certificate was being signed");
}
