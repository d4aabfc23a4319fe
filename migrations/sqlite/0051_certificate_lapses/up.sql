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

CREATE TRIGGER certificate_lapses_are_never_replaced BEFORE INSERT ON certificate_lapses
WHEN EXISTS (SELECT 1 FROM certificate_lapses WHERE rowid = NEW.rowid
    OR (request = NEW.request AND first_sequence = NEW.first_sequence)
    OR (request = NEW.request AND status = 'open' AND NEW.status = 'open'))
BEGIN SELECT RAISE(ABORT, 'UNIQUE constraint failed: certificate_lapses are never replaced'); END;
CREATE TRIGGER certificate_lapses_keep_their_rowid BEFORE UPDATE ON certificate_lapses WHEN NEW.rowid <> OLD.rowid
BEGIN SELECT RAISE(ABORT, 'a row is never moved'); END;
CREATE TRIGGER certificate_lapses_are_never_deleted BEFORE DELETE ON certificate_lapses
BEGIN SELECT RAISE(ABORT, 'a lapse is settled, and never deleted'); END;
CREATE TRIGGER certificate_lapses_begin_as_open BEFORE INSERT ON certificate_lapses
WHEN NEW.status <> 'open' OR NOT EXISTS (SELECT 1 FROM register_feeds f
        WHERE f.sequence = NEW.first_sequence AND f.id = NEW.first_feed AND f.status = 'complete')
BEGIN SELECT RAISE(ABORT, 'a lapse begins as open, in the light of a complete feed'); END;
CREATE TRIGGER certificate_lapses_are_settled_once BEFORE UPDATE ON certificate_lapses
WHEN OLD.status <> 'open' OR NEW.request <> OLD.request OR NEW.first_sequence <> OLD.first_sequence
  OR NEW.first_feed <> OLD.first_feed OR NEW.cause <> OLD.cause OR NEW.found_at <> OLD.found_at
BEGIN SELECT RAISE(ABORT, 'a lapse is settled once, and nothing else of it is ever changed'); END;
CREATE TRIGGER certificate_lapses_need_a_second_reading BEFORE UPDATE OF status ON certificate_lapses
WHEN NEW.status = 'confirmed' AND NOT EXISTS (SELECT 1 FROM register_feeds f
        WHERE f.sequence = NEW.second_sequence AND f.id = NEW.second_feed AND f.status = 'complete'
          AND f.sequence > OLD.first_sequence)
BEGIN SELECT RAISE(ABORT, 'one reading ends no certificate: a later complete feed says it again'); END;
CREATE TRIGGER certificate_lapses_of_a_plan_are_released_by_two BEFORE UPDATE OF status ON certificate_lapses
WHEN NEW.status = 'confirmed'
 AND EXISTS (SELECT 1 FROM opposition_plan_certificates i
             WHERE i.request = OLD.request AND i.first_sequence = OLD.first_sequence
               AND ((SELECT count(*) FROM decisions d WHERE d.subject_kind = 'opposition-plan'
                      AND d.subject_number = i.plan AND d.subject_version = 1 AND d.decision = 'approve') < 2
                 OR EXISTS (SELECT 1 FROM decisions d WHERE d.subject_kind = 'opposition-plan'
                      AND d.subject_number = i.plan AND d.subject_version = 1 AND d.decision = 'refuse')))
BEGIN SELECT RAISE(ABORT, 'two officers release a plan of oppositions'); END;

CREATE TRIGGER opposition_plan_certificates_are_never_replaced BEFORE INSERT ON opposition_plan_certificates
WHEN EXISTS (SELECT 1 FROM opposition_plan_certificates WHERE rowid = NEW.rowid
    OR (plan = NEW.plan AND request = NEW.request)
    OR (request = NEW.request AND first_sequence = NEW.first_sequence))
BEGIN SELECT RAISE(ABORT, 'UNIQUE constraint failed: opposition_plan_certificates are never replaced'); END;
CREATE TRIGGER opposition_plan_certificates_are_never_changed BEFORE UPDATE ON opposition_plan_certificates
BEGIN SELECT RAISE(ABORT, 'what was planned is never changed'); END;
CREATE TRIGGER opposition_plan_certificates_are_never_deleted BEFORE DELETE ON opposition_plan_certificates
BEGIN SELECT RAISE(ABORT, 'what was planned is never deleted'); END;
CREATE TRIGGER opposition_plan_certificates_come_before_decisions BEFORE INSERT ON opposition_plan_certificates
WHEN EXISTS (SELECT 1 FROM decisions d WHERE d.subject_kind = 'opposition-plan' AND d.subject_number = NEW.plan)
BEGIN SELECT RAISE(ABORT, 'what was planned is never changed'); END;
