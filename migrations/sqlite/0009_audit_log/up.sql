-- Owner: store.

-- The roots of the full subtrees of 256, 256², … leaves (C2SP tlog-tiles without its lowest level, which is
-- audit_leaves): what proofs are made from, so that one costs a few hundred hashes and not the whole tree.
-- A subtree is written in the commit of the first checkpoint that covers it.
CREATE TABLE audit_subtrees (
    level     BIGINT NOT NULL CHECK (level BETWEEN 1 AND 7),
    place     BIGINT NOT NULL CHECK (place >= 0),
    root_hash BLOB   NOT NULL CHECK (length(root_hash) = 32),
    PRIMARY KEY (level, place)
);
CREATE TRIGGER audit_subtrees_are_never_changed BEFORE UPDATE ON audit_subtrees
BEGIN SELECT RAISE(ABORT, 'audit_subtrees is append-only'); END;
CREATE TRIGGER audit_subtrees_are_never_deleted BEFORE DELETE ON audit_subtrees
BEGIN SELECT RAISE(ABORT, 'audit_subtrees is append-only'); END;
-- REPLACE deletes without asking the delete triggers (PRAGMA recursive_triggers is off by default).
CREATE TRIGGER audit_subtrees_are_never_replaced BEFORE INSERT ON audit_subtrees
WHEN EXISTS (SELECT 1 FROM audit_subtrees
             WHERE rowid = NEW.rowid OR (level = NEW.level AND place = NEW.place))
BEGIN SELECT RAISE(ABORT, 'UNIQUE constraint failed: audit_subtrees are never replaced'); END;

-- "Which events are about this certificate?": asked for each proof by subject.
CREATE INDEX audit_events_by_subject ON audit_events (subject);
