-- Owner: registration-authority.

-- An agent speaks for a structure by a mandate, which a registration officer proposes with its document and another approves: the
-- decision on it is one of a further kind. SQLite alters no check: the table of decisions is made anew, with its rows.
CREATE TEMP TABLE decisions_before AS SELECT * FROM decisions;
DROP TABLE decisions;
CREATE TABLE decisions (
    subject_kind    TEXT   NOT NULL CHECK (subject_kind IN ('card-order', 'certificate-request', 'renewal-plan',
                                                            'register-feed', 'opposition-plan', 'officer-enrolment',
                                                            'structure-mandate')),
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


-- Who speaks for a structure, on the ground of which document: worth nothing until another officer has approved it.
CREATE TABLE structure_mandates (
    number      TEXT   NOT NULL PRIMARY KEY,
    structure   TEXT   NOT NULL CHECK (structure <> ''),
    login       TEXT   NOT NULL CHECK (login <> ''),
    quality     TEXT   NOT NULL CHECK (quality IN ('director', 'professional', 'delegate')),
    identifier  TEXT,
    reference   TEXT   NOT NULL CHECK (reference <> ''),
    document    TEXT   NOT NULL CHECK (length(document) = 64),
    until       BIGINT,
    proposed_by TEXT   NOT NULL CHECK (proposed_by <> ''),
    proposed_at BIGINT NOT NULL,
    CHECK ((quality = 'professional') = (identifier IS NOT NULL)),
    CHECK (proposed_by <> login)
);
CREATE INDEX structure_mandates_by_structure ON structure_mandates (structure);
CREATE INDEX structure_mandates_by_login ON structure_mandates (login);

-- That a mandate ended before its time.
CREATE TABLE structure_mandate_ends (
    mandate  TEXT   NOT NULL PRIMARY KEY REFERENCES structure_mandates (number),
    ended_by TEXT   NOT NULL CHECK (ended_by <> ''),
    ended_at BIGINT NOT NULL
);

-- The staff that the agent of a structure has declared. A service has no names, and a local number of nine digits.
CREATE TABLE structure_staff (
    structure   TEXT   NOT NULL CHECK (structure <> ''),
    local_id    TEXT   NOT NULL CHECK (length(local_id) BETWEEN 1 AND 20),
    post        TEXT   NOT NULL CHECK (post IN ('employee', 'head', 'service')),
    family_name TEXT   NOT NULL,
    given_name  TEXT   NOT NULL,
    declared_by TEXT   NOT NULL CHECK (declared_by <> ''),
    declared_at BIGINT NOT NULL,
    left_at     BIGINT,
    PRIMARY KEY (structure, local_id),
    CHECK ((post = 'service') = (family_name = '')),
    CHECK ((post = 'service') = (given_name = ''))
);

-- The card of an employee is tied to his structure, and not to a profession.
ALTER TABLE card_orders ADD COLUMN structure TEXT;
ALTER TABLE card_orders ADD COLUMN title TEXT;
ALTER TABLE card_orders ADD COLUMN mandate TEXT REFERENCES structure_mandates (number);
CREATE INDEX card_orders_by_structure ON card_orders (structure, submitted_at) WHERE structure IS NOT NULL;
CREATE TRIGGER card_orders_are_tied_to_one_thing BEFORE INSERT ON card_orders
WHEN (NEW.structure IS NULL) <> (NEW.title IS NULL) OR (NEW.structure IS NULL) <> (NEW.mandate IS NULL)
  OR (NEW.structure IS NULL) <> (NEW.profession <> '') OR (NEW.structure IS NULL) <> (NEW.category <> '')
BEGIN SELECT RAISE(ABORT, 'an order is for an exercise, or for the staff of a structure'); END;
CREATE TRIGGER card_orders_keep_their_structure BEFORE UPDATE ON card_orders
WHEN NEW.structure IS NOT OLD.structure OR NEW.title IS NOT OLD.title OR NEW.mandate IS NOT OLD.mandate
BEGIN SELECT RAISE(ABORT, 'what was decided on is never changed'); END;

CREATE TRIGGER structure_mandates_are_never_replaced BEFORE INSERT ON structure_mandates
WHEN EXISTS (SELECT 1 FROM structure_mandates WHERE rowid = NEW.rowid OR number = NEW.number)
BEGIN SELECT RAISE(ABORT, 'UNIQUE constraint failed: structure_mandates are never replaced'); END;
CREATE TRIGGER structure_mandates_are_never_changed BEFORE UPDATE ON structure_mandates
BEGIN SELECT RAISE(ABORT, 'mandates are append-only'); END;
CREATE TRIGGER structure_mandates_are_never_deleted BEFORE DELETE ON structure_mandates
BEGIN SELECT RAISE(ABORT, 'mandates are append-only'); END;
CREATE TRIGGER structure_mandate_ends_are_never_replaced BEFORE INSERT ON structure_mandate_ends
WHEN EXISTS (SELECT 1 FROM structure_mandate_ends WHERE rowid = NEW.rowid OR mandate = NEW.mandate)
BEGIN SELECT RAISE(ABORT, 'UNIQUE constraint failed: structure_mandate_ends are never replaced'); END;
CREATE TRIGGER structure_mandate_ends_are_never_changed BEFORE UPDATE ON structure_mandate_ends
BEGIN SELECT RAISE(ABORT, 'a mandate ends once'); END;
CREATE TRIGGER structure_mandate_ends_are_never_deleted BEFORE DELETE ON structure_mandate_ends
BEGIN SELECT RAISE(ABORT, 'a mandate ends once'); END;
CREATE TRIGGER structure_staff_are_never_replaced BEFORE INSERT ON structure_staff
WHEN EXISTS (SELECT 1 FROM structure_staff WHERE rowid = NEW.rowid
    OR (structure = NEW.structure AND local_id = NEW.local_id))
BEGIN SELECT RAISE(ABORT, 'UNIQUE constraint failed: structure_staff are never replaced'); END;
CREATE TRIGGER structure_staff_keep_their_number BEFORE UPDATE ON structure_staff
WHEN NEW.structure <> OLD.structure OR NEW.local_id <> OLD.local_id OR (NEW.post = 'service') <> (OLD.post = 'service')
  OR (OLD.left_at IS NOT NULL)
BEGIN SELECT RAISE(ABORT, 'a local number is one person''s, who leaves once'); END;
CREATE TRIGGER structure_staff_are_never_deleted BEFORE DELETE ON structure_staff
BEGIN SELECT RAISE(ABORT, 'who was declared stays declared'); END;

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
  OR (NEW.subject_kind = 'structure-mandate' AND (NEW.subject_version <> 1 OR NOT EXISTS (SELECT 1
                FROM structure_mandates m WHERE m.number = NEW.subject_number)))
BEGIN SELECT RAISE(ABORT, 'stale: the decision is on a version that is not the current one'); END;
CREATE TRIGGER decisions_end_with_a_refusal BEFORE INSERT ON decisions
WHEN NEW.subject_kind IN ('register-feed', 'opposition-plan', 'officer-enrolment', 'structure-mandate')
 AND EXISTS (SELECT 1 FROM decisions d
        WHERE d.subject_kind = NEW.subject_kind AND d.subject_number = NEW.subject_number
          AND d.subject_version = NEW.subject_version AND d.decision = 'refuse')
BEGIN SELECT RAISE(ABORT, 'refused: one refusal ends what two officers release'); END;
