-- Owner: ca-core.

-- Lines of the ledger of signed digests whose record is awaited: a CRL is signed before it is recorded. A row goes when the
-- record stands, or with the alarm that it never came, or with the event that says what took its place.
CREATE TABLE signing_awaited (
    ledger    TEXT   NOT NULL,
    sequence  BIGINT NOT NULL,
    signed_at BIGINT NOT NULL,
    token     TEXT   NOT NULL,
    key_id    TEXT   NOT NULL,
    digest    BYTEA  NOT NULL CHECK (length(digest) IN (32, 48)),
    subject   TEXT   NOT NULL,
    looked_at BIGINT NOT NULL,
    PRIMARY KEY (ledger, sequence)
);
CREATE TRIGGER signing_awaited_are_never_changed BEFORE UPDATE ON signing_awaited FOR EACH ROW
EXECUTE FUNCTION refuse('a line of the ledger is never changed');

GRANT SELECT, INSERT, DELETE ON signing_awaited TO igc_worker;
