### Cards that the register no longer supports, /ra/caducites.

lapses-lead = These cards are valid, but their holders are no longer in the register, or no longer exercise what the card was given for; or the register no longer names their structure, or nobody speaks for it any more. A card is opposed once a second complete extract confirms it; an officer can do so before, from the page of the card.
lapses-plans = Opposition plans
lapses-plans-lead = The register would lead to more cards and certificates being opposed or revoked in one day than is allowed without anybody stepping in. Two different registration officers can release these oppositions; one is enough to reject them.
lapses-plan = Plan { $plan }
lapses-still-waiting = Still waiting
lapses-planned = Drawn up on
lapses-release-lead = The cards of the plan will be opposed, or its certificates revoked, if another officer approves too.
lapses-reject = Reject the plan
lapses-awaits-two = Awaits two officers
lapses-awaits-second = Awaits a second officer
lapses-released = Released, oppositions under way
lapses-refused = Rejected
lapses-done-release = Your approval is recorded. It takes two, by two different officers; the cards are then opposed, the certificates revoked.
lapses-done-rejection = The plan is rejected: none of its cards or certificates ends unless an officer decides so.
lapses-cards = Cards that wait
lapses-none = The register confirms every valid card.
lapses-caption = Cards that the register no longer confirms
lapses-more = (the first ones; the operator can list them all)
lapses-cause = What the register says
lapses-found = Found on
lapses-next = What follows
lapses-next-confirmed-for = Confirmed by the directory ({ $ground }): opposition
lapses-next-confirmed = Confirmed by the directory: opposition
lapses-next-extract = Opposition if the next extract confirms it
lapses-next-mandate = Ends if no mandate is approved within thirty days of the last one, and an extract comes; nobody is there to be told of it
lapses-next-officer = An officer decides: an ADELI number may have become an RPPS number

## What the register says against a card

lapse-holder-unknown = The holder is not in it
lapse-holder-ceased = The holder is no longer in it
lapse-profession-not-exercised = The holder does not exercise this profession there
lapse-profession-ceased = The holder no longer exercises this profession there
lapse-structure-gone = It no longer names the structure
lapse-mandate-ended = Nobody speaks for the structure any more (mandate ended)
lapse-member-left = The structure declares him no more
lapse-post-changed = The structure declares him in another post
lapse-other = Something else

## Software certificates

lapses-plan-size = Cards or certificates
lapses-certificates = Software certificates that wait
lapses-no-certificate = The register confirms every software certificate.
lapses-certificates-caption = Software certificates that the register no longer confirms
lapses-request = Request
lapses-certificate = Certificate
lapses-next-revoked = Revocation if the next extract confirms it
lapses-beyond-scope = A plan is about the whole country: only a registration officer whose scope is not limited decides on it.

## Cards that live on, of which the register says otherwise

lapses-changed = Cards to replace or to bring up to date
lapses-changed-lead = The register names or places the holder or the structure otherwise than when these cards were ordered. They stay valid and nothing is ordered by itself: an officer asks for the card in its place, from the page of the card. A card leaves this list when its successor is ordered, when it ends, or when an extract says again what it carries.
lapses-changed-next = Next cards
lapses-changed-none = The register still says what the valid cards carry.
lapses-changed-count = Number of cards: { $number }
lapses-changed-caption = Cards of which the register says otherwise than when they were ordered, those to replace first
