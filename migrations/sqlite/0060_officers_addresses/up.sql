-- Owner: registration-authority.

-- An officer's address of e-mail is a part of what two administrators sign for, and can be changed by another such signature.
-- SQLite alters no check: the table is made anew, with its rows.
CREATE TEMP TABLE enrolments_before AS SELECT * FROM officer_enrolments;
DROP TABLE officer_enrolments;
CREATE TABLE officer_enrolments (
    number        TEXT   NOT NULL PRIMARY KEY,
    action        TEXT   NOT NULL CHECK (action IN ('enrol', 'revoke', 'readdress', 'enrol-certificate', 'revoke-certificate',
                                                    'readdress-certificate')),
    login         TEXT   NOT NULL CHECK (login <> ''),
    display_name  TEXT   NOT NULL,
    role          TEXT   NOT NULL CHECK (role IN ('certification-agent', 'registration-officer', 'revocation-officer',
                                                  'administrator', 'auditor')),
    credential_id BLOB   NOT NULL CHECK (length(credential_id) BETWEEN 1 AND 1023),
    public_key    BLOB   NOT NULL CHECK (length(public_key) BETWEEN 1 AND 600),
    not_before    BIGINT NOT NULL,
    proposed_by   TEXT   NOT NULL CHECK (proposed_by <> ''),
    proposed_at   BIGINT NOT NULL,
    scope         TEXT   NOT NULL DEFAULT '' CHECK (length(scope) <= 2000),
    email         TEXT   CHECK (length(email) BETWEEN 1 AND 254)
);
INSERT INTO officer_enrolments (number, action, login, display_name, role, credential_id, public_key, not_before,
                                proposed_by, proposed_at, scope)
SELECT number, action, login, display_name, role, credential_id, public_key, not_before, proposed_by, proposed_at, scope
FROM enrolments_before ORDER BY number;
DROP TABLE enrolments_before;
CREATE TRIGGER officer_enrolments_are_never_replaced BEFORE INSERT ON officer_enrolments
WHEN EXISTS (SELECT 1 FROM officer_enrolments WHERE rowid = NEW.rowid OR number = NEW.number)
BEGIN SELECT RAISE(ABORT, 'UNIQUE constraint failed: officer_enrolments are never replaced'); END;
CREATE TRIGGER officer_enrolments_are_never_changed BEFORE UPDATE ON officer_enrolments
BEGIN SELECT RAISE(ABORT, 'the enrolments of officers are append-only'); END;
CREATE TRIGGER officer_enrolments_are_never_deleted BEFORE DELETE ON officer_enrolments
BEGIN SELECT RAISE(ABORT, 'the enrolments of officers are append-only'); END;

-- The enrolments of which their officers have been told.
CREATE TABLE enrolments_told (
    enrolment TEXT   NOT NULL PRIMARY KEY,
    told_at   BIGINT NOT NULL
) WITHOUT ROWID;
CREATE TRIGGER enrolments_told_are_never_replaced BEFORE INSERT ON enrolments_told
WHEN EXISTS (SELECT 1 FROM enrolments_told WHERE enrolment = NEW.enrolment)
BEGIN SELECT RAISE(ABORT, 'UNIQUE constraint failed: enrolments_told are never replaced'); END;
CREATE TRIGGER enrolments_told_are_never_changed BEFORE UPDATE ON enrolments_told
BEGIN SELECT RAISE(ABORT, 'an officer is told once'); END;
CREATE TRIGGER enrolments_told_are_never_deleted BEFORE DELETE ON enrolments_told
BEGIN SELECT RAISE(ABORT, 'an officer is told once'); END;

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
) WITHOUT ROWID;
CREATE INDEX decision_digest_lines_waiting ON decision_digest_lines (decided_by) WHERE digest IS NULL;
CREATE INDEX decision_digest_lines_by_digest ON decision_digest_lines (digest);
CREATE INDEX decision_digest_lines_alarms ON decision_digest_lines (decided_by, seen_at)
    WHERE refusal IS NOT NULL AND told_at_once IS NOT NULL;
CREATE TRIGGER decision_digest_lines_are_never_replaced BEFORE INSERT ON decision_digest_lines
WHEN EXISTS (SELECT 1 FROM decision_digest_lines WHERE subject_kind = NEW.subject_kind AND subject_number = NEW.subject_number
     AND subject_version = NEW.subject_version AND decided_by = NEW.decided_by)
BEGIN SELECT RAISE(ABORT, 'UNIQUE constraint failed: decision_digest_lines are never replaced'); END;
CREATE TRIGGER decision_digest_lines_are_told_once BEFORE UPDATE ON decision_digest_lines
WHEN OLD.digest IS NOT NULL OR NEW.subject_kind <> OLD.subject_kind OR NEW.subject_number <> OLD.subject_number
  OR NEW.subject_version <> OLD.subject_version OR NEW.decided_by <> OLD.decided_by OR NEW.verdict <> OLD.verdict
  OR NEW.proof <> OLD.proof OR NEW.seen_at <> OLD.seen_at OR NEW.refusal IS NOT OLD.refusal
  OR NEW.told_at_once IS NOT OLD.told_at_once
BEGIN SELECT RAISE(ABORT, 'a line stands in one digest, and is never changed'); END;
CREATE TRIGGER decision_digest_lines_are_never_deleted BEFORE DELETE ON decision_digest_lines
BEGIN SELECT RAISE(ABORT, 'a line stands in one digest, and is never changed'); END;
