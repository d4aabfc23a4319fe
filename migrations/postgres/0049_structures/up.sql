-- Owner: registration-authority.

-- An agent speaks for a structure by a mandate, which a registration officer proposes with its document and another approves: the
-- decision on it is one of a further kind.
ALTER TABLE decisions DROP CONSTRAINT decisions_subject_kind_check,
    ADD CONSTRAINT decisions_subject_kind_check CHECK (subject_kind IN ('card-order', 'certificate-request', 'renewal-plan',
                                                                        'register-feed', 'opposition-plan', 'officer-enrolment',
                                                                        'structure-mandate'));

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
CREATE TRIGGER card_orders_are_tied_to_one_thing BEFORE INSERT ON card_orders FOR EACH ROW
WHEN ((NEW.structure IS NULL) <> (NEW.title IS NULL) OR (NEW.structure IS NULL) <> (NEW.mandate IS NULL)
  OR (NEW.structure IS NULL) <> (NEW.profession <> '') OR (NEW.structure IS NULL) <> (NEW.category <> ''))
EXECUTE FUNCTION refuse('an order is for an exercise, or for the staff of a structure');
CREATE TRIGGER card_orders_keep_their_structure BEFORE UPDATE ON card_orders FOR EACH ROW
WHEN (NEW.structure IS DISTINCT FROM OLD.structure OR NEW.title IS DISTINCT FROM OLD.title
  OR NEW.mandate IS DISTINCT FROM OLD.mandate)
EXECUTE FUNCTION refuse('what was decided on is never changed');

CREATE TRIGGER structure_mandates_are_never_changed BEFORE UPDATE ON structure_mandates FOR EACH ROW
EXECUTE FUNCTION refuse('mandates are append-only');
CREATE TRIGGER structure_mandates_are_never_deleted BEFORE DELETE ON structure_mandates FOR EACH ROW
EXECUTE FUNCTION refuse('mandates are append-only');
CREATE TRIGGER structure_mandate_ends_are_never_changed BEFORE UPDATE ON structure_mandate_ends FOR EACH ROW
EXECUTE FUNCTION refuse('a mandate ends once');
CREATE TRIGGER structure_mandate_ends_are_never_deleted BEFORE DELETE ON structure_mandate_ends FOR EACH ROW
EXECUTE FUNCTION refuse('a mandate ends once');
CREATE TRIGGER structure_staff_keep_their_number BEFORE UPDATE ON structure_staff FOR EACH ROW
WHEN (NEW.structure <> OLD.structure OR NEW.local_id <> OLD.local_id OR (NEW.post = 'service') <> (OLD.post = 'service')
  OR (OLD.left_at IS NOT NULL))
EXECUTE FUNCTION refuse('a local number is one person''s, who leaves once');
CREATE TRIGGER structure_staff_are_never_deleted BEFORE DELETE ON structure_staff FOR EACH ROW
EXECUTE FUNCTION refuse('who was declared stays declared');

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
                AND e.number = NEW.subject_number AND e.login = NEW.decided_by)
  OR EXISTS (SELECT 1 FROM structure_mandates m WHERE NEW.subject_kind = 'structure-mandate'
                AND m.number = NEW.subject_number AND NEW.decided_by IN (m.proposed_by, m.login)) THEN
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
                FROM officer_enrolments e WHERE e.number = NEW.subject_number)))
  OR (NEW.subject_kind = 'structure-mandate' AND (NEW.subject_version <> 1 OR NOT EXISTS (SELECT 1
                FROM structure_mandates m WHERE m.number = NEW.subject_number))) THEN
        RAISE EXCEPTION 'stale: the decision is on a version that is not the current one' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE OR REPLACE FUNCTION decisions_end_with_a_refusal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.subject_kind IN ('register-feed', 'opposition-plan', 'officer-enrolment', 'structure-mandate')
 AND EXISTS (SELECT 1 FROM decisions d
            WHERE d.subject_kind = NEW.subject_kind AND d.subject_number = NEW.subject_number
              AND d.subject_version = NEW.subject_version AND d.decision = 'refuse') THEN
        RAISE EXCEPTION 'refused: one refusal ends what two officers release' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

-- The web role proposes, ends, declares and asks; the worker reads, to verify.
GRANT SELECT, INSERT ON structure_mandates, structure_mandate_ends, structure_staff TO igc_web;
GRANT UPDATE (post, family_name, given_name, declared_by, declared_at, left_at) ON structure_staff TO igc_web;
GRANT SELECT ON structure_mandates, structure_mandate_ends, structure_staff TO igc_worker;
