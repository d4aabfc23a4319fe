-- Owner: registration-authority. Makes no table.

-- An officer ends a mandate by refusing its second version, and signs for that; its agent lays it down by a row that the pages respect. What was
-- ended before there were such signatures has ended.
ALTER TABLE structure_mandate_ends ADD COLUMN before_signatures BOOLEAN NOT NULL DEFAULT TRUE;
ALTER TABLE structure_mandate_ends ALTER COLUMN before_signatures SET DEFAULT FALSE;
REVOKE INSERT ON structure_mandate_ends FROM igc_web;
GRANT INSERT (mandate, ended_by, ended_at) ON structure_mandate_ends TO igc_web;

-- Nobody decides on the mandate that he proposed, nor its agent on its end.
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
                AND m.number = NEW.subject_number
                AND (NEW.decided_by = m.login OR (NEW.subject_version = 1 AND NEW.decided_by = m.proposed_by))) THEN
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
  OR (NEW.subject_kind = 'suspension-lift' AND (NOT EXISTS (SELECT 1 FROM card_suspensions c
                WHERE c.number = NEW.subject_number AND c.outcome IS NULL)
        OR NEW.subject_version <> 1 + (SELECT count(*) FROM decisions d WHERE d.subject_kind = 'suspension-lift'
                AND d.subject_number = NEW.subject_number AND d.decision = 'refuse')))
  OR (NEW.subject_kind = 'structure-mandate' AND (NOT EXISTS (SELECT 1 FROM structure_mandates m WHERE m.number = NEW.subject_number)
        OR (NEW.subject_version <> 1 AND (NEW.subject_version <> 2 OR NEW.decision <> 'refuse' OR NOT EXISTS (SELECT 1
                FROM decisions d WHERE d.subject_kind = 'structure-mandate' AND d.subject_number = NEW.subject_number
                AND d.subject_version = 1 AND d.decision = 'approve'))))) THEN
        RAISE EXCEPTION 'stale: the decision is on a version that is not the current one' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

-- A refusal that nobody signed keeps nothing back, nor the true one: whether one counts, the program verifies.
CREATE OR REPLACE FUNCTION decisions_end_with_a_refusal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.subject_kind IN ('register-feed', 'opposition-plan', 'officer-enrolment', 'suspension-lift')
  OR (NEW.subject_kind = 'structure-mandate' AND NEW.subject_version = 1))
 AND EXISTS (SELECT 1 FROM decisions d
            WHERE d.subject_kind = NEW.subject_kind AND d.subject_number = NEW.subject_number
              AND d.subject_version = NEW.subject_version AND d.decision = 'refuse') THEN
        RAISE EXCEPTION 'refused: one refusal ends what two officers release' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE OR REPLACE FUNCTION structure_mandate_ends_are_of_what_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM decisions d WHERE d.subject_kind = 'structure-mandate' AND d.subject_number = NEW.mandate
            AND d.decision = 'approve' AND d.decided_at <= NEW.ended_at) THEN
        RAISE EXCEPTION 'a mandate that did not stand is not ended' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    -- Five minutes: two machines' clocks.
    IF NOT acts_for_the_worker() AND abs(NEW.ended_at - clock_millis()) > 300000 THEN
        RAISE EXCEPTION 'a mandate ends when it is ended' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
CREATE OR REPLACE FUNCTION mandate_stands_for_card(its_number TEXT, its_card TEXT, at BIGINT) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT 1 FROM structure_mandates m
        JOIN cards c ON c.number = its_card AND c.exercise = 'structure:' || m.structure
        WHERE m.number = its_number AND (m.until IS NULL OR m.until > at)
          AND NOT EXISTS (SELECT 1 FROM structure_mandate_ends e WHERE e.mandate = m.number AND e.ended_at <= at)
          AND EXISTS (SELECT 1 FROM decisions d WHERE d.subject_kind = 'structure-mandate' AND d.subject_number = m.number
                AND d.decision = 'approve'))
$$;
CREATE OR REPLACE FUNCTION certificate_requests_of_a_structure_are_its_own() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.structure <> '' AND NEW.profession IS NULL AND NEW.mandate IS NULL AND NOT EXISTS (
    SELECT 1 FROM officers o WHERE o.login = NEW.submitted_by AND o.role = 'registration-officer')
      AND NOT EXISTS (
    SELECT 1 FROM structure_mandates m
    LEFT JOIN structure_mandate_ends e ON e.mandate = m.number
    WHERE m.structure = NEW.structure AND m.login = NEW.submitted_by
      AND (m.until IS NULL OR m.until > NEW.submitted_at) AND (e.ended_at IS NULL OR e.ended_at > NEW.submitted_at)
      AND EXISTS (SELECT 1 FROM decisions d WHERE d.subject_kind = 'structure-mandate' AND d.subject_number = m.number
                    AND d.decision = 'approve' AND d.decided_at <= NEW.submitted_at)) THEN
        RAISE EXCEPTION 'whoever asks for a structure speaks for it' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
