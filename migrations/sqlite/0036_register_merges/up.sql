-- Owner: professional-registry. Only the worker writes this table.

-- ADELI numbers that became RPPS numbers, as the publisher's correspondence says: one person, who keeps both. `adeli` and
-- `rpps` are IdNat_PS (0 and 8); `feed` is the SHA-256 of the file.
CREATE TABLE register_merges (
    adeli     TEXT   NOT NULL PRIMARY KEY CHECK (substr(adeli, 1, 1) = '0'),
    rpps      TEXT   NOT NULL CHECK (substr(rpps, 1, 1) = '8'),
    feed      TEXT   NOT NULL CHECK (length(feed) = 64),
    merged_at BIGINT NOT NULL
);
CREATE INDEX register_merges_by_rpps ON register_merges (rpps);
CREATE TRIGGER register_merges_are_never_changed BEFORE UPDATE ON register_merges
BEGIN SELECT RAISE(ABORT, 'a number that became another stays that other'); END;
CREATE TRIGGER register_merges_are_never_deleted BEFORE DELETE ON register_merges
BEGIN SELECT RAISE(ABORT, 'a number that became another stays that other'); END;
CREATE TRIGGER register_merges_are_never_replaced BEFORE INSERT ON register_merges
WHEN EXISTS (SELECT 1 FROM register_merges WHERE rowid = NEW.rowid OR adeli = NEW.adeli)
BEGIN SELECT RAISE(ABORT, 'UNIQUE constraint failed: register_merges are never replaced'); END;

-- Of those whom a feed that was put aside no longer names, who is in it under another number.
ALTER TABLE register_holds ADD COLUMN merged BIGINT NOT NULL DEFAULT 0 CHECK (merged >= 0);
