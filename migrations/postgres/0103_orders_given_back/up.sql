-- Owner: registration-authority.

-- Which version of an order the worker gave back to the officers, and why: a decision that it refused, or (none) two who must approve and one
-- who had. The worker's alone to write; the pages say it.
CREATE TABLE orders_given_back (
    order_number  TEXT   NOT NULL REFERENCES card_orders (number),
    order_version BIGINT NOT NULL CHECK (order_version > 0),
    given_back_at BIGINT NOT NULL,
    refusal       TEXT   CHECK (refusal <> ''),
    PRIMARY KEY (order_number, order_version)
);
CREATE TRIGGER orders_given_back_are_never_changed BEFORE UPDATE ON orders_given_back FOR EACH ROW
EXECUTE FUNCTION refuse('what was given back is never changed');
CREATE TRIGGER orders_given_back_are_never_deleted BEFORE DELETE ON orders_given_back FOR EACH ROW
EXECUTE FUNCTION refuse('what was given back is never deleted');
GRANT SELECT ON orders_given_back TO igc_web, igc_worker;
GRANT INSERT ON orders_given_back TO igc_worker;

-- An order whose refusal the worker refused is given back too. Nobody else writes such a row, so nobody else brings an order back.
CREATE OR REPLACE FUNCTION card_orders_go_one_way() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.status <> OLD.status AND NOT (
            (OLD.status = 'submitted' AND NEW.status IN ('waiting', 'approved', 'refused', 'withdrawn'))
         OR (OLD.status = 'waiting'   AND NEW.status IN ('submitted', 'withdrawn'))
         OR (OLD.status = 'approved'  AND NEW.status IN ('ordered', 'withdrawn'))
         OR (OLD.status IN ('approved', 'refused') AND NEW.status = 'submitted' AND NEW.version = OLD.version + 1
             AND EXISTS (SELECT 1 FROM decision_retractions r WHERE r.subject_kind = 'card-order'
                AND r.subject_number = NEW.number AND r.subject_version = OLD.version))
         OR (OLD.status IN ('approved', 'refused') AND NEW.status = 'submitted' AND NEW.version = OLD.version + 1
             AND NEW.origin <> 'plan' AND EXISTS (SELECT 1 FROM orders_given_back g
                WHERE g.order_number = NEW.number AND g.order_version = OLD.version))) THEN
        RAISE EXCEPTION 'no such transition of a card order' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
