### What waits for another officer's signature, /ra/contreseing.

inbox-lead = What waits for your signature, or your second look, after somebody else proposed, signed or decided; the oldest first.
inbox-none = Nothing waits for your signature.
inbox-end = That was the last of the list.
inbox-more = More is waiting: the rest comes as you sign.
inbox-caption = To countersign, the oldest first
inbox-what = What
inbox-since = Waiting since
inbox-clock = Time left
inbox-first = Before you
inbox-back = Back to what waits for your signature
inbox-next = Next to countersign
inbox-waits = for { $time }

## What waits

inbox-order = Order that two officers approve
inbox-suspension = Suspension to lift
inbox-feed = Register extract put aside
inbox-opposition-plan = Plan of oppositions
inbox-renewal-plan = Renewal plan
inbox-enrolment = An officer's key or address
inbox-mandate = Mandate for a structure
inbox-approval-look = Second look at an approval
inbox-opposition-look = Second look at an opposition

## Who was first. Of an order, nobody is told before he has decided himself.

inbox-blind = blind
inbox-by-delegation = you would sign by delegation of { $for } ({ $number })
inbox-nobody = nobody yet

## What he may not sign

inbox-hidden-signed = { $number } hidden: you gave the first signature.
inbox-hidden-own = { $number ->
    [one] { $number } hidden: you proposed or asked for it, had a hand in it, or it is your own key.
   *[other] { $number } hidden: you proposed or asked for them, had a hand in them, or they are your own key.
}
inbox-hidden-scope = { $number } hidden: outside your scope, or without a known place.
inbox-hidden-near = { $number } hidden: about you, your family or your structure, or those of whoever delegated to you, or that is not known.
inbox-hidden-role = { $number ->
    [one] { $number } hidden: another role than yours signs it.
   *[other] { $number } hidden: another role than yours signs them.
}
