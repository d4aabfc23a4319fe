-- Owner: registration-authority.

-- A decision on an order waits before anything follows from it. Until then whoever took it takes it back: the order is open
-- again, in its next version, of which no decision was signed.
CREATE TABLE decision_retractions (
    subject_kind    TEXT   NOT NULL CHECK (subject_kind = 'card-order'),
    subject_number  TEXT   NOT NULL,
    subject_version BIGINT NOT NULL,
    decided_by      TEXT   NOT NULL,
    retracted_at    BIGINT NOT NULL,
    PRIMARY KEY (subject_kind, subject_number, subject_version, decided_by)
) WITHOUT ROWID;
CREATE TRIGGER decision_retractions_are_of_what_waits BEFORE INSERT ON decision_retractions
WHEN NOT EXISTS (SELECT 1 FROM decisions d WHERE d.subject_kind = NEW.subject_kind AND d.subject_number = NEW.subject_number
        AND d.subject_version = NEW.subject_version AND d.decided_by = NEW.decided_by)
  OR NOT EXISTS (SELECT 1 FROM card_orders o WHERE o.number = NEW.subject_number AND o.version = NEW.subject_version
        AND o.status IN ('submitted', 'approved', 'refused'))
BEGIN SELECT RAISE(ABORT, 'what was not decided, or has its card, is not taken back'); END;
CREATE TRIGGER decision_retractions_are_never_replaced BEFORE INSERT ON decision_retractions
WHEN EXISTS (SELECT 1 FROM decision_retractions WHERE subject_kind = NEW.subject_kind AND subject_number = NEW.subject_number
     AND subject_version = NEW.subject_version AND decided_by = NEW.decided_by)
BEGIN SELECT RAISE(ABORT, 'UNIQUE constraint failed: decision_retractions are never replaced'); END;
CREATE TRIGGER decision_retractions_are_never_changed BEFORE UPDATE ON decision_retractions
BEGIN SELECT RAISE(ABORT, 'what was taken back is append-only'); END;
CREATE TRIGGER decision_retractions_are_never_deleted BEFORE DELETE ON decision_retractions
BEGIN SELECT RAISE(ABORT, 'what was taken back is append-only'); END;

-- Orders whose holder has not been told yet what was decided. The moment is the page's reckoning; the worker makes its own.
CREATE TABLE decisions_pending (
    order_number  TEXT   NOT NULL,
    order_version BIGINT NOT NULL,
    effective_at  BIGINT NOT NULL,
    PRIMARY KEY (order_number, order_version)
) WITHOUT ROWID;
CREATE INDEX decisions_pending_by_time ON decisions_pending (effective_at);

DROP TRIGGER card_orders_go_one_way;
CREATE TRIGGER card_orders_go_one_way BEFORE UPDATE OF status ON card_orders
WHEN NEW.status <> OLD.status AND NOT (
        (OLD.status = 'submitted' AND NEW.status IN ('waiting', 'approved', 'refused', 'withdrawn'))
     OR (OLD.status = 'waiting'   AND NEW.status IN ('submitted', 'withdrawn'))
     OR (OLD.status = 'approved'  AND NEW.status IN ('ordered', 'withdrawn'))
     OR (OLD.status IN ('approved', 'refused') AND NEW.status = 'submitted' AND NEW.version = OLD.version + 1
         AND EXISTS (SELECT 1 FROM decision_retractions r WHERE r.subject_kind = 'card-order'
            AND r.subject_number = NEW.number AND r.subject_version = OLD.version)))
BEGIN SELECT RAISE(ABORT, 'no such transition of a card order'); END;
DROP TRIGGER card_orders_keep_their_submitter;
CREATE TRIGGER card_orders_keep_their_submitter BEFORE UPDATE ON card_orders
WHEN NEW.number <> OLD.number OR NEW.kind <> OLD.kind OR NEW.holder <> OLD.holder OR NEW.profession <> OLD.profession
  OR NEW.origin <> OLD.origin OR NEW.replaces IS NOT OLD.replaces OR NEW.plan IS NOT OLD.plan
  OR NEW.submitted_by <> OLD.submitted_by OR NEW.submitted_at <> OLD.submitted_at
  OR ((NEW.category <> OLD.category OR NEW.family_name <> OLD.family_name OR NEW.given_name <> OLD.given_name
       OR NEW.register_feed <> OLD.register_feed OR NEW.register_record <> OLD.register_record)
      AND (OLD.status <> 'submitted' OR NEW.version = OLD.version))
  OR NEW.version NOT IN (OLD.version, OLD.version + 1)
  OR (NEW.version <> OLD.version AND OLD.status NOT IN ('submitted', 'waiting')
      AND NOT (OLD.status IN ('approved', 'refused') AND NEW.status = 'submitted'))
BEGIN SELECT RAISE(ABORT, 'what was decided on is never changed'); END;
