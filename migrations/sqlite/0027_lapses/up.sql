-- Owner: registration-authority.

-- A complete feed of the register in whose light every living card was looked at.
CREATE TABLE register_examinations (
    sequence    BIGINT NOT NULL PRIMARY KEY CHECK (sequence > 0),
    feed        TEXT   NOT NULL UNIQUE CHECK (length(feed) = 64),
    examined_at BIGINT NOT NULL,
    found       BIGINT NOT NULL,
    lifted      BIGINT NOT NULL
);

-- A card that the register no longer supports: its holder has left it, or no longer exercises what the card is tied to.
-- `first_…` is the feed in whose light that was seen first, `second_…` the later one that said it again.
CREATE TABLE card_lapses (
    card_number     TEXT   NOT NULL REFERENCES cards (number),
    first_sequence  BIGINT NOT NULL CHECK (first_sequence > 0),
    first_feed      TEXT   NOT NULL CHECK (length(first_feed) = 64),
    cause           TEXT   NOT NULL CHECK (cause <> ''),
    found_at        BIGINT NOT NULL,
    status          TEXT   NOT NULL CHECK (status IN ('open', 'confirmed', 'lifted')),
    second_sequence BIGINT,
    second_feed     TEXT,
    settled_at      BIGINT,
    settled_by      TEXT,
    PRIMARY KEY (card_number, first_sequence),
    CHECK ((status = 'open') = (settled_at IS NULL)),
    CHECK ((settled_at IS NULL) = (settled_by IS NULL)),
    CHECK ((second_sequence IS NULL) = (second_feed IS NULL)),
    CHECK (second_sequence > first_sequence)
);
CREATE UNIQUE INDEX card_lapses_one_open ON card_lapses (card_number) WHERE status = 'open';
CREATE INDEX card_lapses_settled ON card_lapses (settled_at) WHERE settled_by = 'job:revalidation';

-- More oppositions than a day may bring by itself: the lapses that wait for two officers.
CREATE TABLE opposition_plans (
    id         TEXT   NOT NULL PRIMARY KEY,
    sequence   BIGINT NOT NULL CHECK (sequence > 0),
    feed       TEXT   NOT NULL CHECK (length(feed) = 64),
    planned_by TEXT   NOT NULL CHECK (planned_by <> ''),
    planned_at BIGINT NOT NULL
);
CREATE TABLE opposition_plan_items (
    plan           TEXT   NOT NULL REFERENCES opposition_plans (id),
    card_number    TEXT   NOT NULL,
    first_sequence BIGINT NOT NULL,
    PRIMARY KEY (plan, card_number),
    UNIQUE (card_number, first_sequence),
    FOREIGN KEY (card_number, first_sequence) REFERENCES card_lapses (card_number, first_sequence)
);

CREATE TRIGGER register_examinations_are_never_replaced BEFORE INSERT ON register_examinations
WHEN EXISTS (SELECT 1 FROM register_examinations WHERE rowid = NEW.rowid OR sequence = NEW.sequence OR feed = NEW.feed)
BEGIN SELECT RAISE(ABORT, 'UNIQUE constraint failed: register_examinations are never replaced'); END;
CREATE TRIGGER register_examinations_are_never_changed BEFORE UPDATE ON register_examinations
BEGIN SELECT RAISE(ABORT, 'what was looked at is never changed'); END;
CREATE TRIGGER register_examinations_are_never_deleted BEFORE DELETE ON register_examinations
BEGIN SELECT RAISE(ABORT, 'what was looked at is never deleted'); END;
CREATE TRIGGER register_examinations_are_of_complete_feeds BEFORE INSERT ON register_examinations
WHEN NOT EXISTS (SELECT 1 FROM register_feeds f
                 WHERE f.sequence = NEW.sequence AND f.id = NEW.feed AND f.status = 'complete')
BEGIN SELECT RAISE(ABORT, 'cards are looked at in the light of a complete feed'); END;

CREATE TRIGGER card_lapses_are_never_replaced BEFORE INSERT ON card_lapses
WHEN EXISTS (SELECT 1 FROM card_lapses WHERE rowid = NEW.rowid
    OR (card_number = NEW.card_number AND first_sequence = NEW.first_sequence)
    OR (card_number = NEW.card_number AND status = 'open' AND NEW.status = 'open'))
BEGIN SELECT RAISE(ABORT, 'UNIQUE constraint failed: card_lapses are never replaced'); END;
CREATE TRIGGER card_lapses_keep_their_rowid BEFORE UPDATE ON card_lapses WHEN NEW.rowid <> OLD.rowid
BEGIN SELECT RAISE(ABORT, 'a row is never moved'); END;
CREATE TRIGGER card_lapses_are_never_deleted BEFORE DELETE ON card_lapses
BEGIN SELECT RAISE(ABORT, 'a lapse is settled, and never deleted'); END;
CREATE TRIGGER card_lapses_begin_as_open BEFORE INSERT ON card_lapses
WHEN NEW.status <> 'open' OR NOT EXISTS (SELECT 1 FROM register_feeds f
        WHERE f.sequence = NEW.first_sequence AND f.id = NEW.first_feed AND f.status = 'complete')
