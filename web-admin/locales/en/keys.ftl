### The officers' keys, /ra/cles, and one enrolment.

keys-title = Officers' keys
keys-lead = A key counts once two administrators have signed its enrolment, and until two administrators have signed its withdrawal. The first ones stand in the configuration. The certificate of a card or of a system is enrolled in the same way: it lets its owner sign in, never decide.
keys-enrolled = Enrolled keys
keys-none = No key is enrolled.
keys-caption = Keys that the chain of enrolments recognises
keys-officer = Officer
keys-role = Role
keys-scope = Scope
keys-fingerprint = Fingerprint
keys-enrolment = Enrolment
keys-certificate = Certificate for signing in:
keys-configuration = configuration
keys-withdrawn = Withdrawn on { $at }
keys-active = Active
keys-withdraw = Propose its withdrawal
# Heard, not seen, behind the words above.
keys-withdraw-key = : the key of { $name }
keys-withdraw-certificate = : the certificate of { $name }
keys-proposed = Enrolments and withdrawals that are proposed
keys-none-proposed = Nothing is proposed.
keys-enrol = Enrol a key
keys-record = Key record
keys-record-hint = The two lines that the officer obtained when preparing the key, or the certificate of the card (PEM).
keys-login = Login
keys-name = Given name and FAMILY NAME
keys-scope-optional = Scope (optional)
keys-scope-hint = For a certification agent or a registration officer. With nothing here, all orders.
keys-professions = Codes of professions
keys-structures = FINESS or SIRET numbers of structures
keys-departments = Codes of departments (2A, 75, 971…)
keys-kinds = Types of cards (CPS, CPE…)
keys-propose = Propose the enrolment

## One enrolment, or its end

enrolment-of-key = Enrolment of a key
enrolment-end-of-key = Withdrawal of a key
enrolment-of-certificate = Enrolment of a certificate for signing in
enrolment-end-of-certificate = Withdrawal of a certificate for signing in
enrolment-awaits-two = Awaits two administrators
enrolment-awaits-second = Awaits a second administrator
enrolment-signed = Signed by two administrators
enrolment-rejected = Rejected
enrolment-proposed-by = Proposed by
enrolment-key-fingerprint = Fingerprint of the key
enrolment-certificate-fingerprint = Fingerprint of the certificate
enrolment-fingerprint = { $of } (SHA-256)
enrolment-two = Signatures of two administrators
enrolment-ask = Before you sign, ask { $name } to read this fingerprint aloud to you: it must be the one on this page.
enrolment-sign = Sign
enrolment-reject = Reject
enrolment-done-request = The request is made. Two administrators must sign it, with their keys.
enrolment-done-signature = Your signature is recorded. It takes two; they count as soon as the certification service has received them.
enrolment-done-rejection = The request is rejected.
enrolment-of-address = Change of an e-mail address
enrolment-email = E-mail address
enrolment-email-unchanged = Unchanged
enrolment-ask-address = Have the address repeated too: it is where what is decided in that name will be read.
keys-no-email = no e-mail address
keys-email-label = E-mail address
keys-email-hint = Required for a key that decides, unless the officer has one already: the certification service writes there every day what it has received in the officer's name. Two administrators sign for it as for the key.
keys-readdress = Propose this address
# Heard, not seen, behind the words above.
keys-readdress-for = for { $name }
keys-new-email-key = New e-mail address of { $name }, by this key
keys-new-email-certificate = New e-mail address of { $name }, by this certificate
keys-email = e-mail
