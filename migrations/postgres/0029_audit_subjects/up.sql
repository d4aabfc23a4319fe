-- Owner: store.

-- "Which leaves are about this certificate?": asked for each proof by subject. Subjects fall on any page, and three
-- leaves of a certificate that commit one after the other wrote the page three times; so whoever gives leaves their
-- place writes them here, many at once.
CREATE TABLE audit_subjects (
    subject  TEXT   NOT NULL,
    sequence BIGINT NOT NULL REFERENCES audit_leaves (sequence),
    PRIMARY KEY (subject, sequence)
);
INSERT INTO audit_subjects (subject, sequence)
SELECT e.subject, l.sequence FROM audit_leaves l JOIN audit_events e ON e.id = l.event_id;
CREATE TRIGGER audit_subjects_are_never_changed BEFORE UPDATE ON audit_subjects FOR EACH ROW
EXECUTE FUNCTION refuse('audit_subjects is append-only');
CREATE TRIGGER audit_subjects_are_never_deleted BEFORE DELETE ON audit_subjects FOR EACH ROW
EXECUTE FUNCTION refuse('audit_subjects is append-only');
DROP INDEX audit_events_by_subject;

-- What a ceremony that is taken up again has told the trail, also where it waits for its place.
CREATE INDEX audit_events_of_ceremonies ON audit_events (subject) WHERE action = 'ceremony.step';

GRANT SELECT, INSERT ON audit_subjects TO igc_worker;
