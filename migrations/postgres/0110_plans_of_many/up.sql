-- Owner: registration-authority. Makes no table.

-- What renews more than 25 cards is approved by two officers (four_eyes.toml, `alone_up_to`). What one approved before there was such a rule
-- stands, and its cards are made.
ALTER TABLE renewal_plans ADD COLUMN by_one_before BOOLEAN NOT NULL DEFAULT FALSE;
UPDATE renewal_plans SET by_one_before = TRUE WHERE status <> 'proposed';
CREATE TRIGGER renewal_plans_have_no_past BEFORE INSERT ON renewal_plans FOR EACH ROW
WHEN (NEW.by_one_before)
EXECUTE FUNCTION refuse('a renewal plan begins as proposed');
CREATE TRIGGER renewal_plans_keep_their_past BEFORE UPDATE ON renewal_plans FOR EACH ROW
WHEN (NEW.by_one_before <> OLD.by_one_before)
EXECUTE FUNCTION refuse('what was planned is never changed');

CREATE FUNCTION renewal_plans_of_many_need_two_officers() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.status = 'approved' AND OLD.status <> 'approved'
 AND (SELECT count(*) FROM renewal_plan_items i WHERE i.plan = NEW.id AND i.outcome = 'renew') > 25
 AND (SELECT count(*) FROM decisions d WHERE d.decision = 'approve' AND d.subject_kind = 'renewal-plan'
        AND d.subject_number = NEW.id AND d.decided_by <> NEW.planned_by) < 2 THEN
        RAISE EXCEPTION 'two officers approve a renewal plan of more than 25 cards' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER renewal_plans_of_many_need_two_officers BEFORE UPDATE OF status ON renewal_plans FOR EACH ROW
EXECUTE FUNCTION renewal_plans_of_many_need_two_officers();
