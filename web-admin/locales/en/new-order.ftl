### Asking for a card, /ra/nouvelle.

new-order-title = Order a CPS card
new-order-lead = Family name, given name and category are taken from the register. Somebody other than you will have to approve the order.
new-order-names = The card and its certificates will carry the family and given name in practice that the register gives, not those at birth.
new-order-not-submitted = The order was not submitted.
new-order-rpps = RPPS number of the holder
new-order-rpps-hint = Eleven digits, for example { $example }.
new-order-choose = Choose…
new-order-replaces = Card to be replaced (optional)
new-order-replaces-hint = Ten digits. Only where the new card takes the place of another.
new-order-submit = Submit the order
