-- Owner: registration-authority.

-- A card that is suspended: its certificates are held until two officers lift that, or the card is opposed, which is
-- final. Where the configuration allows it, and never by itself (docs/decisions/0033-holds.md).
CREATE TABLE card_suspensions (
    number       TEXT   NOT NULL PRIMARY KEY CHECK (length(number) = 19),
    card_number  TEXT   NOT NULL REFERENCES cards (number),
    suspended_by TEXT   NOT NULL CHECK (suspended_by <> ''),
    suspended_at BIGINT NOT NULL,
    outcome      TEXT   CHECK (outcome IN ('lifted', 'opposed')),
    ended_at     BIGINT,
    ended_by     TEXT,
    CHECK ((outcome IS NULL) = (ended_at IS NULL)),
    CHECK ((outcome IS NULL) = (ended_by IS NULL))
);
CREATE UNIQUE INDEX card_suspensions_one_open ON card_suspensions (card_number) WHERE outcome IS NULL;

CREATE TRIGGER card_suspensions_begin_open BEFORE INSERT ON card_suspensions
WHEN NEW.outcome IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'a suspension begins as open'); END;
CREATE TRIGGER card_suspensions_end_once BEFORE UPDATE ON card_suspensions
WHEN OLD.outcome IS NOT NULL OR NEW.number <> OLD.number OR NEW.card_number <> OLD.card_number
  OR NEW.suspended_by <> OLD.suspended_by OR NEW.suspended_at <> OLD.suspended_at OR NEW.rowid <> OLD.rowid
BEGIN SELECT RAISE(ABORT, 'a suspension ends once, and nothing else of it is ever changed'); END;
CREATE TRIGGER card_suspensions_are_never_deleted BEFORE DELETE ON card_suspensions
BEGIN SELECT RAISE(ABORT, 'a suspension is never deleted'); END;
CREATE TRIGGER card_suspensions_are_never_replaced BEFORE INSERT ON card_suspensions
WHEN EXISTS (SELECT 1 FROM card_suspensions WHERE rowid = NEW.rowid OR number = NEW.number
    OR (card_number = NEW.card_number AND outcome IS NULL AND NEW.outcome IS NULL))
BEGIN SELECT RAISE(ABORT, 'UNIQUE constraint failed: card_suspensions are never replaced'); END;

-- SQLite alters no check: the table of decisions is made anew, with its rows and its guards.
CREATE TEMP TABLE decisions_before AS SELECT * FROM decisions;
DROP TABLE decisions;
CREATE TABLE decisions (
    subject_kind    TEXT   NOT NULL CHECK (subject_kind IN ('card-order', 'certificate-request', 'renewal-plan',
                                                            'register-feed', 'opposition-plan', 'officer-enrolment',
                                                            'suspension-lift')),
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
BEGIN SELECT RAISE(ABORT, 'stale: the decision is on a version that is not the current one'); END;
CREATE TRIGGER decisions_end_with_a_refusal BEFORE INSERT ON decisions
WHEN NEW.subject_kind IN ('register-feed', 'opposition-plan', 'officer-enrolment', 'suspension-lift') AND EXISTS (SELECT 1 FROM decisions d
        WHERE d.subject_kind = NEW.subject_kind AND d.subject_number = NEW.subject_number
          AND d.subject_version = NEW.subject_version AND d.decision = 'refuse')
BEGIN SELECT RAISE(ABORT, 'refused: one refusal ends what two officers release'); END;

-- Of the version that was decided on last: two approve it, and nobody refuses it.
CREATE TRIGGER card_suspensions_are_lifted_by_two BEFORE UPDATE OF outcome ON card_suspensions
WHEN NEW.outcome = 'lifted' AND (SELECT count(*) FROM decisions d WHERE d.subject_kind = 'suspension-lift'
        AND d.subject_number = OLD.number AND d.decision = 'approve'
        AND d.subject_version = 1 + (SELECT count(*) FROM decisions r WHERE r.subject_kind = 'suspension-lift'
                AND r.subject_number = OLD.number AND r.decision = 'refuse')) < 2
BEGIN SELECT RAISE(ABORT, 'two officers lift a suspension'); END;
