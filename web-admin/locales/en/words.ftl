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

## What an officer is there for

role-certification-agent = certification agent
role-registration-officer = registration officer
role-revocation-officer = revocation officer
role-administrator = administrator
role-auditor = auditor
