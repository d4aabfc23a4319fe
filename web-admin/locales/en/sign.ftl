### The page that asks an officer to sign a decision.

sign-title = Sign your decision
sign-back = Go back without deciding
sign-digest = Digest of what is decided (SHA-256)
sign-leaves = What will be sent
sign-mail = E-mail to the holder
sign-letter = Letter to the holder, to be printed
sign-note = Your key signs this decision and no other: read what stands above again before you touch it.
sign-button = Sign with my security key

## What is decided

sign-approve-order = Approve the order
sign-refuse-order = Refuse the order
sign-lift-suspension = Lift the suspension of a card
sign-keep-suspension = Keep a card suspended
sign-release-feed = Approve the release of an extract
sign-refuse-feed = Reject an extract
sign-release-plan = Approve the oppositions of a plan
sign-refuse-plan = Reject a plan of oppositions
sign-approve-request = Approve a request for a software certificate
sign-refuse-request = Refuse a request for a software certificate
sign-approve-renewal = Approve a renewal plan
sign-approve-mandate = Approve a mandate
sign-refuse-mandate = Refuse a mandate
sign-end-mandate = End a mandate
sign-delegation = Delegate your scope to another officer
sign-refuse-enrolment = Reject an enrolment request

## What it is about

sign-line-order = File
sign-line-card = Card
sign-line-holder = Holder
sign-line-national-id = National identifier
sign-line-refusal-reason = Reason of the refusal
sign-line-suspension = Suspension
sign-line-merge = Numbers
sign-line-merge-doubt = Why it is asked
sign-line-feed = Extract
sign-line-file-digest = Digest of the file
sign-line-plan = Plan
sign-line-request = Request
sign-line-profile = Profile
sign-line-structure = Structure
sign-line-name = Name
sign-line-host-name = Host name
sign-line-key-fingerprint = Fingerprint of the key
sign-line-renewed-cards = Cards renewed
sign-line-plan-cards = Cards in the plan
sign-line-mandate = Mandate
sign-line-delegation = Delegation
sign-line-agent = Certification agent
sign-line-document = Document
sign-line-document-digest = Digest of the document
sign-line-officer = Officer
sign-line-role = Role
sign-line-scope = Scope
sign-line-replaces = Replaces card
sign-line-category = Category
sign-line-title = Title
sign-line-professional = Professional
sign-line-submitted-by = Submitted by
sign-line-submitted-at = Submitted on
sign-line-proposed-by = Proposed by
sign-line-proposed-at = Proposed on
sign-line-not-before = Not before
sign-line-planned-by = Prepared by
sign-line-planned-at = Prepared on
sign-line-horizon = Cards that expire before
sign-line-opposed-cards = Cards to be opposed
sign-line-feed-digest = Digest of the extract
sign-line-extracted-at = Extracted on
sign-line-living = In the register
sign-line-new = New
sign-line-changed = Changed
sign-line-ceased = Gone
sign-line-reappeared = Back
sign-line-held-by = Set aside by
sign-line-held-at = Set aside on
sign-line-person = Person
sign-line-quality = Capacity