BEGIN SELECT RAISE(ABORT, 'a lapse begins as open, in the light of a complete feed'); END;
CREATE TRIGGER card_lapses_are_settled_once BEFORE UPDATE ON card_lapses
WHEN OLD.status <> 'open' OR NEW.card_number <> OLD.card_number OR NEW.first_sequence <> OLD.first_sequence
  OR NEW.first_feed <> OLD.first_feed OR NEW.cause <> OLD.cause OR NEW.found_at <> OLD.found_at
BEGIN SELECT RAISE(ABORT, 'a lapse is settled once, and nothing else of it is ever changed'); END;
-- What nobody confirms by name, a second complete feed has said again.
CREATE TRIGGER card_lapses_need_a_second_reading BEFORE UPDATE OF status ON card_lapses
WHEN NEW.status = 'confirmed' AND NEW.settled_by LIKE 'job:revalidation%' AND NOT EXISTS (SELECT 1 FROM register_feeds f
        WHERE f.sequence = NEW.second_sequence AND f.id = NEW.second_feed AND f.status = 'complete'
          AND f.sequence > OLD.first_sequence)
BEGIN SELECT RAISE(ABORT, 'one reading opposes no card: a later complete feed says it again'); END;
CREATE TRIGGER card_lapses_of_a_plan_are_released_by_two BEFORE UPDATE OF status ON card_lapses
WHEN NEW.status = 'confirmed' AND NEW.settled_by LIKE 'job:revalidation%'
 AND EXISTS (SELECT 1 FROM opposition_plan_items i
             WHERE i.card_number = OLD.card_number AND i.first_sequence = OLD.first_sequence
               AND ((SELECT count(*) FROM decisions d WHERE d.subject_kind = 'opposition-plan'
                      AND d.subject_number = i.plan AND d.subject_version = 1 AND d.decision = 'approve') < 2
                 OR EXISTS (SELECT 1 FROM decisions d WHERE d.subject_kind = 'opposition-plan'
                      AND d.subject_number = i.plan AND d.subject_version = 1 AND d.decision = 'refuse')))
BEGIN SELECT RAISE(ABORT, 'two officers release a plan of oppositions'); END;

CREATE TRIGGER opposition_plans_are_never_replaced BEFORE INSERT ON opposition_plans
WHEN EXISTS (SELECT 1 FROM opposition_plans WHERE rowid = NEW.rowid OR id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'UNIQUE constraint failed: opposition_plans are never replaced'); END;
CREATE TRIGGER opposition_plans_are_never_changed BEFORE UPDATE ON opposition_plans
BEGIN SELECT RAISE(ABORT, 'what was planned is never changed'); END;
CREATE TRIGGER opposition_plans_are_never_deleted BEFORE DELETE ON opposition_plans
BEGIN SELECT RAISE(ABORT, 'what was planned is never deleted'); END;
CREATE TRIGGER opposition_plan_items_are_never_replaced BEFORE INSERT ON opposition_plan_items
WHEN EXISTS (SELECT 1 FROM opposition_plan_items WHERE rowid = NEW.rowid
    OR (plan = NEW.plan AND card_number = NEW.card_number)
    OR (card_number = NEW.card_number AND first_sequence = NEW.first_sequence))
BEGIN SELECT RAISE(ABORT, 'UNIQUE constraint failed: opposition_plan_items are never replaced'); END;
CREATE TRIGGER opposition_plan_items_are_never_changed BEFORE UPDATE ON opposition_plan_items
BEGIN SELECT RAISE(ABORT, 'what was planned is never changed'); END;
CREATE TRIGGER opposition_plan_items_are_never_deleted BEFORE DELETE ON opposition_plan_items
BEGIN SELECT RAISE(ABORT, 'what was planned is never deleted'); END;
-- Nothing is slipped into a plan that was decided on.
CREATE TRIGGER opposition_plan_items_come_before_decisions BEFORE INSERT ON opposition_plan_items
WHEN EXISTS (SELECT 1 FROM decisions d WHERE d.subject_kind = 'opposition-plan' AND d.subject_number = NEW.plan)
BEGIN SELECT RAISE(ABORT, 'what was planned is never changed'); END;
CREATE TRIGGER decisions_are_on_a_plan_of_oppositions BEFORE INSERT ON decisions
WHEN NEW.subject_kind = 'opposition-plan' AND (NEW.subject_version <> 1
  OR NOT EXISTS (SELECT 1 FROM opposition_plans p WHERE p.id = NEW.subject_number AND p.planned_by <> NEW.decided_by))
BEGIN SELECT RAISE(ABORT, 'self-approval: nobody decides on what he planned, or on no plan'); END;
