//! The stable error codes of this crate.

store::codes! {
    /// An identifier of the wrong length or with the wrong characters.
    IDENTIFIER_FORM = ("identifier-form", Invalid, "copy the identifier again from the card or the register");
    /// An identifier whose check digit does not hold.
    IDENTIFIER_CHECK_DIGIT = ("identifier-check-digit", Invalid, "a digit was mistyped: copy it again");
    /// A code that is not in the nomenclature.
    NOMENCLATURE_UNKNOWN = ("nomenclature-unknown-code", Invalid, "the code is not in the table named");
    /// A code that is in the nomenclature, and not on that day.
    NOMENCLATURE_NOT_IN_FORCE = ("nomenclature-code-not-in-force", Invalid, "the code is given on other days: see the dates of the table named");
    /// A stored row of the register that cannot be read back.
    REGISTER_UNREADABLE = ("register-row-unreadable", Integrity, "the operator: restore the register tables, or import the newest extract again");
    /// The file holds no row.
    REGISTER_EMPTY = ("register-file-empty", Invalid, "the operator: fetch the extract again");
    /// The file does not end with a newline.
    REGISTER_TRUNCATED = ("register-file-truncated", Invalid, "the operator: fetch the extract again, the transfer was cut");
    /// The first line is not the header of the extract.
    REGISTER_HEADER = ("register-file-header", Invalid, "the operator: this is another file, or the publisher changed the format");
    /// A line that is not in the expected encoding.
    REGISTER_ENCODING = ("register-file-encoding", Invalid, "the operator: the extract is UTF-8; an old one may need the latin-1 option");
    /// A line longer than any line of an extract.
    REGISTER_LINE_LENGTH = ("register-file-line-length", Invalid, "the operator: this is not an extract of the register");
    /// More lines about one person or mailbox than any has.
    REGISTER_LINES_OF_ONE = ("register-file-lines-of-one", Invalid, "the operator: this is not an extract of the register");
    /// The day of the extract is not known.
    REGISTER_DATE = ("register-file-date", Invalid, "the operator: keep the published file name, or give the date by option");
    /// A feed older than what the register already holds.
    REGISTER_OLDER = ("register-feed-older", Refused, "the operator: import a newer extract");
    /// A newer import began while this one ran.
    REGISTER_SUPERSEDED = ("register-feed-superseded", Refused, "a newer extract is being imported; nothing to do");
    /// Another import wrote while this one compared.
    REGISTER_BUSY = ("register-import-running", Unavailable, "wait until the other import has ended, and import the file again");
    /// The file was not the same when it was read again.
    REGISTER_FILE_CHANGED = ("register-file-changed", Refused, "the operator: import a file that nobody writes to");
    /// The feed would change too much at once.
    REGISTER_BRAKE = ("register-brake", Refused, "the operator: check the extract by hand, and fetch it again");
    /// The feed would change too much at once, and is put aside.
    REGISTER_HELD = ("register-feed-held", AwaitsApproval, "two registration officers release it (`igc registry held`), or one refuses it; then import the same file again");
    /// The file cannot be read.
    REGISTER_FILE = ("register-file-unreadable", Failed, "the operator: check the file and its permissions");
    /// More rows than there are numbers.
    REGISTER_MERGES_ROWS = ("register-merges-rows", Invalid, "the operator: this is no correspondence of ADELI and RPPS numbers");
    /// An ADELI number that has become no other.
    MERGE_UNKNOWN = ("register-merge-unknown", NotFound, "copy the ADELI number again: `igc registry show` says what became of it");
    /// A case of a merge that there is not.
    MERGE_CASE_UNKNOWN = ("register-merge-case-unknown", NotFound, "copy its identifier again from `igc registry held`");
    /// An address, a root or a bound of the directory that cannot be meant.
    FHIR_SETTINGS = ("fhir-settings-invalid", Invalid, "the operator: see [registry.fhir] in docs/configuration.md");
    /// The file of the directory's key.
    FHIR_KEY_FILE = ("fhir-key-file", Failed, "the operator: one line, in a file that only its owner may read");
    /// The directory does not answer, or asks for patience.
    FHIR_UNAVAILABLE = ("fhir-unavailable", Unavailable, "try again later; nothing is concluded from its silence");
    /// The directory failed so often that nobody asks for a while.
    FHIR_BREAKER_OPEN = ("fhir-breaker-open", Unavailable, "it is asked again within a minute; nothing is concluded from its silence");
    /// The directory does not take the key.
    FHIR_KEY_REFUSED = ("fhir-key-refused", Failed, "the operator: ask the publisher for another key");
    /// The directory answers with an error.
    FHIR_STATUS = ("fhir-status", Failed, "the operator: compare the address with the publisher's documentation");
    /// An answer of the directory beyond every bound.
    FHIR_ANSWER_SIZE = ("fhir-answer-size", Failed, "the operator: tell the publisher of the directory");
    /// An answer of the directory that is cut, or no FHIR.
    FHIR_ANSWER_UNREADABLE = ("fhir-answer-unreadable", Failed, "try again; nothing is concluded from it");
    /// An answer of the directory about something else.
    FHIR_ANSWER_WRONG = ("fhir-answer-wrong", Failed, "the operator: tell the publisher of the directory; nothing is concluded from it");
}
