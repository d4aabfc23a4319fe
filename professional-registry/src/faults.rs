//! The stable error codes of this crate.

store::codes! {
    /// An identifier of the wrong length or with the wrong characters.
    IDENTIFIER_FORM = ("identifier-form", Invalid, "copy the identifier again from the card or the register");
    /// An identifier whose check digit does not hold.
    IDENTIFIER_CHECK_DIGIT = ("identifier-check-digit", Invalid, "a digit was mistyped: copy it again");
    /// A code that is not in the nomenclature.
    NOMENCLATURE_UNKNOWN = ("nomenclature-unknown-code", Invalid, "the code is not in the table named");
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
}
