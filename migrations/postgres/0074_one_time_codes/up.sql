-- Owner: registration-authority.

-- A holder without his opposition code asks for a one-time code at the public page, which the worker sends to the address that
-- the register holds. `identifier` is a card's number or an RPPS number as it was typed; `secret` is what the asker's page alone
-- goes on knowing: both stand here until the worker has looked. Whether a code was sent, and to whom, it alone reads.
CREATE TABLE one_time_requests (
    id          TEXT   NOT NULL PRIMARY KEY CHECK (length(id) = 32),
    identifier  TEXT   CHECK (length(identifier) IN (10, 11)),
    secret      BYTEA  CHECK (octet_length(secret) = 16),
    received_at BIGINT NOT NULL,
    taken_until BIGINT,
    outcome     TEXT   CHECK (outcome IN ('sent', 'none')),
    holder      TEXT,
    settled_at  BIGINT,
    failures    BIGINT NOT NULL DEFAULT 0 CHECK (failures BETWEEN 0 AND 5),
    CHECK ((outcome IS NULL) = (settled_at IS NULL)),
    CHECK ((outcome IS NULL) = (identifier IS NOT NULL)),
    CHECK ((outcome IS NULL) = (secret IS NOT NULL)),
    CHECK ((coalesce(outcome, '') = 'sent') = (holder IS NOT NULL))
);
CREATE INDEX one_time_requests_waiting ON one_time_requests (received_at, id) WHERE outcome IS NULL;
CREATE INDEX one_time_requests_settled ON one_time_requests (settled_at) WHERE outcome IS NOT NULL;
CREATE INDEX one_time_requests_of_holder ON one_time_requests (holder, settled_at) WHERE outcome = 'sent';

-- What a key of the HSM makes of each code that was drawn for a request: one for each card that may be meant.
CREATE TABLE one_time_codes (
    request     TEXT  NOT NULL REFERENCES one_time_requests (id),
    card_number TEXT  NOT NULL REFERENCES cards (number),
    verifier    BYTEA NOT NULL CHECK (octet_length(verifier) = 32),
    mac_key     TEXT  NOT NULL,
    PRIMARY KEY (request, card_number)
);

-- A declaration is made with the code of the letter, for a number, or with a one-time code, for the request that asked for it.
ALTER TABLE holder_declarations ALTER COLUMN identifier DROP NOT NULL;
ALTER TABLE holder_declarations ADD COLUMN request TEXT REFERENCES one_time_requests (id);
ALTER TABLE holder_declarations ADD CHECK ((identifier IS NULL) <> (request IS NULL));
CREATE INDEX holder_declarations_of_request ON holder_declarations (request) WHERE request IS NOT NULL;
DROP TRIGGER holder_declarations_are_answered_once ON holder_declarations;
CREATE TRIGGER holder_declarations_are_answered_once BEFORE UPDATE ON holder_declarations FOR EACH ROW
WHEN (OLD.outcome IS NOT NULL OR NEW.id <> OLD.id OR NEW.identifier IS DISTINCT FROM OLD.identifier
  OR NEW.request IS DISTINCT FROM OLD.request OR NEW.ground <> OLD.ground OR NEW.received_at <> OLD.received_at)
EXECUTE FUNCTION refuse('a declaration is answered once, and nothing else of it is ever changed');

CREATE TRIGGER one_time_requests_begin_unsettled BEFORE INSERT ON one_time_requests FOR EACH ROW
WHEN (NEW.outcome IS NOT NULL OR NEW.taken_until IS NOT NULL OR NEW.failures <> 0)
EXECUTE FUNCTION refuse('a request for a one-time code begins unsettled');
CREATE TRIGGER one_time_requests_are_settled_once BEFORE UPDATE ON one_time_requests FOR EACH ROW
WHEN (NEW.id <> OLD.id OR NEW.received_at <> OLD.received_at OR NEW.failures < OLD.failures
  OR (OLD.outcome IS NOT NULL AND (NEW.outcome, NEW.holder, NEW.settled_at)
      IS DISTINCT FROM (OLD.outcome, OLD.holder, OLD.settled_at)))
EXECUTE FUNCTION refuse('a request for a one-time code is settled once, and its failures only grow');
CREATE TRIGGER one_time_requests_are_not_deleted_unsettled BEFORE DELETE ON one_time_requests FOR EACH ROW
WHEN (OLD.outcome IS NULL)
EXECUTE FUNCTION refuse('a request for a one-time code is settled before it is deleted');
CREATE TRIGGER one_time_codes_are_never_changed BEFORE UPDATE ON one_time_codes FOR EACH ROW
EXECUTE FUNCTION refuse('a one-time code is never changed');

-- The web role drops a request, and sees of it afterwards that it stands: neither whose it is nor whether a code was sent.
GRANT INSERT (id, identifier, secret, received_at) ON one_time_requests TO igc_web;
GRANT SELECT (id, received_at, settled_at) ON one_time_requests TO igc_web;
GRANT SELECT, DELETE, UPDATE (identifier, secret, taken_until, outcome, holder, settled_at, failures) ON one_time_requests
    TO igc_worker;
GRANT SELECT, INSERT, DELETE ON one_time_codes TO igc_worker;
GRANT INSERT (request) ON holder_declarations TO igc_web;

-- Owner: professional-registry. Whose a mailbox of the MSSanté is: that of the first person of its line.
CREATE INDEX register_supplements_mailboxes ON register_supplements ((content::jsonb -> 0 ->> 1))
    WHERE source = 'extraction-correspondance-mssante' AND ceased_at IS NULL;
