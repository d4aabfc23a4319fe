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
CREATE TRIGGER order_notes_are_never_replaced BEFORE INSERT ON order_notes
WHEN EXISTS (SELECT 1 FROM order_notes WHERE rowid = NEW.rowid OR id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'UNIQUE constraint failed: order_notes are never replaced'); END;
CREATE TRIGGER order_notes_are_never_changed BEFORE UPDATE ON order_notes
BEGIN SELECT RAISE(ABORT, 'a note stands as it was written'); END;
CREATE TRIGGER order_notes_go_after_their_order BEFORE DELETE ON order_notes
WHEN EXISTS (SELECT 1 FROM card_orders o WHERE o.number = OLD.order_number AND o.status IN ('submitted', 'waiting', 'approved'))
BEGIN SELECT RAISE(ABORT, 'the notes of an open order stay'); END;
