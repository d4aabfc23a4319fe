//! The stable codes of this crate.

store::codes! {
    /// A text of a new card is not of its form.
    INVALID = ("card-invalid", Invalid, "the field must have 1 to 64 visible ASCII characters");
    /// No card has this number.
    NOT_FOUND = ("card-not-found", NotFound, "check the ten digits of the card number");
    /// The state of the card does not allow the step.
    WRONG_STATE = ("card-wrong-state", Refused, "a card's life goes one way: see its present state");
    /// The card's certificates have ended.
    ENDED = ("card-ended", Refused, "its certificates have ended: order another card");
    /// The card's certificates have not ended yet.
    NOT_ENDED = ("card-not-ended", Refused, "a card expires when its certificates end, not before");
    /// One order, one card.
    ALREADY_ORDERED = ("card-already-ordered", Refused, "a card was made for this card order: submit another order");
    /// A card replaces one of the same holder.
    REPLACES_ANOTHER = ("card-replaces-another", Refused, "name a card of the same holder");
    /// The numbers behind the prefix have run out.
    NUMBERS_EXHAUSTED = ("card-numbers-exhausted", Refused, "the operator: configure another prefix of card numbers");
    /// One active card for each holder, kind and exercise.
    ANOTHER_ACTIVE = ("card-another-active", Refused, "oppose the holder's active card first");
    /// A key of the card has no certificate.
    INCOMPLETE = ("card-incomplete", Refused, "every key of a card is certified before the card is");
    /// A card with certificates is opposed, not cancelled.
    HAS_CERTIFICATES = ("card-has-certificates", Refused, "oppose the card, so that its certificates are revoked");
    /// The first opposition stands.
    ALREADY_OPPOSED = ("card-already-opposed", Refused, "nothing is left to do: the opposition is definitive");
    /// What is printed on a card is not of its form.
    PRINT_INVALID = ("card-print-invalid", Invalid, "at most 16 short lines, 1 KiB together, no control character");
    /// The name of a bureau is not of its form.
    BUREAU_INVALID = ("card-bureau-invalid", Invalid, "1 to 64 ASCII letters, digits, spaces, dots and dashes");
    /// A batch has no card, or too many.
    BATCH_SIZE = ("card-batch-size", Refused, "a batch has 1 to 10,000 cards");
    /// A card of the batch is not one that waits for a bureau.
    BATCH_CARD = ("card-batch-card", Refused, "only ordered cards go into a batch");
    /// No batch has this identifier.
    BATCH_NOT_FOUND = ("card-batch-not-found", NotFound, "check the batch identifier");
    /// The batch has been returned.
    BATCH_RETURNED = ("card-batch-returned", Refused, "its return file was read: the batch is done");
    /// A batch file is not of its form.
    BATCH_FILE_INVALID = ("card-batch-file-invalid", Invalid, "ask for the batch file again");
    /// The bureau's own key is not to be had.
    BUREAU_KEY = ("card-bureau-key-failed", Failed, "the bureau's operator: see its key directory");
    /// The bureau cannot make the batch.
    PERSONALISE = ("card-personalise-failed", Failed, "the bureau's operator: see the message");
    /// The batch was sent to another bureau.
    PERSONALISE_OTHER_BUREAU = ("card-personalise-other-bureau", Refused, "the batch names another bureau");
    /// A return file is larger than any batch can give.
    RETURN_TOO_LARGE = ("card-return-too-large", Invalid, "a return file has at most 16 MiB");
    /// A return file is not CMS SignedData in DER.
    RETURN_NOT_SIGNED = ("card-return-not-signed", Invalid, "the bureau sends CMS SignedData with the keys inside, in DER");
    /// A return file that none of the pinned bureaux signed.
    RETURN_UNTRUSTED = ("card-return-untrusted", NotAuthorised, "only a pinned bureau's signature counts: see the pinned certificates");
    /// The signed content is not of its form.
    RETURN_INVALID = ("card-return-invalid", Invalid, "the bureau corrects the file");
    /// The bureau that signed is not the bureau of the file, or of the batch.
    RETURN_OTHER_BUREAU = ("card-return-other-bureau", NotAuthorised, "a batch is returned by the bureau it was sent to");
    /// The batch was never closed here.
    RETURN_UNKNOWN_BATCH = ("card-return-unknown-batch", NotFound, "check which installation the file is for");
    /// The batch's return file has been read.
    RETURN_ALREADY_READ = ("card-return-already-read", Refused, "nothing is left to do: the keys are known");
    /// The file has a card that the batch has not.
    RETURN_UNKNOWN_CARD = ("card-return-unknown-card", Refused, "the bureau returns the cards of the batch and no other");
    /// The file lacks a key that was asked for.
    RETURN_MISSING_KEY = ("card-return-missing-key", Refused, "the bureau returns every key of every card of the batch");
    /// The file has two keys for one usage of one card.
    RETURN_DUPLICATE = ("card-return-duplicate", Refused, "the bureau returns one key for each usage of each card");
    /// A public key is not what was asked for.
    RETURN_BAD_KEY = ("card-return-bad-key", Refused, "a key is on P-256, uncompressed, as SubjectPublicKeyInfo");
    /// The same public key stands twice, in the file or in what is known.
    RETURN_KEY_REUSED = ("card-return-key-reused", Refused, "each chip makes its own keys: the bureau's generator must be examined");
    /// The key was made for another order than the one that was approved for the card.
    RETURN_OTHER_ORDER = ("card-return-other-order", Refused, "the bureau signs the order of each line as the batch gives it, and makes the card again; the auditor, if it did");
    /// The proof is not of this key, for this usage, order, card and batch.
    RETURN_BAD_PROOF = ("card-return-bad-proof", Refused, "the chip signs batch, card, order, usage and key: the bureau makes the card again");
    /// The bureau that signed the file did not attest this key, for this usage, order, card and batch.
    RETURN_BAD_ATTESTATION = ("card-return-bad-attestation", Refused, "the bureau that signs the file attests each key of it: batch, card, order, usage, key and proof");
}
