### Several orders decided on by one gesture, /ra/file/lot.

bulk-approve-title = Approve several orders
bulk-refuse-title = Refuse several orders
bulk-back = Back to the queue
bulk-back-undecided = Back to the queue without deciding
bulk-can-be-approved = { $number ->
    [one] { $number } of { $all } can be approved by a single signature.
   *[other] { $number } of { $all } can be approved by a single signature.
}
bulk-can-be-refused = { $number ->
    [one] { $number } of { $all } can be refused by a single signature.
   *[other] { $number } of { $all } can be refused by a single signature.
}
bulk-others-stay = The others stay in the queue.
bulk-caption = What will become of each order
bulk-outcome = What will become of it
bulk-taken-by = { $who } is on it
bulk-left = Left in the queue.
bulk-will-be-approved = Will be approved: a card will be made.
bulk-will-be-refused = Will be refused.
bulk-letter = Letter
# Heard, not seen, behind the word above.
bulk-letter-of = of { $number }
bulk-cards = { $number ->
    [one] { $number } card will be made.
   *[other] { $number } cards will be made.
}
bulk-reason = Reason of the refusal, the same for all (required)
bulk-explanation = Explanation for the holders (required for another reason)
bulk-see-letters = See the letters
bulk-refusal-delay = You will be able to take these refusals back for { $delay }; nothing is sent before.

## What is signed

bulk-approve-these = { $number ->
    [one] Approve { $number } order
   *[other] Approve { $number } orders
}
bulk-refuse-these = { $number ->
    [one] Refuse { $number } order
   *[other] Refuse { $number } orders
}
bulk-reason-chosen = Reason of the refusal:
bulk-row = { $number }, version { $version }:
# Heard, not seen, behind "What will be sent".
bulk-leaves-for = for { $number }
bulk-digest = Digest of what is signed (SHA-256)
bulk-note = Your key signs these decisions by a single gesture, and no other: read the list again before you touch it.

## What became of them

bulk-done-approved = Orders approved
bulk-done-refused = Orders refused
bulk-done-taken-back = Decisions taken back
bulk-done-of = { $number } of { $all }.
bulk-done-forgotten = { $number }. What was left out is no longer known here.
bulk-done-until = You can take these decisions back until { $at }; nothing is sent before.
bulk-left-out = Left out.
bulk-approved = Approved
bulk-refused = Refused
bulk-taken-back = To be checked again
bulk-take-back = Take these decisions back
