-- Owner: registration-authority.

-- An order can wait for its applicant.
ALTER TABLE card_orders DROP CONSTRAINT card_orders_origin_check, DROP CONSTRAINT card_orders_status_check;
ALTER TABLE card_orders
    ADD CONSTRAINT card_orders_origin_check CHECK (origin IN ('officer', 'plan', 'register')),
    ADD CONSTRAINT card_orders_status_check
        CHECK (status IN ('submitted', 'waiting', 'approved', 'refused', 'withdrawn', 'ordered'));
DROP INDEX card_orders_one_open;
CREATE UNIQUE INDEX card_orders_one_open ON card_orders (holder, kind, profession)
    WHERE status IN ('submitted', 'waiting', 'approved');

-- The registration officer asks the applicant for something; one question a version, because an answer makes another version.
CREATE TABLE order_questions (
    order_number  TEXT   NOT NULL REFERENCES card_orders (number),
    order_version BIGINT NOT NULL CHECK (order_version > 0),
    asked_by      TEXT   NOT NULL CHECK (asked_by <> ''),
    asked_at      BIGINT NOT NULL,
    question      TEXT   NOT NULL CHECK (question <> ''),
    PRIMARY KEY (order_number, order_version)
);
CREATE TABLE order_answers (
    order_number  TEXT   NOT NULL,
    order_version BIGINT NOT NULL,
    answered_by   TEXT   NOT NULL CHECK (answered_by <> ''),
    answered_at   BIGINT NOT NULL,
    answer        TEXT   NOT NULL CHECK (answer <> ''),
    PRIMARY KEY (order_number, order_version),
    FOREIGN KEY (order_number, order_version) REFERENCES order_questions (order_number, order_version)
);

-- What is to be looked at twice in a version of an order, found when it was submitted, refreshed, answered or decided; never
-- taken back: whoever removes the cause makes another version.
CREATE TABLE order_flags (
    order_number   TEXT    NOT NULL REFERENCES card_orders (number),
    order_version  BIGINT  NOT NULL CHECK (order_version > 0),
    flag           TEXT    NOT NULL CHECK (flag <> ''),
    level          TEXT    NOT NULL CHECK (level IN ('orange', 'red')),
    second_officer BOOLEAN NOT NULL,
    reason         TEXT    NOT NULL CHECK (reason <> ''),
    found_at       BIGINT  NOT NULL,
    PRIMARY KEY (order_number, order_version, flag)
);

-- Where the holder of an order practises, by the first two letters of each of his names: of whom similar persons are looked for
-- among, without reading every order.
CREATE TABLE order_places (
    structure    TEXT   NOT NULL,
    initials     TEXT   NOT NULL,
    order_number TEXT   NOT NULL REFERENCES card_orders (number),
    name         TEXT   NOT NULL,
    submitted_at BIGINT NOT NULL,
    PRIMARY KEY (structure, initials, order_number)
);
CREATE INDEX order_places_by_order ON order_places (order_number);
CREATE INDEX order_places_by_time ON order_places (structure, submitted_at);
CREATE INDEX card_orders_by_submitter ON card_orders (submitted_by, submitted_at);

DROP TRIGGER card_orders_go_one_way ON card_orders;
CREATE TRIGGER card_orders_go_one_way BEFORE UPDATE OF status ON card_orders FOR EACH ROW
WHEN (NEW.status <> OLD.status AND NOT (
        (OLD.status = 'submitted' AND NEW.status IN ('waiting', 'approved', 'refused', 'withdrawn'))
     OR (OLD.status = 'waiting'   AND NEW.status IN ('submitted', 'withdrawn'))
     OR (OLD.status = 'approved'  AND NEW.status IN ('ordered', 'withdrawn'))))
EXECUTE FUNCTION refuse('no such transition of a card order');
CREATE OR REPLACE FUNCTION card_orders_wait_for_an_answer() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.status = 'waiting' AND OLD.status <> 'waiting' AND NOT EXISTS (SELECT 1 FROM order_questions q
        WHERE q.order_number = NEW.number AND q.order_version = NEW.version))
  OR (NEW.status = 'submitted' AND OLD.status = 'waiting' AND (NEW.version = OLD.version OR NOT EXISTS (
        SELECT 1 FROM order_answers a WHERE a.order_number = NEW.number AND a.order_version = OLD.version))) THEN
        RAISE EXCEPTION 'an order waits while a question is open, and no longer' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER card_orders_wait_for_an_answer BEFORE UPDATE OF status ON card_orders FOR EACH ROW
