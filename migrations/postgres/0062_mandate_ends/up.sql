-- Owner: registration-authority. Makes no table.

-- The clock of the database, in milliseconds: the one that whoever writes rows does not set.
CREATE FUNCTION clock_millis() RETURNS bigint LANGUAGE sql VOLATILE AS
$$ SELECT (EXTRACT(EPOCH FROM clock_timestamp()) * 1000)::BIGINT $$;

-- A mandate ends after it was approved, and when it is ended: the web role dates no end to another day, neither back, under what was
-- decided, nor ahead, where it would end nothing and keep the true end out.
CREATE FUNCTION structure_mandate_ends_are_of_what_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM decisions d WHERE d.subject_kind = 'structure-mandate' AND d.subject_number = NEW.mandate
            AND d.decision = 'approve' AND d.decided_at <= NEW.ended_at)
      OR EXISTS (SELECT 1 FROM decisions d WHERE d.subject_kind = 'structure-mandate' AND d.subject_number = NEW.mandate
            AND d.decision = 'refuse') THEN
        RAISE EXCEPTION 'a mandate that did not stand is not ended' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    -- Five minutes: two machines' clocks.
    IF NOT acts_for_the_worker() AND abs(NEW.ended_at - clock_millis()) > 300000 THEN
        RAISE EXCEPTION 'a mandate ends when it is ended' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER structure_mandate_ends_are_of_what_stands BEFORE INSERT ON structure_mandate_ends FOR EACH ROW
EXECUTE FUNCTION structure_mandate_ends_are_of_what_stands();
