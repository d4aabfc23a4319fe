### What is known of the accessibility of the pages, /accessibilite.

accessibility-title = Accessibility
accessibility-lead = These pages are made to follow { $standard }. Here is what was verified of it, and what was not.
accessibility-state = State of conformity
accessibility-full = In the sense of the RGAA this site is declared fully compliant.
accessibility-partial = In the sense of the RGAA this site is declared partially compliant.
accessibility-none = In the sense of the RGAA this site is declared not compliant: no audit by people says otherwise.
accessibility-audits = What was verified
accessibility-by-program = by a program
accessibility-by-people = by people
accessibility-not-audited = What was not verified
accessibility-limits = Contents that may be an obstacle
accessibility-plan = Scheme of several years
accessibility-plan-whose = It is that of the program. Whoever operates this installation publishes his own.
accessibility-contact = Report an obstacle
accessibility-contact-why = If a page keeps you from what you came for, tell the registration authority: it can do it with you, an opposition included.
accessibility-contact-none = This installation has not said yet whom to turn to: write to the registration authority that issued your card.
accessibility-recourse = If you get no answer, you can turn to the Defender of Rights.
