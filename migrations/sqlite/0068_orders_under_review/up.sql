-- Owner: registration-authority.

-- Which officer took an order up, in which version, and when: an order is under review while his lease lasts, and this is what is left of
-- it afterwards.
CREATE TABLE order_examinations (
    order_number  TEXT   NOT NULL REFERENCES card_orders (number),
    order_version BIGINT NOT NULL CHECK (order_version > 0),
    officer       TEXT   NOT NULL CHECK (officer <> ''),
    begun_at      BIGINT NOT NULL,
    PRIMARY KEY (order_number, begun_at, officer)
) WITHOUT ROWID;

CREATE TRIGGER order_examinations_are_never_replaced BEFORE INSERT ON order_examinations
WHEN EXISTS (SELECT 1 FROM order_examinations
    WHERE order_number = NEW.order_number AND begun_at = NEW.begun_at AND officer = NEW.officer)
BEGIN SELECT RAISE(ABORT, 'UNIQUE constraint failed: order_examinations are never replaced'); END;
CREATE TRIGGER order_examinations_are_never_changed BEFORE UPDATE ON order_examinations
BEGIN SELECT RAISE(ABORT, 'what was looked at is never changed'); END;
CREATE TRIGGER order_examinations_are_never_deleted BEFORE DELETE ON order_examinations
BEGIN SELECT RAISE(ABORT, 'what was looked at is never deleted'); END;
