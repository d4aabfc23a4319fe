-- Owner: registration-authority. Makes no table.

-- A mandate is ended by the refusal of its next version, whatever rows stand beside it: one that nobody signed, in whosever name, is in no true
-- end's way.
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
        OR (NEW.subject_version <> 1 AND (NEW.subject_version <> 1 + (SELECT max(v.subject_version) FROM decisions v
                WHERE v.subject_kind = 'structure-mandate' AND v.subject_number = NEW.subject_number)
            OR NEW.decision <> 'refuse' OR NOT EXISTS (SELECT 1
                FROM decisions d WHERE d.subject_kind = 'structure-mandate' AND d.subject_number = NEW.subject_number
                AND d.subject_version = 1 AND d.decision = 'approve'))))) THEN
        RAISE EXCEPTION 'stale: the decision is on a version that is not the current one' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

-- Whoever asks for a revocation asks now. Five minutes: two machines' clocks.
CREATE FUNCTION certificate_revocation_requests_are_of_now() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT acts_for_the_worker() AND abs(NEW.requested_at - clock_millis()) > 300000 THEN
        RAISE EXCEPTION 'a revocation is asked for when it is asked for' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER certificate_revocation_requests_are_of_now BEFORE INSERT ON certificate_revocation_requests FOR EACH ROW
EXECUTE FUNCTION certificate_revocation_requests_are_of_now();
