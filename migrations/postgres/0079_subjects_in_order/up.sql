-- Owner: store.

-- "Which subjects begin so?" is asked by a range, which the order of a dictionary, in many databases, has elsewhere: it passes
-- over spaces and signs.
ALTER TABLE audit_subjects ALTER COLUMN subject TYPE TEXT COLLATE "C";
