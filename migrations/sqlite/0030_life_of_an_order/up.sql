-- Owner: registration-authority.

-- An order can wait for its applicant. SQLite alters no check: the table is made anew, with its
-- rows; what refers to them is looked at when all of it is there again.
PRAGMA defer_foreign_keys = ON;
CREATE TEMP TABLE card_orders_before AS SELECT * FROM card_orders;
DROP TABLE card_orders;
CREATE TABLE card_orders (
    number          TEXT   NOT NULL PRIMARY KEY,
    version         BIGINT NOT NULL CHECK (version > 0),
    kind            TEXT   NOT NULL CHECK (kind IN ('CPS', 'CPF', 'CPE', 'CDE', 'CPA', 'CDA')),
    holder          TEXT   NOT NULL,
    profession      TEXT   NOT NULL,
    category        TEXT   NOT NULL,
    family_name     TEXT   NOT NULL,
    given_name      TEXT   NOT NULL,
    origin          TEXT   NOT NULL CHECK (origin IN ('officer', 'plan', 'register')),
    replaces        TEXT,
    plan            TEXT,
    submitted_by    TEXT   NOT NULL CHECK (submitted_by <> ''),
    submitted_at    BIGINT NOT NULL,
    status          TEXT   NOT NULL CHECK (status IN ('submitted', 'waiting', 'approved', 'refused', 'withdrawn', 'ordered')),
    changed_at      BIGINT NOT NULL,
    register_feed   TEXT   NOT NULL,
    register_record TEXT   NOT NULL,
    CHECK ((origin = 'plan') = (plan IS NOT NULL))
);
INSERT INTO card_orders (number, version, kind, holder, profession, category, family_name, given_name, origin, replaces, plan,
                         submitted_by, submitted_at, status, changed_at, register_feed, register_record)
SELECT number, version, kind, holder, profession, category, family_name, given_name, origin, replaces, plan,
       submitted_by, submitted_at, status, changed_at, register_feed, register_record FROM card_orders_before;
DROP TABLE card_orders_before;
CREATE INDEX card_orders_queue ON card_orders (status, submitted_at, number);
CREATE INDEX card_orders_by_holder ON card_orders (holder);
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

CREATE TRIGGER card_orders_begin_as_submitted BEFORE INSERT ON card_orders
WHEN NEW.status <> 'submitted'
BEGIN SELECT RAISE(ABORT, 'a card order begins as submitted'); END;
CREATE TRIGGER card_orders_go_one_way BEFORE UPDATE OF status ON card_orders
WHEN NEW.status <> OLD.status AND NOT (
        (OLD.status = 'submitted' AND NEW.status IN ('waiting', 'approved', 'refused', 'withdrawn'))
     OR (OLD.status = 'waiting'   AND NEW.status IN ('submitted', 'withdrawn'))
     OR (OLD.status = 'approved'  AND NEW.status IN ('ordered', 'withdrawn')))
BEGIN SELECT RAISE(ABORT, 'no such transition of a card order'); END;
CREATE TRIGGER card_orders_wait_for_an_answer BEFORE UPDATE OF status ON card_orders
WHEN (NEW.status = 'waiting' AND OLD.status <> 'waiting' AND NOT EXISTS (SELECT 1 FROM order_questions q
        WHERE q.order_number = NEW.number AND q.order_version = NEW.version))
  OR (NEW.status = 'submitted' AND OLD.status = 'waiting' AND (NEW.version = OLD.version OR NOT EXISTS (
        SELECT 1 FROM order_answers a WHERE a.order_number = NEW.number AND a.order_version = OLD.version)))
BEGIN SELECT RAISE(ABORT, 'an order waits while a question is open, and no longer'); END;
CREATE TRIGGER card_orders_need_a_decision BEFORE UPDATE OF status ON card_orders
WHEN NEW.status = 'approved' AND OLD.status <> 'approved'
 AND NOT EXISTS (SELECT 1 FROM decisions d WHERE d.decision = 'approve'
        AND ((NEW.origin <> 'plan' AND d.subject_kind = 'card-order' AND d.subject_number = NEW.number
              AND d.subject_version = NEW.version AND d.decided_by <> NEW.submitted_by)
          OR (NEW.origin = 'plan' AND d.subject_kind = 'renewal-plan' AND d.subject_number = NEW.plan
              AND d.decided_by <> NEW.submitted_by)))
BEGIN SELECT RAISE(ABORT, 'self-approval: a card order is approved by another person''s decision'); END;
CREATE TRIGGER card_orders_need_a_second_officer BEFORE UPDATE OF status ON card_orders
WHEN NEW.status = 'approved' AND OLD.status <> 'approved' AND NEW.origin <> 'plan'
 AND EXISTS (SELECT 1 FROM order_flags f WHERE f.order_number = NEW.number AND f.order_version = NEW.version
        AND f.second_officer)
 AND (SELECT count(*) FROM decisions d WHERE d.decision = 'approve' AND d.subject_kind = 'card-order'
        AND d.subject_number = NEW.number AND d.subject_version = NEW.version AND d.decided_by <> NEW.submitted_by) < 2
