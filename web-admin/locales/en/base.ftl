### What stands around every page, and words that several pages use.

base-suffix = RA
base-public-suffix = IGC Santé
base-skip = Skip to content
base-demonstration = Demonstration
base-demonstration-word = DEMONSTRATION
base-demonstration-note = { $word } – people, cards and certificates are made up; nothing here is of any value.
base-house = Registration authority
base-public-house = Public page
base-not-yet = This page is in French only, for now.
base-menu = Main
base-queue = Queue
base-inbox = To countersign
base-new-order = New order
base-cards = Cards
base-certificates = Certificates
base-renewals = Renewals
base-structures = Structures
base-register = Register
base-lapses = Lapsed cards
base-call-backs = Call-backs
base-reviews = Second looks
base-delegations = Delegations
base-keys = Keys
base-operations = Operations
base-trail = Audit log
base-sign-out = Sign out
base-foot = Dates and times are those of Paris. This software is not affiliated with the Agence du numérique en santé.

# On paper only.
base-printed = Page shown on { $at }.
base-printed-by = Read by { $name } at

base-oppose = Block your card
base-pki = Certification authorities, lists and checks
base-shortcuts = Keyboard shortcuts

# Before the title of a page whose form has an error.
base-error = Error –

# Before a stable code.
base-code = Code:

# What somebody wrote.
base-quoted = “{ $text }”

# Before the title of a page that shows trouble.
base-to-see = { $number } to see to –

base-state = State
base-authority = Authority

## What several pages share

base-on = on { $at }
base-final = This is final.
base-explanation = Explanation (required for another reason)
base-rejection-reason = Reason of the rejection (required to reject)
base-decided = by { $by }, on { $at }
base-release-approved = Release approved
base-release-refused = Rejection
base-enrolment-signed = Signed
base-enrolment-rejected = Rejected
# Why an officer does not see the buttons of an act.
base-barred-by-role = { $what } Role needed: { $roles }. { $who }
base-or = {" "}or{" "}
base-by-at = { $by }, on { $at }
base-refusal-reason = Reason of the refusal (required to refuse)
base-rule = Rule { $rule }:
base-profession = Profession
base-you = (you)

## What a reader's rights keep from him

hidden = { $what } by your rights.
hidden-by-scope = { $what } by your rights ({ $scope }).
hidden-unplaced = Of which { $number } without a place whose department the register gives.
hidden-dossiers = { $number ->
    [one] { $number } file hidden
   *[other] { $number } files hidden
}
hidden-orders = { $number ->
    [one] { $number } order hidden
   *[other] { $number } orders hidden
}
hidden-plans = { $number ->
    [one] { $number } plan hidden
   *[other] { $number } plans hidden
}
hidden-mandates = { $number ->
    [one] { $number } mandate hidden
   *[other] { $number } mandates hidden
}
hidden-other-orders = { $number ->
    [one] { $number } other order hidden
   *[other] { $number } other orders hidden
}
hidden-cards = { $number ->
    [one] { $number } card hidden
   *[other] { $number } cards hidden
}
hidden-certificates = { $number ->
    [one] { $number } certificate hidden
   *[other] { $number } certificates hidden
}
hidden-plan-rows = { $number ->
    [one] { $number } line hidden
   *[other] { $number } lines hidden
}
hidden-feeds = { $number ->
    [one] { $number } extract hidden
   *[other] { $number } extracts hidden
}
hidden-entries = { $number ->
    [one] { $number } entry hidden
   *[other] { $number } entries hidden
}
base-names-in-use = Name that the card and its certificates carry
base-names-in-use-why = family and given name in practice, under which the register and patients know the professional
base-birth-names = Family and given names at birth
base-birth-names-same = Those in practice
base-birth-names-unknown = Unknown here: only the restricted extract of the register (RASS) gives them
