### Looks after the fact, /ra/relectures.

reviews-lead = These second looks hold nothing up and undo nothing: they say whether what was done was right. A share of the approvals is drawn by lot; a card that its holder opposed by himself is checked the next day.
reviews-confirmed = The second look is recorded: nothing to object.
reviews-contested = The second look is recorded: whoever it concerns is told. An order is withdrawn as long as it has no card; after that, the card is opposed. A holder whose card was opposed without him can have a new one, to be ordered.
reviews-none = Nothing waits for a second look.
reviews-of-order = Order { $number }
reviews-of-card = Card { $number }, opposed by its holder
reviews-approval-lead = Read the dossier as if you decided on it yourself, then say whether you would have approved it.
reviews-opposition-lead = Call the holder back at the contacts that the register gives, never at others, and ask whether the opposition is his. It is final: if it is not, he is offered a new card.
reviews-dossier = Dossier
reviews-holder = Holder
reviews-card = Card
reviews-no-card = Not made yet
reviews-declared = Opposed
reviews-contact = Contact in the register
reviews-contact-changed = Changed shortly before the opposition; a one-time code goes there. Changed on
reviews-since = To be looked at since
reviews-reason = What is not right (needed to contest)
reviews-confirm = Confirm
reviews-contest = Contest
reviews-not-yours = This is not yours to look at: you had a hand in it, it is near to you (yourself, family, your structure), or your role does not allow it.
reviews-more = More second looks wait.
reviews-contested-lately = Contested
reviews-what = What
reviews-why = What is not right
reviews-when = Looked at
