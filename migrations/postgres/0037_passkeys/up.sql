-- Owner: registration-authority.

-- Officers sign decisions with passkeys, and two administrators enrol each key.
ALTER TABLE decisions DROP CONSTRAINT decisions_subject_kind_check,
    ADD CONSTRAINT decisions_subject_kind_check CHECK (subject_kind IN ('card-order', 'certificate-request', 'renewal-plan',
                                                                        'register-feed', 'opposition-plan', 'officer-enrolment')),
    DROP CONSTRAINT decisions_proof_kind_check,
    ADD CONSTRAINT decisions_proof_kind_check CHECK (proof_kind IN ('demo', 'passkey'));

-- An officer's key, or the end of one: worth nothing until two administrators have signed for it.
CREATE TABLE officer_enrolments (
    number        TEXT   NOT NULL PRIMARY KEY,
    action        TEXT   NOT NULL CHECK (action IN ('enrol', 'revoke')),
    login         TEXT   NOT NULL CHECK (login <> ''),
    display_name  TEXT   NOT NULL,
    role          TEXT   NOT NULL CHECK (role IN ('certification-agent', 'registration-officer', 'revocation-officer',
                                                  'administrator', 'auditor')),
    credential_id BYTEA  NOT NULL CHECK (length(credential_id) BETWEEN 1 AND 1023),
    public_key    BYTEA  NOT NULL CHECK (length(public_key) BETWEEN 1 AND 200),
    not_before    BIGINT NOT NULL,
    proposed_by   TEXT   NOT NULL CHECK (proposed_by <> ''),
    proposed_at   BIGINT NOT NULL
);
CREATE TRIGGER officer_enrolments_are_never_changed BEFORE UPDATE ON officer_enrolments FOR EACH ROW
EXECUTE FUNCTION refuse('the enrolments of officers are append-only');
CREATE TRIGGER officer_enrolments_are_never_deleted BEFORE DELETE ON officer_enrolments FOR EACH ROW
EXECUTE FUNCTION refuse('the enrolments of officers are append-only');

CREATE OR REPLACE FUNCTION decisions_are_never_ones_own() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM card_orders o WHERE NEW.subject_kind = 'card-order'
                AND o.number = NEW.subject_number AND o.submitted_by = NEW.decided_by)
  OR EXISTS (SELECT 1 FROM certificate_requests r WHERE NEW.subject_kind = 'certificate-request'
                AND r.number = NEW.subject_number AND r.submitted_by = NEW.decided_by)
  OR EXISTS (SELECT 1 FROM renewal_plans p WHERE NEW.subject_kind = 'renewal-plan'
                AND p.id = NEW.subject_number AND p.planned_by = NEW.decided_by)
  OR EXISTS (SELECT 1 FROM register_holds h WHERE NEW.subject_kind = 'register-feed'
                AND h.feed = NEW.subject_number AND h.held_by = NEW.decided_by)
  OR EXISTS (SELECT 1 FROM officer_enrolments e WHERE NEW.subject_kind = 'officer-enrolment'
                AND e.number = NEW.subject_number AND e.login = NEW.decided_by) THEN
        RAISE EXCEPTION 'self-approval: nobody decides on what he submitted' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE OR REPLACE FUNCTION decisions_are_on_the_current_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.subject_kind = 'card-order' AND NOT EXISTS (SELECT 1 FROM card_orders o
                WHERE o.number = NEW.subject_number AND o.version = NEW.subject_version))
  OR (NEW.subject_kind = 'certificate-request' AND NOT EXISTS (SELECT 1 FROM certificate_requests r
                WHERE r.number = NEW.subject_number AND r.version = NEW.subject_version))
  OR (NEW.subject_kind = 'register-feed' AND NEW.subject_version IS DISTINCT FROM (SELECT max(h.version)
                FROM register_holds h WHERE h.feed = NEW.subject_number))
  OR (NEW.subject_kind = 'officer-enrolment' AND (NEW.subject_version <> 1 OR NOT EXISTS (SELECT 1
                FROM officer_enrolments e WHERE e.number = NEW.subject_number))) THEN
        RAISE EXCEPTION 'stale: the decision is on a version that is not the current one' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE OR REPLACE FUNCTION decisions_end_with_a_refusal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.subject_kind IN ('register-feed', 'opposition-plan', 'officer-enrolment') AND EXISTS (SELECT 1 FROM decisions d
            WHERE d.subject_kind = NEW.subject_kind AND d.subject_number = NEW.subject_number
              AND d.subject_version = NEW.subject_version AND d.decision = 'refuse') THEN
        RAISE EXCEPTION 'refused: one refusal ends what two officers release' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

-- What the worker draws for the next decisions, 32 hexadecimal digits each: taken once by an officer's page, and good
-- for one statement (its SHA-256) that the worker sees before the end.
CREATE TABLE decision_nonces (
    nonce      TEXT   NOT NULL PRIMARY KEY,
    issued_at  BIGINT NOT NULL,
    expires_at BIGINT NOT NULL CHECK (expires_at > issued_at),
    claimed_by TEXT,
    statement  TEXT
);
CREATE TRIGGER decision_nonces_are_used_once BEFORE UPDATE ON decision_nonces FOR EACH ROW
WHEN (NEW.nonce <> OLD.nonce OR NEW.issued_at <> OLD.issued_at OR NEW.expires_at <> OLD.expires_at
  OR (OLD.claimed_by IS NOT NULL AND NEW.claimed_by IS DISTINCT FROM OLD.claimed_by)
  OR (OLD.statement IS NOT NULL AND NEW.statement IS DISTINCT FROM OLD.statement))
EXECUTE FUNCTION refuse('a nonce is drawn, taken and used once');

-- Decisions that the worker has not looked at yet.
CREATE TABLE decision_inbox (
    subject_kind    TEXT   NOT NULL,
    subject_number  TEXT   NOT NULL,
    subject_version BIGINT NOT NULL,
    decided_by      TEXT   NOT NULL,
    PRIMARY KEY (subject_kind, subject_number, subject_version, decided_by)
);

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
);
CREATE INDEX decision_receipts_by_credential ON decision_receipts (credential, sign_count);
CREATE TRIGGER decision_receipts_are_never_changed BEFORE UPDATE ON decision_receipts FOR EACH ROW
EXECUTE FUNCTION refuse('what the worker saw is append-only');
CREATE TRIGGER decision_receipts_are_never_deleted BEFORE DELETE ON decision_receipts FOR EACH ROW
EXECUTE FUNCTION refuse('what the worker saw is append-only');

-- The web role asks and hands in; the worker alone draws, and says what it saw. An officer's row follows his enrolment.
GRANT SELECT ON officer_enrolments, decision_nonces, decision_receipts TO igc_web, igc_worker;
GRANT INSERT ON officer_enrolments, decision_inbox TO igc_web;
GRANT UPDATE (claimed_by) ON decision_nonces TO igc_web;
GRANT SELECT, DELETE ON decision_inbox TO igc_worker;
GRANT INSERT, DELETE ON decision_nonces TO igc_worker;
GRANT UPDATE (statement) ON decision_nonces TO igc_worker;
GRANT INSERT ON decision_receipts, officers TO igc_worker;
