-- Owner: registration-authority.

-- A professional's software certificate that the register no longer supports, as `card_lapses` says it of cards: two complete feeds
-- end it, under the same brake.
CREATE TABLE certificate_lapses (
    request         TEXT   NOT NULL REFERENCES certificate_requests (number),
    first_sequence  BIGINT NOT NULL CHECK (first_sequence > 0),
    first_feed      TEXT   NOT NULL CHECK (length(first_feed) = 64),
    cause           TEXT   NOT NULL CHECK (cause <> ''),
    found_at        BIGINT NOT NULL,
    status          TEXT   NOT NULL CHECK (status IN ('open', 'confirmed', 'lifted')),
    second_sequence BIGINT,
    second_feed     TEXT,
    settled_at      BIGINT,
    settled_by      TEXT,
    PRIMARY KEY (request, first_sequence),
    CHECK ((status = 'open') = (settled_at IS NULL)),
    CHECK ((settled_at IS NULL) = (settled_by IS NULL)),
    CHECK ((second_sequence IS NULL) = (second_feed IS NULL)),
    CHECK (second_sequence > first_sequence)
);
CREATE UNIQUE INDEX certificate_lapses_one_open ON certificate_lapses (request) WHERE status = 'open';
CREATE INDEX certificate_lapses_settled ON certificate_lapses (settled_at) WHERE settled_by = 'job:revalidation';

-- Of a plan of oppositions: the certificates that wait for two officers.
CREATE TABLE opposition_plan_certificates (
    plan           TEXT   NOT NULL REFERENCES opposition_plans (id),
    request        TEXT   NOT NULL,
    first_sequence BIGINT NOT NULL,
    PRIMARY KEY (plan, request),
    UNIQUE (request, first_sequence),
    FOREIGN KEY (request, first_sequence) REFERENCES certificate_lapses (request, first_sequence)
);

CREATE TRIGGER certificate_lapses_are_never_deleted BEFORE DELETE ON certificate_lapses FOR EACH ROW
EXECUTE FUNCTION refuse('a lapse is settled, and never deleted');
CREATE FUNCTION certificate_lapses_begin_as_open() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.status <> 'open' OR NOT EXISTS (SELECT 1 FROM register_feeds f
        WHERE f.sequence = NEW.first_sequence AND f.id = NEW.first_feed AND f.status = 'complete') THEN
        RAISE EXCEPTION 'a lapse begins as open, in the light of a complete feed' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER certificate_lapses_begin_as_open BEFORE INSERT ON certificate_lapses FOR EACH ROW
EXECUTE FUNCTION certificate_lapses_begin_as_open();
CREATE TRIGGER certificate_lapses_are_settled_once BEFORE UPDATE ON certificate_lapses FOR EACH ROW
WHEN (OLD.status <> 'open' OR NEW.request <> OLD.request OR NEW.first_sequence <> OLD.first_sequence
  OR NEW.first_feed <> OLD.first_feed OR NEW.cause <> OLD.cause OR NEW.found_at <> OLD.found_at)
EXECUTE FUNCTION refuse('a lapse is settled once, and nothing else of it is ever changed');
CREATE FUNCTION certificate_lapses_need_a_second_reading() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.status = 'confirmed' AND NOT EXISTS (SELECT 1 FROM register_feeds f
        WHERE f.sequence = NEW.second_sequence AND f.id = NEW.second_feed AND f.status = 'complete'
          AND f.sequence > OLD.first_sequence) THEN
        RAISE EXCEPTION 'one reading ends no certificate: a later complete feed says it again' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER certificate_lapses_need_a_second_reading BEFORE UPDATE OF status ON certificate_lapses FOR EACH ROW
EXECUTE FUNCTION certificate_lapses_need_a_second_reading();
CREATE FUNCTION certificate_lapses_of_a_plan_are_released_by_two() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.status = 'confirmed'
 AND EXISTS (SELECT 1 FROM opposition_plan_certificates i
             WHERE i.request = OLD.request AND i.first_sequence = OLD.first_sequence
               AND ((SELECT count(*) FROM decisions d WHERE d.subject_kind = 'opposition-plan'
                      AND d.subject_number = i.plan AND d.subject_version = 1 AND d.decision = 'approve') < 2
                 OR EXISTS (SELECT 1 FROM decisions d WHERE d.subject_kind = 'opposition-plan'
                      AND d.subject_number = i.plan AND d.subject_version = 1 AND d.decision = 'refuse'))) THEN
        RAISE EXCEPTION 'two officers release a plan of oppositions' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER certificate_lapses_of_a_plan_are_released_by_two BEFORE UPDATE OF status ON certificate_lapses FOR EACH ROW
EXECUTE FUNCTION certificate_lapses_of_a_plan_are_released_by_two();
CREATE TRIGGER opposition_plan_certificates_are_never_changed BEFORE UPDATE ON opposition_plan_certificates FOR EACH ROW
EXECUTE FUNCTION refuse('what was planned is never changed');
CREATE TRIGGER opposition_plan_certificates_are_never_deleted BEFORE DELETE ON opposition_plan_certificates FOR EACH ROW
EXECUTE FUNCTION refuse('what was planned is never deleted');
CREATE FUNCTION opposition_plan_certificates_come_before_decisions() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM decisions d WHERE d.subject_kind = 'opposition-plan' AND d.subject_number = NEW.plan) THEN
        RAISE EXCEPTION 'what was planned is never changed' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER opposition_plan_certificates_come_before_decisions BEFORE INSERT ON opposition_plan_certificates FOR EACH ROW
EXECUTE FUNCTION opposition_plan_certificates_come_before_decisions();

-- The worker finds, plans and ends; the web role reads what waits.
GRANT SELECT ON certificate_lapses, opposition_plan_certificates TO igc_web, igc_worker;
GRANT INSERT ON certificate_lapses, opposition_plan_certificates TO igc_worker;
GRANT UPDATE (status, second_sequence, second_feed, settled_at, settled_by) ON certificate_lapses TO igc_worker;
