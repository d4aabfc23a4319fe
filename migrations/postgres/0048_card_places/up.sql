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

CREATE TRIGGER card_places_are_never_changed BEFORE UPDATE ON card_places FOR EACH ROW
EXECUTE FUNCTION refuse('where a holder practised when his card was made stands');
CREATE TRIGGER card_places_are_never_deleted BEFORE DELETE ON card_places FOR EACH ROW
EXECUTE FUNCTION refuse('where a holder practised when his card was made stands');

GRANT SELECT, INSERT ON card_places TO igc_worker;
