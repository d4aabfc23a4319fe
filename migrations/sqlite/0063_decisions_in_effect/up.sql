-- Owner: registration-authority.

-- That a decision on an order took effect: its holder was told. The worker's alone, so that nobody takes the decision back after.
CREATE TABLE decisions_in_effect (
    order_number  TEXT   NOT NULL,
    order_version BIGINT NOT NULL,
    took_effect_at BIGINT NOT NULL,
    PRIMARY KEY (order_number, order_version)
) WITHOUT ROWID;
CREATE TRIGGER decisions_in_effect_are_never_replaced BEFORE INSERT ON decisions_in_effect
WHEN EXISTS (SELECT 1 FROM decisions_in_effect WHERE order_number = NEW.order_number AND order_version = NEW.order_version)
BEGIN SELECT RAISE(ABORT, 'UNIQUE constraint failed: decisions_in_effect are never replaced'); END;
CREATE TRIGGER decisions_in_effect_are_never_changed BEFORE UPDATE ON decisions_in_effect
BEGIN SELECT RAISE(ABORT, 'what took effect is append-only'); END;
CREATE TRIGGER decisions_in_effect_are_never_deleted BEFORE DELETE ON decisions_in_effect
BEGIN SELECT RAISE(ABORT, 'what took effect is append-only'); END;

-- That the worker saw that a decision was taken back, and told the officer in whose name.
CREATE TABLE decision_retractions_seen (
    subject_kind    TEXT   NOT NULL,
    subject_number  TEXT   NOT NULL,
    subject_version BIGINT NOT NULL,
    decided_by      TEXT   NOT NULL,
    seen_at         BIGINT NOT NULL,
    PRIMARY KEY (subject_kind, subject_number, subject_version, decided_by)
) WITHOUT ROWID;
CREATE TRIGGER decision_retractions_seen_are_never_replaced BEFORE INSERT ON decision_retractions_seen
WHEN EXISTS (SELECT 1 FROM decision_retractions_seen WHERE subject_kind = NEW.subject_kind
     AND subject_number = NEW.subject_number AND subject_version = NEW.subject_version AND decided_by = NEW.decided_by)
BEGIN SELECT RAISE(ABORT, 'UNIQUE constraint failed: decision_retractions_seen are never replaced'); END;
CREATE TRIGGER decision_retractions_seen_are_never_changed BEFORE UPDATE ON decision_retractions_seen
BEGIN SELECT RAISE(ABORT, 'what was seen is append-only'); END;
CREATE TRIGGER decision_retractions_seen_are_never_deleted BEFORE DELETE ON decision_retractions_seen
BEGIN SELECT RAISE(ABORT, 'what was seen is append-only'); END;

-- What took effect is not taken back.
CREATE TRIGGER decision_retractions_are_in_time BEFORE INSERT ON decision_retractions
WHEN EXISTS (SELECT 1 FROM decisions_in_effect e WHERE NEW.subject_kind = 'card-order'
        AND e.order_number = NEW.subject_number AND e.order_version = NEW.subject_version)
BEGIN SELECT RAISE(ABORT, 'in effect: what took effect is not taken back'); END;
