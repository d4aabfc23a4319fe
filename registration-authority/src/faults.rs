//! The stable codes of this crate.

store::codes! {
    /// Neither the register nor a card or order knows this number.
    HOLDER_UNKNOWN = ("holder-unknown", NotFound, "the officer: check the number; neither the register nor a card or order knows it");
    /// The register knows nobody by this identifier.
    ORDER_HOLDER_UNKNOWN = ("order-holder-unknown", NotFound, "the registration officer: check the number, or import a newer register");
    /// The register says that this person no longer exercises.
    ORDER_HOLDER_CEASED = ("order-holder-ceased", Refused, "the registration officer: the professional council strikes off and restores");
    /// This person does not exercise the profession that is ordered for.
    ORDER_PROFESSION_NOT_EXERCISED = ("order-profession-not-exercised", Refused, "the submitter: name a profession that the register shows for this person");
    /// The exercise of this profession has ended.
    ORDER_PROFESSION_CEASED = ("order-profession-ceased", Refused, "the submitter: the register shows that this exercise has ended");
    /// The profession is no longer, or not yet, one of TRE_G15.
    ORDER_PROFESSION_INACTIVE = ("order-profession-inactive", Refused, "the operator: the nomenclature gives this profession no card at this date");
    /// A code that the order rests on is not given at this date.
    ORDER_CODE_NOT_IN_FORCE = ("order-code-not-in-force", Refused, "the operator: the nomenclature does not give this category, mode of exercise or type of card at this date");
    /// No certificate can hold the name.
    ORDER_NAME_UNCERTIFIABLE = ("order-name-uncertifiable", Refused, "the professional council: the register must hold a name of 1 to 64 characters, without signs that hide or reorder text");
    /// CPS is for categories C and M, CPF for E.
    ORDER_CATEGORY_REFUSED = ("order-category-refused", Refused, "the submitter: a CPS is for who practises (C, M), a CPF for who trains (E)");
    /// No card is for who learns this profession.
    ORDER_TRAINING_REFUSED = ("order-training-refused", Refused, "the submitter: a CPF is for who learns to be a physician, pharmacist, dental surgeon or midwife (TRE_G16)");
    /// A kind of card that cannot be ordered this way.
    ORDER_KIND_NOT_OFFERED = ("order-kind-not-offered", Refused, "the submitter: only CPS and CPF are ordered from the register of professionals");
    /// An order for this holder, kind and profession is open.
    ORDER_ALREADY_OPEN = ("order-already-open", Refused, "the registration officer: decide on, or withdraw, the order that is open");
    /// A card for this exercise is active, and the order does not replace it.
    ORDER_CARD_ACTIVE = ("order-card-active", Refused, "the submitter: order a replacement, or declare the opposition of the card first");
    /// A card for this exercise is on its way to the holder.
    ORDER_CARD_IN_PRODUCTION = ("order-card-in-production", Refused, "the registration officer: the card on its way must arrive, or be opposed, first");
    /// The replaced card is not of this holder, kind and profession.
    ORDER_REPLACES_ANOTHER = ("order-replaces-another", Refused, "the submitter: name a card of the same holder, kind and profession");
    /// The replaced card has a successor already.
    ORDER_REPLACED_ALREADY = ("order-replaced-already", Refused, "the submitter: the card has a successor");
    /// The register names the holder otherwise than the order does.
    ORDER_REGISTER_CHANGED = ("order-register-changed", Refused, "the registration officer: refresh the order, read it again, then decide");
    /// The tables of who may have what are not what this program needs.
    ELIGIBILITY_RULES = ("eligibility-rules-unreadable", Integrity, "the operator: this program was built with tables of rules that it cannot read; run a released one");
    /// Whoever asks for the staff of a structure does not speak for it.
    ORDER_NOT_MANDATED = ("order-not-mandated", NotAuthorised, "a registration officer proposes a mandate with its document, and another approves it");
    /// The register knows no such structure.
    ORDER_STRUCTURE_UNKNOWN = ("order-structure-unknown", NotFound, "the agent: check the identifier; a new structure comes with the next register");
    /// The register does not know the structure by the number that this card needs.
    ORDER_STRUCTURE_UNIDENTIFIED = ("order-structure-unidentified", Refused, "the agent: a CPE or CDE is for a structure with a FINESS number, a CPA or CDA for one with a SIRET and no FINESS");
    /// Nobody of this number is declared, or he has left.
    ORDER_MEMBER_UNKNOWN = ("order-member-unknown", NotFound, "the agent: declare the person first");
    /// The card is not for who has this post.
    ORDER_POST_REFUSED = ("order-post-refused", Refused, "the agent: a CPE or CPA is for an employee, a CDE or CDA for the head of the structure");
    /// The agent has declared the person under other names since.
    ORDER_MEMBER_CHANGED = ("order-member-changed", Refused, "the registration officer: refresh the order, read it again, then decide");

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
    DELEGATION_ONE_PERSON = ("delegation-one-person", Refused, "another officer must decide, who neither gave the delegation nor acts by it");

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

    /// There is no such order.
    ORDER_UNKNOWN = ("order-unknown", NotFound, "the caller: check the order number");
    /// Nobody decides on his own order.
    ORDER_SELF_APPROVAL = ("order-self-approval", Refused, "another registration officer must decide");
    /// No look after the fact of this number is open.
    REVIEW_UNKNOWN = ("review-unknown", NotFound, "the caller: somebody else has taken the look; read the list again");
    /// Nobody looks again at what he had a hand in.
    REVIEW_OWN = ("review-own", Refused, "an officer who neither submitted nor decided on it must look");
    /// What is contested has a reason.
    REVIEW_REASON = ("review-reason-missing", Invalid, "the officer: say in 1 to 500 characters what is not right");
    /// A stored look cannot be read.
    REVIEW_ROW_ALTERED = ("review-row-altered", Integrity, "the auditor: the row is not what this program writes");
    /// What is decided on is about the officer himself.
    DECISION_ON_ONESELF = ("decision-on-oneself", Refused, "another registration officer must decide: the number or the names are this one's own");
    /// It is about somebody of his family name at a place of his.
    DECISION_ON_FAMILY = ("decision-on-family", Refused, "a registration officer of another name or place must decide");
    /// It is of the structure where he practises or that he speaks for.
    DECISION_ON_OWN_STRUCTURE = ("decision-on-own-structure", Refused, "a registration officer who has nothing to do with the structure must decide");
    /// The decision is on a version that is not the current one.
    ORDER_STALE_VERSION = ("order-stale-version", Refused, "the registration officer: read the current version, then decide");
    /// The order has been decided on, withdrawn or produced.
    ORDER_NOT_OPEN = ("order-not-open", Refused, "the caller: read the order again");
    /// A question to the applicant, or his answer, that is no text.
    ORDER_TEXT_INVALID = ("order-text-invalid", Invalid, "whoever wrote it: 1 to 2000 characters, none of them a control but line ends");
    /// What was attached is no PDF, JPEG or PNG, or too long, or its file's name is none.
    ORDER_DOCUMENT_INVALID = ("order-document-invalid", Invalid, "whoever attaches it: a PDF, JPEG or PNG file of 2 MiB at most, whose name has 1 to 120 characters");
    /// An order has ten documents at most.
    ORDER_DOCUMENTS_FULL = ("order-documents-full", Refused, "whoever attaches it: ten documents at most; join several pages in one PDF");
    /// Two were attached at once, and the other was quicker.
    ORDER_DOCUMENT_AGAIN = ("order-document-again", Unavailable, "whoever attaches it: send it again, another document came at the same moment");
    /// The order has no such document.
    ORDER_DOCUMENT_UNKNOWN = ("order-document-unknown", NotFound, "the officer: read the order again");
    /// The document was erased, its time being over.
    ORDER_DOCUMENT_ERASED = ("order-document-erased", NotFound, "nobody: documents go some time after their order is closed; digest and date stay");
    /// A stored document is not what its digest says.
    ORDER_DOCUMENT_ALTERED = ("order-document-altered", Integrity, "the auditor: the row is not what this program writes");
    /// A flag of the order asks for two officers, and this one has approved it.
    ORDER_SECOND_OFFICER = ("order-second-officer", Refused, "another registration officer must approve it too");
    /// A refusal says why.
    ORDER_REASON_MISSING = ("order-reason-missing", Invalid, "the registration officer: choose a reason; `other` needs a sentence");
    /// A reason that is not on the list.
    ORDER_REASON_UNKNOWN = ("order-reason-unknown", Invalid, "the registration officer: choose a reason from the list");
    /// Only the submitter, or a registration officer, withdraws an order.
    ORDER_NOT_YOURS = ("order-not-yours", NotAuthorised, "the submitter, or a registration officer, may withdraw it");
    /// Another officer is on the order.
    ORDER_TAKEN = ("order-taken", Refused, "the registration officer: leave it to him, or take it over; the list says who is on it");
    /// A flag of the order asks for a look at its dossier.
    BULK_LOOK_NEEDED = ("bulk-look-needed", Refused, "the registration officer: open the order, look at its flags, decide on it alone");
    /// A flag of the order asks for two officers, each of whom looks at it.
    BULK_TWO_OFFICERS = ("bulk-two-officers", Refused, "two registration officers: each opens the order, and decides on it alone");
    /// The order of a bulk is within a delegated scope alone.
    BULK_BY_DELEGATION = ("bulk-by-delegation", Refused, "the registration officer: open the order, and decide on it alone");
    /// A bulk without an order.
    BULK_EMPTY = ("bulk-empty", Invalid, "the registration officer: choose at least one order that can be decided on");
    /// More orders than one signature covers.
    BULK_TOO_MANY = ("bulk-too-many", Invalid, "the registration officer: choose fewer orders, as many as decisions.bulk_bound says at most");
    /// Nothing of the queue waits for this officer.
    QUEUE_EMPTY = ("queue-empty", NotFound, "nobody: every order of this view is decided on, is one's own, or has an officer on it");
    /// A view of the queue without a name, or too long.
    QUEUE_VIEW_INVALID = ("queue-view-invalid", Invalid, "the officer: a name of 1 to 60 characters, and fewer filters");
    /// An officer keeps twenty views at most.
    QUEUE_VIEWS_FULL = ("queue-views-full", Refused, "the officer: forget a view that is used no more");
    /// An officer acts on what he is not there for.
    OFFICER_OUTSIDE_SCOPE = ("officer-outside-scope", NotAuthorised, "an officer for this profession, this structure, this department and this card; two administrators sign for another scope");
    /// An officer for some departments acts on what has no place that the register knows.
    OFFICER_PLACE_UNKNOWN = ("officer-place-unknown", NotAuthorised, "an officer who is there for every department; the register gives no department for this");
    /// A stored order cannot be read.
    ORDER_ROW_ALTERED = ("order-row-altered", Integrity, "the auditor: the row is not what this program writes");
    /// The sentence of a refusal is not the one that its officer signed.
    ORDER_SENTENCE_ALTERED = ("order-sentence-altered", Integrity, "the auditor: ask the officer what he wrote, and who has changed it; the holder is told nothing");
    /// The proof of a decision does not hold.
    APPROVAL_PROOF_INVALID = ("approval-proof-invalid", Refused, "the registration officer: decide again; the auditor, if it happens twice");
    /// This installation does not take proofs of this kind.
    APPROVAL_PROOF_KIND_REFUSED = ("approval-proof-kind-refused", Refused, "the operator: only a demo installation takes demo proofs");
    /// The proof has expired, or is not of this moment.
    APPROVAL_PROOF_EXPIRED = ("approval-proof-expired", Refused, "the registration officer: decide again");
    /// Nothing shows that an entitled person approved.
    APPROVAL_EVIDENCE_MISSING = ("approval-evidence-missing", Refused, "the auditor: a row says approved, and no decision proves it");
    /// The worker has drawn no nonce that could be taken.
    APPROVAL_NONCE_NONE = ("approval-nonce-none", Unavailable, "the officer: try again in a moment; the operator, if it lasts: the worker draws what each decision begins with");
    /// The nonce of the proof is not of this moment, or was used.
    APPROVAL_NONCE_TOO_MANY = ("approval-nonce-too-many", Unavailable, "the officer: sign what he has begun, or wait half an hour; the administrator, if he has begun nothing: somebody else uses his session");
    /// The nonce of a decision was not drawn for it, or is used up.
    APPROVAL_NONCE_SPENT = ("approval-nonce-spent", Refused, "the officer: decide again; the auditor, if the officer did not decide twice");
    /// The worker has not looked at the decision yet.
    APPROVAL_NOT_RECEIVED = ("approval-not-received", Unavailable, "nobody: the worker receives decisions within seconds");
    /// A decision that can still be taken back: nothing follows from it yet.
    APPROVAL_NOT_EFFECTIVE = ("approval-not-effective", Unavailable, "nobody: it takes effect by itself, unless its officer takes it back");
    /// Nobody takes back what another has decided, or what nobody has.
    DECISION_NOT_YOURS = ("decision-not-yours", NotAuthorised, "the officer who decided, and nobody else, may take it back");
    /// What has taken effect stands.
    DECISION_IN_EFFECT = ("decision-in-effect", Refused, "the officer: a refused order is submitted again, a card is opposed");
    /// What an authenticator or a browser sent is not what it must be.
    PASSKEY_REFUSED = ("passkey-refused", NotAuthorised, "the officer: try again with the key that was enrolled, and its PIN or fingerprint; the log says what was wrong");
    /// The demo's key file cannot be read or written.
    APPROVAL_KEY_FILE = ("approval-key-file", Failed, "the operator: check the path and its mode");

    /// No such officer, or no longer.
    OFFICER_UNKNOWN = ("officer-unknown", NotAuthorised, "an administrator: enrol the officer");
    /// The clock is behind the officer's enrolment.
    OFFICER_NOT_YET = ("officer-not-enrolled-yet", NotAuthorised, "the operator: set this machine's clock by NTP; until then `igc opposition add` without --as opposes a card");
    /// The officer does not have the role that this act needs.
    OFFICER_ROLE_MISSING = ("officer-role-missing", NotAuthorised, "an administrator: roles stand in the list of officers");
    /// The officer's role does not read this.
    READING_NOT_ALLOWED = ("reading-not-allowed", NotAuthorised, "an administrator: roles stand in the list of officers");
    /// An officer of this login is enrolled.
    OFFICER_ALREADY_ENROLLED = ("officer-already-enrolled", Refused, "the administrator: choose another login");
    /// A login, name or role that is not of the form it must have.
    OFFICER_FIELD_INVALID = ("officer-field-invalid", Invalid, "the administrator: see the rule that the message names");

    /// There is no such enrolment.
    ENROLMENT_UNKNOWN = ("enrolment-unknown", NotFound, "the caller: check the number of the enrolment");
    /// A stored enrolment cannot be read.
    ENROLMENT_ROW_ALTERED = ("enrolment-row-altered", Integrity, "the auditor: the row is not what this program writes");
    /// The login or the key is taken.
    ENROLMENT_CLASH = ("enrolment-clash", Refused, "the administrator: a key is enrolled once, and a login keeps its name and role");
    /// No key of this identifier counts.
    ENROLMENT_KEY_UNKNOWN = ("enrolment-key-unknown", NotFound, "the administrator: see the list of keys");
    /// Somebody who decides cannot be told of what is decided in his name.
    OFFICER_ADDRESS_MISSING = ("officer-address-missing", Refused, "two administrators: sign for an address of his; of one who is pinned, the operator writes email beside his root in igc.toml");
    /// A certificate that is none of ours.
    ENROLMENT_CERTIFICATE_UNKNOWN = ("enrolment-certificate-unknown", NotAuthorised, "the officer: use the card, or the certificate, that this installation gave");
    /// A good signature of ours on what was never recorded.
    CERTIFICATE_UNRECORDED = ("certificate-unrecorded", Integrity, "the security officer, at once: somebody has signed with the authority's key past this program, or the database has forgotten; `igc doctor` names the certificate");
    /// A certificate that signs nobody in.
    ENROLMENT_CERTIFICATE_PURPOSE = ("enrolment-certificate-purpose", NotAuthorised, "the officer: use the authentication certificate of the card, which its code opens");
    /// A certificate that is revoked or not in its validity, or whose card is not active.
    ENROLMENT_CERTIFICATE_ENDED = ("enrolment-certificate-ended", NotAuthorised, "the officer: ask for another card; it must be activated, and neither opposed nor over");
    /// A certificate that no officer has.
    ENROLMENT_CERTIFICATE_MISSING = ("enrolment-certificate-missing", NotAuthorised, "an administrator: propose the certificate, for which two administrators sign");
    /// Two different administrators enrol, and nobody himself.
    ENROLMENT_ANOTHER_ADMINISTRATOR = ("enrolment-another-administrator", Refused, "another administrator must sign, and never the officer himself");
    /// The caller's key came with something else before.
    REPLY_ANOTHER_REQUEST = ("idempotency-key-of-another-request", Invalid, "the caller: a new key for each new request; a key is good for two days");
    /// The same request is under way.
    REPLY_UNDER_WAY = ("idempotency-key-under-way", Refused, "nobody: send the same request again in a moment");

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

    /// The request has no certificate.
    RETRIEVAL_NOT_ISSUED = ("retrieval-not-issued", Refused, "nobody: a certificate is fetched once it is issued; read the request again");
    /// Whoever fetches a certificate has not accepted its terms of use.
    RETRIEVAL_TERMS_NOT_ACCEPTED = ("retrieval-terms-not-accepted", Refused, "whoever fetches the certificate: read the terms of use in force, and accept them");
    /// The terms that are accepted are not those in force.
    RETRIEVAL_OTHER_TERMS = ("retrieval-other-terms", Refused, "whoever fetches the certificate: read the terms of use again, others are in force");
    /// The key of a test certificate, or the request over it, cannot be made.
    TEST_CERTIFICATE_KEY = ("test-certificate-key-failed", Failed, "the operator: OpenSSL makes no key on this machine; the message says why");

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
    /// An attempt of this same epoch is under way.
    CERTIFICATION_UNDER_WAY = ("certification-under-way", Unavailable, "nobody: the attempt under way settles it, or the sweep does");
    /// This kind of card has no profile for this use.
    CERTIFICATION_NO_PROFILE = ("certification-no-profile", Refused, "the operator: no profile stands for this kind of card");
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
    /// A stored request for an opposition cannot be read.
    OPPOSITION_REQUEST_ALTERED = ("opposition-request-altered", Integrity, "the auditor: the row is not what this program writes");
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
