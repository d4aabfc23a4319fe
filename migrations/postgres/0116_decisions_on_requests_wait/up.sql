-- Owner: registration-authority.

-- A decision on a certificate request waits as one on an order does: until it has taken effect whoever took it takes it back, and the request
-- is open again, in its next version.

-- What was taken back, what waits and what took effect, of either kind.
ALTER TABLE decision_retractions DROP CONSTRAINT decision_retractions_subject_kind_check;
ALTER TABLE decision_retractions ADD CONSTRAINT decision_retractions_subject_kind_check
    CHECK (subject_kind IN ('card-order', 'certificate-request'));
ALTER TABLE decisions_pending RENAME COLUMN order_number TO subject_number;
ALTER TABLE decisions_pending RENAME COLUMN order_version TO subject_version;
ALTER TABLE decisions_pending ADD COLUMN subject_kind TEXT NOT NULL DEFAULT 'card-order'
    CHECK (subject_kind IN ('card-order', 'certificate-request'));
ALTER TABLE decisions_pending ALTER COLUMN subject_kind DROP DEFAULT;
ALTER TABLE decisions_pending DROP CONSTRAINT decisions_pending_pkey;
ALTER TABLE decisions_pending ADD PRIMARY KEY (subject_kind, subject_number, subject_version);
ALTER TABLE decisions_in_effect RENAME COLUMN order_number TO subject_number;
ALTER TABLE decisions_in_effect RENAME COLUMN order_version TO subject_version;
ALTER TABLE decisions_in_effect ADD COLUMN subject_kind TEXT NOT NULL DEFAULT 'card-order'
    CHECK (subject_kind IN ('card-order', 'certificate-request'));
ALTER TABLE decisions_in_effect ALTER COLUMN subject_kind DROP DEFAULT;
ALTER TABLE decisions_in_effect DROP CONSTRAINT decisions_in_effect_pkey;
ALTER TABLE decisions_in_effect ADD PRIMARY KEY (subject_kind, subject_number, subject_version);

CREATE OR REPLACE FUNCTION decision_retractions_are_of_what_waits() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM decisions d WHERE d.subject_kind = NEW.subject_kind AND d.subject_number = NEW.subject_number
            AND d.subject_version = NEW.subject_version AND d.decided_by = NEW.decided_by)
      OR (NEW.subject_kind = 'card-order' AND NOT EXISTS (SELECT 1 FROM card_orders o WHERE o.number = NEW.subject_number
            AND o.version = NEW.subject_version AND o.status IN ('submitted', 'approved', 'refused')))
      OR (NEW.subject_kind = 'certificate-request' AND NOT EXISTS (SELECT 1 FROM certificate_requests r
            WHERE r.number = NEW.subject_number AND r.version = NEW.subject_version AND r.status IN ('approved', 'refused'))) THEN
        RAISE EXCEPTION 'what was not decided, or has its card, is not taken back' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE OR REPLACE FUNCTION decision_retractions_are_in_time() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM decisions_in_effect e WHERE e.subject_kind = NEW.subject_kind
            AND e.subject_number = NEW.subject_number AND e.subject_version = NEW.subject_version) THEN
        RAISE EXCEPTION 'in effect: what took effect is not taken back' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NOT acts_for_the_worker() AND (abs(NEW.retracted_at - clock_millis()) > 300000
            OR (NOT EXISTS (SELECT 1 FROM card_orders o WHERE NEW.subject_kind = 'card-order' AND o.number = NEW.subject_number
                    AND o.version = NEW.subject_version AND o.status = 'submitted')
                AND NOT EXISTS (SELECT 1 FROM decisions d WHERE d.subject_kind = NEW.subject_kind
                    AND d.subject_number = NEW.subject_number AND d.subject_version = NEW.subject_version
                    AND d.decided_at + 86400000 + 300000 >= clock_millis()))) THEN
        RAISE EXCEPTION 'in effect: a decision is taken back when it is, within its delay' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;

-- Before this, whoever asked was told at once what was decided: that has taken effect, unless the worker refused it.
INSERT INTO decisions_in_effect (subject_kind, subject_number, subject_version, took_effect_at)
SELECT 'certificate-request', r.number, r.version, max(d.decided_at)
FROM certificate_requests r
JOIN decisions d ON d.subject_kind = 'certificate-request' AND d.subject_number = r.number AND d.subject_version = r.version
WHERE r.status IN ('approved', 'refused', 'issued')
  AND NOT EXISTS (SELECT 1 FROM decision_receipts t WHERE t.subject_kind = 'certificate-request' AND t.subject_number = r.number
        AND t.subject_version = r.version AND t.refusal IS NOT NULL)
GROUP BY r.number, r.version;

DROP TRIGGER certificate_requests_go_one_way ON certificate_requests;
CREATE FUNCTION certificate_requests_go_one_way() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.status <> OLD.status AND NOT (
            (OLD.status = 'submitted' AND NEW.status IN ('approved', 'refused', 'withdrawn'))
         OR (OLD.status = 'approved'  AND NEW.status IN ('issued', 'withdrawn'))
         OR (OLD.status IN ('approved', 'refused') AND NEW.status = 'submitted' AND NEW.version = OLD.version + 1
             AND EXISTS (SELECT 1 FROM decision_retractions d WHERE d.subject_kind = 'certificate-request'
                AND d.subject_number = NEW.number AND d.subject_version = OLD.version))) THEN
        RAISE EXCEPTION 'no such transition of a certificate request' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER certificate_requests_go_one_way BEFORE UPDATE OF status ON certificate_requests FOR EACH ROW
EXECUTE FUNCTION certificate_requests_go_one_way();
DROP TRIGGER certificate_requests_keep_their_submitter ON certificate_requests;
CREATE TRIGGER certificate_requests_keep_their_submitter BEFORE UPDATE ON certificate_requests FOR EACH ROW
WHEN (NEW.number <> OLD.number OR NEW.profile <> OLD.profile
  OR NEW.structure <> OLD.structure OR NEW.common_name <> OLD.common_name OR NEW.dns_names <> OLD.dns_names
  OR NEW.csr <> OLD.csr OR NEW.public_key <> OLD.public_key OR NEW.submitted_by <> OLD.submitted_by
  OR NEW.submitted_at <> OLD.submitted_at
  OR (OLD.status = 'issued' AND (NEW.issuer <> OLD.issuer OR NEW.serial <> OLD.serial))
  OR (NEW.version <> OLD.version AND NOT (NEW.version = OLD.version + 1 AND OLD.status IN ('approved', 'refused')
        AND NEW.status = 'submitted')))
EXECUTE FUNCTION refuse('what was decided on is never changed');
GRANT UPDATE (version) ON certificate_requests TO igc_web;
