-- Owner: registration-authority.

-- Officers sign decisions with passkeys, and two administrators enrol each key. SQLite alters no check: the table of
-- decisions is made anew, with its rows.
CREATE TEMP TABLE decisions_before AS SELECT * FROM decisions;
DROP TABLE decisions;
CREATE TABLE decisions (
    subject_kind    TEXT   NOT NULL CHECK (subject_kind IN ('card-order', 'certificate-request', 'renewal-plan',
                                                            'register-feed', 'opposition-plan', 'officer-enrolment')),
    subject_number  TEXT   NOT NULL,
    subject_version BIGINT NOT NULL,
    decided_by      TEXT   NOT NULL CHECK (decided_by <> ''),
    decision        TEXT   NOT NULL CHECK (decision IN ('approve', 'refuse')),
    reason_code     TEXT,
    reason_text     TEXT,
    decided_at      BIGINT NOT NULL,
    proof_kind      TEXT   NOT NULL CHECK (proof_kind IN ('demo', 'passkey')),
    proof           BLOB   NOT NULL,
    PRIMARY KEY (subject_kind, subject_number, subject_version, decided_by),
    CHECK (decision = 'approve' OR reason_code IS NOT NULL)
);
INSERT INTO decisions (subject_kind, subject_number, subject_version, decided_by, decision, reason_code, reason_text,
                       decided_at, proof_kind, proof)
SELECT subject_kind, subject_number, subject_version, decided_by, decision, reason_code, reason_text,
       decided_at, proof_kind, proof FROM decisions_before;
DROP TABLE decisions_before;
CREATE TRIGGER decisions_are_never_replaced BEFORE INSERT ON decisions
WHEN EXISTS (SELECT 1 FROM decisions WHERE rowid = NEW.rowid
    OR (subject_kind = NEW.subject_kind AND subject_number = NEW.subject_number
     AND subject_version = NEW.subject_version AND decided_by = NEW.decided_by))
BEGIN SELECT RAISE(ABORT, 'UNIQUE constraint failed: decisions are never replaced'); END;
CREATE TRIGGER decisions_are_never_changed BEFORE UPDATE ON decisions
BEGIN SELECT RAISE(ABORT, 'decisions are append-only'); END;
CREATE TRIGGER decisions_are_never_deleted BEFORE DELETE ON decisions
BEGIN SELECT RAISE(ABORT, 'decisions are append-only'); END;
CREATE TRIGGER decisions_are_on_a_plan_of_oppositions BEFORE INSERT ON decisions
WHEN NEW.subject_kind = 'opposition-plan' AND (NEW.subject_version <> 1
  OR NOT EXISTS (SELECT 1 FROM opposition_plans p WHERE p.id = NEW.subject_number AND p.planned_by <> NEW.decided_by))
BEGIN SELECT RAISE(ABORT, 'self-approval: nobody decides on what he planned, or on no plan'); END;

-- An officer's key, or the end of one: worth nothing until two administrators have signed for it.
CREATE TABLE officer_enrolments (
    number        TEXT   NOT NULL PRIMARY KEY,
    action        TEXT   NOT NULL CHECK (action IN ('enrol', 'revoke')),
    login         TEXT   NOT NULL CHECK (login <> ''),
    display_name  TEXT   NOT NULL,
    role          TEXT   NOT NULL CHECK (role IN ('certification-agent', 'registration-officer', 'revocation-officer',
                                                  'administrator', 'auditor')),
    credential_id BLOB   NOT NULL CHECK (length(credential_id) BETWEEN 1 AND 1023),
    public_key    BLOB   NOT NULL CHECK (length(public_key) BETWEEN 1 AND 200),
    not_before    BIGINT NOT NULL,
    proposed_by   TEXT   NOT NULL CHECK (proposed_by <> ''),
    proposed_at   BIGINT NOT NULL
);
CREATE TRIGGER officer_enrolments_are_never_replaced BEFORE INSERT ON officer_enrolments
WHEN EXISTS (SELECT 1 FROM officer_enrolments WHERE rowid = NEW.rowid OR number = NEW.number)
BEGIN SELECT RAISE(ABORT, 'UNIQUE constraint failed: officer_enrolments are never replaced'); END;
CREATE TRIGGER officer_enrolments_are_never_changed BEFORE UPDATE ON officer_enrolments
BEGIN SELECT RAISE(ABORT, 'the enrolments of officers are append-only'); END;
CREATE TRIGGER officer_enrolments_are_never_deleted BEFORE DELETE ON officer_enrolments
BEGIN SELECT RAISE(ABORT, 'the enrolments of officers are append-only'); END;

CREATE TRIGGER decisions_are_never_ones_own BEFORE INSERT ON decisions
WHEN EXISTS (SELECT 1 FROM card_orders o WHERE NEW.subject_kind = 'card-order'
                AND o.number = NEW.subject_number AND o.submitted_by = NEW.decided_by)
  OR EXISTS (SELECT 1 FROM certificate_requests r WHERE NEW.subject_kind = 'certificate-request'
                AND r.number = NEW.subject_number AND r.submitted_by = NEW.decided_by)
  OR EXISTS (SELECT 1 FROM renewal_plans p WHERE NEW.subject_kind = 'renewal-plan'
                AND p.id = NEW.subject_number AND p.planned_by = NEW.decided_by)
  OR EXISTS (SELECT 1 FROM register_holds h WHERE NEW.subject_kind = 'register-feed'
                AND h.feed = NEW.subject_number AND h.held_by = NEW.decided_by)
  OR EXISTS (SELECT 1 FROM officer_enrolments e WHERE NEW.subject_kind = 'officer-enrolment'
                AND e.number = NEW.subject_number AND e.login = NEW.decided_by)
