-- Owner: registration-authority. Makes no table.

-- An officer ends a mandate by refusing its second version, and signs for that; its agent lays it down by a row that the pages respect. What was
-- ended before there were such signatures has ended.
DROP TRIGGER structure_mandate_ends_are_never_changed;
ALTER TABLE structure_mandate_ends ADD COLUMN before_signatures BOOLEAN NOT NULL DEFAULT FALSE;
UPDATE structure_mandate_ends SET before_signatures = TRUE;
CREATE TRIGGER structure_mandate_ends_are_never_changed BEFORE UPDATE ON structure_mandate_ends
BEGIN SELECT RAISE(ABORT, 'a mandate ends once'); END;

-- Nobody decides on the mandate that he proposed, nor its agent on its end.
DROP TRIGGER decisions_are_never_ones_own;
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
                AND m.number = NEW.subject_number
                AND (NEW.decided_by = m.login OR (NEW.subject_version = 1 AND NEW.decided_by = m.proposed_by)))
BEGIN SELECT RAISE(ABORT, 'self-approval: nobody decides on what he submitted'); END;
DROP TRIGGER decisions_are_on_the_current_version;
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
  OR (NEW.subject_kind = 'structure-mandate' AND (NOT EXISTS (SELECT 1 FROM structure_mandates m WHERE m.number = NEW.subject_number)
        OR (NEW.subject_version <> 1 AND (NEW.subject_version <> 2 OR NEW.decision <> 'refuse' OR NOT EXISTS (SELECT 1
                FROM decisions d WHERE d.subject_kind = 'structure-mandate' AND d.subject_number = NEW.subject_number
                AND d.subject_version = 1 AND d.decision = 'approve')))))
BEGIN SELECT RAISE(ABORT, 'stale: the decision is on a version that is not the current one'); END;

-- A refusal that nobody signed keeps nothing back, nor the true one: whether one counts, the program verifies.
DROP TRIGGER decisions_end_with_a_refusal;
CREATE TRIGGER decisions_end_with_a_refusal BEFORE INSERT ON decisions
WHEN (NEW.subject_kind IN ('register-feed', 'opposition-plan', 'officer-enrolment', 'suspension-lift')
  OR (NEW.subject_kind = 'structure-mandate' AND NEW.subject_version = 1))
 AND EXISTS (SELECT 1 FROM decisions d
        WHERE d.subject_kind = NEW.subject_kind AND d.subject_number = NEW.subject_number
          AND d.subject_version = NEW.subject_version AND d.decision = 'refuse')
BEGIN SELECT RAISE(ABORT, 'refused: one refusal ends what two officers release'); END;
DROP TRIGGER structure_mandate_ends_are_of_what_stands;
CREATE TRIGGER structure_mandate_ends_are_of_what_stands BEFORE INSERT ON structure_mandate_ends
WHEN NOT EXISTS (SELECT 1 FROM decisions d WHERE d.subject_kind = 'structure-mandate' AND d.subject_number = NEW.mandate
        AND d.decision = 'approve' AND d.decided_at <= NEW.ended_at)
BEGIN SELECT RAISE(ABORT, 'a mandate that did not stand is not ended'); END;
DROP TRIGGER opposition_declarations_rest_on_a_mandate;
CREATE TRIGGER opposition_declarations_rest_on_a_mandate BEFORE INSERT ON opposition_declarations
WHEN NEW.mandate IS NOT NULL AND NOT EXISTS (SELECT 1 FROM structure_mandates m
        JOIN cards c ON c.number = NEW.card_number AND c.exercise = 'structure:' || m.structure
        WHERE m.number = NEW.mandate AND (m.until IS NULL OR m.until > NEW.received_at)
          AND NOT EXISTS (SELECT 1 FROM structure_mandate_ends e WHERE e.mandate = m.number AND e.ended_at <= NEW.received_at)
          AND EXISTS (SELECT 1 FROM decisions d WHERE d.subject_kind = 'structure-mandate' AND d.subject_number = m.number
                AND d.decision = 'approve'))
BEGIN SELECT RAISE(ABORT, 'no mandate for the structure of this card stands'); END;
DROP TRIGGER opposition_requests_rest_on_a_mandate;
CREATE TRIGGER opposition_requests_rest_on_a_mandate BEFORE INSERT ON opposition_requests
WHEN NOT EXISTS (SELECT 1 FROM structure_mandates m
        JOIN cards c ON c.number = NEW.card_number AND c.exercise = 'structure:' || m.structure
        WHERE m.number = NEW.mandate AND m.login = NEW.requested_by AND m.structure = NEW.structure
          AND (m.until IS NULL OR m.until > NEW.requested_at)
          AND NOT EXISTS (SELECT 1 FROM structure_mandate_ends e WHERE e.mandate = m.number AND e.ended_at <= NEW.requested_at)
          AND EXISTS (SELECT 1 FROM decisions d WHERE d.subject_kind = 'structure-mandate' AND d.subject_number = m.number
                AND d.decision = 'approve'))
BEGIN SELECT RAISE(ABORT, 'no mandate of this agent for the structure of this card stands'); END;
DROP TRIGGER certificate_requests_of_a_structure_are_its_own;
CREATE TRIGGER certificate_requests_of_a_structure_are_its_own BEFORE INSERT ON certificate_requests
WHEN NEW.structure <> '' AND NEW.profession IS NULL AND NEW.mandate IS NULL AND NOT EXISTS (
    SELECT 1 FROM officers o WHERE o.login = NEW.submitted_by AND o.role = 'registration-officer')
  AND NOT EXISTS (
    SELECT 1 FROM structure_mandates m
    LEFT JOIN structure_mandate_ends e ON e.mandate = m.number
    WHERE m.structure = NEW.structure AND m.login = NEW.submitted_by
      AND (m.until IS NULL OR m.until > NEW.submitted_at) AND (e.ended_at IS NULL OR e.ended_at > NEW.submitted_at)
      AND EXISTS (SELECT 1 FROM decisions d WHERE d.subject_kind = 'structure-mandate' AND d.subject_number = m.number
                    AND d.decision = 'approve' AND d.decided_at <= NEW.submitted_at))
BEGIN SELECT RAISE(ABORT, 'whoever asks for a structure speaks for it'); END;
