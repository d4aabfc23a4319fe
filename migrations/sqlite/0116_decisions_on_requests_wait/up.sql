-- Owner: registration-authority.

-- A decision on a certificate request waits as one on an order does: until it has taken effect whoever took it takes it back, and the request
-- is open again, in its next version.

-- What was taken back, of either kind.
CREATE TABLE retractions_before AS SELECT * FROM decision_retractions;
DROP TABLE decision_retractions;
CREATE TABLE decision_retractions (
    subject_kind    TEXT   NOT NULL CHECK (subject_kind IN ('card-order', 'certificate-request')),
    subject_number  TEXT   NOT NULL,
    subject_version BIGINT NOT NULL,
    decided_by      TEXT   NOT NULL,
    retracted_at    BIGINT NOT NULL,
    PRIMARY KEY (subject_kind, subject_number, subject_version, decided_by)
) WITHOUT ROWID;
INSERT INTO decision_retractions SELECT subject_kind, subject_number, subject_version, decided_by, retracted_at FROM retractions_before;
DROP TABLE retractions_before;
CREATE TRIGGER decision_retractions_are_of_what_waits BEFORE INSERT ON decision_retractions
WHEN NOT EXISTS (SELECT 1 FROM decisions d WHERE d.subject_kind = NEW.subject_kind AND d.subject_number = NEW.subject_number
        AND d.subject_version = NEW.subject_version AND d.decided_by = NEW.decided_by)
  OR (NEW.subject_kind = 'card-order' AND NOT EXISTS (SELECT 1 FROM card_orders o WHERE o.number = NEW.subject_number
        AND o.version = NEW.subject_version AND o.status IN ('submitted', 'approved', 'refused')))
  OR (NEW.subject_kind = 'certificate-request' AND NOT EXISTS (SELECT 1 FROM certificate_requests r WHERE r.number = NEW.subject_number
        AND r.version = NEW.subject_version AND r.status IN ('approved', 'refused')))
BEGIN SELECT RAISE(ABORT, 'what was not decided, or has its card, is not taken back'); END;
CREATE TRIGGER decision_retractions_are_never_replaced BEFORE INSERT ON decision_retractions
WHEN EXISTS (SELECT 1 FROM decision_retractions WHERE subject_kind = NEW.subject_kind AND subject_number = NEW.subject_number
     AND subject_version = NEW.subject_version AND decided_by = NEW.decided_by)
BEGIN SELECT RAISE(ABORT, 'UNIQUE constraint failed: decision_retractions are never replaced'); END;
CREATE TRIGGER decision_retractions_are_never_changed BEFORE UPDATE ON decision_retractions
BEGIN SELECT RAISE(ABORT, 'what was taken back is append-only'); END;
CREATE TRIGGER decision_retractions_are_never_deleted BEFORE DELETE ON decision_retractions
BEGIN SELECT RAISE(ABORT, 'what was taken back is append-only'); END;

-- What waits, of either kind.
CREATE TABLE pending_before AS SELECT * FROM decisions_pending;
DROP TABLE decisions_pending;
CREATE TABLE decisions_pending (
    subject_number  TEXT   NOT NULL,
    subject_version BIGINT NOT NULL,
    effective_at    BIGINT NOT NULL,
    subject_kind    TEXT   NOT NULL CHECK (subject_kind IN ('card-order', 'certificate-request')),
    PRIMARY KEY (subject_kind, subject_number, subject_version)
) WITHOUT ROWID;
INSERT INTO decisions_pending SELECT order_number, order_version, effective_at, 'card-order' FROM pending_before;
DROP TABLE pending_before;
CREATE INDEX decisions_pending_by_time ON decisions_pending (effective_at);

