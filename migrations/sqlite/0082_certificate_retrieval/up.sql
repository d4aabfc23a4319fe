-- Owner: registration-authority.

-- That whoever has a software certificate accepted the terms of use before he fetched it: which version of which text, who, by which
-- mandate. Each for himself, and each text anew. Kept for good: it is evidence against either.
CREATE TABLE certificate_terms_acceptances (
    request     TEXT   NOT NULL REFERENCES certificate_requests (number),
    accepted_by TEXT   NOT NULL CHECK (accepted_by <> ''),
    terms       TEXT   NOT NULL CHECK (terms <> ''),
    text_sha256 TEXT   NOT NULL CHECK (length(text_sha256) = 64),
    mandate     TEXT   REFERENCES structure_mandates (number),
    accepted_at BIGINT NOT NULL,
    PRIMARY KEY (request, accepted_by, terms, text_sha256)
) WITHOUT ROWID;

-- Of which certificate it was told that nobody has fetched it.
CREATE TABLE certificate_retrieval_reminders (
    request     TEXT   NOT NULL PRIMARY KEY REFERENCES certificate_requests (number),
    reminded_at BIGINT NOT NULL
) WITHOUT ROWID;
CREATE INDEX certificate_requests_by_issue ON certificate_requests (changed_at, number) WHERE status = 'issued';

CREATE TRIGGER certificate_terms_are_accepted_for_what_is_issued BEFORE INSERT ON certificate_terms_acceptances
WHEN NOT EXISTS (SELECT 1 FROM certificate_requests r WHERE r.number = NEW.request AND r.status = 'issued')
BEGIN SELECT RAISE(ABORT, 'terms are accepted for a certificate that there is'); END;
CREATE TRIGGER certificate_terms_acceptances_are_never_replaced BEFORE INSERT ON certificate_terms_acceptances
WHEN EXISTS (SELECT 1 FROM certificate_terms_acceptances WHERE request = NEW.request AND accepted_by = NEW.accepted_by
    AND terms = NEW.terms AND text_sha256 = NEW.text_sha256)
BEGIN SELECT RAISE(ABORT, 'UNIQUE constraint failed: certificate_terms_acceptances are never replaced'); END;
CREATE TRIGGER certificate_terms_acceptances_are_never_changed BEFORE UPDATE ON certificate_terms_acceptances
BEGIN SELECT RAISE(ABORT, 'an acceptance stands'); END;
CREATE TRIGGER certificate_terms_acceptances_are_never_deleted BEFORE DELETE ON certificate_terms_acceptances
BEGIN SELECT RAISE(ABORT, 'an acceptance stands'); END;
CREATE TRIGGER certificate_retrieval_reminders_are_never_replaced BEFORE INSERT ON certificate_retrieval_reminders
WHEN EXISTS (SELECT 1 FROM certificate_retrieval_reminders WHERE request = NEW.request)
BEGIN SELECT RAISE(ABORT, 'UNIQUE constraint failed: certificate_retrieval_reminders are never replaced'); END;
CREATE TRIGGER certificate_retrieval_reminders_are_never_changed BEFORE UPDATE ON certificate_retrieval_reminders
BEGIN SELECT RAISE(ABORT, 'what was told stays told'); END;
CREATE TRIGGER certificate_retrieval_reminders_are_never_deleted BEFORE DELETE ON certificate_retrieval_reminders
BEGIN SELECT RAISE(ABORT, 'what was told stays told'); END;
