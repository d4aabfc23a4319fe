### The page of a decision that came too late.

stale-title = File { $number } – Page out of date
stale-heading = Your action was not recorded
stale-lead = File { $number } changed while you were reading it.
stale-changes = What has changed
stale-at = , on { $at }
stale-again = Read the file as it stands now
stale-taken-back = { $who } took the decision back
stale-approved = { $who } approved the order
stale-refused = { $who } refused the order
stale-withdrawn = The order was withdrawn
stale-question = { $who } asked the applicant a question
stale-answer = { $who } answered the question
stale-document = { $who } attached a document
stale-refreshed = { $who } took over what the register says
stale-given-back = The check of the registration authority gave the order back to the officers
stale-withdrawn-by = { $who } withdrew the order
stale-nothing = Nothing that you may read has changed; where the file stands, though, no longer allows this.
stale-version = The order has changed: from version { $then } to version { $now }
stale-family-name = The name in use changed from “{ $then }” to “{ $now }”
stale-given-name = The given name in use changed from “{ $then }” to “{ $now }”
stale-category = The code of the category changed from “{ $then }” to “{ $now }”
