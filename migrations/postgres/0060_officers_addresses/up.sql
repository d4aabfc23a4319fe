-- Owner: registration-authority.

-- An officer's address of e-mail is a part of what two administrators sign for, and can be changed by another such signature.
ALTER TABLE officer_enrolments DROP CONSTRAINT officer_enrolments_action_check,
    ADD CONSTRAINT officer_enrolments_action_check
        CHECK (action IN ('enrol', 'revoke', 'readdress', 'enrol-certificate', 'revoke-certificate', 'readdress-certificate')),
    ADD COLUMN email TEXT CHECK (length(email) BETWEEN 1 AND 254);

-- The enrolments of which their officers have been told.
CREATE TABLE enrolments_told (
    enrolment TEXT   NOT NULL PRIMARY KEY,
    told_at   BIGINT NOT NULL
);
CREATE TRIGGER enrolments_told_are_never_changed BEFORE UPDATE ON enrolments_told FOR EACH ROW
EXECUTE FUNCTION refuse('an officer is told once');
CREATE TRIGGER enrolments_told_are_never_deleted BEFORE DELETE ON enrolments_told FOR EACH ROW
EXECUTE FUNCTION refuse('an officer is told once');

-- What an officer reads of each decision that the worker saw in his name: the notice that told him at once, if one did, and
-- the digest that has it; both are identifiers of the outbox.
CREATE TABLE decision_digest_lines (
    subject_kind    TEXT   NOT NULL,
    subject_number  TEXT   NOT NULL,
    subject_version BIGINT NOT NULL,
    decided_by      TEXT   NOT NULL,
    verdict         TEXT   NOT NULL,
    proof           TEXT   NOT NULL,
    seen_at         BIGINT NOT NULL,
    refusal         TEXT,
    told_at_once    TEXT,
    digest          TEXT,
    PRIMARY KEY (subject_kind, subject_number, subject_version, decided_by)
);
CREATE INDEX decision_digest_lines_waiting ON decision_digest_lines (decided_by) WHERE digest IS NULL;
CREATE INDEX decision_digest_lines_by_digest ON decision_digest_lines (digest);
CREATE INDEX decision_digest_lines_alarms ON decision_digest_lines (decided_by, seen_at)
    WHERE refusal IS NOT NULL AND told_at_once IS NOT NULL;
CREATE TRIGGER decision_digest_lines_are_told_once BEFORE UPDATE ON decision_digest_lines FOR EACH ROW
WHEN (OLD.digest IS NOT NULL OR NEW.subject_kind <> OLD.subject_kind OR NEW.subject_number <> OLD.subject_number
  OR NEW.subject_version <> OLD.subject_version OR NEW.decided_by <> OLD.decided_by OR NEW.verdict <> OLD.verdict
  OR NEW.proof <> OLD.proof OR NEW.seen_at <> OLD.seen_at OR NEW.refusal IS DISTINCT FROM OLD.refusal
  OR NEW.told_at_once IS DISTINCT FROM OLD.told_at_once)
EXECUTE FUNCTION refuse('a line stands in one digest, and is never changed');
CREATE TRIGGER decision_digest_lines_are_never_deleted BEFORE DELETE ON decision_digest_lines FOR EACH ROW
EXECUTE FUNCTION refuse('a line stands in one digest, and is never changed');

-- The worker alone: what an officer is told is out of reach of the pages that he decides on.
GRANT SELECT, INSERT ON enrolments_told, decision_digest_lines TO igc_worker;
GRANT UPDATE (digest) ON decision_digest_lines TO igc_worker;
