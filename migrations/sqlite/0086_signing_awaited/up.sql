-- Owner: ca-core.

-- Lines of the ledger of signed digests whose record is awaited: a CRL is signed before it is recorded. A row goes when the
-- record stands, or with the alarm that it never came, or with the event that says what took its place.
CREATE TABLE signing_awaited (
    ledger    TEXT   NOT NULL,
    sequence  BIGINT NOT NULL,
    signed_at BIGINT NOT NULL,
    token     TEXT   NOT NULL,
    key_id    TEXT   NOT NULL,
    digest    BLOB   NOT NULL CHECK (length(digest) IN (32, 48)),
    subject   TEXT   NOT NULL,
    looked_at BIGINT NOT NULL,
    PRIMARY KEY (ledger, sequence)
) WITHOUT ROWID;
CREATE TRIGGER signing_awaited_are_never_changed BEFORE UPDATE ON signing_awaited
BEGIN SELECT RAISE(ABORT, 'a line of the ledger is never changed'); END;
CREATE TRIGGER signing_awaited_are_never_replaced BEFORE INSERT ON signing_awaited
WHEN EXISTS (SELECT 1 FROM signing_awaited WHERE ledger = NEW.ledger AND sequence = NEW.sequence)
BEGIN SELECT RAISE(ABORT, 'UNIQUE constraint failed: signing_awaited are never replaced'); END;
