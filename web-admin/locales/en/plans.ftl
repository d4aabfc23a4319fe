### Renewal plans, /ra/renouvellements.

plans-title = Renewal plans
plans-lead = One approval holds for every line of the plan; the register is asked once more before each order. A line that is near to whoever approves (his own card, his family's, his structure's) is not ordered: it comes back in the next plan, for another officer.
plans-approved = The plan is approved.
plans-approved-first = Your approval is recorded: the plan awaits a second officer's.
plans-asks-for-two = This plan renews more than twenty-five cards: two different registration officers approve it.
plans-awaits-second = Approved by { $by }; awaits a second officer.
plans-none = No plan awaits approval.
plans-planned-by = Drawn up by
plans-horizon = Cards that expire before
plans-renewed = Cards renewed
plans-caption = Cards in the plan
plans-excluded = Not renewed: { $why }
plans-item-renewed = Renewed
plans-approve = Approve the plan
