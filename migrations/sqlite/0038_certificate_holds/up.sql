-- Owner: ca-core.

-- A certificate may be held, which says "do not rely on it for now", and released again, where an installation allows
-- that (docs/decisions/0033-holds.md). A CHECK cannot be changed in SQLite: the log is copied into a table with the
-- wider one, row by row as it stands, and every guard it had stands again.
CREATE TABLE certificate_status_events_with_holds (
    sequence    BIGINT NOT NULL PRIMARY KEY CHECK (sequence > 0),
    issuer      TEXT   NOT NULL,
    serial      TEXT   NOT NULL,
    event       TEXT   NOT NULL CHECK (event IN ('revoked', 'held', 'released')),
    reason      TEXT   NOT NULL,
    occurred_at BIGINT NOT NULL,
    -- Under which date what is published shows it, where that is earlier: since when a certificate that is revoked had
    -- been held.
    since       BIGINT,
    FOREIGN KEY (issuer, serial) REFERENCES certificates (issuer, serial),
    CHECK ((event = 'held') = (reason = 'certificateHold')),
    CHECK ((event = 'released') = (reason = 'removeFromCRL')),
    CHECK (since IS NULL OR (event = 'revoked' AND since < occurred_at))
);
INSERT INTO certificate_status_events_with_holds (sequence, issuer, serial, event, reason, occurred_at)
    SELECT sequence, issuer, serial, event, reason, occurred_at FROM certificate_status_events ORDER BY sequence;
DROP TABLE certificate_status_events;
ALTER TABLE certificate_status_events_with_holds RENAME TO certificate_status_events;

CREATE UNIQUE INDEX certificate_status_events_revoke_once
    ON certificate_status_events (issuer, serial) WHERE event = 'revoked';
-- What is not final: few rows, beside which those of revocations are looked up as before.
CREATE INDEX certificate_status_events_holds
    ON certificate_status_events (issuer, serial, sequence) WHERE event <> 'revoked';

CREATE TRIGGER certificate_status_events_are_never_changed BEFORE UPDATE ON certificate_status_events
BEGIN SELECT RAISE(ABORT, 'the status log is append-only'); END;
CREATE TRIGGER certificate_status_events_are_never_deleted BEFORE DELETE ON certificate_status_events
BEGIN SELECT RAISE(ABORT, 'the status log is append-only'); END;
CREATE TRIGGER certificate_status_events_grow BEFORE INSERT ON certificate_status_events
WHEN NEW.sequence <= (SELECT coalesce(max(sequence), 0) FROM certificate_status_events)
BEGIN SELECT RAISE(ABORT, 'the status log only grows'); END;
CREATE TRIGGER certificate_status_events_are_drawn BEFORE INSERT ON certificate_status_events
WHEN NEW.sequence <> (SELECT last FROM certificate_status_counter WHERE id = 1)
BEGIN SELECT RAISE(ABORT, 'a status event takes the number its transaction has drawn'); END;
CREATE TRIGGER certificate_status_events_are_never_replaced BEFORE INSERT ON certificate_status_events
WHEN EXISTS (SELECT 1 FROM certificate_status_events WHERE rowid = NEW.rowid OR sequence = NEW.sequence
    OR (issuer = NEW.issuer AND serial = NEW.serial AND event = 'revoked' AND NEW.event = 'revoked'))
BEGIN SELECT RAISE(ABORT, 'UNIQUE constraint failed: certificate_status_events are never replaced'); END;
-- Nothing follows a revocation; a hold follows no hold, and a release nothing but a hold.
CREATE TRIGGER certificate_status_events_go_one_way BEFORE INSERT ON certificate_status_events
WHEN NEW.event IN ('held', 'released') AND (
    EXISTS (SELECT 1 FROM certificate_status_events
            WHERE issuer = NEW.issuer AND serial = NEW.serial AND event = 'revoked')
    OR (NEW.event = 'held') = coalesce((
            SELECT event = 'held' FROM certificate_status_events
            WHERE issuer = NEW.issuer AND serial = NEW.serial AND event <> 'revoked'
            ORDER BY sequence DESC LIMIT 1), FALSE))
BEGIN SELECT RAISE(ABORT, 'no such event: nothing un-revokes, and only what is held is released'); END;

-- Since when it is held; it is `good` all the while.
ALTER TABLE certificates ADD COLUMN held_at BIGINT CHECK (held_at IS NULL OR status = 'good');
CREATE TRIGGER certificates_keep_the_date_of_their_hold BEFORE UPDATE ON certificates
WHEN (OLD.held_at IS NOT NULL AND NEW.held_at IS NOT NULL AND NEW.held_at <> OLD.held_at)
  OR (OLD.held_at IS NOT NULL AND NEW.status = 'revoked' AND NEW.revoked_at > OLD.held_at)
BEGIN SELECT RAISE(ABORT, 'a hold is never moved: what is revoked while it is held is so since its hold'); END;
