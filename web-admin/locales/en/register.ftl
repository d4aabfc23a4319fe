### The register, and the extracts that its brake stopped, /ra/registre.

register-title = National register
register-feeds = Extracts held back
register-feeds-lead = An extract that would make too many professionals disappear or change at once is not taken into the register. Two different registration officers can release it; one is enough to reject it.
register-no-feed = No extract is held back.
register-ceased = Would disappear from the register
register-changed = Would change
register-new = New
register-living = Professionals known to date
register-extracted = Extract made on
register-held = Held back on
register-digest = Digest of the file (SHA-256)
register-release-lead = The extract will be taken into the register if another officer approves too. First check with its issuer that these changes are real.
register-release = Approve the release
register-reject = Reject the extract
register-awaits-two = Held back, awaits two officers
register-awaits-second = Held back, awaits a second officer
register-released = Released, to be imported again
register-refused = Rejected
register-done-release = Your approval is recorded. It takes two, by two different officers; the operator then imports the same file.
register-done-rejection = The extract is rejected. The operator must import another.
register-share = { $part } ({ $percent }%)
