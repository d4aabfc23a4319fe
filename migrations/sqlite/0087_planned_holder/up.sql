-- For whom a successor is planned: a holder whose ADELI number became an RPPS number has a card under the old one, and is asked for
-- under the new one. Null in plans from before: the card's holder.
ALTER TABLE renewal_plan_items ADD COLUMN holder TEXT;
CREATE TRIGGER renewal_plan_items_keep_their_holder BEFORE UPDATE ON renewal_plan_items
WHEN NEW.holder IS NOT OLD.holder
BEGIN SELECT RAISE(ABORT, 'what was planned is never changed'); END;
