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
CREATE TRIGGER register_holds_are_never_changed BEFORE UPDATE ON register_holds FOR EACH ROW
EXECUTE FUNCTION refuse('what was put aside is never changed');
CREATE TRIGGER register_holds_are_never_deleted BEFORE DELETE ON register_holds FOR EACH ROW
EXECUTE FUNCTION refuse('what was put aside is never deleted');

-- Whether a feed says of those whom it does not name that they are no longer there: not one with a line that names nobody
-- who can be read. Feeds from before are taken not to.
ALTER TABLE register_feeds ADD COLUMN speaks_of_absent BOOLEAN NOT NULL DEFAULT FALSE;
-- Whom a feed names in a line that was refused: it says nothing of them, neither that they are there nor that they are not.
CREATE TABLE register_silences (
    sequence BIGINT NOT NULL,
    subject  TEXT   COLLATE "C" NOT NULL,
    PRIMARY KEY (sequence, subject)
);
CREATE TRIGGER register_silences_are_never_changed BEFORE UPDATE ON register_silences FOR EACH ROW
EXECUTE FUNCTION refuse('what a feed did not say is never changed');
CREATE TRIGGER register_silences_are_never_deleted BEFORE DELETE ON register_silences FOR EACH ROW
EXECUTE FUNCTION refuse('what a feed did not say is never deleted');

-- A feed that was put aside is read only where two officers approved its newest version, and none refused it.
CREATE FUNCTION register_feeds_put_aside_are_released_by_two() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    newest bigint := (SELECT max(h.version) FROM register_holds h WHERE h.feed = NEW.id);
BEGIN
    IF newest IS NOT NULL AND ((SELECT count(*) FROM decisions d WHERE d.subject_kind = 'register-feed'
            AND d.subject_number = NEW.id AND d.subject_version = newest AND d.decision = 'approve') < 2
     OR EXISTS (SELECT 1 FROM decisions d WHERE d.subject_kind = 'register-feed'
            AND d.subject_number = NEW.id AND d.subject_version = newest AND d.decision = 'refuse')) THEN
        RAISE EXCEPTION 'put aside: two officers release a feed that changes too much at once' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER register_feeds_put_aside_are_released_by_two BEFORE INSERT ON register_feeds FOR EACH ROW
EXECUTE FUNCTION register_feeds_put_aside_are_released_by_two();

GRANT SELECT ON register_holds TO igc_web, igc_worker, igc_status;
GRANT SELECT ON register_silences TO igc_worker;
GRANT INSERT ON register_holds, register_silences TO igc_worker;
GRANT UPDATE (speaks_of_absent) ON register_feeds TO igc_worker;
-- That a feed waits is told by the status role, which sees no person for it.
GRANT SELECT ON register_feeds TO igc_status;
