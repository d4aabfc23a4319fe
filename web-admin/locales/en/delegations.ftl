### What officers delegate to each other, /ra/delegations, and one delegation.

delegations-lead = An officer who goes away entrusts his scope, or a part of it, to another registration officer, from one day to another. Nothing is delegated until he has signed; it ends by itself.
delegations-none = No delegation.
delegations-caption = Given or received, newest first
delegations-caption-all = Of all officers, newest first
delegations-new = Delegate
delegations-own = Your own scope: { $scope }. What was delegated to you goes no further.
delegations-first-day = First day
delegations-last-day = Last day
delegations-last-day-hint = That day included, by the clocks of Paris; 31 days at most.
delegations-scope-hint = Your scope, or narrower: take a limit away or add one. With nothing, all orders.
delegations-prepare = Read again before signing

## One delegation

delegation-title = Delegation { $number }
delegation-what = What is delegated
delegation-from = From
delegation-to = To
delegation-begins = From
delegation-ends = Until
delegation-ended-by = (ended by { $by })
delegation-proposed-at = Written down on
delegation-covers = Orders to check within this scope now
delegation-means = The delegate reads and decides, order by order, what is within this scope, with the rights of his own role. Each of his decisions says in whose name it is taken, and is written to you. His decisions and yours are one signature: where two officers approve, another is needed.
delegation-sign = Sign the delegation
delegation-end = End the delegation
delegation-unsigned = To be signed
delegation-signed = Signed, being received
delegation-refused = Signature refused
delegation-to-come = To come
delegation-standing = Under way
delegation-ended = Ended
delegation-done-proposed = The delegation is written down. Read it again; it is worth nothing before your signature.
delegation-done-signed = Your signature is recorded. The delegation counts as soon as the certification service has received it.
delegation-done-ended = The delegation has ended. What was decided before stands.

## Who acts in whose name

delegation-of = delegation of { $for } ({ $number })
delegation-by = { $by }, by { $of }
delegation-acting = You act for { $names } too.
delegation-acting-here = You act here for { $for }, by delegation { $number }.
