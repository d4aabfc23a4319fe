//! The codes of structures: mandates, the staff; and the delegations of officers.

store::codes! {
    /// There is no such mandate.
    MANDATE_UNKNOWN = ("mandate-unknown", NotFound, "the caller: `igc structure show` lists the mandates of a structure");
    /// A stored mandate cannot be read.
    MANDATE_ROW_ALTERED = ("mandate-row-altered", Integrity, "the auditor: the row is not what this program writes");
    /// A field of a mandate is not of its form.
    MANDATE_FIELD_INVALID = ("mandate-field-invalid", Invalid, "the registration officer: see the field and the rule that the message names");
    /// The login is no agent's.
    MANDATE_NO_AGENT = ("mandate-no-agent", Refused, "an administrator enrols the person as a certification agent first");
    /// The structure cannot have an agent.
    MANDATE_STRUCTURE_REFUSED = ("mandate-structure-refused", Refused, "the registration officer: check the identifier; the register must give the structure a FINESS or SIRET number");
    /// The professional does not practise at the structure.
    MANDATE_NOT_THERE = ("mandate-not-there", Refused, "the registration officer: name him as delegate, or wait for the register");
    /// A mandate of the same agent for the same structure stands, or waits.
    MANDATE_STANDS = ("mandate-stands", Refused, "the registration officer: decide on the one that waits, or end the one that stands");
    /// Nobody decides on the mandate that he proposed.
    MANDATE_SELF_APPROVAL = ("mandate-self-approval", Refused, "another registration officer must decide");
    /// The mandate has been decided on.
    MANDATE_NOT_OPEN = ("mandate-not-open", Refused, "the caller: read the mandate again");
    /// The mandate does not stand.
    MANDATE_NOT_STANDING = ("mandate-not-standing", Refused, "the caller: it was never approved, or has ended");

    /// The mandate is another agent's.
    MANDATE_NOT_YOURS = ("mandate-not-yours", Refused, "the caller: an agent lays his own mandate down; an officer ends it by refusing it, which he signs (challenge and decision, or `igc structure reject`)");

    /// There is no such delegation.
    DELEGATION_UNKNOWN = ("delegation-unknown", NotFound, "the caller: the page of delegations lists one's own");
    /// A stored delegation cannot be read.
    DELEGATION_ROW_ALTERED = ("delegation-row-altered", Integrity, "the auditor: the row is not what this program writes");
    /// A field of a delegation is not of its form.
    DELEGATION_FIELD_INVALID = ("delegation-field-invalid", Invalid, "the registration officer: see the field and the rule that the message names");
    /// The login is of nobody to whom the officer can delegate.
    DELEGATION_NO_DELEGATE = ("delegation-no-delegate", Refused, "the registration officer: choose another registration officer who stands enrolled");
    /// The delegation is wider than the delegator's own scope.
    DELEGATION_WIDER = ("delegation-wider", Refused, "the registration officer: delegate one's own scope or a part of it; who was given a delegation does not pass it on");
    /// The officer has too many delegations that are open.
    DELEGATION_TOO_MANY = ("delegation-too-many", Refused, "the registration officer: end one first");
    /// The delegation is between other officers.
    DELEGATION_NOT_YOURS = ("delegation-not-yours", NotAuthorised, "who delegates signs; he, his delegate or an administrator ends it");
    /// The delegation is signed, or over.
    DELEGATION_NOT_OPEN = ("delegation-not-open", Refused, "the caller: read the delegation again");
    /// The delegation gave nothing at the moment of the decision.
    DELEGATION_NOT_STANDING = ("delegation-not-standing", Refused, "the delegate: it was not signed for, had not begun, or had ended; ask for another");
    /// One person would stand behind two decisions, or behind one on what he submitted.
    DELEGATION_ONE_PERSON = ("delegation-one-person", Refused, "another officer must decide, who neither gave the delegation nor acts by it, and is not the same person under another login");

    /// A stored member of the staff cannot be read.
    STAFF_ROW_ALTERED = ("staff-row-altered", Integrity, "the auditor: the row is not what this program writes");
    /// A field of a member is not of its form.
    STAFF_FIELD_INVALID = ("staff-field-invalid", Invalid, "the agent: see the field and the rule that the message names");
    /// The number is somebody else's.
    STAFF_NUMBER_TAKEN = ("staff-number-taken", Refused, "the agent: give another local number");
    /// Nobody of this number is there.
    STAFF_NOT_THERE = ("staff-not-there", NotFound, "the agent: check the local number");
    /// The file is no list of staff.
    STAFF_FILE_UNREADABLE = ("staff-file-unreadable", Invalid, "the agent: see the line and the rule that the message names");
    /// Rows of the file are wrong.
    STAFF_ROWS_INVALID = ("staff-rows-invalid", Invalid, "the agent: the preview names each line, its column and the rule");
}
