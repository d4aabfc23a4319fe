### Renewal plans, /ra/renouvellements.

plans-title = Renewal plans
plans-lead = One approval holds for every line of the plan; the register is asked once more before each order.
plans-approved = The plan is approved.
plans-none = No plan awaits approval.
plans-planned-by = Drawn up by
plans-horizon = Cards that expire before
plans-renewed = Cards renewed
plans-caption = Cards in the plan
plans-excluded = Not renewed: { $why }
plans-item-renewed = Renewed
plans-approve = Approve the plan
