-- Owner: registration-authority.

-- An officer delegates his scope, or a part of it, to another from one moment to another: he signs for it, so the decision on it is one of
-- a further kind.
ALTER TABLE decisions DROP CONSTRAINT decisions_subject_kind_check,
    ADD CONSTRAINT decisions_subject_kind_check CHECK (subject_kind IN ('card-order', 'certificate-request', 'renewal-plan',
                                                                        'register-feed', 'opposition-plan', 'officer-enrolment',
                                                                        'suspension-lift', 'structure-mandate', 'officer-delegation'));

-- What one officer delegates to another: worth nothing until he has signed for it, nor beyond its dates. At most 31 days, and the hour by
-- which the clocks go back.
CREATE TABLE officer_delegations (
    number      TEXT   NOT NULL PRIMARY KEY,
    delegator   TEXT   NOT NULL CHECK (delegator <> ''),
    delegate    TEXT   NOT NULL CHECK (delegate <> ''),
    scope       TEXT   NOT NULL CHECK (length(scope) <= 2000),
    begins_at   BIGINT NOT NULL,
    ends_at     BIGINT NOT NULL,
    proposed_at BIGINT NOT NULL,
    CHECK (delegator <> delegate),
    CHECK (ends_at > begins_at AND ends_at - begins_at <= 2682000000)
);
CREATE INDEX officer_delegations_by_delegate ON officer_delegations (delegate, ends_at);
CREATE INDEX officer_delegations_by_delegator ON officer_delegations (delegator, ends_at);

-- That a delegation ended before its time.
CREATE TABLE officer_delegation_ends (
    delegation TEXT   NOT NULL PRIMARY KEY REFERENCES officer_delegations (number),
    ended_by   TEXT   NOT NULL CHECK (ended_by <> ''),
    ended_at   BIGINT NOT NULL
);

CREATE TRIGGER officer_delegations_are_never_changed BEFORE UPDATE ON officer_delegations FOR EACH ROW
EXECUTE FUNCTION refuse('delegations are append-only');
CREATE TRIGGER officer_delegations_are_never_deleted BEFORE DELETE ON officer_delegations FOR EACH ROW
EXECUTE FUNCTION refuse('delegations are append-only');
CREATE TRIGGER officer_delegation_ends_are_never_changed BEFORE UPDATE ON officer_delegation_ends FOR EACH ROW
EXECUTE FUNCTION refuse('a delegation ends once');
CREATE TRIGGER officer_delegation_ends_are_never_deleted BEFORE DELETE ON officer_delegation_ends FOR EACH ROW
EXECUTE FUNCTION refuse('a delegation ends once');

-- A delegation ends after it was signed, and when it is ended: the web role dates no end to another day, neither back, under what was
-- decided, nor ahead, where it would end nothing and keep the true end out.
CREATE FUNCTION officer_delegation_ends_are_of_what_was_signed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM decisions d WHERE d.subject_kind = 'officer-delegation' AND d.subject_number = NEW.delegation
            AND d.decided_at <= NEW.ended_at) THEN
        RAISE EXCEPTION 'a delegation that nobody signed is not ended' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    -- Five minutes: two machines' clocks.
    IF NOT acts_for_the_worker() AND abs(NEW.ended_at - clock_millis()) > 300000 THEN
        RAISE EXCEPTION 'a delegation ends when it is ended' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER officer_delegation_ends_are_of_what_was_signed BEFORE INSERT ON officer_delegation_ends FOR EACH ROW
EXECUTE FUNCTION officer_delegation_ends_are_of_what_was_signed();

CREATE FUNCTION decisions_on_delegations_are_the_delegators() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.subject_kind = 'officer-delegation' AND (NEW.subject_version <> 1 OR NEW.decision <> 'approve'
      OR NOT EXISTS (SELECT 1 FROM officer_delegations g WHERE g.number = NEW.subject_number AND g.delegator = NEW.decided_by)) THEN
        RAISE EXCEPTION 'who delegates signs for it, and nobody else' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER decisions_on_delegations_are_the_delegators BEFORE INSERT ON decisions FOR EACH ROW
EXECUTE FUNCTION decisions_on_delegations_are_the_delegators();

-- The web role writes and ends them; the worker reads, to verify.
GRANT SELECT, INSERT ON officer_delegations, officer_delegation_ends TO igc_web;
GRANT SELECT ON officer_delegations, officer_delegation_ends TO igc_worker;
