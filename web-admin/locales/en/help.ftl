### The keys of the keyboard, /ra/aide. What a key does, and its keys.

help-lead = Everything can be done without them too, with the mouse or the Tab key. A key leads to a button; Enter presses it.
help-done = Your choice is remembered in this browser.
help-choice = Your shortcuts
help-choice-of = Shortcuts answer to
help-alone = A single key
help-with-alt = A key with Alt
help-off = Nothing: they are off
help-keep = Remember

help-everywhere = Everywhere
help-to-queue = go to the queue of orders
    .keys = g then q
help-to-inbox = go to what waits for your signature, where your role signs
    .keys = g then c
help-to-operations = go to operations, where your role sees them
    .keys = g then d
help-to-cards = go to the cards, to oppose one
    .keys = g then o
help-search = search, where the page has a search
    .keys = /
help-help = this page
    .keys = ?

help-lists = In the queue and other lists
help-rows = next row, previous row
    .keys = j, k
help-open = open
    .keys = o or Enter
help-select = select the row, or all up to it, where rows can be selected
    .keys = x, Shift + x
help-take-last-back = in the queue, take your last decision back, as long as it has not taken effect
    .keys = z

help-dossier = In a file
help-dossiers = next file, previous file, in the order and filter of the queue
    .keys = j, k
help-approve = approve; Enter again to sign with the security key
    .keys = a then Enter
help-refuse = refuse: the list of reasons opens, the digit chooses
    .keys = r then 1 to 9
help-ask = ask for information or a document
    .keys = d
help-second-officer = ask for a second officer; Enter to confirm
    .keys = e then Enter
help-note = write a note
    .keys = n
help-take-back = take your decision back, as long as it has not taken effect
    .keys = z
