### The checks of the installation, /ra/diagnostic.

diagnostic-title = Diagnosis
diagnostic-lead = Checks made on { $at }. They are those of { $command } that this page may make: keys in their tokens, the whole audit log, the rows of the database and other systems are checked only on the machine.
diagnostic-well = All is in order.
diagnostic-broken = { $number ->
    [one] { $number } to be dealt with
   *[other] { $number } to be dealt with
}
diagnostic-warnings = { $number } to watch
diagnostic-caption = One check a row, the most pressing first. The technical detail is that of the command line.
diagnostic-check = Check
diagnostic-found = Finding
diagnostic-helper = Who can help
# In the English of the command line.
diagnostic-do = Do: { $action }
diagnostic-text = Text to send along when asking for help
diagnostic-copy = To be selected and copied
diagnostic-copy-hint = It holds no secret, no name and no card number.

## What a check is about, and who can help

-operator-of-machine = The operator of the machine

check-clock = Clock
    .helper = { -operator-of-machine }
check-reserve = Room kept for oppositions
    .helper = { -operator-of-machine }
check-responders = OCSP responders
    .helper = { -operator-of-machine }
check-crls = Published revocation lists
    .helper = The operator; for a root, the custodians, at a ceremony
check-coherence = Coherence of publications
    .helper = { -operator-of-machine }
check-register = Register and lapsed cards
    .helper = Two registration officers, or the operator
check-oppositions = Declarations and notices
    .helper = A revocation or registration officer
check-one-time-codes = Budget of one-time codes
    .helper = The operator; officers call back at once the holders who declare without proof
check-decisions = Officers' decisions
    .helper = The officer who is named, then the administrator and the auditor
check-questions = Questions without an answer
    .helper = A registration officer
check-officers = Officers' addresses
    .helper = Two administrators
check-tls = TLS certificate of this site
    .helper = { -operator-of-machine }
check-authorities = Certificates of the authorities
    .helper = { -operator-of-machine }; a ceremony makes the next key
check-sequencer = Sequencing of the audit log
    .helper = { -operator-of-machine }
check-signer = Security module and its tokens
    .helper = { -operator-of-machine }
check-signatures = Signatures of the security module
    .helper = The security officer, at once
check-compromised-keys = Keys of the PKI known to be compromised
    .helper = The security officer, at once
check-weak-keys = List of keys known to be weak
    .helper = { -operator-of-machine }
check-unrecorded = Certificates shown, unknown to the database
    .helper = The security officer, at once
check-jobs = Automatic jobs
    .helper = { -operator-of-machine }
