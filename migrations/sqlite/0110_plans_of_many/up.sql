-- Owner: registration-authority. Makes no table.

-- What renews more than 25 cards is approved by two officers (four_eyes.toml, `alone_up_to`). What one approved before there was such a rule
-- stands, and its cards are made.
ALTER TABLE renewal_plans ADD COLUMN by_one_before BOOLEAN NOT NULL DEFAULT FALSE;
UPDATE renewal_plans SET by_one_before = TRUE WHERE status <> 'proposed';
CREATE TRIGGER renewal_plans_have_no_past BEFORE INSERT ON renewal_plans WHEN NEW.by_one_before
BEGIN SELECT RAISE(ABORT, 'a renewal plan begins as proposed'); END;
CREATE TRIGGER renewal_plans_keep_their_past BEFORE UPDATE ON renewal_plans WHEN NEW.by_one_before <> OLD.by_one_before
BEGIN SELECT RAISE(ABORT, 'what was planned is never changed'); END;

CREATE TRIGGER renewal_plans_of_many_need_two_officers BEFORE UPDATE OF status ON renewal_plans
WHEN NEW.status = 'approved' AND OLD.status <> 'approved'
 AND (SELECT count(*) FROM renewal_plan_items i WHERE i.plan = NEW.id AND i.outcome = 'renew') > 25
 AND (SELECT count(*) FROM decisions d WHERE d.decision = 'approve' AND d.subject_kind = 'renewal-plan'
        AND d.subject_number = NEW.id AND d.decided_by <> NEW.planned_by) < 2
BEGIN SELECT RAISE(ABORT, 'two officers approve a renewal plan of more than 25 cards'); END;
