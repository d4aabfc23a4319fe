-- Owner: ca-core.

-- Serial numbers begin with the prefix of their authority: of two authorities never the same.
CREATE UNIQUE INDEX authorities_serial_prefix ON authorities (serial_prefix);
-- REPLACE deletes whatever a unique index names, without asking the delete triggers.
DROP TRIGGER authorities_are_never_replaced;
CREATE TRIGGER authorities_are_never_replaced BEFORE INSERT ON authorities
WHEN EXISTS (SELECT 1 FROM authorities
             WHERE rowid = NEW.rowid OR short_name = NEW.short_name OR serial_prefix = NEW.serial_prefix)
BEGIN SELECT RAISE(ABORT, 'UNIQUE constraint failed: authorities are never replaced'); END;

-- What kind of alarm it is, and of which key where it is about one: a token that signs wrongly again and again is told
-- of once, until somebody has seen to it. Null in alarms from before.
ALTER TABLE signing_alarms ADD COLUMN code TEXT;
ALTER TABLE signing_alarms ADD COLUMN signing_key TEXT;
