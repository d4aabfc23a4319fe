-- Owner: registration-authority; of the first part professional-registry. Makes no table.

-- Which of the two changed is nobody's to read: that one did is enough. A change that no flag can need any more goes with time.
ALTER TABLE register_contact_changes DROP COLUMN what;
CREATE INDEX register_contact_changes_by_time ON register_contact_changes (changed_at);

-- What the worker finds of an order that one officer has approved, and that two must, brings it back to the officers: open again, in its
-- next version, at which the worker has looked already. Nobody else writes a look, so nobody else brings an order back.
DROP TRIGGER card_orders_go_one_way;
CREATE TRIGGER card_orders_go_one_way BEFORE UPDATE OF status ON card_orders
WHEN NEW.status <> OLD.status AND NOT (
        (OLD.status = 'submitted' AND NEW.status IN ('waiting', 'approved', 'refused', 'withdrawn'))
     OR (OLD.status = 'waiting'   AND NEW.status IN ('submitted', 'withdrawn'))
     OR (OLD.status = 'approved'  AND NEW.status IN ('ordered', 'withdrawn'))
     OR (OLD.status IN ('approved', 'refused') AND NEW.status = 'submitted' AND NEW.version = OLD.version + 1
         AND EXISTS (SELECT 1 FROM decision_retractions r WHERE r.subject_kind = 'card-order'
            AND r.subject_number = NEW.number AND r.subject_version = OLD.version))
     OR (OLD.status = 'approved' AND NEW.status = 'submitted' AND NEW.version = OLD.version + 1 AND NEW.origin <> 'plan'
         AND EXISTS (SELECT 1 FROM order_looks l WHERE l.order_number = NEW.number AND l.order_version = NEW.version)))
BEGIN SELECT RAISE(ABORT, 'no such transition of a card order'); END;

-- Since when the contact was new goes some time after the look was taken; nothing else of it changes.
DROP TRIGGER reviews_are_never_changed;
CREATE TRIGGER reviews_are_never_changed BEFORE UPDATE ON reviews
WHEN NEW.number <> OLD.number OR NEW.looks_at <> OLD.looks_at OR NEW.subject <> OLD.subject OR NEW.version <> OLD.version
  OR NEW.opened_at <> OLD.opened_at OR NEW.due_from <> OLD.due_from OR NEW.contact_changed_at IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'a look is append-only'); END;
CREATE INDEX reviews_by_changed_contact ON reviews (contact_changed_at) WHERE contact_changed_at IS NOT NULL;
