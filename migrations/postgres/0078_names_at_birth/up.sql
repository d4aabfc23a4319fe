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
);

CREATE TRIGGER order_birth_names_are_never_changed BEFORE UPDATE ON order_birth_names FOR EACH ROW
EXECUTE FUNCTION refuse('names at birth stand as they were read');
CREATE FUNCTION order_birth_names_go_after_their_order() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM card_orders o WHERE o.number = OLD.order_number
            AND o.status IN ('submitted', 'waiting', 'approved')) THEN
        RAISE EXCEPTION 'the names at birth of an open order stay' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN OLD;
END $$;
CREATE TRIGGER order_birth_names_go_after_their_order BEFORE DELETE ON order_birth_names FOR EACH ROW
EXECUTE FUNCTION order_birth_names_go_after_their_order();

-- The worker writes what it reads; the pages show it; the owner takes it away.
GRANT SELECT, INSERT ON order_birth_names TO igc_worker;
GRANT SELECT ON order_birth_names TO igc_web;
