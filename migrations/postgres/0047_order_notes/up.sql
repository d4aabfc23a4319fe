-- Owner: registration-authority.

-- What officers write for each other about an order. It proves nothing and is nobody's right to keep: it goes some time after
-- its order is closed.
CREATE TABLE order_notes (
    id           TEXT   NOT NULL PRIMARY KEY,
    order_number TEXT   NOT NULL REFERENCES card_orders (number),
    written_by   TEXT   NOT NULL CHECK (written_by <> ''),
    written_at   BIGINT NOT NULL,
    note         TEXT   NOT NULL CHECK (note <> '')
);
CREATE INDEX order_notes_by_order ON order_notes (order_number, written_at);
CREATE INDEX order_notes_by_time ON order_notes (written_at);
CREATE TRIGGER order_notes_are_never_changed BEFORE UPDATE ON order_notes FOR EACH ROW
EXECUTE FUNCTION refuse('a note stands as it was written');
CREATE FUNCTION order_notes_go_after_their_order() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM card_orders o WHERE o.number = OLD.order_number
            AND o.status IN ('submitted', 'waiting', 'approved')) THEN
        RAISE EXCEPTION 'the notes of an open order stay' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN OLD;
END $$;
CREATE TRIGGER order_notes_go_after_their_order BEFORE DELETE ON order_notes FOR EACH ROW
EXECUTE FUNCTION order_notes_go_after_their_order();

-- The web role writes and reads; neither it nor the worker takes one away: the owner does, as with the payloads of events.
GRANT SELECT, INSERT ON order_notes TO igc_web;
