-- Owner: registration-authority.

-- What two officers release is decided on like everything else. SQLite alters no check: the table is made anew, with
-- its rows.
CREATE TEMP TABLE decisions_before AS SELECT * FROM decisions;
DROP TABLE decisions;
CREATE TABLE decisions (
    subject_kind    TEXT   NOT NULL CHECK (subject_kind IN ('card-order', 'certificate-request', 'renewal-plan',
                                                            'register-feed', 'opposition-plan')),
    subject_number  TEXT   NOT NULL,
    subject_version BIGINT NOT NULL,
    decided_by      TEXT   NOT NULL CHECK (decided_by <> ''),
    decision        TEXT   NOT NULL CHECK (decision IN ('approve', 'refuse')),
    reason_code     TEXT,
    reason_text     TEXT,
    decided_at      BIGINT NOT NULL,
    proof_kind      TEXT   NOT NULL CHECK (proof_kind IN ('demo')),
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
CREATE TRIGGER decisions_are_never_ones_own BEFORE INSERT ON decisions
WHEN EXISTS (SELECT 1 FROM card_orders o WHERE NEW.subject_kind = 'card-order'
                AND o.number = NEW.subject_number AND o.submitted_by = NEW.decided_by)
  OR EXISTS (SELECT 1 FROM certificate_requests r WHERE NEW.subject_kind = 'certificate-request'
                AND r.number = NEW.subject_number AND r.submitted_by = NEW.decided_by)
  OR EXISTS (SELECT 1 FROM renewal_plans p WHERE NEW.subject_kind = 'renewal-plan'
                AND p.id = NEW.subject_number AND p.planned_by = NEW.decided_by)
  OR EXISTS (SELECT 1 FROM register_holds h WHERE NEW.subject_kind = 'register-feed'
                AND h.feed = NEW.subject_number AND h.held_by = NEW.decided_by)
BEGIN SELECT RAISE(ABORT, 'self-approval: nobody decides on what he submitted'); END;
CREATE TRIGGER decisions_are_on_the_current_version BEFORE INSERT ON decisions
WHEN (NEW.subject_kind = 'card-order' AND NOT EXISTS (SELECT 1 FROM card_orders o
                WHERE o.number = NEW.subject_number AND o.version = NEW.subject_version))
  OR (NEW.subject_kind = 'certificate-request' AND NOT EXISTS (SELECT 1 FROM certificate_requests r
                WHERE r.number = NEW.subject_number AND r.version = NEW.subject_version))
  OR (NEW.subject_kind = 'register-feed' AND NEW.subject_version IS NOT (SELECT max(h.version) FROM register_holds h
                WHERE h.feed = NEW.subject_number))
BEGIN SELECT RAISE(ABORT, 'stale: the decision is on a version that is not the current one'); END;
CREATE TRIGGER decisions_end_with_a_refusal BEFORE INSERT ON decisions
WHEN NEW.subject_kind IN ('register-feed', 'opposition-plan') AND EXISTS (SELECT 1 FROM decisions d
        WHERE d.subject_kind = NEW.subject_kind AND d.subject_number = NEW.subject_number
          AND d.subject_version = NEW.subject_version AND d.decision = 'refuse')
BEGIN SELECT RAISE(ABORT, 'refused: one refusal ends what two officers release'); END;
CREATE TRIGGER decisions_are_never_changed BEFORE UPDATE ON decisions
BEGIN SELECT RAISE(ABORT, 'decisions are append-only'); END;
CREATE TRIGGER decisions_are_never_deleted BEFORE DELETE ON decisions
BEGIN SELECT RAISE(ABORT, 'decisions are append-only'); END;
