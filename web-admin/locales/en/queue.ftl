### The queue of orders, /ra/file.

queue-page-title = Queue – { $state }
queue-title = Queue of orders
queue-states = State of the orders
queue-next = Next file
queue-next-hint = The most urgent order of this view that nobody is on.
queue-no-more = There is no other order.
queue-none-filtered = No order matches these filters.
queue-none = No order in this state.
queue-caption = { $state }, oldest first
queue-caption-by-name = { $state }, in alphabetical order
queue-caption-hours = ; times in working hours
queue-deadline = Time left
queue-object = For
queue-submitted = Submitted
queue-who = Who
queue-take = Take
queue-take-over = Take over
queue-take-which = { $number }
queue-start = ← Start of the list
queue-following = More →
queue-filter = Filter the queue
queue-search = Holder's name, order number or RPPS number
queue-search-hint = The beginning of the name is enough, without accents or capitals.
queue-age = Submitted for
queue-on = Who is on it
queue-structure = Structure of exercise
queue-structure-hint = FINESS or SIRET number.
queue-clear = Clear the filters
queue-views = My views
queue-keep-as = Keep these filters under the name
queue-keep-view = Keep the view
queue-whatever = Any
queue-all-cards = All
queue-all-professions = All
queue-all-flags = All
queue-do-filter = Filter
queue-forget = Delete
queue-forget-which = the view { $view }
queue-new-card = { $kind }, new card
queue-replacement = { $kind }, replaces card { $card }
queue-left = { $time } left
queue-late = late by { $time }
queue-paused = paused, { $time } left
queue-nobody = Nobody
queue-me = Me
queue-done-view = The view is kept.
queue-done-forgotten = The view is deleted.
queue-done-none = No other order of this view awaits your decision: the others are your own, or a colleague is on them.
queue-days = { $number ->
    [one] { $number } day at least
   *[other] { $number } days at least
}
queue-hidden = { $number ->
    [one] { $number } file hidden by your rights ({ $scope }).
   *[other] { $number } files hidden by your rights ({ $scope }).
}
queue-many-hidden = { $number }+ files hidden by your rights ({ $scope }).
queue-many = { $number }+
order-statuses-submitted = To be checked
order-statuses-waiting = Awaiting the applicant
order-statuses-approved = Approved
order-statuses-refused = Refused
order-statuses-withdrawn = Withdrawn
order-statuses-ordered = Cards ordered
risk-green = ● None
risk-orange = ▲ To be checked
risk-red = ■ Serious
