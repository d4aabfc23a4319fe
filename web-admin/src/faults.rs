//! The stable codes of the pages themselves; what a rule refuses has the code of its rule.

store::codes! {
    /// There is no page at this address.
    PAGE_UNKNOWN = ("page-unknown", NotFound, "the caller: check the address");
    /// The address is longer than any address of ours.
    PAGE_ADDRESS_TOO_LONG = ("page-address-too-long", Invalid, "the caller: check the address");
    /// The method is not one that the page answers.
    PAGE_METHOD = ("page-method-not-allowed", Invalid, "the caller: open the page, then use its form");
    /// A sign-in link that was used, has expired, or never was.
    SIGN_IN_LINK_SPENT = ("sign-in-link-spent", NotAuthorised, "the operator: print another sign-in link");
    /// A form that was not sent from a page of this session.
    FORM_FOREIGN = ("form-foreign", NotAuthorised, "the officer: open the page again, then send its form");
    /// A form that is too large, or is not one.
    FORM_UNREADABLE = ("form-unreadable", Invalid, "the officer: open the page again; a form has 64 KiB at most");
    /// Too many sign-ins from this address, of this officer, or of everybody.
    SIGN_IN_TOO_OFTEN = ("sign-in-too-often", Unavailable, "the officer: try again after the seconds of Retry-After; what is open stays open");
    /// Decisions need a proof that this installation cannot make on a page.
    DECISION_PROOF_MISSING = ("decision-proof-missing", AwaitsApproval, "an officer decides with his card or passkey");
    /// No authenticator's answer is in the form.
    PASSKEY_SILENT = ("passkey-silent", Invalid, "the officer: allow scripts for this site, and answer with the key; nothing was recorded");
    /// The key is no officer's, or no longer.
    PASSKEY_UNKNOWN = ("passkey-unknown", NotAuthorised, "the officer: use the key that two administrators signed for; an administrator sees which");
    /// The page was open for too long, or its form was sent twice.
    PASSKEY_CHALLENGE_SPENT = ("passkey-challenge-spent", NotAuthorised, "the officer: open the page again; it is good for five minutes, once");
    /// The body of a request to the API is not JSON of the form it must have.
    API_BODY_INVALID = ("api-body-invalid", Invalid, "the caller: see /api/v1/openapi.json");
    /// It does not say that it is JSON.
    API_NOT_JSON = ("api-not-json", Invalid, "the caller: Content-Type: application/json");
    /// It is larger than 64 KiB.
    API_TOO_LARGE = ("api-too-large", Invalid, "the caller: a body has 64 KiB at most");
    /// The caller does not say which version he has read.
    API_VERSION_MISSING = ("api-version-missing", Invalid, "the caller: If-Match, with the ETag of what was read");
    /// It has changed since the caller read it.
    API_VERSION_CHANGED = ("api-version-changed", Refused, "the caller: read it again, then act");
    /// No certificate came with the connection.
    CERTIFICATE_ABSENT = ("certificate-absent", NotAuthorised, "the officer: open the address for cards, with the card in its reader; the operator: `[client_certificates]` in igc.toml says where it is");
    /// The configuration says nothing of passkeys.
    PASSKEYS_ABSENT = ("passkeys-absent", NotFound, "the operator: `[passkeys]` in igc.toml says where they sign");
    /// What was pasted is neither the two lines of a key nor a certificate.
    KEY_TEXT_UNREADABLE = ("key-text-unreadable", Invalid, "the administrator: paste both lines that the page of the new key shows, or one certificate in PEM");
    /// The receipt is not of this session.
    RECEIPT_UNKNOWN = ("receipt-unknown", NotFound, "the officer: the card's page says since when it is opposed");
    /// The opposition was not confirmed.
    OPPOSITION_NOT_CONFIRMED = ("opposition-not-confirmed", Invalid, "the officer: confirm that the opposition is definitive");
    /// A revocation is confirmed by a box that is ticked.
    REVOCATION_NOT_CONFIRMED = ("revocation-not-confirmed", Invalid, "the officer: confirm that the revocation is definitive");
    /// Terms of use are accepted by a box that is ticked.
    TERMS_NOT_CONFIRMED = ("terms-not-confirmed", Invalid, "whoever fetches the certificate: confirm that you accept the terms of use");
    /// No declaration of this identifier, or no longer.
    DECLARATION_UNKNOWN = ("declaration-unknown", NotFound, "the holder: an answer is kept for a day; declare again, the receipt is the same");
    /// Too many declarations from this address, or from everybody.
    OPPOSITION_TOO_OFTEN = ("opposition-too-often", Unavailable, "the holder: try again after the seconds of Retry-After, or telephone the registration authority");
    /// No mail server is configured, so that nobody is sent a one-time code.
    CODES_NOT_MAILED = ("one-time-codes-not-mailed", NotFound, "the operator: [mail] in igc.toml; the holder: ask to be called back");
    /// The public form holds no question, or more than one.
    CHECK_ONE_QUESTION = ("check-one-question", Invalid, "the caller: send a card number, a certificate or a serial number, one of them");
    /// What was asked about is no card number.
    CHECK_CARD_NUMBER = ("check-card-number-invalid", Invalid, "the caller: ten digits, as printed on the card");
    /// What was asked about is no certificate.
    CHECK_CERTIFICATE = ("check-certificate-unreadable", Invalid, "the caller: one certificate, PEM, DER or the base64 of DER, 16 KiB at most");
    /// What was asked about is no serial number of an authority.
    CHECK_SERIAL = ("check-serial-invalid", Invalid, "the caller: a serial number of at most 20 octets in hexadecimal, and its authority");
    /// Too many questions from this address, or from everybody.
    CHECK_TOO_OFTEN = ("check-too-often", Unavailable, "nobody: ask again after the seconds of Retry-After; programs ask OCSP");
    /// More ask at once than there are connections to the database for them.
    PAGES_BUSY = ("pages-busy", Unavailable, "nobody: try again in a moment; the operator, where it lasts: does the database answer slowly, or does somebody ask for the public page over and over?");
    /// A field of the search in the audit trail does not read.
    TRAIL_FILTER = ("audit-filter-invalid", Invalid, "the auditor: days as 2026-11-26, texts of 200 characters at most");
    /// A published file cannot be read, or is not what its signer has signed.
    PUBLIC_FILE = ("public-file-unavailable", Unavailable, "nobody: try again, or take it from the status role; the log of the process says why");
    /// The program itself failed.
    PAGE_FAILED = ("page-failed", Failed, "the operator: see the log of the process, by the request's number");
}
