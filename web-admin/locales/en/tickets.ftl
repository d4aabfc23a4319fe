### Declarations that nobody proved, /ra/rappels.

tickets-lead = These declarations were made without proof, on the public page. No card has changed its state. Call the holder back by the contact in the register, never by another; then oppose the card from its page, which closes the declaration, or dismiss it.
tickets-dismissed = The declaration is dismissed. No card was opposed.
tickets-none = Nobody is waiting to be called back.
tickets-of-card = Card { $number }
tickets-ground = Ground declared
tickets-declared = Declared
tickets-ago = { $time } ago
tickets-telephone = Telephone in the register
tickets-mail = E-mail in the register
tickets-unknown = Unknown
tickets-looked-up = Being looked up
tickets-cards = Valid cards
tickets-no-card = None
tickets-declaration = Declaration
tickets-reason = Reason for dismissing it (required)
tickets-dismiss = Dismiss
tickets-more = More declarations are waiting; the operator can list them all.