BEGIN SELECT RAISE(ABORT, 'two officers approve an order that a flag asks them to'); END;
CREATE TRIGGER card_orders_are_never_replaced BEFORE INSERT ON card_orders
WHEN EXISTS (SELECT 1 FROM card_orders WHERE rowid = NEW.rowid
    OR number = NEW.number
    OR (holder = NEW.holder AND kind = NEW.kind AND profession = NEW.profession
     AND status IN ('submitted', 'waiting', 'approved') AND NEW.status IN ('submitted', 'waiting', 'approved')))
BEGIN SELECT RAISE(ABORT, 'UNIQUE constraint failed: card_orders are never replaced'); END;
CREATE TRIGGER card_orders_keep_their_rowid BEFORE UPDATE ON card_orders WHEN NEW.rowid <> OLD.rowid
BEGIN SELECT RAISE(ABORT, 'a row is never moved'); END;
CREATE TRIGGER card_orders_are_never_deleted BEFORE DELETE ON card_orders
BEGIN SELECT RAISE(ABORT, 'card orders are never deleted'); END;
CREATE TRIGGER card_orders_keep_their_submitter BEFORE UPDATE ON card_orders
WHEN NEW.number <> OLD.number OR NEW.kind <> OLD.kind OR NEW.holder <> OLD.holder OR NEW.profession <> OLD.profession
  OR NEW.origin <> OLD.origin OR NEW.replaces IS NOT OLD.replaces OR NEW.plan IS NOT OLD.plan
  OR NEW.submitted_by <> OLD.submitted_by OR NEW.submitted_at <> OLD.submitted_at
  OR ((NEW.category <> OLD.category OR NEW.family_name <> OLD.family_name OR NEW.given_name <> OLD.given_name
       OR NEW.register_feed <> OLD.register_feed OR NEW.register_record <> OLD.register_record)
      AND (OLD.status <> 'submitted' OR NEW.version = OLD.version))
  OR NEW.version NOT IN (OLD.version, OLD.version + 1)
  OR (NEW.version <> OLD.version AND OLD.status NOT IN ('submitted', 'waiting'))
BEGIN SELECT RAISE(ABORT, 'what was decided on is never changed'); END;

CREATE TRIGGER order_questions_are_never_replaced BEFORE INSERT ON order_questions
WHEN EXISTS (SELECT 1 FROM order_questions WHERE rowid = NEW.rowid
    OR (order_number = NEW.order_number AND order_version = NEW.order_version))
BEGIN SELECT RAISE(ABORT, 'UNIQUE constraint failed: order_questions are never replaced'); END;
CREATE TRIGGER order_questions_are_never_changed BEFORE UPDATE ON order_questions
BEGIN SELECT RAISE(ABORT, 'a question stands'); END;
CREATE TRIGGER order_questions_are_never_deleted BEFORE DELETE ON order_questions
BEGIN SELECT RAISE(ABORT, 'a question stands'); END;
CREATE TRIGGER order_answers_are_never_replaced BEFORE INSERT ON order_answers
WHEN EXISTS (SELECT 1 FROM order_answers WHERE rowid = NEW.rowid
    OR (order_number = NEW.order_number AND order_version = NEW.order_version))
BEGIN SELECT RAISE(ABORT, 'UNIQUE constraint failed: order_answers are never replaced'); END;
CREATE TRIGGER order_answers_are_never_changed BEFORE UPDATE ON order_answers
BEGIN SELECT RAISE(ABORT, 'an answer stands'); END;
CREATE TRIGGER order_answers_are_never_deleted BEFORE DELETE ON order_answers
BEGIN SELECT RAISE(ABORT, 'an answer stands'); END;
CREATE TRIGGER order_flags_are_never_replaced BEFORE INSERT ON order_flags
WHEN EXISTS (SELECT 1 FROM order_flags WHERE rowid = NEW.rowid
    OR (order_number = NEW.order_number AND order_version = NEW.order_version AND flag = NEW.flag))
BEGIN SELECT RAISE(ABORT, 'UNIQUE constraint failed: order_flags are never replaced'); END;
CREATE TRIGGER order_flags_are_never_changed BEFORE UPDATE ON order_flags
BEGIN SELECT RAISE(ABORT, 'a flag stands'); END;
CREATE TRIGGER order_flags_are_never_deleted BEFORE DELETE ON order_flags
BEGIN SELECT RAISE(ABORT, 'a flag stands'); END;
