//! The codes of what goes out, what the register brings and what is kept: delivery, mail, terms, feeds, lapses, renewals, erasures.

store::codes! {
    /// A payload that is to be erased on request proves something and tells of nobody.
    AUDIT_PAYLOAD_PROVES = ("audit-payload-proves", Refused, "nobody: what certificates, keys, feeds and publications are proven with is kept (docs/personal-data.md)");

    /// A holder activates his own cards only.
    DELIVERY_NOT_YOURS = ("delivery-not-yours", NotAuthorised, "the holder of the card, or an officer");

    /// The settings of the mail server cannot be used.
    MAIL_SETTINGS = ("mail-settings-invalid", Invalid, "the operator: correct [mail] in igc.toml");
    /// The mail server is not reached, does not let us in, or wants to be asked later.
    MAIL_SERVER = ("mail-server-failed", Unavailable, "the operator: the log has the server's status; the notice is tried again by itself");
    /// The mail server will never take this notice.
    NOTICE_REFUSED = ("notice-refused", Refused, "the operator: the log has the server's status; `igc notice retry` tries again");
    /// The recipient has no address of e-mail in the register.
    NOTICE_NO_ADDRESS = ("notice-no-address", NotFound, "nobody: the register's restricted feed gives no address of e-mail for this person");
    /// The notice waited for so long that it tells nothing any more.
    NOTICE_TOO_OLD = ("notice-too-old", Refused, "nobody: a notice is sent within seven days, or not at all");
    /// A stored notice is none that this program knows.
    NOTICE_UNKNOWN = ("notice-unknown", Integrity, "the auditor: the row is not what this program writes");
    /// No notice of this identifier was given up.
    NOTICE_NOT_DEAD = ("notice-not-dead", NotFound, "the caller: `igc notice list` says which notices were given up");

    /// The holder has not accepted the terms of use that are in force.
    TERMS_NOT_ACCEPTED = ("terms-not-accepted", Refused, "the officer who hands the card over: record the holder's acceptance first (`igc card accept-terms`)");
    /// A version of the terms, or a moment, that cannot be.
    TERMS_INVALID = ("terms-invalid", Invalid, "whoever records the acceptance: see the rule that the message names");

    /// The extract of the holders cannot be written.
    HOLDERS_EXTRACT_FILE = ("holders-extract-unwritable", Failed, "the operator: check the folder and the space on its disk");

    /// No feed of this digest was put aside.
    HELD_FEED_UNKNOWN = ("register-hold-unknown", NotFound, "the caller: `igc registry held` lists them");
    /// An officer refused to release a feed.
    HELD_FEED_REFUSED = ("register-feed-refused", Refused, "the operator: import another extract; this one was refused for the reason that `igc registry held` gives");
    /// There is no such plan of oppositions.
    OPPOSITION_PLAN_UNKNOWN = ("opposition-plan-unknown", NotFound, "the caller: `igc opposition plans` lists them");
    /// A stored lapse cannot be read.
    LAPSE_ROW_ALTERED = ("card-lapse-row-altered", Integrity, "the auditor: the row is not what this program writes");
    /// The directory does not know somebody whom the register names as living.
    LAPSE_DIRECTORY_DOUBTFUL = ("directory-doubtful", Unavailable, "the operator: compare what the directory says of a living professional (`igc registry show ID --fhir`); nothing is concluded from it meanwhile");
    /// Two different officers release what a brake stopped.
    RELEASE_ANOTHER_OFFICER = ("release-another-officer", Refused, "another registration officer must decide");
    /// The decision is on a version that is not the current one.
    RELEASE_STALE_VERSION = ("release-stale-version", Refused, "the registration officer: read what it would do now, then decide");
    /// It has been released or refused.
    RELEASE_NOT_OPEN = ("release-not-open", Refused, "the caller: read it again");

    /// There is no such plan.
    RENEWAL_PLAN_UNKNOWN = ("renewal-plan-unknown", NotFound, "the caller: check the identifier of the plan");
    /// Nobody approves his own plan.
    RENEWAL_SELF_APPROVAL = ("renewal-self-approval", Refused, "another registration officer must decide");
    /// The plan is not one to be approved.
    RENEWAL_NOT_PROPOSED = ("renewal-not-proposed", Refused, "the caller: read the plan again");
    /// The plan waits for its approval.
    RENEWAL_NOT_APPROVED = ("renewal-not-approved", AwaitsApproval, "a registration officer who did not make the plan must approve it");
    /// The plan's row cannot be read.
    RENEWAL_ROW_ALTERED = ("renewal-row-altered", Integrity, "the auditor: the row is not what this program writes");
}