-- What took effect, of either kind.
CREATE TABLE in_effect_before AS SELECT * FROM decisions_in_effect;
DROP TABLE decisions_in_effect;
CREATE TABLE decisions_in_effect (
    subject_number  TEXT   NOT NULL,
    subject_version BIGINT NOT NULL,
    took_effect_at  BIGINT NOT NULL,
    subject_kind    TEXT   NOT NULL CHECK (subject_kind IN ('card-order', 'certificate-request')),
    PRIMARY KEY (subject_kind, subject_number, subject_version)
) WITHOUT ROWID;
INSERT INTO decisions_in_effect SELECT order_number, order_version, took_effect_at, 'card-order' FROM in_effect_before;
DROP TABLE in_effect_before;
CREATE TRIGGER decisions_in_effect_are_never_replaced BEFORE INSERT ON decisions_in_effect
WHEN EXISTS (SELECT 1 FROM decisions_in_effect WHERE subject_kind = NEW.subject_kind AND subject_number = NEW.subject_number
     AND subject_version = NEW.subject_version)
BEGIN SELECT RAISE(ABORT, 'UNIQUE constraint failed: decisions_in_effect are never replaced'); END;
CREATE TRIGGER decisions_in_effect_are_never_changed BEFORE UPDATE ON decisions_in_effect
BEGIN SELECT RAISE(ABORT, 'what took effect is append-only'); END;
CREATE TRIGGER decisions_in_effect_are_never_deleted BEFORE DELETE ON decisions_in_effect
BEGIN SELECT RAISE(ABORT, 'what took effect is append-only'); END;
CREATE TRIGGER decision_retractions_are_in_time BEFORE INSERT ON decision_retractions
WHEN EXISTS (SELECT 1 FROM decisions_in_effect e WHERE e.subject_kind = NEW.subject_kind
        AND e.subject_number = NEW.subject_number AND e.subject_version = NEW.subject_version)
BEGIN SELECT RAISE(ABORT, 'in effect: what took effect is not taken back'); END;

-- Before this, whoever asked was told at once what was decided: that has taken effect, unless the worker refused it.
INSERT INTO decisions_in_effect (subject_kind, subject_number, subject_version, took_effect_at)
SELECT 'certificate-request', r.number, r.version, max(d.decided_at)
FROM certificate_requests r
JOIN decisions d ON d.subject_kind = 'certificate-request' AND d.subject_number = r.number AND d.subject_version = r.version
WHERE r.status IN ('approved', 'refused', 'issued')
  AND NOT EXISTS (SELECT 1 FROM decision_receipts t WHERE t.subject_kind = 'certificate-request' AND t.subject_number = r.number
        AND t.subject_version = r.version AND t.refusal IS NOT NULL)
GROUP BY r.number, r.version;

DROP TRIGGER certificate_requests_go_one_way;
CREATE TRIGGER certificate_requests_go_one_way BEFORE UPDATE OF status ON certificate_requests
WHEN NEW.status <> OLD.status AND NOT (
        (OLD.status = 'submitted' AND NEW.status IN ('approved', 'refused', 'withdrawn'))
     OR (OLD.status = 'approved'  AND NEW.status IN ('issued', 'withdrawn'))
     OR (OLD.status IN ('approved', 'refused') AND NEW.status = 'submitted' AND NEW.version = OLD.version + 1
         AND EXISTS (SELECT 1 FROM decision_retractions d WHERE d.subject_kind = 'certificate-request'
            AND d.subject_number = NEW.number AND d.subject_version = OLD.version)))
BEGIN SELECT RAISE(ABORT, 'no such transition of a certificate request'); END;
DROP TRIGGER certificate_requests_keep_their_submitter;
CREATE TRIGGER certificate_requests_keep_their_submitter BEFORE UPDATE ON certificate_requests
WHEN NEW.number <> OLD.number OR NEW.profile <> OLD.profile
  OR NEW.structure <> OLD.structure OR NEW.common_name <> OLD.common_name OR NEW.dns_names <> OLD.dns_names
  OR NEW.csr <> OLD.csr OR NEW.public_key <> OLD.public_key OR NEW.submitted_by <> OLD.submitted_by
  OR NEW.submitted_at <> OLD.submitted_at
  OR (OLD.status = 'issued' AND (NEW.issuer <> OLD.issuer OR NEW.serial <> OLD.serial))
  OR (NEW.version <> OLD.version AND NOT (NEW.version = OLD.version + 1 AND OLD.status IN ('approved', 'refused')
        AND NEW.status = 'submitted'))
BEGIN SELECT RAISE(ABORT, 'what was decided on is never changed'); END;
