-- Owner: registration-authority.

-- A certificate is enrolled as a passkey is: its SHA-256 stands where a passkey's identifier does, and its key, which may be
-- one of RSA-4096, where the passkey's does. SQLite alters no check: the table is made anew, with its rows.
CREATE TEMP TABLE enrolments_before AS SELECT * FROM officer_enrolments;
DROP TABLE officer_enrolments;
CREATE TABLE officer_enrolments (
    number        TEXT   NOT NULL PRIMARY KEY,
    action        TEXT   NOT NULL CHECK (action IN ('enrol', 'revoke', 'enrol-certificate', 'revoke-certificate')),
    login         TEXT   NOT NULL CHECK (login <> ''),
    display_name  TEXT   NOT NULL,
    role          TEXT   NOT NULL CHECK (role IN ('certification-agent', 'registration-officer', 'revocation-officer',
                                                  'administrator', 'auditor')),
    credential_id BLOB   NOT NULL CHECK (length(credential_id) BETWEEN 1 AND 1023),
    public_key    BLOB   NOT NULL CHECK (length(public_key) BETWEEN 1 AND 600),
    not_before    BIGINT NOT NULL,
    proposed_by   TEXT   NOT NULL CHECK (proposed_by <> ''),
    proposed_at   BIGINT NOT NULL
);
INSERT INTO officer_enrolments (number, action, login, display_name, role, credential_id, public_key, not_before,
                                proposed_by, proposed_at)
SELECT number, action, login, display_name, role, credential_id, public_key, not_before, proposed_by, proposed_at
FROM enrolments_before ORDER BY number;
DROP TABLE enrolments_before;
CREATE TRIGGER officer_enrolments_are_never_replaced BEFORE INSERT ON officer_enrolments
WHEN EXISTS (SELECT 1 FROM officer_enrolments WHERE rowid = NEW.rowid OR number = NEW.number)
BEGIN SELECT RAISE(ABORT, 'UNIQUE constraint failed: officer_enrolments are never replaced'); END;
CREATE TRIGGER officer_enrolments_are_never_changed BEFORE UPDATE ON officer_enrolments
BEGIN SELECT RAISE(ABORT, 'the enrolments of officers are append-only'); END;
CREATE TRIGGER officer_enrolments_are_never_deleted BEFORE DELETE ON officer_enrolments
BEGIN SELECT RAISE(ABORT, 'the enrolments of officers are append-only'); END;
