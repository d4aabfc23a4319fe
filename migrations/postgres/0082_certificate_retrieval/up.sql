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
);

-- Of which certificate it was told that nobody has fetched it.
CREATE TABLE certificate_retrieval_reminders (
    request     TEXT   NOT NULL PRIMARY KEY REFERENCES certificate_requests (number),
    reminded_at BIGINT NOT NULL
);
CREATE INDEX certificate_requests_by_issue ON certificate_requests (changed_at, number) WHERE status = 'issued';

CREATE FUNCTION certificate_terms_are_accepted_for_what_is_issued() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM certificate_requests r WHERE r.number = NEW.request AND r.status = 'issued') THEN
        RAISE EXCEPTION 'terms are accepted for a certificate that there is' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    -- Five minutes: two machines' clocks.
    IF NOT acts_for_the_worker() AND abs(NEW.accepted_at - clock_millis()) > 300000 THEN
        RAISE EXCEPTION 'terms are accepted when they are accepted' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER certificate_terms_are_accepted_for_what_is_issued BEFORE INSERT ON certificate_terms_acceptances FOR EACH ROW
EXECUTE FUNCTION certificate_terms_are_accepted_for_what_is_issued();
CREATE TRIGGER certificate_terms_acceptances_are_never_changed BEFORE UPDATE ON certificate_terms_acceptances FOR EACH ROW
EXECUTE FUNCTION refuse('an acceptance stands');
CREATE TRIGGER certificate_terms_acceptances_are_never_deleted BEFORE DELETE ON certificate_terms_acceptances FOR EACH ROW
EXECUTE FUNCTION refuse('an acceptance stands');
CREATE TRIGGER certificate_retrieval_reminders_are_never_changed BEFORE UPDATE ON certificate_retrieval_reminders FOR EACH ROW
EXECUTE FUNCTION refuse('what was told stays told');
CREATE TRIGGER certificate_retrieval_reminders_are_never_deleted BEFORE DELETE ON certificate_retrieval_reminders FOR EACH ROW
EXECUTE FUNCTION refuse('what was told stays told');

-- The pages write what is accepted there; the worker reads it, and writes whom it has reminded.
GRANT SELECT, INSERT ON certificate_terms_acceptances TO igc_web;
GRANT SELECT ON certificate_terms_acceptances TO igc_worker;
GRANT SELECT, INSERT ON certificate_retrieval_reminders TO igc_worker;
