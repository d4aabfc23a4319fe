### How the installation works, /ra/exploitation.

operations-lead = As of { $at }. This page is for reading; repairs are made on the machine, with { $command }.
operations-to-diagnostic = Diagnosis, and a text to send along when asking for help
operations-well = Nothing calls for action.
operations-troubles = To be seen to
operations-left = Left
operations-state-well = In order
operations-state-warning = To watch
operations-state-alarm = To be dealt with
operations-figures = The figures

## CRLs

operations-crls = Certificate revocation lists
operations-no-crl = No list has been issued yet.
operations-crls-caption = The newest, and how long they still last. Those of the roots are made at a ceremony.
operations-crl = List
operations-full-crl = complete, no.{"\u00A0"}{ $number }
operations-delta-crl = delta, no.{"\u00A0"}{ $number }
operations-crl-issued = Issued
operations-crl-planned = Next one by
operations-crl-ends = Valid until
operations-crl-ended = Expired
operations-at-ceremony = ceremony
operations-last-crl = none, this is the last
operations-last-crl-over = over, with all that it spoke of

## What a look from outside found

operations-coherence = Coherence of publications
operations-coherent = All that is published agrees, seen from outside, on { $at }.
operations-differences = { $number ->
    [one] { $number } difference; { $command } names it, on { $at }.
   *[other] { $number } differences; { $command } names them, on { $at }.
}
operations-no-look = Nobody has looked at the publications from outside yet.

## OCSP

operations-ocsp = OCSP service
operations-status-role = “Status” role of this machine
operations-log-read = Status log last read
operations-log-ago = { $time } ago
operations-not-yet = Not yet
operations-answers-since = Answers since it started
operations-from-memory = from memory
operations-by-signing = with a signature or the database
operations-no-rate = The rate can be read after a first whole minute.
operations-no-status-role = No “status” role answers on this machine. If it runs on another, read its { $ready } and its { $metrics }.
operations-responders = Responders: each has its successor asked for thirty days before its end.
operations-answers-until = Answers until
operations-no-responder = no responder
operations-responder-ended = Ended
operations-successor = Successor
operations-successor-refused = refused: { $code }
operations-successor-asked = asked for on { $at }
operations-successor-later = not due yet
operations-rate = OCSP answers a minute
operations-rate-none = No answer in { $minutes } min.
operations-rate-some = { $answers ->
    [one] { $answers } answer
   *[other] { $answers } answers
} in { $minutes } min, { $most } at most in one minute.
operations-minute = Minute
operations-answers = Answers

## The HSM

operations-hsm = Hardware security module (HSM)
operations-hsm-none = No signing process has reported yet.
operations-hsm-caption = The processes that hold the keys, since they started. The wait is from question to answer; one question may carry several signatures.
operations-hsm-process = Process
operations-hsm-since = since { $at }
operations-hsm-last = Last signature
operations-hsm-waits = Wait
operations-hsm-half = 50% within { $time }
operations-hsm-most = 99% within { $time }
operations-hsm-signatures = Signatures
operations-hsm-restarts = Restarts
operations-tokens-caption = The tokens that normal running uses; that of the roots is unplugged.
operations-token = Token
operations-token-asked = Asked
operations-token-answers = Answers
operations-token-fails = Does not answer as it should

## Keys

operations-signatures = Keys and signatures
operations-all-expected = Every signature that the security module made was expected.
operations-unexpected = { $number ->
    [one] { $number } signature or ledger that nobody expected.
   *[other] { $number } signatures or ledgers that nobody expected.
}
operations-tell-security = Tell the security officer.
operations-no-ledger = No ledger of signatures has been followed yet.
operations-ledgers = Ledgers kept by the processes that hold the keys, reconciled with what was to be signed.
operations-ledger = Ledger
operations-ledger-answers = OCSP responders
operations-ledger-authorities = Authorities, lists and audit log
operations-reconciled = Signatures reconciled
operations-last-seen = Last one seen

## Audit log and notices

operations-trail = Audit log
operations-trail-signed = { $number } events under the last signed head.
operations-trail-none-waits = None is waiting.
operations-trail-waits = { $number ->
    [one] { $number } is waiting for the next.
   *[other] { $number } are waiting for the next.
}
operations-trail-waits-since = { $number ->
    [one] { $number } is waiting for the next, the oldest for { $since }.
   *[other] { $number } are waiting for the next, the oldest for { $since }.
}
operations-notices = Notices by e-mail
operations-codes-spent = The hourly budget of one-time codes has been used up since { $at }.
operations-codes-spent-what = A holder who asks for one now may get none. The code of his letter and a call back by an officer still work: declarations without proof are to be called back at once. The operator can stop the networks that ask for too many, before the web role.
operations-notices-waiting = Waiting to be sent
operations-notices-oldest = the oldest for { $since }
operations-notices-tried = Of these, already refused by the server
operations-notices-dead = Given up
operations-notices-why = { $command } says why
operations-notices-no-address = Recipients without an address

