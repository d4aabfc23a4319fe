-- Owner: registration-authority.

-- That a decision on an order took effect: its holder was told. The worker's alone, so that nobody takes the decision back after.
CREATE TABLE decisions_in_effect (
    order_number  TEXT   NOT NULL,
    order_version BIGINT NOT NULL,
    took_effect_at BIGINT NOT NULL,
    PRIMARY KEY (order_number, order_version)
);
CREATE TRIGGER decisions_in_effect_are_never_changed BEFORE UPDATE ON decisions_in_effect FOR EACH ROW
EXECUTE FUNCTION refuse('what took effect is append-only');
CREATE TRIGGER decisions_in_effect_are_never_deleted BEFORE DELETE ON decisions_in_effect FOR EACH ROW
EXECUTE FUNCTION refuse('what took effect is append-only');

-- That the worker saw that a decision was taken back, and told the officer in whose name.
CREATE TABLE decision_retractions_seen (
    subject_kind    TEXT   NOT NULL,
    subject_number  TEXT   NOT NULL,
    subject_version BIGINT NOT NULL,
    decided_by      TEXT   NOT NULL,
    seen_at         BIGINT NOT NULL,
    PRIMARY KEY (subject_kind, subject_number, subject_version, decided_by)
);
CREATE TRIGGER decision_retractions_seen_are_never_changed BEFORE UPDATE ON decision_retractions_seen FOR EACH ROW
EXECUTE FUNCTION refuse('what was seen is append-only');
CREATE TRIGGER decision_retractions_seen_are_never_deleted BEFORE DELETE ON decision_retractions_seen FOR EACH ROW
EXECUTE FUNCTION refuse('what was seen is append-only');

-- What took effect is not taken back. The web role says neither another time than the database's, nor takes back what was signed more
-- than a day ago, the longest delay that can be configured, whether it took effect or waits for its second officer. Five
-- minutes: two machines' clocks.
CREATE FUNCTION decision_retractions_are_in_time() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM decisions_in_effect e WHERE NEW.subject_kind = 'card-order'
            AND e.order_number = NEW.subject_number AND e.order_version = NEW.subject_version) THEN
        RAISE EXCEPTION 'in effect: what took effect is not taken back' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NOT acts_for_the_worker() AND (abs(NEW.retracted_at - clock_millis()) > 300000
            OR EXISTS (SELECT 1 FROM decisions d WHERE d.subject_kind = NEW.subject_kind
                AND d.subject_number = NEW.subject_number AND d.subject_version = NEW.subject_version
                AND d.decided_by = NEW.decided_by AND d.decided_at + 86400000 + 300000 < clock_millis())) THEN
        RAISE EXCEPTION 'in effect: a decision is taken back when it is, within its delay' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER decision_retractions_are_in_time BEFORE INSERT ON decision_retractions FOR EACH ROW
EXECUTE FUNCTION decision_retractions_are_in_time();

-- The worker notes what takes effect, and what waits for that where a page did not.
GRANT SELECT, INSERT ON decisions_in_effect, decision_retractions_seen TO igc_worker;
GRANT INSERT ON decisions_pending TO igc_worker;
GRANT SELECT ON decisions_in_effect TO igc_web;
