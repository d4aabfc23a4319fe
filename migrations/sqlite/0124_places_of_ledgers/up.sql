-- Owner: ca-core. Makes no table.

-- The ledger of a place that was followed last: asked for of every place, where nobody may have looked for a day.
CREATE INDEX signing_ledgers_by_place ON signing_ledgers (kind, place, reconciled_at);
