### Requests for software certificates, /ra/certificats.

requests-title = Software certificates
requests-heading = Requests for software certificates
requests-lead = The certificate is issued for the key whose fingerprint is shown, and for these names.
requests-list-lead = Each request opens on what is known of it, and is decided there.
requests-no-more = No other request waits for a decision.
requests-none = No request awaits a decision.
requests-structure = Structure
requests-profile = Profile
requests-name = Name
requests-host-names = Host names
requests-fingerprint = Fingerprint of the key
requests-submitted-by = Submitted by
requests-approve = Approve the request
requests-refuse = Refuse the request
requests-done-approval = The request is approved; the certificate will be issued once the approval has taken effect.
requests-done-refusal = The request is refused. The applicant is told once the refusal takes effect.
requests-done-taken-back = Your decision is taken back: nothing is issued or sent. The request is to be reviewed again.
requests-to-take-back = Your decisions that you can still take back
requests-one-title = Request { $number } – { $state }
requests-of-number = Request for a certificate
requests-nothing-before = Nothing is issued or sent before then.
requests-comparison = Request and register
requests-comparison-caption = What the request says beside what the register and the structure say today
requests-known = Register, or the structure's declaration
requests-names = Names that the structure must be allowed to have certified
requests-name-allowed = allowed
requests-name-not-allowed = not allowed
requests-approval-effect = A certificate will be issued for this key and these names.
requests-mail = Mail that the applicant will receive
requests-identifier = Identifier
requests-address = Address

## The retrieval of a certificate, /ra/retraits/…

retrieval-title = Retrieval of the certificate of request { $number }
retrieval-state = Status
retrieval-issued = Issued on
retrieval-serial = Authority and serial number
retrieval-none-yet = This request has no certificate to fetch.
retrieval-terms = Terms of use { $version }
retrieval-digest = SHA-256 of this text:
retrieval-confirm = I have read these terms and I accept them.
retrieval-accept = Accept and fetch the certificate
retrieval-accepted = You accepted these terms on { $at }.
retrieval-files = Files
retrieval-form-pem = Certificate, PEM
retrieval-form-der = Certificate, DER
retrieval-form-chain = Certificate and authorities up to the root, PKCS #7
retrieval-public = The certificate is public; only the private key, which you keep, is secret.
retrieval-back = Back
retrieval-done-acceptance = Your acceptance is recorded; the certificate is yours.
requests-unretrieved = Certificates that nobody has fetched
requests-unretrieved-lead = Nobody has accepted the terms of use of these valid certificates yet. A reminder is sent by itself; nothing is revoked for it.
requests-unretrieved-by = Asked for by { $by }, issued on { $at }.
requests-retrieve = Fetch
