### The audit log, /ra/journal, and one leaf of it.

trail-title = Audit log
trail-lead = Each reading is itself recorded in the log, with what was asked. Here you read what stands in the leaves; the details of events are only in the audit bundle ({ $command }). Times are in UTC.
trail-search = Search the log
trail-action = Action
trail-action-hint = How it begins: card., order.approved…
trail-actor = Actor
trail-actor-hint = For example officer:alice, or alice.
trail-subject = Subject
trail-subject-hint = In full: card 2600000017.
trail-from = From
trail-from-hint = YYYY-MM-DD, first day.
trail-until = To
trail-until-hint = YYYY-MM-DD, last day.
trail-do-search = Search
trail-all = The whole log
trail-events = Events
trail-none-here = No event was found in the part of the log that was read; the next page goes on.
trail-none = No event matches.
trail-newest-first = The newest first.
trail-when = When (UTC)
trail-place = Place
trail-waits = waiting
trail-newest = Back to the newest
trail-older = Older
trail-selection = Take this selection away
trail-selection-lead = A file of the { $number } newest events that match, each with its proof under the last signed head of the log. { $command } checks it on another machine. What is not in it is not proved absent: only the audit bundle is complete.
trail-download = Download the selection

## One leaf

leaf-proved = Proved
leaf-proved-how = : this leaf is in the tree of the first { $size }, whose head was signed on { $at } (UTC).
leaf-unproved = No signed head covers this leaf yet. It usually takes less than a second; if it lasts, look at { $link } with the administrator.
leaf-unproved-link = the state of the log
leaf-place = Place in the tree
leaf-identifier = Identifier
leaf-commitment = Commitment to the details
leaf-hash = Leaf
leaf-proof = Inclusion proof
leaf-proof-lead = In the C2SP tlog-proof format, like { $command }; to be verified with the key of the log that you have kept.
leaf-key = Key of the log:
