-- Owner: registration-authority. Makes no table.

-- For which orders an officer is there is a part of who he is: two administrators signed for it.
DROP TRIGGER officers_keep_who_they_are;
CREATE TRIGGER officers_keep_who_they_are BEFORE UPDATE ON officers
WHEN NEW.login <> OLD.login OR NEW.display_name <> OLD.display_name OR NEW.role <> OLD.role OR NEW.scope <> OLD.scope
  OR NEW.enrolled_at <> OLD.enrolled_at OR (OLD.ended_at IS NOT NULL AND NEW.ended_at IS NOT OLD.ended_at)
BEGIN SELECT RAISE(ABORT, 'an officer ends once, and nothing else of him is ever changed'); END;
