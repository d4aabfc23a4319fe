-- Owner: registration-authority.

-- Where the holder of each card practised when the card was made, by the first two letters of each of his names: among whom the
-- worker looks for similar persons before it makes another. `order_places` is written by the web role, and proves nothing to it.
CREATE TABLE card_places (
    structure   TEXT NOT NULL,
    initials    TEXT NOT NULL,
    card_number TEXT NOT NULL REFERENCES cards (number),
    name        TEXT NOT NULL,
    PRIMARY KEY (structure, initials, card_number)
);
INSERT INTO card_places (structure, initials, card_number, name)
    SELECT p.structure, p.initials, c.number, p.name
    FROM order_places p JOIN cards c ON c.order_number = p.order_number;

CREATE TRIGGER card_places_are_never_changed BEFORE UPDATE ON card_places
BEGIN SELECT RAISE(ABORT, 'where a holder practised when his card was made stands'); END;
CREATE TRIGGER card_places_are_never_deleted BEFORE DELETE ON card_places
BEGIN SELECT RAISE(ABORT, 'where a holder practised when his card was made stands'); END;
-- REPLACE deletes without asking the delete triggers (PRAGMA recursive_triggers is off by default).
CREATE TRIGGER card_places_are_never_replaced BEFORE INSERT ON card_places
WHEN EXISTS (SELECT 1 FROM card_places WHERE rowid = NEW.rowid
    OR (structure = NEW.structure AND initials = NEW.initials AND card_number = NEW.card_number))
BEGIN SELECT RAISE(ABORT, 'UNIQUE constraint failed: card_places'); END;
