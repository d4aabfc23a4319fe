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
) WITHOUT ROWID;
CREATE INDEX reviews_by_day ON reviews (due_from);

-- What a look found.
CREATE TABLE review_findings (
    review   TEXT   NOT NULL PRIMARY KEY REFERENCES reviews (number),
    finding  TEXT   NOT NULL CHECK (finding IN ('confirmed', 'contested')),
    reason   TEXT   CHECK (length(reason) BETWEEN 1 AND 500),
    found_by TEXT   NOT NULL CHECK (found_by <> ''),
    found_at BIGINT NOT NULL,
    CHECK (finding = 'confirmed' OR reason IS NOT NULL)
) WITHOUT ROWID;

CREATE TRIGGER reviews_are_never_replaced BEFORE INSERT ON reviews
WHEN EXISTS (SELECT 1 FROM reviews WHERE number = NEW.number OR (looks_at = NEW.looks_at AND subject = NEW.subject AND version = NEW.version))
BEGIN SELECT RAISE(ABORT, 'UNIQUE constraint failed: reviews are never replaced'); END;
CREATE TRIGGER reviews_are_never_changed BEFORE UPDATE ON reviews
BEGIN SELECT RAISE(ABORT, 'a look is append-only'); END;
CREATE TRIGGER reviews_are_never_deleted BEFORE DELETE ON reviews
BEGIN SELECT RAISE(ABORT, 'a look is append-only'); END;
CREATE TRIGGER review_findings_are_never_replaced BEFORE INSERT ON review_findings
WHEN EXISTS (SELECT 1 FROM review_findings WHERE review = NEW.review)
BEGIN SELECT RAISE(ABORT, 'UNIQUE constraint failed: review_findings are never replaced'); END;
CREATE TRIGGER review_findings_are_never_changed BEFORE UPDATE ON review_findings
BEGIN SELECT RAISE(ABORT, 'a finding is append-only'); END;
CREATE TRIGGER review_findings_are_never_deleted BEFORE DELETE ON review_findings
BEGIN SELECT RAISE(ABORT, 'a finding is append-only'); END;

CREATE TRIGGER review_findings_are_anothers BEFORE INSERT ON review_findings
WHEN EXISTS (SELECT 1 FROM reviews r JOIN decisions d ON d.subject_kind = 'card-order' AND d.subject_number = r.subject
            AND d.subject_version = r.version
        WHERE r.number = NEW.review AND r.looks_at = 'approval' AND d.decided_by = NEW.found_by)
BEGIN SELECT RAISE(ABORT, 'nobody looks again at what he decided'); END;
CREATE TRIGGER review_findings_are_not_the_submitters BEFORE INSERT ON review_findings
WHEN EXISTS (SELECT 1 FROM reviews r JOIN card_orders o ON o.number = r.subject
        WHERE r.number = NEW.review AND r.looks_at = 'approval' AND o.submitted_by = NEW.found_by)
BEGIN SELECT RAISE(ABORT, 'nobody looks again at what he submitted'); END;
CREATE TRIGGER review_findings_are_in_time BEFORE INSERT ON review_findings
WHEN EXISTS (SELECT 1 FROM reviews r WHERE r.number = NEW.review AND NEW.found_at < r.due_from)
BEGIN SELECT RAISE(ABORT, 'a look is not taken before it is due'); END;
