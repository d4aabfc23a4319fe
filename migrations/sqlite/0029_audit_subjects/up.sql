-- Owner: store.

-- "Which leaves are about this certificate?": asked for each proof by subject. Subjects fall on any page, and three
-- leaves of a certificate that commit one after the other wrote the page three times; so whoever gives leaves their
-- place writes them here, many at once.
CREATE TABLE audit_subjects (
    subject  TEXT   NOT NULL,
    sequence BIGINT NOT NULL REFERENCES audit_leaves (sequence),
    PRIMARY KEY (subject, sequence)
) WITHOUT ROWID;
INSERT INTO audit_subjects (subject, sequence)
SELECT e.subject, l.sequence FROM audit_leaves l JOIN audit_events e ON e.id = l.event_id ORDER BY 1, 2;
CREATE TRIGGER audit_subjects_are_never_changed BEFORE UPDATE ON audit_subjects
BEGIN SELECT RAISE(ABORT, 'audit_subjects is append-only'); END;
CREATE TRIGGER audit_subjects_are_never_deleted BEFORE DELETE ON audit_subjects
BEGIN SELECT RAISE(ABORT, 'audit_subjects is append-only'); END;
DROP INDEX audit_events_by_subject;

-- What a ceremony that is taken up again has told the trail, also where it waits for its place.
CREATE INDEX audit_events_of_ceremonies ON audit_events (subject) WHERE action = 'ceremony.step';

-- One tree instead of a table and the index of its key. (Not so audit_payloads: where rows are moved from page to
-- page, as in a tree of keys, copies stay behind, and a payload that is erased must be gone.)
CREATE TABLE audit_waiting (
    event_id TEXT NOT NULL PRIMARY KEY REFERENCES audit_events (id)
) WITHOUT ROWID;
INSERT INTO audit_waiting (event_id) SELECT event_id FROM audit_pending;
DROP TABLE audit_pending;
ALTER TABLE audit_waiting RENAME TO audit_pending;
