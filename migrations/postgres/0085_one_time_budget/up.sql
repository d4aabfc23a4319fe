-- Owner: registration-authority.

-- When the worker last mailed as many one-time codes within an hour as it may: one row. It says of nobody that he asked.
CREATE TABLE one_time_budget (
    id       BIGINT NOT NULL PRIMARY KEY CHECK (id = 1),
    spent_at BIGINT NOT NULL
);
CREATE TRIGGER one_time_budget_is_never_deleted BEFORE DELETE ON one_time_budget FOR EACH ROW
EXECUTE FUNCTION refuse('when the budget of one-time codes was spent last stays told');

GRANT SELECT ON one_time_budget TO igc_web;
GRANT SELECT, INSERT, UPDATE ON one_time_budget TO igc_worker;