BEGIN SELECT RAISE(ABORT, 'self-approval: nobody decides on what he submitted'); END;
CREATE TRIGGER decisions_are_on_the_current_version BEFORE INSERT ON decisions
WHEN (NEW.subject_kind = 'card-order' AND NOT EXISTS (SELECT 1 FROM card_orders o
                WHERE o.number = NEW.subject_number AND o.version = NEW.subject_version))
  OR (NEW.subject_kind = 'certificate-request' AND NOT EXISTS (SELECT 1 FROM certificate_requests r
                WHERE r.number = NEW.subject_number AND r.version = NEW.subject_version))
  OR (NEW.subject_kind = 'register-feed' AND NEW.subject_version IS NOT (SELECT max(h.version) FROM register_holds h
                WHERE h.feed = NEW.subject_number))
  OR (NEW.subject_kind = 'officer-enrolment' AND (NEW.subject_version <> 1 OR NOT EXISTS (SELECT 1
                FROM officer_enrolments e WHERE e.number = NEW.subject_number)))
BEGIN SELECT RAISE(ABORT, 'stale: the decision is on a version that is not the current one'); END;
CREATE TRIGGER decisions_end_with_a_refusal BEFORE INSERT ON decisions
WHEN NEW.subject_kind IN ('register-feed', 'opposition-plan', 'officer-enrolment') AND EXISTS (SELECT 1 FROM decisions d
        WHERE d.subject_kind = NEW.subject_kind AND d.subject_number = NEW.subject_number
          AND d.subject_version = NEW.subject_version AND d.decision = 'refuse')
BEGIN SELECT RAISE(ABORT, 'refused: one refusal ends what two officers release'); END;

-- What the worker draws for the next decisions, 32 hexadecimal digits each: taken once by an officer's page, and good
-- for one statement (its SHA-256) that the worker sees before the end.
CREATE TABLE decision_nonces (
    nonce      TEXT   NOT NULL PRIMARY KEY,
    issued_at  BIGINT NOT NULL,
    expires_at BIGINT NOT NULL CHECK (expires_at > issued_at),
    claimed_by TEXT,
    statement  TEXT
) WITHOUT ROWID;
CREATE TRIGGER decision_nonces_are_never_replaced BEFORE INSERT ON decision_nonces
WHEN EXISTS (SELECT 1 FROM decision_nonces WHERE nonce = NEW.nonce)
BEGIN SELECT RAISE(ABORT, 'UNIQUE constraint failed: decision_nonces are never replaced'); END;
CREATE TRIGGER decision_nonces_are_used_once BEFORE UPDATE ON decision_nonces
WHEN NEW.nonce <> OLD.nonce OR NEW.issued_at <> OLD.issued_at OR NEW.expires_at <> OLD.expires_at
  OR (OLD.claimed_by IS NOT NULL AND NEW.claimed_by IS NOT OLD.claimed_by)
  OR (OLD.statement IS NOT NULL AND NEW.statement IS NOT OLD.statement)
BEGIN SELECT RAISE(ABORT, 'a nonce is drawn, taken and used once'); END;

-- Decisions that the worker has not looked at yet.
CREATE TABLE decision_inbox (
    subject_kind    TEXT   NOT NULL,
    subject_number  TEXT   NOT NULL,
    subject_version BIGINT NOT NULL,
    decided_by      TEXT   NOT NULL,
    PRIMARY KEY (subject_kind, subject_number, subject_version, decided_by)
) WITHOUT ROWID;

-- What the worker made of each: the SHA-256 of the proof as it saw it, and when.
CREATE TABLE decision_receipts (
    subject_kind    TEXT   NOT NULL,
    subject_number  TEXT   NOT NULL,
    subject_version BIGINT NOT NULL,
    decided_by      TEXT   NOT NULL,
    proof           TEXT   NOT NULL,
    credential      TEXT,
    sign_count      BIGINT,
    seen_at         BIGINT NOT NULL,
    refusal         TEXT,
    PRIMARY KEY (subject_kind, subject_number, subject_version, decided_by)
) WITHOUT ROWID;
CREATE INDEX decision_receipts_by_credential ON decision_receipts (credential, sign_count);
CREATE TRIGGER decision_receipts_are_never_replaced BEFORE INSERT ON decision_receipts
WHEN EXISTS (SELECT 1 FROM decision_receipts WHERE subject_kind = NEW.subject_kind AND subject_number = NEW.subject_number
     AND subject_version = NEW.subject_version AND decided_by = NEW.decided_by)
BEGIN SELECT RAISE(ABORT, 'UNIQUE constraint failed: decision_receipts are never replaced'); END;
CREATE TRIGGER decision_receipts_are_never_changed BEFORE UPDATE ON decision_receipts
BEGIN SELECT RAISE(ABORT, 'what the worker saw is append-only'); END;
CREATE TRIGGER decision_receipts_are_never_deleted BEFORE DELETE ON decision_receipts
BEGIN SELECT RAISE(ABORT, 'what the worker saw is append-only'); END;
