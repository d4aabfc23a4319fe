### The reader's own sessions, /ra/sessions, and the warning before one ends.

sessions-title = Your sessions
sessions-lead = A session is opened each time you sign in. It ends when you sign out, after 30{"\u00A0"}minutes without activity, or after 8{"\u00A0"}hours at the latest. End here those that you have left elsewhere.
sessions-caption = Sessions open in your name
sessions-since = Opened
sessions-seen = Last activity
sessions-means = Signed in by
sessions-by-link = Link of the demonstration
sessions-by-passkey = Security key
sessions-by-card = Card
sessions-browser = Browser
sessions-address = Address
sessions-end = End
sessions-here = This one
sessions-end-it = End
sessions-end-which = End the session opened at { $at }
sessions-end-others = End all others
sessions-ended = { $number ->
    [0] No other session was open.
    [one] { $number } session ended.
   *[other] { $number } sessions ended.
}
sessions-unknown = A session that you do not know? End it, and tell an administrator, who can withdraw your key. Each sign-in stands in the audit log.

## Before a session ends by itself

sessions-limit = Your session ends after 30{"\u00A0"}minutes without activity, and at { $at } at the latest.
sessions-soon = Your session ends in less than five minutes, for want of activity. What is not sent will be lost.
sessions-stay = Stay signed in
sessions-failed = The session was not kept: the service did not answer, or refused. Try again; if that does not help, copy what you have typed, then reload the page.
sessions-last = Your session ends in less than five minutes: it reaches its longest time and cannot be extended. Send what you have typed.
sessions-over = Your session has ended.
sessions-over-link = Sign in again
