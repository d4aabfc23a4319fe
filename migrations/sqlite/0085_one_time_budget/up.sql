-- Owner: registration-authority.

-- When the worker last mailed as many one-time codes within an hour as it may: one row. It says of nobody that he asked.
CREATE TABLE one_time_budget (
    id       BIGINT NOT NULL PRIMARY KEY CHECK (id = 1),
    spent_at BIGINT NOT NULL
) WITHOUT ROWID;
CREATE TRIGGER one_time_budget_are_never_replaced BEFORE INSERT ON one_time_budget
WHEN EXISTS (SELECT 1 FROM one_time_budget WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'UNIQUE constraint failed: the budget of one-time codes is one row'); END;
CREATE TRIGGER one_time_budget_is_never_deleted BEFORE DELETE ON one_time_budget
BEGIN SELECT RAISE(ABORT, 'when the budget of one-time codes was spent last stays told'); END;
CREATE TRIGGER one_time_budget_keeps_its_row BEFORE UPDATE ON one_time_budget WHEN NEW.id <> OLD.id
BEGIN SELECT RAISE(ABORT, 'a row is never moved'); END;
