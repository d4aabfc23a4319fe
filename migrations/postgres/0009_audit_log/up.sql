-- Owner: store.

-- The roots of the full subtrees of 256, 256², … leaves (C2SP tlog-tiles without its lowest level, which is
-- audit_leaves): what proofs are made from, so that one costs a few hundred hashes and not the whole tree.
-- A subtree is written in the commit of the first checkpoint that covers it.
CREATE TABLE audit_subtrees (
    level     BIGINT NOT NULL CHECK (level BETWEEN 1 AND 7),
    place     BIGINT NOT NULL CHECK (place >= 0),
    root_hash BYTEA  NOT NULL CHECK (length(root_hash) = 32),
    PRIMARY KEY (level, place)
);
CREATE TRIGGER audit_subtrees_are_never_changed BEFORE UPDATE ON audit_subtrees FOR EACH ROW
EXECUTE FUNCTION refuse('audit_subtrees is append-only');
CREATE TRIGGER audit_subtrees_are_never_deleted BEFORE DELETE ON audit_subtrees FOR EACH ROW
EXECUTE FUNCTION refuse('audit_subtrees is append-only');

-- "Which events are about this certificate?": asked for each proof by subject.
CREATE INDEX audit_events_by_subject ON audit_events (subject);

GRANT SELECT, INSERT ON audit_subtrees TO igc_worker;
-- The status role tells the operator how long the oldest leaf has been waiting: moments and hashes, nothing else.
GRANT SELECT ON audit_pending, audit_leaves, audit_checkpoints TO igc_status;
GRANT SELECT (id, occurred_at) ON audit_events TO igc_status;
