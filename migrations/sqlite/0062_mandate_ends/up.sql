-- Owner: registration-authority. Makes no table.

-- A mandate ends after it was approved. That it ends when it is ended only PostgreSQL asks of the web role.
CREATE TRIGGER structure_mandate_ends_are_of_what_stands BEFORE INSERT ON structure_mandate_ends
WHEN NOT EXISTS (SELECT 1 FROM decisions d WHERE d.subject_kind = 'structure-mandate' AND d.subject_number = NEW.mandate
        AND d.decision = 'approve' AND d.decided_at <= NEW.ended_at)
  OR EXISTS (SELECT 1 FROM decisions d WHERE d.subject_kind = 'structure-mandate' AND d.subject_number = NEW.mandate
        AND d.decision = 'refuse')
BEGIN SELECT RAISE(ABORT, 'a mandate that did not stand is not ended'); END;
