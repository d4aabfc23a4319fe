-- Owner: registration-authority.

-- What two officers release is decided on like everything else.

ALTER TABLE decisions DROP CONSTRAINT decisions_subject_kind_check,
    ADD CONSTRAINT decisions_subject_kind_check CHECK (subject_kind IN ('card-order', 'certificate-request', 'renewal-plan',
                                                                        'register-feed', 'opposition-plan'));
CREATE OR REPLACE FUNCTION decisions_are_never_ones_own() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM card_orders o WHERE NEW.subject_kind = 'card-order'
                AND o.number = NEW.subject_number AND o.submitted_by = NEW.decided_by)
  OR EXISTS (SELECT 1 FROM certificate_requests r WHERE NEW.subject_kind = 'certificate-request'
                AND r.number = NEW.subject_number AND r.submitted_by = NEW.decided_by)
  OR EXISTS (SELECT 1 FROM renewal_plans p WHERE NEW.subject_kind = 'renewal-plan'
                AND p.id = NEW.subject_number AND p.planned_by = NEW.decided_by)
  OR EXISTS (SELECT 1 FROM register_holds h WHERE NEW.subject_kind = 'register-feed'
                AND h.feed = NEW.subject_number AND h.held_by = NEW.decided_by) THEN
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
                FROM register_holds h WHERE h.feed = NEW.subject_number)) THEN
        RAISE EXCEPTION 'stale: the decision is on a version that is not the current one' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE FUNCTION decisions_end_with_a_refusal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.subject_kind IN ('register-feed', 'opposition-plan') AND EXISTS (SELECT 1 FROM decisions d
            WHERE d.subject_kind = NEW.subject_kind AND d.subject_number = NEW.subject_number
              AND d.subject_version = NEW.subject_version AND d.decision = 'refuse') THEN
        RAISE EXCEPTION 'refused: one refusal ends what two officers release' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER decisions_end_with_a_refusal BEFORE INSERT ON decisions FOR EACH ROW
EXECUTE FUNCTION decisions_end_with_a_refusal();
