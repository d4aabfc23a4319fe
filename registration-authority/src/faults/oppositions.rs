//! The codes of oppositions and suspensions.

store::codes! {
    /// The ground is not on the list.
    OPPOSITION_GROUND_UNKNOWN = ("opposition-ground-unknown", Invalid, "the declarer: choose a ground from the list");
    /// Only an active card is suspended.
    SUSPENSION_CARD_NOT_ACTIVE = ("suspension-card-not-active", Refused, "the officer: only a card in use is suspended; any other is opposed, or waits");
    /// The card is suspended already.
    SUSPENSION_STANDS = ("suspension-stands", Refused, "the officer: nothing to do; two officers lift it, an opposition makes it final");
    /// The card is not suspended.
    SUSPENSION_NONE = ("suspension-unknown", NotFound, "the officer: `igc opposition suspensions` lists the suspended cards");
    /// Holds are not allowed: an opposition is definitive.
    OPPOSITION_HOLD_NOT_ALLOWED = ("opposition-hold-not-allowed", Refused, "the declarer: the policy knows no suspension; an opposition is definitive");
    /// Neither a card number nor an RPPS number.
    OPPOSITION_IDENTIFIER_MALFORMED = ("opposition-identifier-malformed", Invalid, "the declarer: the ten digits of the card, or the eleven of the RPPS number");
    /// Not of the form of an opposition code.
    OPPOSITION_CODE_MALFORMED = ("opposition-code-malformed", Invalid, "the declarer: the sixteen signs of the letter that came with the card; without it, ask to be called back");
    /// Not of the form of a one-time code.
    ONE_TIME_CODE_MALFORMED = ("one-time-code-malformed", Invalid, "the declarer: the eight digits of the newest mail; without one, ask to be called back");
    /// Nobody asked for a one-time code under this address, or no longer.
    ONE_TIME_REQUEST_UNKNOWN = ("one-time-request-unknown", NotFound, "the declarer: ask for another code on the page where cards are blocked");
    /// No key of the HSM makes verifiers yet.
    ONE_TIME_CODE_NO_KEY = ("one-time-code-no-key", Unavailable, "nobody: the job `opposition-codes` makes the key with the code of the first card that is certified");
    /// A stored declaration, or the code of a card, cannot be read.
    OPPOSITION_ROW_ALTERED = ("opposition-row-altered", Integrity, "the auditor: the row is not what this program writes");
    /// Too many declarations wait for the worker.
    OPPOSITION_INBOX_FULL = ("opposition-inbox-full", Unavailable, "the operator: the worker does not answer declarations, see `igc doctor`; until then officers oppose cards");
    /// Too many declarations without proof wait for an officer.
    OPPOSITION_TICKETS_FULL = ("opposition-tickets-full", Unavailable, "a revocation officer: call back, then oppose or dismiss; until then declarations without proof come by telephone");
    /// There is no such ticket, or it is closed.
    OPPOSITION_TICKET_UNKNOWN = ("opposition-ticket-unknown", NotFound, "the caller: `igc opposition tickets` lists those that are open");
    /// A dismissal says why.
    OPPOSITION_TICKET_REASON = ("opposition-ticket-reason-missing", Invalid, "the revocation officer: say in a sentence why the card is not opposed");
    /// A card was given its opposition code by another worker.
    OPPOSITION_CODE_TAKEN = ("opposition-code-taken", Unavailable, "nobody: the letter is thrown away, and the next run draws what is still due");
    /// A holder opposes his own cards only.
    OPPOSITION_NOT_YOURS = ("opposition-not-yours", NotAuthorised, "the holder of the card, or an officer");

    /// Who asks for the opposition may not: rules R-OPP.
    OPPOSITION_REQUESTER_REFUSED = ("opposition-requester-refused", Refused, "the message names the rule and who can help; a revocation officer opposes the card of the authority's own motion");
    /// Who asks for the opposition is named in a way that cannot be read.
    OPPOSITION_REQUESTER_UNREADABLE = ("opposition-requester-unreadable", Invalid, "the officer: choose who asks, and give the number of a structure's mandate, or of an employer");
    /// An opposition of this card is asked for already.
    OPPOSITION_REQUESTED_ALREADY = ("opposition-requested-already", Refused, "nobody: the worker answers the request that waits");
    /// The revocation of this certificate is asked for already.
    REVOCATION_REQUESTED_ALREADY = ("revocation-requested-already", Refused, "nobody: the worker answers the request that waits");
    /// A stored request for an opposition cannot be read.
    OPPOSITION_REQUEST_ALTERED = ("opposition-request-altered", Integrity, "the auditor: the row is not what this program writes");
}
