### The page that says why there is nothing to show.

failure-not-found = Not found
failure-not-allowed = Access denied
failure-unavailable = Temporarily unavailable
failure-error = Error
failure-refused = Not possible
failure-roles = One of these roles is needed; two administrators give it, by enrolling a key:
failure-code = Code
failure-request = Request
failure-home = Back to the home page
failure-sign-in = Sign in
