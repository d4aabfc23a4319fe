### Finding a card, /ra/cartes; one card; the receipt of its opposition.

cards-title = Find a card or a holder
cards-number = Card number, or RPPS number of the holder
cards-number-hint = Ten digits, printed on the card; eleven for an RPPS number.
cards-show = Show

card-page-title = Card { $number } – { $state }
card-of-number = Card
card-since = since { $at }
card-not-opposed = The card was not opposed.
card-nothing-changed = Nothing was changed.
card-kind = Kind
card-temporary = , temporary
card-holder = Holder
card-exercise = Exercise
card-staff-of = Staff of structure { $structure }
card-order = Order
card-replaces = Replaces
card-ends = Valid until
card-register-changed = The register has changed since this card was ordered.
card-rule = Rule { $rule }.
card-no-certificate = This card bears no certificate yet.
card-certificates-caption = Certificates prepared for this card
card-usage = Use

## Suspension

card-suspended = This card has been suspended since { $at }.
card-suspended-effect = Its certificates are not valid until two officers have lifted the suspension.
card-lift = Lifting the suspension
card-lift-none = No lift is proposed.
card-lift-proposed = A lift is proposed and awaits a second officer.
card-lift-under-way = The lift is approved and under way.
card-lift-effect = The card and its certificates become valid again if another officer approves too.
card-lift-approve = Approve the lift
card-lift-approved = Lift approved
card-keep-reason = Reason for keeping it (required to keep it)
card-keep = Keep the card suspended
card-kept = Suspension kept
card-suspension = Suspension
card-suspension-lead = The card and its certificates stop being valid while something is checked. Two officers can lift the suspension; an opposition makes it final.
card-suspend = Suspend the card

## Opposition

card-opposition = Opposition
card-opposition-lead = The card and all its certificates stop being valid at once.
card-ground = Ground
card-ground-unpublished = The ground is never published.
card-requester = Who asks for the opposition
card-requester-hint = It is written down with the opposition and never published. What the registration authority does of its own motion it answers for alone.
card-requester-identity = Number of the mandate, or identifier of the employer
card-requester-identity-hint = MA-2026-000001 for the structure; RPPS number or national identifier for the employer; nothing for the others.
card-opposition-confirm = I confirm that this opposition is final.
card-oppose = Oppose the card
receipt-page-title = Receipt { $receipt }
receipt-title = Receipt of the opposition
receipt-opposed = Card { $card } is opposed. This is final.
receipt-number = Receipt
receipt-requester = Asked for by
receipt-since = Opposed since
receipt-sequence = Sequence in the opposition list
receipt-certificates = Certificates of the card
receipt-no-certificate = The card bore no certificate.
receipt-abandoned = { $issuer }, { $serial }: abandoned before signature
receipt-revoked = { $issuer }, { $serial }: revoked
receipt-ended-before = { $issuer }, { $serial }: was no longer valid before
receipt-published = Publication: this site's OCSP responder already answers “revoked”.
receipt-being-published = Publication: recorded, under way. The OCSP responder will know of it in a moment; reload this page to check.
receipt-lists = The next revocation lists will carry these certificates, and the next opposition list the card.
receipt-keep = Keep this receipt number, or print this page: it is shown only during your session.
