-- Owner: registration-authority.

-- Looks after the fact: of an approval that the worker drew, and of a card that its holder opposed by himself. Nothing waits for them.
CREATE TABLE reviews (
    number    TEXT   NOT NULL PRIMARY KEY,
    looks_at  TEXT   NOT NULL CHECK (looks_at IN ('approval', 'holder-opposition')),
    subject   TEXT   NOT NULL CHECK (subject <> ''),
    version   BIGINT NOT NULL CHECK (version > 0),
    opened_at BIGINT NOT NULL,
    due_from  BIGINT NOT NULL,
    UNIQUE (looks_at, subject, version),
    CHECK (due_from >= opened_at)
);
CREATE INDEX reviews_by_day ON reviews (due_from);

-- What a look found.
CREATE TABLE review_findings (
    review   TEXT   NOT NULL PRIMARY KEY REFERENCES reviews (number),
    finding  TEXT   NOT NULL CHECK (finding IN ('confirmed', 'contested')),
    reason   TEXT   CHECK (length(reason) BETWEEN 1 AND 500),
    found_by TEXT   NOT NULL CHECK (found_by <> ''),
    found_at BIGINT NOT NULL,
    CHECK (finding = 'confirmed' OR reason IS NOT NULL)
);

CREATE TRIGGER reviews_are_never_changed BEFORE UPDATE ON reviews FOR EACH ROW
EXECUTE FUNCTION refuse('a look is append-only');
CREATE TRIGGER reviews_are_never_deleted BEFORE DELETE ON reviews FOR EACH ROW
EXECUTE FUNCTION refuse('a look is append-only');
CREATE TRIGGER review_findings_are_never_changed BEFORE UPDATE ON review_findings FOR EACH ROW
EXECUTE FUNCTION refuse('a finding is append-only');
CREATE TRIGGER review_findings_are_never_deleted BEFORE DELETE ON review_findings FOR EACH ROW
EXECUTE FUNCTION refuse('a finding is append-only');

CREATE FUNCTION review_findings_are_anothers() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM reviews r JOIN decisions d ON d.subject_kind = 'card-order' AND d.subject_number = r.subject
            AND d.subject_version = r.version
        WHERE r.number = NEW.review AND r.looks_at = 'approval' AND d.decided_by = NEW.found_by) THEN
        RAISE EXCEPTION 'nobody looks again at what he decided' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF EXISTS (SELECT 1 FROM reviews r JOIN card_orders o ON o.number = r.subject
        WHERE r.number = NEW.review AND r.looks_at = 'approval' AND o.submitted_by = NEW.found_by) THEN
        RAISE EXCEPTION 'nobody looks again at what he submitted' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF EXISTS (SELECT 1 FROM reviews r WHERE r.number = NEW.review AND NEW.found_at < r.due_from) THEN
        RAISE EXCEPTION 'a look is not taken before it is due' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER review_findings_are_anothers BEFORE INSERT ON review_findings FOR EACH ROW
EXECUTE FUNCTION review_findings_are_anothers();

-- The worker draws; the pages say what was found. Neither can do the other's part.
GRANT SELECT, INSERT ON reviews TO igc_worker;
GRANT SELECT ON reviews TO igc_web;
GRANT SELECT, INSERT ON review_findings TO igc_web;
