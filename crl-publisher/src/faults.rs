//! The stable error codes of this crate.

store::codes! {
    /// The publication policy contradicts itself.
    POLICY_INVALID = ("publication-policy-invalid", Invalid, "the operator: a list must stay valid for longer than the time until the next one");
    /// A file of the public folder cannot be written or read.
    FOLDER = ("publication-folder-failed", Failed, "the operator: is the public folder writable, and is there space left?");
    /// The object store does not answer.
    OBJECT_STORE_UNREACHABLE = ("object-store-unreachable", Unavailable, "the operator: does the store of publication.object_store answer from here? What is published in the folder goes on being served, and the store follows once it answers");
    /// The object store refuses.
    OBJECT_STORE_REFUSED = ("object-store-refused", Failed, "the operator: may the key of publication.object_store read and write objects of its bucket, and is the clock right?");
    /// The object store has what the folder no longer has.
    OBJECT_STORE_AHEAD = ("object-store-ahead", Integrity, "the operator: the store holds a newer one than the public folder, which was restored from a backup; it is left alone, and brought back before the next run that publishes");
    /// The object store alone knows of something that has ended.
    OBJECT_STORE_ENTRY_LOST = ("object-store-entry-lost", Integrity, "the operator: the object store has a CRL or a list with a revocation or a card that the database, which was restored from a backup, has forgotten, and that could not be brought back before something was published; it is left alone. Revoke the certificate, or oppose the card, again: then the store follows by itself");
    /// A clock that was ahead dated a CRL of the object store.
    OBJECT_STORE_DATED_AHEAD = ("object-store-dated-ahead", Integrity, "the operator: a clock that was ahead dated it. It is not brought back, for nothing could be signed behind it until then; what is published next takes its place there. Is the clock of this machine right now?");
    /// The clock is behind a CRL that stands.
    CRL_CLOCK = ("crl-clock-behind", Unavailable, "the operator: correct the clock of this machine; nothing is signed until then");
    /// Another worker issued a CRL at the same time.
    CRL_OVERTAKEN = ("crl-overtaken", Unavailable, "nobody: the next run sees the other worker's CRL");
    /// A CRL number would not grow.
    CRL_NUMBER = ("crl-number-not-growing", Integrity, "the operator: the database was restored from a backup older than what is published");
    /// A last CRL was asked of an authority that goes on.
    CRL_NOT_LAST = ("crl-not-last", Refused, "the operator: a ceremony of kind end-of-authority decides the end first");
    /// A lint rule refused a CRL before it was signed.
    CRL_LINT = ("crl-lint-refused", Refused, "the operator: the authority's certificate or the publication policy breaks the rule that is named; what is published stays");
    /// A CRL is not what was to be signed.
    CRL_MALFORMED = ("crl-malformed", Integrity, "the developer: the reader and the writer of CRLs disagree");
    /// The signature of a CRL is not its authority's.
    CRL_SIGNATURE = ("crl-signature-wrong", Integrity, "the operator: the token signed with another key than the authority's");
    /// The set of entries of a CRL is not the database's.
    CRL_ENTRIES = ("crl-entries-wrong", Integrity, "the auditor: the certificates and the status log contradict each other");
    /// A revoked certificate of a shard stands on no shard's CRL.
    CRL_SHARDS = ("crl-shards-incomplete", Integrity, "the operator: a shard that certificates name is not published; the CRLs of all shards stay as they are");
    /// An entry of the published CRL would disappear without reason.
    CRL_ENTRY_LOST = ("crl-entry-lost", Integrity, "the operator: the database has forgotten a revocation that is public; revoke it again");
    /// An entry of the published CRL is of a certificate that the database does not know.
    CRL_ENTRY_UNKNOWN = ("crl-entry-unknown", Integrity, "the operator: a public CRL revokes a certificate that was issued after the backup from which the database was restored, so that it cannot be revoked again. No CRL of these certificates is published until a database is restored that knows it. Where there is none, docs/decisions/0079-numbers-that-no-backup-gives-again.md says what can be done, and what is lost by it");
    /// What stands in the public folder is not the CRL that its name says.
    CRL_FOREIGN = ("crl-not-of-its-name", Integrity, "the operator: what stands in the public folder under this name is damaged, of another authority or of other certificates. What was served before goes on being served; the worker puts the right one there within seconds, igc publish crl does at once. Look for who wrote it");
    /// What stands in the public folder is older than what was served.
    CRL_BEHIND = ("crl-behind-served", Integrity, "the operator: the public folder has an older CRL than the one that was served, as after a restored backup. That one goes on being served; the worker puts a newer one there within seconds. Where that does not end, the number that was served ran ahead of the clock, and a backup was restored that does not know it: look at the clocks, then restart the status role, which remembers nothing");
    /// The certificate of an authority cannot serve for publication.
    AUTHORITY_CERTIFICATE = ("publication-authority-certificate", Integrity, "the operator: the record of the authority is damaged");
    /// There is no list signer, or its certificate does not stand.
    LIST_SIGNER = ("opposition-list-signer-missing", Refused, "the operator: the key ceremony makes the list signer");
    /// The published opposition list holds a card that the database has forgotten.
    LIST_ENTRY_LOST = ("opposition-list-entry-lost", Integrity, "the operator: the database was restored from a backup; the card stays on the list, oppose it again");
    /// A card was opposed under a number that had been published for another.
    LIST_OVERTAKEN = ("opposition-list-overtaken", Integrity, "the operator: the database was restored from a backup, and a card opposed before the list was published again; it stands on the list under a new number, look for why the backup was restored under a running service");
    /// The compact opposition list cannot be made, or does not say what the list says.
    LIST_COMPACT = ("opposition-list-compact-wrong", Integrity, "the developer: the reader and the writer of the compact list disagree; the other forms are published");
    /// A detached signature does not verify.
    LIST_SIGNATURE = ("opposition-list-signature-wrong", Integrity, "the operator: the token signed with another key than the list signer's");
    /// `since` of the changes to the opposition list is no sequence.
    OPPOSITIONS_SINCE = ("oppositions-since-invalid", Invalid, "the caller: `since` is the sequence of the last change already known, 0 for all");
    /// `since` or `Last-Event-ID` is a sequence that does not exist yet.
    OPPOSITIONS_AHEAD = ("oppositions-since-ahead", Invalid, "the caller: take the full list, and follow the changes from its sequence");
    /// `limit` of the changes to the opposition list is no number of changes.
    OPPOSITIONS_LIMIT = ("oppositions-limit-invalid", Invalid, "the caller: `limit` is a whole number from 1 to 10 000");
    /// As many streams of oppositions are open as may be.
    OPPOSITIONS_STREAMS = ("oppositions-streams-full", Unavailable, "nobody: ask for the changes meanwhile, and try the stream again");
    /// Nothing answers for the moment.
    STATUS_UNAVAILABLE = ("status-unavailable", Unavailable, "nobody: try again; the CRLs go on being served");
}
