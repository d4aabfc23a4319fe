-- Owner: professional-registry. Only the worker writes these tables.

-- A merge can be wrong: two officers end it, and its row stays with the case on which they decided. An ADELI number then can become
-- another RPPS number, never the same one again. `compared_at`: when both persons were known and found to agree.
-- SQLite alters no key: the table is made anew, with its rows and its guards.
CREATE TEMP TABLE register_merges_before AS SELECT * FROM register_merges;
DROP TABLE register_merges;
CREATE TABLE register_merges (
    adeli         TEXT   NOT NULL CHECK (substr(adeli, 1, 1) = '0'),
    rpps          TEXT   NOT NULL CHECK (substr(rpps, 1, 1) = '8'),
    feed          TEXT   NOT NULL CHECK (length(feed) = 64),
    merged_at     BIGINT NOT NULL,
    compared_at   BIGINT,
    ended_at      BIGINT,
    ended_by_case TEXT,
    PRIMARY KEY (adeli, rpps),
    CHECK ((ended_at IS NULL) = (ended_by_case IS NULL))
);
INSERT INTO register_merges (adeli, rpps, feed, merged_at) SELECT adeli, rpps, feed, merged_at FROM register_merges_before;
DROP TABLE register_merges_before;
CREATE INDEX register_merges_by_rpps ON register_merges (rpps);
CREATE UNIQUE INDEX register_merges_one_of_a_number ON register_merges (adeli) WHERE ended_at IS NULL;
CREATE INDEX register_merges_to_compare ON register_merges (adeli) WHERE compared_at IS NULL AND ended_at IS NULL;

-- Two numbers of which officers say whether they are one person's: `join`, a merge that the correspondence asks for and the names or
-- the birth contradict; `part`, a merge that stands and is doubted. Decided on as a feed that was put aside (register_holds,
-- source merge-case), by the identifier.
CREATE TABLE register_merge_cases (
    id         TEXT   NOT NULL PRIMARY KEY CHECK (length(id) = 64),
    kind       TEXT   NOT NULL CHECK (kind IN ('join', 'part')),
    adeli      TEXT   NOT NULL CHECK (substr(adeli, 1, 1) = '0'),
    rpps       TEXT   NOT NULL CHECK (substr(rpps, 1, 1) = '8'),
    doubt      TEXT   NOT NULL CHECK (doubt IN ('births', 'names', 'asked')),
    -- SHA-256 of the doubt and of the names in use of both: the same doubt is raised once.
    identities TEXT   NOT NULL CHECK (length(identities) = 64),
    opened_at  BIGINT NOT NULL,
    outcome    TEXT   CHECK (outcome IN ('done', 'refused', 'overtaken')),
    settled_at BIGINT,
    CHECK ((outcome IS NULL) = (settled_at IS NULL))
);
CREATE UNIQUE INDEX register_merge_cases_one_open ON register_merge_cases (kind, adeli, rpps) WHERE outcome IS NULL;
CREATE TRIGGER register_merge_cases_are_never_replaced BEFORE INSERT ON register_merge_cases
WHEN EXISTS (SELECT 1 FROM register_merge_cases WHERE rowid = NEW.rowid OR id = NEW.id
    OR (kind = NEW.kind AND adeli = NEW.adeli AND rpps = NEW.rpps AND outcome IS NULL AND NEW.outcome IS NULL))
BEGIN SELECT RAISE(ABORT, 'UNIQUE constraint failed: register_merge_cases are never replaced'); END;
CREATE TRIGGER register_merge_cases_begin_open BEFORE INSERT ON register_merge_cases
WHEN NEW.outcome IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'a case of a merge begins as open'); END;
CREATE TRIGGER register_merge_cases_settle_once BEFORE UPDATE ON register_merge_cases
WHEN OLD.outcome IS NOT NULL OR NEW.id <> OLD.id OR NEW.kind <> OLD.kind OR NEW.adeli <> OLD.adeli OR NEW.rpps <> OLD.rpps
  OR NEW.doubt <> OLD.doubt OR NEW.identities <> OLD.identities OR NEW.opened_at <> OLD.opened_at OR NEW.rowid <> OLD.rowid
BEGIN SELECT RAISE(ABORT, 'a case of a merge is settled once, and nothing else of it is ever changed'); END;
CREATE TRIGGER register_merge_cases_are_settled_by_two BEFORE UPDATE ON register_merge_cases
WHEN (NEW.outcome = 'done' AND ((SELECT count(*) FROM decisions d WHERE d.subject_kind = 'register-feed'
        AND d.subject_number = NEW.id AND d.decision = 'approve'
        AND d.subject_version = (SELECT max(h.version) FROM register_holds h WHERE h.feed = NEW.id)) < 2
    OR EXISTS (SELECT 1 FROM decisions d WHERE d.subject_kind = 'register-feed' AND d.subject_number = NEW.id
        AND d.decision = 'refuse'
        AND d.subject_version = (SELECT max(h.version) FROM register_holds h WHERE h.feed = NEW.id))))
  OR (NEW.outcome = 'refused' AND NOT EXISTS (SELECT 1 FROM decisions d WHERE d.subject_kind = 'register-feed'
        AND d.subject_number = NEW.id AND d.decision = 'refuse'
        AND d.subject_version = (SELECT max(h.version) FROM register_holds h WHERE h.feed = NEW.id)))
BEGIN SELECT RAISE(ABORT, 'two officers decide that numbers are, or are not, one person''s'); END;
CREATE TRIGGER register_merge_cases_are_never_deleted BEFORE DELETE ON register_merge_cases
BEGIN SELECT RAISE(ABORT, 'a case of a merge is never deleted'); END;

CREATE TRIGGER register_merges_are_never_changed BEFORE UPDATE ON register_merges
WHEN OLD.ended_at IS NOT NULL OR (OLD.compared_at IS NOT NULL AND NEW.compared_at IS NOT OLD.compared_at)
  OR NEW.adeli <> OLD.adeli OR NEW.rpps <> OLD.rpps OR NEW.feed <> OLD.feed OR NEW.merged_at <> OLD.merged_at
  OR NEW.rowid <> OLD.rowid
BEGIN SELECT RAISE(ABORT, 'a number that became another stays that other'); END;
CREATE TRIGGER register_merges_end_by_two BEFORE UPDATE ON register_merges
WHEN NEW.ended_at IS NOT NULL AND NOT EXISTS (SELECT 1 FROM register_merge_cases c WHERE c.id = NEW.ended_by_case
    AND c.kind = 'part' AND c.adeli = NEW.adeli AND c.rpps = NEW.rpps AND c.outcome = 'done')
BEGIN SELECT RAISE(ABORT, 'two officers end a merge'); END;
CREATE TRIGGER register_merges_begin_in_force BEFORE INSERT ON register_merges
WHEN NEW.ended_at IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'a merge begins in force'); END;
CREATE TRIGGER register_merges_are_never_deleted BEFORE DELETE ON register_merges
BEGIN SELECT RAISE(ABORT, 'a number that became another stays that other'); END;
CREATE TRIGGER register_merges_are_never_replaced BEFORE INSERT ON register_merges
WHEN EXISTS (SELECT 1 FROM register_merges WHERE rowid = NEW.rowid OR (adeli = NEW.adeli AND rpps = NEW.rpps)
    OR (adeli = NEW.adeli AND ended_at IS NULL AND NEW.ended_at IS NULL))
BEGIN SELECT RAISE(ABORT, 'UNIQUE constraint failed: register_merges are never replaced'); END;
