-- Owner: registration-authority.

-- An officer delegates his scope, or a part of it, to another from one moment to another: he signs for it, so the decision on it is one of
-- a further kind. SQLite alters no check: the table of decisions is made anew, with its rows.
CREATE TEMP TABLE decisions_before AS SELECT * FROM decisions;
DROP TABLE decisions;
CREATE TABLE decisions (
    subject_kind    TEXT   NOT NULL CHECK (subject_kind IN ('card-order', 'certificate-request', 'renewal-plan',
                                                            'register-feed', 'opposition-plan', 'officer-enrolment',
                                                            'suspension-lift', 'structure-mandate', 'officer-delegation')),
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
  OR EXISTS (SELECT 1 FROM structure_mandates m WHERE NEW.subject_kind = 'structure-mandate'
                AND m.number = NEW.subject_number AND NEW.decided_by IN (m.proposed_by, m.login))
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
  OR (NEW.subject_kind = 'suspension-lift' AND (NOT EXISTS (SELECT 1 FROM card_suspensions c
                WHERE c.number = NEW.subject_number AND c.outcome IS NULL)
        OR NEW.subject_version <> 1 + (SELECT count(*) FROM decisions d WHERE d.subject_kind = 'suspension-lift'
                AND d.subject_number = NEW.subject_number AND d.decision = 'refuse')))
  OR (NEW.subject_kind = 'structure-mandate' AND (NEW.subject_version <> 1 OR NOT EXISTS (SELECT 1
                FROM structure_mandates m WHERE m.number = NEW.subject_number)))
BEGIN SELECT RAISE(ABORT, 'stale: the decision is on a version that is not the current one'); END;
CREATE TRIGGER decisions_end_with_a_refusal BEFORE INSERT ON decisions
WHEN NEW.subject_kind IN ('register-feed', 'opposition-plan', 'officer-enrolment', 'suspension-lift', 'structure-mandate')
 AND EXISTS (SELECT 1 FROM decisions d
        WHERE d.subject_kind = NEW.subject_kind AND d.subject_number = NEW.subject_number
          AND d.subject_version = NEW.subject_version AND d.decision = 'refuse')
BEGIN SELECT RAISE(ABORT, 'refused: one refusal ends what two officers release'); END;

-- What one officer delegates to another: worth nothing until he has signed for it, nor beyond its dates. At most 31 days, and the hour by
-- which the clocks go back.
CREATE TABLE officer_delegations (
    number      TEXT   NOT NULL PRIMARY KEY,
    delegator   TEXT   NOT NULL CHECK (delegator <> ''),
    delegate    TEXT   NOT NULL CHECK (delegate <> ''),
    scope       TEXT   NOT NULL CHECK (length(scope) <= 2000),
    begins_at   BIGINT NOT NULL,
    ends_at     BIGINT NOT NULL,
    proposed_at BIGINT NOT NULL,
    CHECK (delegator <> delegate),
    CHECK (ends_at > begins_at AND ends_at - begins_at <= 2682000000)
);
CREATE INDEX officer_delegations_by_delegate ON officer_delegations (delegate, ends_at);
CREATE INDEX officer_delegations_by_delegator ON officer_delegations (delegator, ends_at);

-- That a delegation ended before its time.
CREATE TABLE officer_delegation_ends (
    delegation TEXT   NOT NULL PRIMARY KEY REFERENCES officer_delegations (number),
    ended_by   TEXT   NOT NULL CHECK (ended_by <> ''),
    ended_at   BIGINT NOT NULL
);

CREATE TRIGGER officer_delegations_are_never_replaced BEFORE INSERT ON officer_delegations
WHEN EXISTS (SELECT 1 FROM officer_delegations WHERE rowid = NEW.rowid OR number = NEW.number)
BEGIN SELECT RAISE(ABORT, 'UNIQUE constraint failed: officer_delegations are never replaced'); END;
CREATE TRIGGER officer_delegations_are_never_changed BEFORE UPDATE ON officer_delegations
BEGIN SELECT RAISE(ABORT, 'delegations are append-only'); END;
CREATE TRIGGER officer_delegations_are_never_deleted BEFORE DELETE ON officer_delegations
BEGIN SELECT RAISE(ABORT, 'delegations are append-only'); END;
CREATE TRIGGER officer_delegation_ends_are_never_replaced BEFORE INSERT ON officer_delegation_ends
WHEN EXISTS (SELECT 1 FROM officer_delegation_ends WHERE rowid = NEW.rowid OR delegation = NEW.delegation)
BEGIN SELECT RAISE(ABORT, 'UNIQUE constraint failed: officer_delegation_ends are never replaced'); END;
CREATE TRIGGER officer_delegation_ends_are_never_changed BEFORE UPDATE ON officer_delegation_ends
BEGIN SELECT RAISE(ABORT, 'a delegation ends once'); END;
CREATE TRIGGER officer_delegation_ends_are_never_deleted BEFORE DELETE ON officer_delegation_ends
BEGIN SELECT RAISE(ABORT, 'a delegation ends once'); END;
CREATE TRIGGER officer_delegation_ends_are_of_what_was_signed BEFORE INSERT ON officer_delegation_ends
WHEN NOT EXISTS (SELECT 1 FROM decisions d WHERE d.subject_kind = 'officer-delegation' AND d.subject_number = NEW.delegation
        AND d.decided_at <= NEW.ended_at)
BEGIN SELECT RAISE(ABORT, 'a delegation that nobody signed is not ended'); END;

CREATE TRIGGER decisions_on_delegations_are_the_delegators BEFORE INSERT ON decisions
WHEN NEW.subject_kind = 'officer-delegation' AND (NEW.subject_version <> 1 OR NEW.decision <> 'approve'
  OR NOT EXISTS (SELECT 1 FROM officer_delegations g WHERE g.number = NEW.subject_number AND g.delegator = NEW.decided_by))
BEGIN SELECT RAISE(ABORT, 'who delegates signs for it, and nobody else'); END;
