-- Owner: professional-registry. Only the worker writes these tables.

-- A feed that would change too much at once to be believed: put aside with what it would do, for two officers to release
-- or one to refuse. Nothing of the file is kept but its digest. The same file against another register, or of other
-- figures, is another version, on which nobody has decided.
CREATE TABLE register_holds (
    feed         TEXT   NOT NULL CHECK (length(feed) = 64),
    version      BIGINT NOT NULL CHECK (version > 0),
    source       TEXT   NOT NULL,
    file_name    TEXT   NOT NULL,
    extracted_at BIGINT NOT NULL,
    -- The newest complete feed of the source, with which it was compared.
    base         TEXT   NOT NULL,
    rows_read    BIGINT NOT NULL,
    living       BIGINT NOT NULL,
    -- Never seen before, otherwise than before, no longer named, not named and kept, back again.
    added        BIGINT NOT NULL,
    changed      BIGINT NOT NULL,
    ceased       BIGINT NOT NULL,
    kept         BIGINT NOT NULL,
    reappeared   BIGINT NOT NULL,
    held_at      BIGINT NOT NULL,
    held_by      TEXT   NOT NULL CHECK (held_by <> ''),
    PRIMARY KEY (feed, version)
);
CREATE TRIGGER register_holds_are_never_replaced BEFORE INSERT ON register_holds
WHEN EXISTS (SELECT 1 FROM register_holds WHERE rowid = NEW.rowid OR (feed = NEW.feed AND version = NEW.version))
BEGIN SELECT RAISE(ABORT, 'UNIQUE constraint failed: register_holds are never replaced'); END;
CREATE TRIGGER register_holds_are_never_changed BEFORE UPDATE ON register_holds
BEGIN SELECT RAISE(ABORT, 'what was put aside is never changed'); END;
CREATE TRIGGER register_holds_are_never_deleted BEFORE DELETE ON register_holds
BEGIN SELECT RAISE(ABORT, 'what was put aside is never deleted'); END;

-- Whether a feed says of those whom it does not name that they are no longer there: not one with a line that names nobody
-- who can be read. Feeds from before are taken not to.
ALTER TABLE register_feeds ADD COLUMN speaks_of_absent BOOLEAN NOT NULL DEFAULT FALSE;
-- Whom a feed names in a line that was refused: it says nothing of them, neither that they are there nor that they are not.
CREATE TABLE register_silences (
    sequence BIGINT NOT NULL,
    subject  TEXT   NOT NULL,
    PRIMARY KEY (sequence, subject)
);
CREATE TRIGGER register_silences_are_never_replaced BEFORE INSERT ON register_silences
WHEN EXISTS (SELECT 1 FROM register_silences WHERE rowid = NEW.rowid
    OR (sequence = NEW.sequence AND subject = NEW.subject))
BEGIN SELECT RAISE(IGNORE); END;
CREATE TRIGGER register_silences_are_never_changed BEFORE UPDATE ON register_silences
BEGIN SELECT RAISE(ABORT, 'what a feed did not say is never changed'); END;
CREATE TRIGGER register_silences_are_never_deleted BEFORE DELETE ON register_silences
BEGIN SELECT RAISE(ABORT, 'what a feed did not say is never deleted'); END;

-- A feed that was put aside is read only where two officers approved its newest version, and none refused it.
CREATE TRIGGER register_feeds_put_aside_are_released_by_two BEFORE INSERT ON register_feeds
WHEN EXISTS (SELECT 1 FROM register_holds h WHERE h.feed = NEW.id)
 AND ((SELECT count(*) FROM decisions d WHERE d.subject_kind = 'register-feed' AND d.subject_number = NEW.id
        AND d.decision = 'approve'
        AND d.subject_version = (SELECT max(h.version) FROM register_holds h WHERE h.feed = NEW.id)) < 2
   OR EXISTS (SELECT 1 FROM decisions d WHERE d.subject_kind = 'register-feed' AND d.subject_number = NEW.id
        AND d.decision = 'refuse'
        AND d.subject_version = (SELECT max(h.version) FROM register_holds h WHERE h.feed = NEW.id)))
BEGIN SELECT RAISE(ABORT, 'put aside: two officers release a feed that changes too much at once'); END;
