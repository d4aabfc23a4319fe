### What a holder reads who blocks his card, /opposition.

holder-title = Block your card
holder-lead = Card lost, stolen, never received or no longer working, its codes known to somebody else or never received: you can block it yourself, at any hour.
holder-nothing-recorded = Nothing was recorded.
holder-number = Card number or RPPS number
holder-number-hint = Ten digits for the card, eleven for the RPPS.
holder-what-happened = What happened?
holder-card-number = Card number
holder-rpps-number = RPPS number

## With the code

holder-with-code = You have your opposition code
holder-with-code-lead = It is the code of sixteen characters in the letter that came with the card. It is neither the PIN nor the unblocking code: give those to nobody.
holder-code = Opposition code
holder-code-hint = Four groups of four letters and digits.
holder-continue = Continue
holder-confirm = Confirm that your card is to be blocked
holder-confirm-final = Your card will be blocked at once. This is final.
holder-confirm-effect = It can no longer be used to identify yourself, to sign or to bill, even if you find it again. You will have to ask for another.
holder-ground = Ground
holder-ground-unpublished = – it is never published
holder-confirm-button = Block my card for good
holder-confirm-cancel = Cancel and go back to the form

## Without it: by mail

holder-by-mail = Receive a code by e-mail
holder-by-mail-lead = You do not have the letter that came with your card? A one-time code can be sent to the address in the national register, and to no other.
holder-by-mail-button = Send me a code
holder-mailed = Enter the code from the e-mail
holder-mailed-if = If there is a card in use for this number and the national register has an address, a code is being sent there.
holder-mailed-how = It arrives within a few minutes and is good for ten minutes, on this page only: leave it open. After five wrong codes, ask for another; a holder gets six a day at most.
holder-mailed-code = Code from the e-mail
holder-mailed-code-hint = Eight digits. Of several e-mails, the newest; of several cards, the code of the one to be blocked.
holder-mailed-nothing = Nothing arrives? Look among the unwanted e-mails, then { $call }: until then the card stays valid.
holder-confirm-of-mail = The one whose code the e-mail gives

## Without any code

holder-without-code = Be called back
holder-without-code-lead = You have no code at all? An officer will call you on the number in the national register, and on no other. Until then the card stays valid.
holder-call-back-button = Ask to be called back
holder-noted = Declaration recorded
holder-noted-call = If there is a card for this number, an officer will call its holder on the number in the national register.
holder-noted-until-then = Until then the card stays valid. The officer will never ask for your PIN, your unblocking code or your opposition code.
holder-noted-found = Have you found your opposition code? { $link }, without waiting.
holder-noted-found-link = Block the card yourself

## What came of it

holder-waits = Being checked
holder-waits-lead = Your declaration is recorded. It is checked within the next few seconds; this page updates itself.
holder-waits-again = Refresh
holder-waits-at = As of { $at }.
holder-receipt = Receipt of the opposition
holder-receipt-opposed = Card { $card } is blocked. This is final.
holder-receipt-number = Receipt
holder-receipt-card = Card
holder-receipt-since = Blocked since
holder-public = What is public already
holder-public-already = The certificates of the card are revoked: the service that answers about them (OCSP) already says so.
holder-public-soon = The opposition is recorded for good. It is being published; the service that answers about certificates (OCSP) will know of it in a moment.
holder-public-lists = The next revocation lists and the next opposition list will carry it too. The ground is never published.
holder-next = What to do now
holder-next-steps = Ask the registration authority or your structure for a new card. Keep this number, or print this page: it can be read for twenty-four hours.
holder-unrecognised = Code not recognised
holder-unrecognised-nothing = No card was blocked.
holder-unrecognised-why = This code was not recognised, is no longer good, or there were too many attempts.
holder-unrecognised-again = Check the number and the code, then { $again }. If you do not succeed, { $call }: an officer will block the card with you.
holder-unrecognised-again-link = try again
holder-unrecognised-call-link = ask to be called back
