-- Owner: professional-registry. Only the worker writes these tables.

-- A merge can be wrong: two officers end it, and its row stays with the case on which they decided. An ADELI number then can become
-- another RPPS number, never the same one again. `compared_at`: when both persons were known and found to agree.
ALTER TABLE register_merges ADD COLUMN compared_at BIGINT;
ALTER TABLE register_merges ADD COLUMN ended_at BIGINT;
ALTER TABLE register_merges ADD COLUMN ended_by_case TEXT COLLATE "C";
ALTER TABLE register_merges ADD CHECK ((ended_at IS NULL) = (ended_by_case IS NULL));
ALTER TABLE register_merges DROP CONSTRAINT register_merges_pkey;
ALTER TABLE register_merges ADD PRIMARY KEY (adeli, rpps);
CREATE UNIQUE INDEX register_merges_one_of_a_number ON register_merges (adeli) WHERE ended_at IS NULL;
CREATE INDEX register_merges_to_compare ON register_merges (adeli) WHERE compared_at IS NULL AND ended_at IS NULL;

-- Two numbers of which officers say whether they are one person's: `join`, a merge that the correspondence asks for and the names or
-- the birth contradict; `part`, a merge that stands and is doubted. Decided on as a feed that was put aside (register_holds,
-- source merge-case), by the identifier.
CREATE TABLE register_merge_cases (
    id         TEXT   COLLATE "C" NOT NULL PRIMARY KEY CHECK (length(id) = 64),
    kind       TEXT   NOT NULL CHECK (kind IN ('join', 'part')),
    adeli      TEXT   COLLATE "C" NOT NULL CHECK (substr(adeli, 1, 1) = '0'),
    rpps       TEXT   COLLATE "C" NOT NULL CHECK (substr(rpps, 1, 1) = '8'),
    doubt      TEXT   NOT NULL CHECK (doubt IN ('births', 'names', 'asked')),
    -- SHA-256 of the doubt and of the names in use of both: the same doubt is raised once.
    identities TEXT   NOT NULL CHECK (length(identities) = 64),
    opened_at  BIGINT NOT NULL,
    outcome    TEXT   CHECK (outcome IN ('done', 'refused', 'overtaken')),
    settled_at BIGINT,
    CHECK ((outcome IS NULL) = (settled_at IS NULL))
);
CREATE UNIQUE INDEX register_merge_cases_one_open ON register_merge_cases (kind, adeli, rpps) WHERE outcome IS NULL;

CREATE FUNCTION register_merge_cases_settle_once() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    newest bigint := (SELECT max(h.version) FROM register_holds h WHERE h.feed = NEW.id);
    refused boolean := EXISTS (SELECT 1 FROM decisions d WHERE d.subject_kind = 'register-feed' AND d.subject_number = NEW.id
        AND d.subject_version = newest AND d.decision = 'refuse');
    approved bigint := (SELECT count(*) FROM decisions d WHERE d.subject_kind = 'register-feed' AND d.subject_number = NEW.id
        AND d.subject_version = newest AND d.decision = 'approve');
BEGIN
    IF OLD.outcome IS NOT NULL OR (NEW.id, NEW.kind, NEW.adeli, NEW.rpps, NEW.doubt, NEW.identities, NEW.opened_at)
        IS DISTINCT FROM (OLD.id, OLD.kind, OLD.adeli, OLD.rpps, OLD.doubt, OLD.identities, OLD.opened_at) THEN
        RAISE EXCEPTION 'a case of a merge is settled once, and nothing else of it is ever changed'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF (NEW.outcome = 'done' AND (refused OR approved < 2)) OR (NEW.outcome = 'refused' AND NOT refused) THEN
        RAISE EXCEPTION 'two officers decide that numbers are, or are not, one person''s' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER register_merge_cases_settle_once BEFORE UPDATE ON register_merge_cases FOR EACH ROW
EXECUTE FUNCTION register_merge_cases_settle_once();
CREATE TRIGGER register_merge_cases_begin_open BEFORE INSERT ON register_merge_cases FOR EACH ROW
WHEN (NEW.outcome IS NOT NULL) EXECUTE FUNCTION refuse('a case of a merge begins as open');
CREATE TRIGGER register_merge_cases_are_never_deleted BEFORE DELETE ON register_merge_cases FOR EACH ROW
EXECUTE FUNCTION refuse('a case of a merge is never deleted');

DROP TRIGGER register_merges_are_never_changed ON register_merges;
CREATE FUNCTION register_merges_end_by_two() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.ended_at IS NOT NULL OR (OLD.compared_at IS NOT NULL AND NEW.compared_at IS DISTINCT FROM OLD.compared_at)
        OR (NEW.adeli, NEW.rpps, NEW.feed, NEW.merged_at) IS DISTINCT FROM (OLD.adeli, OLD.rpps, OLD.feed, OLD.merged_at) THEN
        RAISE EXCEPTION 'a number that became another stays that other' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.ended_at IS NOT NULL AND NOT EXISTS (SELECT 1 FROM register_merge_cases c WHERE c.id = NEW.ended_by_case
        AND c.kind = 'part' AND c.adeli = NEW.adeli AND c.rpps = NEW.rpps AND c.outcome = 'done') THEN
        RAISE EXCEPTION 'two officers end a merge' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER register_merges_end_by_two BEFORE UPDATE ON register_merges FOR EACH ROW
EXECUTE FUNCTION register_merges_end_by_two();
CREATE TRIGGER register_merges_begin_in_force BEFORE INSERT ON register_merges FOR EACH ROW
WHEN (NEW.ended_at IS NOT NULL) EXECUTE FUNCTION refuse('a merge begins in force');

GRANT SELECT ON register_merge_cases TO igc_web, igc_worker;
GRANT INSERT, UPDATE (outcome, settled_at) ON register_merge_cases TO igc_worker;
GRANT UPDATE (compared_at, ended_at, ended_by_case) ON register_merges TO igc_worker;
