//! The codes of orders of cards: who may have one, its decision, several at once, the queue.

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
    /// An order has two hundred notes at most.
    ORDER_NOTES_FULL = ("order-notes-full", Refused, "the registration officer: the order has two hundred notes, which is the most; read the dossier and decide");
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
    ORDER_SECOND_OFFICER = ("order-second-officer", Refused, "another registration officer must decide too; whoever would refuse what he has approved takes his approval back first");
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
    /// Another order that was signed for with this one cannot be decided on so, and the worker takes all of them or none.
    BULK_NOT_WHOLE = ("bulk-not-whole", Refused, "the registration officer: leave out the order that is named with its own reason, and sign for the others again");
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
}
