-- Owner: store. One state change, one transaction, one event (architecture invariant 11).

-- What every "may never" trigger calls: refuses with the sentence it was given.
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '%', TG_ARGV[0] USING ERRCODE = 'integrity_constraint_violation';
END $$;

-- What happened. Append-only; `leaf_hash` is the RFC 6962 leaf over the other columns.
CREATE TABLE audit_events (
    id                 TEXT   NOT NULL PRIMARY KEY CHECK (length(id) = 32),
    occurred_at        BIGINT NOT NULL,
    actor              TEXT   NOT NULL,
    request            TEXT   NOT NULL,
    action             TEXT   NOT NULL,
    subject            TEXT   NOT NULL,
    payload_commitment BYTEA  NOT NULL CHECK (length(payload_commitment) = 32),
    leaf_hash          BYTEA  NOT NULL CHECK (length(leaf_hash) = 32)
);

-- Who and what in words: apart, so that it can be erased without breaking the tree.
CREATE TABLE audit_payloads (
    event_id TEXT NOT NULL PRIMARY KEY REFERENCES audit_events (id),
    salt     BYTEA NOT NULL CHECK (length(salt) = 16),
    payload  TEXT NOT NULL
);

-- Events the sequencer has not ordered yet: a set, so that a late commit cannot be missed.
CREATE TABLE audit_pending (
    event_id TEXT NOT NULL PRIMARY KEY REFERENCES audit_events (id)
);

-- The order the sequencer gave them.
CREATE TABLE audit_leaves (
    sequence  BIGINT NOT NULL PRIMARY KEY CHECK (sequence >= 0),
    event_id  TEXT   NOT NULL UNIQUE REFERENCES audit_events (id),
    leaf_hash BYTEA  NOT NULL CHECK (length(leaf_hash) = 32)
);

-- Signed tree heads. `frontier` is the right edge of the tree, so that the next one costs O(log n).
CREATE TABLE audit_checkpoints (
    tree_size BIGINT NOT NULL PRIMARY KEY CHECK (tree_size > 0),
    root_hash BYTEA  NOT NULL CHECK (length(root_hash) = 32),
    frontier  BYTEA  NOT NULL,
    signed_at BIGINT NOT NULL,
    key_id    TEXT   NOT NULL,
    signature BYTEA  NOT NULL
);

CREATE TRIGGER audit_events_are_never_changed BEFORE UPDATE ON audit_events FOR EACH ROW
EXECUTE FUNCTION refuse('audit_events is append-only');
CREATE TRIGGER audit_events_are_never_deleted BEFORE DELETE ON audit_events FOR EACH ROW
EXECUTE FUNCTION refuse('audit_events is append-only');
CREATE TRIGGER audit_leaves_are_never_changed BEFORE UPDATE ON audit_leaves FOR EACH ROW
EXECUTE FUNCTION refuse('audit_leaves is append-only');
CREATE TRIGGER audit_leaves_are_never_deleted BEFORE DELETE ON audit_leaves FOR EACH ROW
EXECUTE FUNCTION refuse('audit_leaves is append-only');
CREATE TRIGGER audit_checkpoints_are_never_changed BEFORE UPDATE ON audit_checkpoints FOR EACH ROW
EXECUTE FUNCTION refuse('audit_checkpoints is append-only');
CREATE TRIGGER audit_checkpoints_are_never_deleted BEFORE DELETE ON audit_checkpoints FOR EACH ROW
EXECUTE FUNCTION refuse('audit_checkpoints is append-only');
CREATE TRIGGER audit_payloads_are_never_changed BEFORE UPDATE ON audit_payloads FOR EACH ROW
EXECUTE FUNCTION refuse('audit_payloads may be erased, never changed');
