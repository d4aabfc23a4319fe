-- Owner: registration-authority.

-- Versions of orders at which the worker has looked for flags that only it can find: it reads civil status, the web role does not.
CREATE TABLE order_looks (
    order_number  TEXT   NOT NULL REFERENCES card_orders (number),
    order_version BIGINT NOT NULL CHECK (order_version > 0),
    looked_at     BIGINT NOT NULL,
    PRIMARY KEY (order_number, order_version)
) WITHOUT ROWID;

CREATE TRIGGER order_looks_are_never_replaced BEFORE INSERT ON order_looks
WHEN EXISTS (SELECT 1 FROM order_looks WHERE order_number = NEW.order_number AND order_version = NEW.order_version)
BEGIN SELECT RAISE(ABORT, 'UNIQUE constraint failed: order_looks are never replaced'); END;
CREATE TRIGGER order_looks_are_never_changed BEFORE UPDATE ON order_looks
BEGIN SELECT RAISE(ABORT, 'a look was taken'); END;
CREATE TRIGGER order_looks_are_never_deleted BEFORE DELETE ON order_looks
BEGIN SELECT RAISE(ABORT, 'a look was taken'); END;
