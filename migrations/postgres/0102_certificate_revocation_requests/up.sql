-- Owner: registration-authority.

-- Of which software certificate an officer asks the revocation, until the worker has judged it: the web role ends certificates of cards, and no
-- others (migration 0007).
CREATE TABLE certificate_revocation_requests (
    id             TEXT   NOT NULL PRIMARY KEY CHECK (length(id) = 32),
    request_number TEXT   NOT NULL REFERENCES certificate_requests (number),
    reason         TEXT   NOT NULL CHECK (reason IN ('keyCompromise', 'affiliationChanged', 'superseded', 'cessationOfOperation')),
    requested_by   TEXT   NOT NULL REFERENCES officers (login),
    requested_at   BIGINT NOT NULL,
    outcome        TEXT   CHECK (outcome IN ('revoked', 'refused')),
    refusal        TEXT   CHECK (refusal <> ''),
    answered_at    BIGINT,
    CHECK ((outcome IS NULL) = (answered_at IS NULL)),
    CHECK ((coalesce(outcome, '') = 'refused') = (refusal IS NOT NULL))
);
CREATE UNIQUE INDEX certificate_revocation_requests_one_open ON certificate_revocation_requests (request_number) WHERE outcome IS NULL;
CREATE INDEX certificate_revocation_requests_by_request ON certificate_revocation_requests (request_number, requested_at);

CREATE TRIGGER certificate_revocation_requests_begin_unanswered BEFORE INSERT ON certificate_revocation_requests FOR EACH ROW
WHEN (NEW.outcome IS NOT NULL)
EXECUTE FUNCTION refuse('a request begins without an answer');
CREATE TRIGGER certificate_revocation_requests_are_answered_once BEFORE UPDATE ON certificate_revocation_requests FOR EACH ROW
WHEN (OLD.outcome IS NOT NULL OR NEW.id <> OLD.id OR NEW.request_number <> OLD.request_number OR NEW.reason <> OLD.reason
  OR NEW.requested_by <> OLD.requested_by OR NEW.requested_at <> OLD.requested_at)
EXECUTE FUNCTION refuse('a request is answered once, and nothing else of it is ever changed');
CREATE TRIGGER certificate_revocation_requests_are_never_deleted BEFORE DELETE ON certificate_revocation_requests FOR EACH ROW
EXECUTE FUNCTION refuse('a request for a revocation is never deleted');

-- The web role asks and reads; the worker judges and answers.
GRANT INSERT (id, request_number, reason, requested_by, requested_at) ON certificate_revocation_requests TO igc_web;
GRANT SELECT ON certificate_revocation_requests TO igc_web, igc_worker;
GRANT UPDATE (outcome, refusal, answered_at) ON certificate_revocation_requests TO igc_worker;
