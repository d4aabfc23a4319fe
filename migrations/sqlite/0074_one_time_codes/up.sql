-- Owner: registration-authority.

-- A holder without his opposition code asks for a one-time code at the public page, which the worker sends to the address that
-- the register holds. `identifier` is a card's number or an RPPS number as it was typed; `secret` is what the asker's page alone
-- goes on knowing: both stand here until the worker has looked. Whether a code was sent, and to whom, it alone reads.
CREATE TABLE one_time_requests (
    id          TEXT   NOT NULL PRIMARY KEY CHECK (length(id) = 32),
    identifier  TEXT   CHECK (length(identifier) IN (10, 11)),
    secret      BLOB   CHECK (length(secret) = 16),
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
) WITHOUT ROWID;
CREATE INDEX one_time_requests_waiting ON one_time_requests (received_at, id) WHERE outcome IS NULL;
CREATE INDEX one_time_requests_settled ON one_time_requests (settled_at) WHERE outcome IS NOT NULL;
CREATE INDEX one_time_requests_of_holder ON one_time_requests (holder, settled_at) WHERE outcome = 'sent';

-- What a key of the HSM makes of each code that was drawn for a request: one for each card that may be meant.
CREATE TABLE one_time_codes (
    request     TEXT NOT NULL REFERENCES one_time_requests (id),
    card_number TEXT NOT NULL REFERENCES cards (number),
    verifier    BLOB NOT NULL CHECK (length(verifier) = 32),
    mac_key     TEXT NOT NULL,
    PRIMARY KEY (request, card_number)
) WITHOUT ROWID;

-- A declaration is made with the code of the letter, for a number, or with a one-time code, for the request that asked for it.
-- SQLite widens a column only by making its table again.
CREATE TABLE holder_declarations_of_both (
    id              TEXT   NOT NULL PRIMARY KEY CHECK (length(id) = 32),
    identifier      TEXT   CHECK (length(identifier) IN (10, 11)),
    request         TEXT   REFERENCES one_time_requests (id),
    code_digest     BLOB   CHECK (length(code_digest) = 32),
    ground          TEXT   NOT NULL CHECK (ground IN ('lost', 'stolen', 'codes-disclosed')),
    received_at     BIGINT NOT NULL,
    outcome         TEXT   CHECK (outcome IN ('opposed', 'not-recognised')),
    receipt         TEXT   REFERENCES opposition_declarations (receipt),
    status_sequence BIGINT,
    answered_at     BIGINT,
    CHECK ((identifier IS NULL) <> (request IS NULL)),
    CHECK ((outcome IS NULL) = (answered_at IS NULL)),
    CHECK ((outcome IS NULL) = (code_digest IS NOT NULL)),
    CHECK ((coalesce(outcome, '') = 'opposed') = (receipt IS NOT NULL)),
    CHECK ((receipt IS NULL) = (status_sequence IS NULL))
);
INSERT INTO holder_declarations_of_both
    (id, identifier, code_digest, ground, received_at, outcome, receipt, status_sequence, answered_at)
SELECT id, identifier, code_digest, ground, received_at, outcome, receipt, status_sequence, answered_at
FROM holder_declarations;
-- Its indexes and triggers go with it, and it fires none of them.
DROP TABLE holder_declarations;
ALTER TABLE holder_declarations_of_both RENAME TO holder_declarations;
CREATE INDEX holder_declarations_waiting ON holder_declarations (received_at, id) WHERE outcome IS NULL;
CREATE INDEX holder_declarations_answered ON holder_declarations (answered_at) WHERE outcome IS NOT NULL;
CREATE INDEX holder_declarations_of_request ON holder_declarations (request) WHERE request IS NOT NULL;

CREATE TRIGGER holder_declarations_begin_unanswered BEFORE INSERT ON holder_declarations
WHEN NEW.outcome IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'a declaration begins without an answer'); END;
CREATE TRIGGER holder_declarations_are_answered_once BEFORE UPDATE ON holder_declarations
WHEN OLD.outcome IS NOT NULL OR NEW.id <> OLD.id OR NEW.identifier IS NOT OLD.identifier
  OR NEW.request IS NOT OLD.request OR NEW.ground <> OLD.ground OR NEW.received_at <> OLD.received_at
BEGIN SELECT RAISE(ABORT, 'a declaration is answered once, and nothing else of it is ever changed'); END;
CREATE TRIGGER holder_declarations_are_not_deleted_unanswered BEFORE DELETE ON holder_declarations
WHEN OLD.outcome IS NULL
BEGIN SELECT RAISE(ABORT, 'a declaration is answered before it is deleted'); END;
CREATE TRIGGER holder_declarations_are_never_replaced BEFORE INSERT ON holder_declarations
WHEN EXISTS (SELECT 1 FROM holder_declarations WHERE rowid = NEW.rowid OR id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'UNIQUE constraint failed: holder_declarations are never replaced'); END;
CREATE TRIGGER holder_declarations_keep_their_rowid BEFORE UPDATE ON holder_declarations WHEN NEW.rowid <> OLD.rowid
BEGIN SELECT RAISE(ABORT, 'a row is never moved'); END;

CREATE TRIGGER one_time_requests_begin_unsettled BEFORE INSERT ON one_time_requests
WHEN NEW.outcome IS NOT NULL OR NEW.taken_until IS NOT NULL OR NEW.failures <> 0
BEGIN SELECT RAISE(ABORT, 'a request for a one-time code begins unsettled'); END;
CREATE TRIGGER one_time_requests_are_settled_once BEFORE UPDATE ON one_time_requests
WHEN NEW.id <> OLD.id OR NEW.received_at <> OLD.received_at OR NEW.failures < OLD.failures
  OR (OLD.outcome IS NOT NULL AND (NEW.outcome IS NOT OLD.outcome OR NEW.holder IS NOT OLD.holder
      OR NEW.settled_at IS NOT OLD.settled_at))
BEGIN SELECT RAISE(ABORT, 'a request for a one-time code is settled once, and its failures only grow'); END;
CREATE TRIGGER one_time_requests_are_not_deleted_unsettled BEFORE DELETE ON one_time_requests
WHEN OLD.outcome IS NULL
BEGIN SELECT RAISE(ABORT, 'a request for a one-time code is settled before it is deleted'); END;
CREATE TRIGGER one_time_requests_are_never_replaced BEFORE INSERT ON one_time_requests
WHEN EXISTS (SELECT 1 FROM one_time_requests WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'UNIQUE constraint failed: one_time_requests are never replaced'); END;
CREATE TRIGGER one_time_codes_are_never_changed BEFORE UPDATE ON one_time_codes
BEGIN SELECT RAISE(ABORT, 'a one-time code is never changed'); END;
CREATE TRIGGER one_time_codes_are_never_replaced BEFORE INSERT ON one_time_codes
WHEN EXISTS (SELECT 1 FROM one_time_codes WHERE request = NEW.request AND card_number = NEW.card_number)
BEGIN SELECT RAISE(ABORT, 'UNIQUE constraint failed: one_time_codes are never replaced'); END;

-- Owner: professional-registry. Whose a mailbox of the MSSanté is: that of the first person of its line.
CREATE INDEX register_supplements_mailboxes ON register_supplements (json_extract(content, '$[0][1]'))
    WHERE source = 'extraction-correspondance-mssante' AND ceased_at IS NULL;
