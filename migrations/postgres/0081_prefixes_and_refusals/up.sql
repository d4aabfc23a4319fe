-- Owner: ca-core.

-- Serial numbers begin with the prefix of their authority: of two authorities never the same.
CREATE UNIQUE INDEX authorities_serial_prefix ON authorities (serial_prefix);

-- What kind of alarm it is, and of which key where it is about one: a token that signs wrongly again and again is told
-- of once, until somebody has seen to it. Null in alarms from before.
ALTER TABLE signing_alarms ADD COLUMN code TEXT;
ALTER TABLE signing_alarms ADD COLUMN signing_key TEXT;
