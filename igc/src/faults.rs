//! The stable error codes of the program itself.

store::codes! {
    /// A file or folder cannot be read or written.
    FILE = ("file-failed", Failed, "the operator: check the path, its owner and its mode");
    /// A file is longer than it may be.
    FILE_TOO_LONG = ("file-too-long", Invalid, "check that it is the file that was meant");
    /// A file that must be text is not.
    FILE_NOT_TEXT = ("file-not-text", Invalid, "the file must be UTF-8; the byte is named");
    /// A certificate does not read.
    CERTIFICATE_MALFORMED = ("certificate-malformed", Invalid, "a certificate is PEM or DER, one to a file");
    /// The configuration is not what it must be.
    CONFIG_INVALID = ("config-invalid", Invalid, "the operator: correct the line that is named; `igc config show` prints what is understood");
    /// There is no installation there.
    INSTALLATION_MISSING = ("installation-missing", NotFound, "say where it is with --dir or IGC_DIR, or make one with `igc init` or `igc demo`");
    /// The folder holds something else.
    FOLDER_NOT_OURS = ("folder-not-ours", Refused, "name another folder: what is not a demonstration is never replaced");
    /// A process uses the demonstration in the folder.
    FOLDER_IN_USE = ("folder-in-use", Unavailable, "stop the demonstration that runs there, or name another folder");
    /// The folder holds an installation already.
    ALREADY_INITIALISED = ("already-initialised", Refused, "name another folder: an installation is never overwritten");
    /// The command needs a signed decision.
    DECISION_NEEDED = ("decision-needed", AwaitsApproval, "an officer decides, with his card or passkey; only a demonstration decides by itself");
    /// The API of another machine does not answer.
    API_UNREACHABLE = ("api-unreachable", Unavailable, "check --server and --server-ca; the listener for certificates refuses whoever comes without one of ours");
    /// It answers something else.
    API_UNREADABLE = ("api-answer-unreadable", Failed, "check that --server is an installation of this version");
    /// It refuses, under a code that this program does not know.
    API_REFUSED = ("api-refused", Failed, "this program is older than the installation: the sentence is the installation's");
    /// A file is no signed decision.
    PROOF_UNREADABLE = ("proof-file-unreadable", Invalid, "the members of the challenge, and the authenticator's answer: see docs/api.md");
    /// Only a demonstration may do that.
    DEMO_ONLY = ("demo-only", Refused, "this is done in a demonstration only, never in production");
    /// One process for every role is not allowed here.
    SINGLE_PROCESS = ("single-process-refused", Refused, "start each role by itself, or say single_process = true in the configuration");
    /// A step of the demonstration did not hold.
    DEMO_STEP = ("demo-step-failed", Failed, "see the step that is named, and report.json in the folder");
    /// A port is taken, or a listener failed.
    LISTENER = ("listener-failed", Unavailable, "the operator: is another process on that port? choose one with --port or in the configuration");
    /// Something the program calls is missing or failed.
    TOOL = ("tool-failed", Failed, "run `make demo` or install what is named");
    /// A CRL was not published.
    CRL_NOT_PUBLISHED = ("crl-not-published", Failed, "the operator: the sentence says which rule refused it; the last good one is still served");
    /// The PKI itself stands on the certificate.
    CERTIFICATE_SERVES = ("certificate-serves", Refused, "the security officer: a key ceremony revokes an authority, or the responders before a new one (docs/ceremonies.md)");
    /// A card carries the certificate.
    CERTIFICATE_ON_CARD = ("certificate-on-card", Refused, "oppose the card: `igc opposition add`");
    /// What came in is no file of opposition codes.
    LETTERS_MALFORMED = ("bureau-letters-malformed", Invalid, "the operator: give a file of the folder letters, as the worker wrote it");
    /// No ceremony of that name was begun here.
    CEREMONY_UNKNOWN = ("ceremony-unknown", NotFound, "the operator: the folder ceremonies of the installation names them");
    /// `igc init` holds no such ceremony.
    CEREMONY_ATTENDED = ("ceremony-attended", Refused, "the operator: `igc init --without-ceremony`, then `igc ceremony run FILE`");
    /// No job of that name.
    JOB_UNKNOWN = ("job-unknown", NotFound, "`igc job list` names them");
    /// The argument does not read.
    ARGUMENT = ("argument-invalid", Invalid, "see --help");
    /// The register does not know the person.
    PROFESSIONAL_UNKNOWN = ("professional-unknown", NotFound, "check the identifier; the national register is imported with `igc registry import`");
    /// The signer's process was started by hand.
    SIGNER_PROCESS = ("signer-process-failed", Failed, "nobody: the roles of the program start it themselves");
    /// There is no key to sign the audit tree with.
    AUDIT_KEY_MISSING = ("audit-key-missing", Failed, "the operator: a key ceremony makes the audit checkpoint key");
    /// The audit trail contradicts itself.
    AUDIT_BROKEN = ("audit-broken", Integrity, "the auditor: the rows named were changed after they were written");
    /// The database has forgotten what was signed.
    AUDIT_ROLLED_BACK = ("audit-rolled-back", Integrity, "the auditor: the database is older than a checkpoint kept outside it, or another; no head is signed until that is explained (docs/audit.md)");
    /// The audit key is another one.
    AUDIT_KEY_CHANGED = ("audit-key-changed", Integrity, "the auditor: compare the key in the audit folder with the ceremony report");
    /// An event stands under no signed head for too long.
    AUDIT_LEAF_LATE = ("audit-leaf-late", Unavailable, "the operator: is the worker running, and does the token of the audit key answer?");
    /// A file is no answer of ours about the certificate.
    ANSWER_NOT_OURS = ("ocsp-answer-not-ours", Invalid, "whoever brought it: the file must be the whole OCSP answer, DER, and --at a moment at which its responder's certificate was valid");
    /// Nobody has looked at the public faces yet.
    COHERENCE_UNSTATED = ("coherence-unstated", NotFound, "the operator: the worker looks once a minute; igc job run coherence looks now");
    /// No such event.
    AUDIT_EVENT_UNKNOWN = ("audit-event-unknown", NotFound, "events are named by their identifier or their subject, as `igc audit export` writes them");
    /// Nobody said where the directory is.
    DIRECTORY_NOT_CONFIGURED = ("directory-not-configured", Refused, "the operator: name the directory and its key's file in [register.fhir] (docs/configuration.md)");
    /// No signed head of that size.
    AUDIT_HEAD_UNKNOWN = ("audit-head-unknown", NotFound, "sizes are those of the signed heads: the second line of a checkpoint");
}