EXECUTE FUNCTION card_orders_wait_for_an_answer();
CREATE OR REPLACE FUNCTION card_orders_need_a_decision() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.status = 'approved' AND OLD.status <> 'approved'
 AND NOT EXISTS (SELECT 1 FROM decisions d WHERE d.decision = 'approve'
        AND ((NEW.origin <> 'plan' AND d.subject_kind = 'card-order' AND d.subject_number = NEW.number
              AND d.subject_version = NEW.version AND d.decided_by <> NEW.submitted_by)
          OR (NEW.origin = 'plan' AND d.subject_kind = 'renewal-plan' AND d.subject_number = NEW.plan
              AND d.decided_by <> NEW.submitted_by))) THEN
        RAISE EXCEPTION 'self-approval: a card order is approved by another person''s decision' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE OR REPLACE FUNCTION card_orders_need_a_second_officer() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.status = 'approved' AND OLD.status <> 'approved' AND NEW.origin <> 'plan'
 AND EXISTS (SELECT 1 FROM order_flags f WHERE f.order_number = NEW.number AND f.order_version = NEW.version
        AND f.second_officer)
 AND (SELECT count(*) FROM decisions d WHERE d.decision = 'approve' AND d.subject_kind = 'card-order'
        AND d.subject_number = NEW.number AND d.subject_version = NEW.version AND d.decided_by <> NEW.submitted_by) < 2 THEN
        RAISE EXCEPTION 'two officers approve an order that a flag asks them to' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER card_orders_need_a_second_officer BEFORE UPDATE OF status ON card_orders FOR EACH ROW
EXECUTE FUNCTION card_orders_need_a_second_officer();
DROP TRIGGER card_orders_keep_their_submitter ON card_orders;
CREATE TRIGGER card_orders_keep_their_submitter BEFORE UPDATE ON card_orders FOR EACH ROW
WHEN (NEW.number <> OLD.number OR NEW.kind <> OLD.kind OR NEW.holder <> OLD.holder OR NEW.profession <> OLD.profession
  OR NEW.origin <> OLD.origin OR NEW.replaces IS DISTINCT FROM OLD.replaces OR NEW.plan IS DISTINCT FROM OLD.plan
  OR NEW.submitted_by <> OLD.submitted_by OR NEW.submitted_at <> OLD.submitted_at
  OR ((NEW.category <> OLD.category OR NEW.family_name <> OLD.family_name OR NEW.given_name <> OLD.given_name
       OR NEW.register_feed <> OLD.register_feed OR NEW.register_record <> OLD.register_record)
      AND (OLD.status <> 'submitted' OR NEW.version = OLD.version))
  OR NEW.version NOT IN (OLD.version, OLD.version + 1)
  OR (NEW.version <> OLD.version AND OLD.status NOT IN ('submitted', 'waiting')))
EXECUTE FUNCTION refuse('what was decided on is never changed');

CREATE TRIGGER order_questions_are_never_changed BEFORE UPDATE ON order_questions FOR EACH ROW
EXECUTE FUNCTION refuse('a question stands');
CREATE TRIGGER order_questions_are_never_deleted BEFORE DELETE ON order_questions FOR EACH ROW
EXECUTE FUNCTION refuse('a question stands');
CREATE TRIGGER order_answers_are_never_changed BEFORE UPDATE ON order_answers FOR EACH ROW
EXECUTE FUNCTION refuse('an answer stands');
CREATE TRIGGER order_answers_are_never_deleted BEFORE DELETE ON order_answers FOR EACH ROW
EXECUTE FUNCTION refuse('an answer stands');
CREATE TRIGGER order_flags_are_never_changed BEFORE UPDATE ON order_flags FOR EACH ROW
EXECUTE FUNCTION refuse('a flag stands');
CREATE TRIGGER order_flags_are_never_deleted BEFORE DELETE ON order_flags FOR EACH ROW
EXECUTE FUNCTION refuse('a flag stands');

-- The web role submits, asks, answers and decides; the worker submits what renewal and the register bring. The triggers read as
-- whoever they serve.
GRANT SELECT, INSERT ON order_questions, order_answers, order_flags TO igc_web;
GRANT SELECT ON order_questions, order_answers TO igc_worker;
GRANT SELECT, INSERT ON order_flags TO igc_worker;
GRANT SELECT, INSERT, DELETE ON order_places TO igc_web, igc_worker;
