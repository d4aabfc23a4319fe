-- Owner: registration-authority. Makes no table.

-- A refusal of a mandate that the worker refused ends nothing: the mandate waits for an officer again, and he decides.
DROP TRIGGER decisions_end_with_a_refusal;
CREATE TRIGGER decisions_end_with_a_refusal BEFORE INSERT ON decisions
WHEN (NEW.subject_kind IN ('register-feed', 'opposition-plan', 'officer-enrolment', 'suspension-lift')
  OR (NEW.subject_kind = 'structure-mandate' AND NEW.subject_version = 1))
 AND EXISTS (SELECT 1 FROM decisions d
        WHERE d.subject_kind = NEW.subject_kind AND d.subject_number = NEW.subject_number
          AND d.subject_version = NEW.subject_version AND d.decision = 'refuse'
          AND (NEW.subject_kind <> 'structure-mandate' OR NOT EXISTS (SELECT 1 FROM decision_receipts r
                WHERE r.subject_kind = d.subject_kind AND r.subject_number = d.subject_number
                  AND r.subject_version = d.subject_version AND r.decided_by = d.decided_by AND r.refusal IS NOT NULL)))
BEGIN SELECT RAISE(ABORT, 'refused: one refusal ends what two officers release'); END;
