-- Owner: registration-authority.

-- Versions of orders at which the worker has looked for flags that only it can find: it reads civil status, the web role does not.
CREATE TABLE order_looks (
    order_number  TEXT   NOT NULL REFERENCES card_orders (number),
    order_version BIGINT NOT NULL CHECK (order_version > 0),
    looked_at     BIGINT NOT NULL,
    PRIMARY KEY (order_number, order_version)
);

CREATE TRIGGER order_looks_are_never_changed BEFORE UPDATE ON order_looks FOR EACH ROW
EXECUTE FUNCTION refuse('a look was taken');
CREATE TRIGGER order_looks_are_never_deleted BEFORE DELETE ON order_looks FOR EACH ROW
EXECUTE FUNCTION refuse('a look was taken');

GRANT SELECT, INSERT ON order_looks TO igc_worker;
