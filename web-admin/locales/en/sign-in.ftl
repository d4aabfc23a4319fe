### Signing in by passkey, link or card, and preparing a passkey.

sign-in-title = Sign in
sign-in-signed-out = You are signed out.
sign-in-passkey = Sign in with my security key
sign-in-no-key = You do not have a key yet? { $link }, then give it to an administrator.
sign-in-no-key-link = Prepare yours
sign-in-card = Sign in with a card
sign-in-demonstration = In a demonstration each officer can also sign in by a link.
sign-in-demonstration-links = The links are printed in the terminal at the start, one for each officer: each works once. To get others, start the demonstration again.
sign-in-impossible = Nobody can sign in: the administrators' keys have not been entered into the configuration yet.
sign-in-session = A session ends after 30{"\u00A0"}minutes without activity, and after 8{"\u00A0"}hours at the latest.

## By a card

card-sign-in-title = Sign in with a card
card-sign-in-whose = This is the card of { $name }.
card-sign-in-button = Sign in with my card
card-sign-in-what-for = Signed in with a card, you can read, submit an order and oppose a card. A decision is always signed with a security key, at the usual address. Take your card out of the reader and close the browser when you leave your desk.
card-sign-in-certificate = Your certificate
card-sign-in-certificate-lead = Give this text to an administrator. Two administrators must sign its enrolment.
card-sign-in-fingerprint-lead = The administrator will ask you to read this fingerprint aloud before signing.

## A passkey

passkey-unanswered = Your security key did not answer.
passkey-unanswered-what = Check that it is plugged in or within reach and that it is the one assigned to you, then try again. Nothing was recorded.
passkey-script = A security key can answer only if JavaScript is allowed for this site. Nothing else on these pages needs it.
new-key-title = Prepare a security key
new-key-lead = Your key stays in your telephone, your computer or your USB key: only its public part is sent to us.
new-key-login = Your officer login
new-key-login-hint = The one that the administrator gave you, for example “firstname.lastname”. It names the key on your device.
new-key-button = Create my key
new-key-made = Your key is ready. It gives no right yet.
new-key-record = Your key record
new-key-record-lead = Give these two lines to an administrator. Two administrators must sign your enrolment.
new-key-fingerprint = Fingerprint to be checked aloud
new-key-fingerprint-lead = The administrator will ask you to read this fingerprint aloud before signing. Write it down: it is not shown here again.
