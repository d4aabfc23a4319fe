-- Owner: registration-authority.

-- Under which names the restricted feed says that the holder of an order was born, as the worker read them when it looked at that
-- version: the web role does not read civil status. No names where they are those under which he practises; no row where the feed does
-- not name him. It goes with the documents of the order.
CREATE TABLE order_birth_names (
    order_number      TEXT   NOT NULL,
    order_version     BIGINT NOT NULL,
    birth_family_name TEXT   CHECK (birth_family_name <> ''),
    birth_given_names TEXT,
    PRIMARY KEY (order_number, order_version),
    FOREIGN KEY (order_number, order_version) REFERENCES order_looks (order_number, order_version),
    CHECK ((birth_family_name IS NULL) = (birth_given_names IS NULL))
) WITHOUT ROWID;

CREATE TRIGGER order_birth_names_are_never_replaced BEFORE INSERT ON order_birth_names
WHEN EXISTS (SELECT 1 FROM order_birth_names WHERE order_number = NEW.order_number AND order_version = NEW.order_version)
BEGIN SELECT RAISE(ABORT, 'UNIQUE constraint failed: order_birth_names are never replaced'); END;
CREATE TRIGGER order_birth_names_are_never_changed BEFORE UPDATE ON order_birth_names
BEGIN SELECT RAISE(ABORT, 'names at birth stand as they were read'); END;
CREATE TRIGGER order_birth_names_go_after_their_order BEFORE DELETE ON order_birth_names
WHEN EXISTS (SELECT 1 FROM card_orders o WHERE o.number = OLD.order_number AND o.status IN ('submitted', 'waiting', 'approved'))
BEGIN SELECT RAISE(ABORT, 'the names at birth of an open order stay'); END;
