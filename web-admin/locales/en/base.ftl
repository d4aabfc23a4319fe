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
base-new-order = New order
base-cards = Cards
base-certificates = Certificates
base-renewals = Renewals
base-structures = Structures
base-register = Register
base-lapses = Lapsed cards
base-call-backs = Call-backs
base-keys = Keys
base-operations = Operations
base-trail = Audit log
base-sign-out = Sign out
base-foot = Dates and times are those of Paris. This software is not affiliated with the Agence du numérique en santé.
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
