-- Owner: registration-authority.

-- A card whose holder, or whose structure, the register names or places otherwise than when it was ordered: what its rule says leads to a new
-- card, or to an update. `first_…` is the feed in whose light that was seen. It is over when the card is, or when the register says again what
-- the card carries.
CREATE TABLE card_changes (
    card_number    TEXT   NOT NULL REFERENCES cards (number),
    first_sequence BIGINT NOT NULL CHECK (first_sequence > 0),
    first_feed     TEXT   NOT NULL CHECK (length(first_feed) = 64),
    rule           TEXT   NOT NULL CHECK (rule <> ''),
    leads_to       TEXT   NOT NULL CHECK (leads_to IN ('new-card', 'update')),
    found_at       BIGINT NOT NULL,
    settled_at     BIGINT,
    PRIMARY KEY (card_number, first_sequence, rule)
);
CREATE UNIQUE INDEX card_changes_one_open ON card_changes (card_number) WHERE settled_at IS NULL;
CREATE INDEX card_orders_replacing ON card_orders (replaces) WHERE replaces IS NOT NULL;

CREATE TRIGGER card_changes_are_never_replaced BEFORE INSERT ON card_changes
WHEN EXISTS (SELECT 1 FROM card_changes WHERE rowid = NEW.rowid
    OR (card_number = NEW.card_number AND first_sequence = NEW.first_sequence AND rule = NEW.rule)
    OR (card_number = NEW.card_number AND settled_at IS NULL AND NEW.settled_at IS NULL))
BEGIN SELECT RAISE(ABORT, 'UNIQUE constraint failed: card_changes are never replaced'); END;
CREATE TRIGGER card_changes_keep_their_rowid BEFORE UPDATE ON card_changes WHEN NEW.rowid <> OLD.rowid
BEGIN SELECT RAISE(ABORT, 'a row is never moved'); END;
CREATE TRIGGER card_changes_are_never_deleted BEFORE DELETE ON card_changes
BEGIN SELECT RAISE(ABORT, 'a change is settled, and never deleted'); END;
CREATE TRIGGER card_changes_begin_as_open BEFORE INSERT ON card_changes
WHEN NEW.settled_at IS NOT NULL OR NOT EXISTS (SELECT 1 FROM register_feeds f
        WHERE f.sequence = NEW.first_sequence AND f.id = NEW.first_feed AND f.status = 'complete')
BEGIN SELECT RAISE(ABORT, 'a change is seen in the light of a complete feed'); END;
CREATE TRIGGER card_changes_are_settled_once BEFORE UPDATE ON card_changes
WHEN OLD.settled_at IS NOT NULL OR NEW.card_number <> OLD.card_number OR NEW.first_sequence <> OLD.first_sequence
  OR NEW.first_feed <> OLD.first_feed OR NEW.rule <> OLD.rule OR NEW.leads_to <> OLD.leads_to OR NEW.found_at <> OLD.found_at
BEGIN SELECT RAISE(ABORT, 'a change is settled once, and nothing else of it is ever changed'); END;

-- Whether a living card was meant when it was declared: who floods the public page with numbers of whoever has no card takes no room from
-- those who have one. It is never told to who declares.
ALTER TABLE opposition_tickets ADD COLUMN names_card BOOLEAN NOT NULL DEFAULT TRUE;
CREATE TRIGGER opposition_tickets_keep_what_they_name BEFORE UPDATE ON opposition_tickets WHEN NEW.names_card <> OLD.names_card
BEGIN SELECT RAISE(ABORT, 'a ticket is closed once, and nothing else of it is ever changed'); END;
