-- Owner: card. Makes no table.

-- The cards of the staff of a structure, which end with it: few beside those of professionals.
CREATE INDEX cards_of_staff ON cards (exercise, number) WHERE kind IN ('CPE', 'CDE', 'CPA', 'CDA');
