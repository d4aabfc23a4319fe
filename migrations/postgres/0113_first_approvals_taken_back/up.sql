-- Owner: registration-authority. Makes no table.

-- Nothing follows from the first of two approvals before the second is given and both have taken effect. So the web role takes it back
-- however old it is, while the order waits for the second; and afterwards within a day of the newest decision on that version, the
-- longest delay that can be configured.
CREATE OR REPLACE FUNCTION decision_retractions_are_in_time() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM decisions_in_effect e WHERE NEW.subject_kind = 'card-order'
            AND e.order_number = NEW.subject_number AND e.order_version = NEW.subject_version) THEN
        RAISE EXCEPTION 'in effect: what took effect is not taken back' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NOT acts_for_the_worker() AND (abs(NEW.retracted_at - clock_millis()) > 300000
            OR (NOT EXISTS (SELECT 1 FROM card_orders o WHERE NEW.subject_kind = 'card-order' AND o.number = NEW.subject_number
                    AND o.version = NEW.subject_version AND o.status = 'submitted')
                AND NOT EXISTS (SELECT 1 FROM decisions d WHERE d.subject_kind = NEW.subject_kind
                    AND d.subject_number = NEW.subject_number AND d.subject_version = NEW.subject_version
                    AND d.decided_at + 86400000 + 300000 >= clock_millis()))) THEN
        RAISE EXCEPTION 'in effect: a decision is taken back when it is, within its delay' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
