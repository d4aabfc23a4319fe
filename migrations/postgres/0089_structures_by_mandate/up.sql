-- Owner: registration-authority.

-- An agent asks for a certificate of a structure (offers ORG, SERV) by a mandate for it that stands, and for no other: the rules R-ORG-07 and
-- R-SERV-07 again. A registration officer asks in the place of who speaks for it.
CREATE FUNCTION certificate_requests_of_a_structure_are_its_own() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.structure <> '' AND NEW.profession IS NULL AND NEW.mandate IS NULL AND NOT EXISTS (
    SELECT 1 FROM officers o WHERE o.login = NEW.submitted_by AND o.role = 'registration-officer')
      AND NOT EXISTS (
    SELECT 1 FROM structure_mandates m
    LEFT JOIN structure_mandate_ends e ON e.mandate = m.number
    WHERE m.structure = NEW.structure AND m.login = NEW.submitted_by
      AND (m.until IS NULL OR m.until > NEW.submitted_at) AND (e.ended_at IS NULL OR e.ended_at > NEW.submitted_at)
      AND EXISTS (SELECT 1 FROM decisions d WHERE d.subject_kind = 'structure-mandate' AND d.subject_number = m.number
                    AND d.decision = 'approve' AND d.decided_at <= NEW.submitted_at)
      AND NOT EXISTS (SELECT 1 FROM decisions d WHERE d.subject_kind = 'structure-mandate' AND d.subject_number = m.number
                        AND d.decision = 'refuse')) THEN
        RAISE EXCEPTION 'whoever asks for a structure speaks for it' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER certificate_requests_of_a_structure_are_its_own BEFORE INSERT ON certificate_requests FOR EACH ROW
EXECUTE FUNCTION certificate_requests_of_a_structure_are_its_own();
