-- Owner: registration-authority.

-- Which version of an order the worker gave back to the officers, and why: a decision that it refused, or (none) two who must approve and one
-- who had. The worker's alone to write; the pages say it.
CREATE TABLE orders_given_back (
    order_number  TEXT   NOT NULL REFERENCES card_orders (number),
    order_version BIGINT NOT NULL CHECK (order_version > 0),
    given_back_at BIGINT NOT NULL,
    refusal       TEXT   CHECK (refusal <> ''),
    PRIMARY KEY (order_number, order_version)
) WITHOUT ROWID;
CREATE TRIGGER orders_given_back_are_never_replaced BEFORE INSERT ON orders_given_back
WHEN EXISTS (SELECT 1 FROM orders_given_back WHERE order_number = NEW.order_number AND order_version = NEW.order_version)
BEGIN SELECT RAISE(ABORT, 'UNIQUE constraint failed: orders_given_back are never replaced'); END;
CREATE TRIGGER orders_given_back_are_never_changed BEFORE UPDATE ON orders_given_back
BEGIN SELECT RAISE(ABORT, 'what was given back is never changed'); END;
CREATE TRIGGER orders_given_back_are_never_deleted BEFORE DELETE ON orders_given_back
BEGIN SELECT RAISE(ABORT, 'what was given back is never deleted'); END;

-- An order whose refusal the worker refused is given back too. Nobody else writes such a row, so nobody else brings an order back.
DROP TRIGGER card_orders_go_one_way;
CREATE TRIGGER card_orders_go_one_way BEFORE UPDATE OF status ON card_orders
WHEN NEW.status <> OLD.status AND NOT (
        (OLD.status = 'submitted' AND NEW.status IN ('waiting', 'approved', 'refused', 'withdrawn'))
     OR (OLD.status = 'waiting'   AND NEW.status IN ('submitted', 'withdrawn'))
     OR (OLD.status = 'approved'  AND NEW.status IN ('ordered', 'withdrawn'))
     OR (OLD.status IN ('approved', 'refused') AND NEW.status = 'submitted' AND NEW.version = OLD.version + 1
         AND EXISTS (SELECT 1 FROM decision_retractions r WHERE r.subject_kind = 'card-order'
            AND r.subject_number = NEW.number AND r.subject_version = OLD.version))
     OR (OLD.status IN ('approved', 'refused') AND NEW.status = 'submitted' AND NEW.version = OLD.version + 1 AND NEW.origin <> 'plan'
         AND EXISTS (SELECT 1 FROM orders_given_back g WHERE g.order_number = NEW.number AND g.order_version = OLD.version)))
BEGIN SELECT RAISE(ABORT, 'no such transition of a card order'); END;