## Long work

operations-works = Progress
operations-works-caption = How much of what should be is done, and since when the rest waits.
operations-work = Long work
operations-work-progress = Done
operations-work-since = For
operations-work-last = Last result
operations-work-import = Register import
operations-work-lists = Revocation lists up to date
operations-work-renewals = Replacement cards ordered
operations-work-lapses = Cards and certificates the register no longer supports, settled
operations-work-none = Nothing to do
operations-work-done = { $done } of { $of }
operations-work-rows = { $done } lines of { $of }: { $file }
operations-work-imported = { $rows } lines, { $rejected } refused: { $file }
operations-work-under-way = Under way
operations-work-mute = Does not say who has left
operations-work-unexamined = An extract waits to be examined

## Jobs

operations-jobs = Automatic jobs
operations-jobs-caption = What each did last; written once a minute as long as nothing changes.
operations-job = Job
operations-job-last = Last run
operations-job-took = Took
operations-job-result = Outcome
operations-job-since = for { $since }
operations-job-unheard = No process reports on it
operations-job-waits = Waits for its turn
operations-job-done = Done
operations-job-partly = Partly done
operations-job-failing = Failed
operations-job-failing-long = Failing for more than ten minutes
operations-job-silent = No longer reports

## What ends, and what follows it

operations-renewals = Renewals under way
operations-no-renewal = No renewal plan is under way.
operations-plan = { $plan }:
operations-plan-proposed = { $number ->
    [one] awaits a decision, { $number } card to renew
   *[other] awaits a decision, { $number } cards to renew
}
operations-plan-ordered = { $number ->
    [one] { $number } of { $of } ordered
   *[other] { $number } of { $of } ordered
}
operations-expiries = Certificates to renew
operations-no-expiry = Nothing known here ends.
operations-expiries-caption = What ends one day and somebody renews before, the soonest first
operations-expiry-of = Certificate
operations-expiry-which = Of
operations-expiry-at = End of validity
operations-expiry-left = Left
operations-expiry-unread = does not read, or is missing
operations-expiry-listener = Site (TLS)
operations-expiry-authority = Certification authority
operations-expiry-followed = Certification authority, replaced generation
operations-expiry-revoked = Certification authority, revoked
operations-expiry-responder = OCSP responder
operations-expiry-officer = An officer's card
operations-endings = Expiries
operations-endings-title = Valid certificates, by the month in which they expire
operations-endings-none = No valid certificate expires within the next twelve months.
operations-endings-some = { $number ->
    [one] One certificate expires within the next twelve months.
   *[other] { $number } certificates expire within the next twelve months.
}
operations-month = Month
operations-certificates = Certificates

## What each job makes true

job-audit = Sequences and signs the audit log
job-certificate-revocations = Revokes the software certificates that officers report
job-certification = Certifies personalised cards and approved requests
job-coherence = Looks from outside at all that is published
job-decisions = Takes signed decisions in
job-demo-bureau = Plays the demonstration's personalisation bureau
job-expiry = Ends the life of expired cards
job-expiry-notices = Tells of cards that are about to expire
job-retrieval-reminders = Reminds of software certificates that nobody has fetched
job-full-crl = Issues every revocation list at a fixed time
job-holder-declarations = Opposes cards that their holders declared with their code
job-one-time-codes = Mails the one-time codes that holders asked for
job-notices = Sends the notices by e-mail
job-object-store = Copies publications into the object store
job-opposition-callbacks = Looks up in the register whom to call back
job-opposition-codes = Draws the opposition codes of certified cards
job-opposition-requests = Opposes the cards that their structure reports
job-order-flags = Flags holders who seem to be registered twice, or whose contact has changed in the register
job-publication = Publishes what is due: revocation lists, opposition list, certificates
job-registration = Orders cards for newly registered professionals
job-renewal = Prepares and applies renewal plans
job-reserve = Keeps the room on the disk that is reserved for oppositions
job-responders = Certifies the next OCSP responders
job-revalidation = Ends cards that the register no longer supports
job-root-crls = Watches how long the roots' revocation lists last
job-signatures = Reconciles all that was signed with what was to be
job-sweep = Settles what a stop left unfinished
job-test-certificates = Keeps the demonstration's test certificates
job-tokens = Asks each token whether it answers, and says how the HSM works
