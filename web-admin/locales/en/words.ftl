### What the rules and the database name in English: states, grounds, roles.

## Why a card may no longer be used

ground-lost = Card lost
ground-stolen = Card stolen
ground-codes-disclosed = PIN or codes disclosed
ground-card-not-received = Card not received
ground-codes-not-received = Codes not received
ground-defective = Card defective
ground-replaced = Card replaced
ground-renewed = Card renewed
ground-structure-changed = Change of structure
ground-data-changed = Change of certified data
ground-end-of-activity = End of activity
ground-retired = Retirement
ground-deceased = Death of the holder
ground-struck-off = Struck off by the professional council
ground-sanction = Sanction that forbids practice
ground-breach-of-terms = Breach of the terms of use
ground-other = Other ground

requester-holder = The holder
requester-structure = The head or the agent of the structure
requester-authorised-person = The authorised person
requester-employing-professional = The employing professional
requester-authority = The registration authority, of its own motion
requester-register = The register

## What an officer is there for

role-certification-agent = certification agent
role-registration-officer = registration officer
role-revocation-officer = revocation officer
role-administrator = administrator
role-auditor = auditor

## Where an order stands

order-status-submitted = To be checked
order-status-waiting = Awaits the applicant
order-status-approved = Approved
order-status-refused = Refused
order-status-withdrawn = Withdrawn
order-status-ordered = Card ordered
order-status-under-review = Under review
order-status-unknown = Unknown

## Where a card stands

card-status-ordered = Ordered
card-status-batched = Being made
card-status-personalised = Personalised, awaits certificates
card-status-certified = Certified, to be delivered
card-status-delivered = Delivered, to be activated
card-status-active = Active
card-status-opposed = Opposed
card-status-expired = Expired
card-status-cancelled = Cancelled

## What a key of a card is for

key-usage-authentication = Authentication
key-usage-signature = Signature

## What somebody was told

notice-received = Order received
notice-approved = Order approved
notice-refused = Order refused
notice-withdrawn = Order withdrawn
notice-question-asked = Question asked
notice-card-delivered = Card delivered
notice-card-activated = Card activated
notice-card-lapsed = Card no longer supported by the register
notice-card-opposed = Card opposed
notice-card-suspended = Card suspended
notice-suspension-lifted = Suspension lifted
notice-opposition-unproved = Unproved declaration about a card
notice-certificate-issued = Certificate to be collected
notice-decision-seen = Decision taken in
notice-decision-not-held = Decision without effect
notice-other = Other notice

## Where a certificate stands

certificate-status-intended = Prepared
certificate-status-signing = Being signed
certificate-status-good = Valid
certificate-status-held = Suspended
certificate-status-revoked = Revoked
certificate-status-abandoned = Abandoned before signature
certificate-status-unknown = Unknown

## For which orders an officer is there

scope-all = all orders
scope-structures = structures { $structures }
scope-departments = departments { $departments }
scope-kinds = cards { $kinds }
scope-and = { $first }; { $second }
card-status-suspended = Suspended
notice-decision-taken-back = Decision taken back
notice-decisions-digest = Digest of decisions
notice-key-added = Key enrolled
notice-key-revoked = Key withdrawn
notice-address-changed = E-mail address changed
notice-approval-contested = Approval contested by a second look
notice-card-way-back = New card offered
notice-card-expiring = Card about to expire
notice-staff-card-ordered = Card ordered for the structure
notice-staff-card-delivered = Card of the structure delivered
notice-staff-card-opposed = Card of the structure opposed
notice-staff-card-expiring = Card of the structure about to expire
notice-staff-card-lapsed = Card of the structure no longer supported by the register
notice-certificate-not-retrieved = Certificate not fetched
job-officer-digests = Writes to the officers what was decided in their names
notice-certificate-lapsed = Certificate that the register no longer supports
notice-certificate-revoked = Certificate revoked

## Where a request for a software certificate stands

request-status-submitted = to be decided
request-status-approved = approved
request-status-refused = refused
request-status-withdrawn = withdrawn
request-status-issued = certificate issued
