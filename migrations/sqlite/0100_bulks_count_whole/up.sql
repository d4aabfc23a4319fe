-- Owner: registration-authority. Makes no table.

-- A bulk counts whole or not at all: why the worker refused it stands beside its nonce, and is said of each of its rows that comes later.
ALTER TABLE decision_nonces ADD COLUMN refusal TEXT;
CREATE TRIGGER decision_nonces_are_refused_for_good BEFORE UPDATE ON decision_nonces
WHEN (OLD.refusal IS NOT NULL AND NEW.refusal IS NOT OLD.refusal) OR (NEW.refusal IS NOT NULL AND NEW.statement IS NULL)
BEGIN SELECT RAISE(ABORT, 'what was refused stays refused'); END;
