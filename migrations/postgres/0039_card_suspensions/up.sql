-- Owner: registration-authority.

-- A card that is suspended: its certificates are held until two officers lift that, or the card is opposed, which is
-- final. Where the configuration allows it, and never by itself (docs/decisions/0033-holds.md).
CREATE TABLE card_suspensions (
    number       TEXT   NOT NULL PRIMARY KEY CHECK (length(number) = 19),
    card_number  TEXT   NOT NULL REFERENCES cards (number),
    suspended_by TEXT   NOT NULL CHECK (suspended_by <> ''),
    suspended_at BIGINT NOT NULL,
    outcome      TEXT   CHECK (outcome IN ('lifted', 'opposed')),
    ended_at     BIGINT,
    ended_by     TEXT,
    CHECK ((outcome IS NULL) = (ended_at IS NULL)),
    CHECK ((outcome IS NULL) = (ended_by IS NULL))
);
CREATE UNIQUE INDEX card_suspensions_one_open ON card_suspensions (card_number) WHERE outcome IS NULL;

CREATE TRIGGER card_suspensions_begin_open BEFORE INSERT ON card_suspensions FOR EACH ROW
WHEN (NEW.outcome IS NOT NULL)
EXECUTE FUNCTION refuse('a suspension begins as open');
CREATE TRIGGER card_suspensions_end_once BEFORE UPDATE ON card_suspensions FOR EACH ROW
WHEN (OLD.outcome IS NOT NULL OR NEW.number <> OLD.number OR NEW.card_number <> OLD.card_number
  OR NEW.suspended_by <> OLD.suspended_by OR NEW.suspended_at <> OLD.suspended_at)
EXECUTE FUNCTION refuse('a suspension ends once, and nothing else of it is ever changed');
CREATE TRIGGER card_suspensions_are_never_deleted BEFORE DELETE ON card_suspensions FOR EACH ROW
EXECUTE FUNCTION refuse('a suspension is never deleted');

ALTER TABLE decisions DROP CONSTRAINT decisions_subject_kind_check,
    ADD CONSTRAINT decisions_subject_kind_check CHECK (subject_kind IN ('card-order', 'certificate-request', 'renewal-plan',
                                                                        'register-feed', 'opposition-plan', 'officer-enrolment',
                                                                        'suspension-lift'));
CREATE OR REPLACE FUNCTION decisions_are_on_the_current_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.subject_kind = 'card-order' AND NOT EXISTS (SELECT 1 FROM card_orders o
                WHERE o.number = NEW.subject_number AND o.version = NEW.subject_version))
  OR (NEW.subject_kind = 'certificate-request' AND NOT EXISTS (SELECT 1 FROM certificate_requests r
                WHERE r.number = NEW.subject_number AND r.version = NEW.subject_version))
  OR (NEW.subject_kind = 'register-feed' AND NEW.subject_version IS DISTINCT FROM (SELECT max(h.version)
                FROM register_holds h WHERE h.feed = NEW.subject_number))
  OR (NEW.subject_kind = 'officer-enrolment' AND (NEW.subject_version <> 1 OR NOT EXISTS (SELECT 1
                FROM officer_enrolments e WHERE e.number = NEW.subject_number)))
  OR (NEW.subject_kind = 'suspension-lift' AND (NOT EXISTS (SELECT 1 FROM card_suspensions c
                WHERE c.number = NEW.subject_number AND c.outcome IS NULL)
        OR NEW.subject_version <> 1 + (SELECT count(*) FROM decisions d WHERE d.subject_kind = 'suspension-lift'
                AND d.subject_number = NEW.subject_number AND d.decision = 'refuse'))) THEN
        RAISE EXCEPTION 'stale: the decision is on a version that is not the current one' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE OR REPLACE FUNCTION decisions_end_with_a_refusal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.subject_kind IN ('register-feed', 'opposition-plan', 'officer-enrolment', 'suspension-lift') AND EXISTS (SELECT 1 FROM decisions d
            WHERE d.subject_kind = NEW.subject_kind AND d.subject_number = NEW.subject_number
              AND d.subject_version = NEW.subject_version AND d.decision = 'refuse') THEN
        RAISE EXCEPTION 'refused: one refusal ends what two officers release' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

-- Of the version that was decided on last: two approve it, and nobody refuses it. The web role ends one by opposition alone.
CREATE FUNCTION card_suspensions_are_lifted_by_two() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT count(*) FROM decisions d WHERE d.subject_kind = 'suspension-lift'
        AND d.subject_number = OLD.number AND d.decision = 'approve'
        AND d.subject_version = 1 + (SELECT count(*) FROM decisions r WHERE r.subject_kind = 'suspension-lift'
                AND r.subject_number = OLD.number AND r.decision = 'refuse')) < 2 THEN
        RAISE EXCEPTION 'two officers lift a suspension' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF current_user = 'igc_web' THEN
        RAISE EXCEPTION 'the web role lifts nothing' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER card_suspensions_are_lifted_by_two BEFORE UPDATE OF outcome ON card_suspensions FOR EACH ROW
WHEN (NEW.outcome = 'lifted') EXECUTE FUNCTION card_suspensions_are_lifted_by_two();

GRANT SELECT, INSERT (number, card_number, suspended_by, suspended_at), UPDATE (outcome, ended_at, ended_by)
    ON card_suspensions TO igc_web, igc_worker;
