-- Owner: registration-authority.

-- A holder opposes his card, with a code or without, for every ground that the table of requesters gives him (domain.md §4.2): one that
-- does not work or was never received, too.
-- SQLite widens a column only by making its table again.
CREATE TABLE holder_declarations_of_more (
    id              TEXT   NOT NULL PRIMARY KEY CHECK (length(id) = 32),
    identifier      TEXT   CHECK (length(identifier) IN (10, 11)),
    request         TEXT   REFERENCES one_time_requests (id),
    code_digest     BLOB   CHECK (length(code_digest) = 32),
    ground          TEXT   NOT NULL CHECK (ground IN ('lost', 'stolen', 'codes-disclosed', 'card-not-received', 'codes-not-received', 'defective')),
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
INSERT INTO holder_declarations_of_more SELECT id, identifier, request, code_digest, ground, received_at, outcome, receipt, status_sequence,
    answered_at FROM holder_declarations;
-- Its indexes and triggers go with it, and it fires none of them.
DROP TABLE holder_declarations;
ALTER TABLE holder_declarations_of_more RENAME TO holder_declarations;
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

CREATE TABLE opposition_tickets_of_more (
    number     TEXT   NOT NULL PRIMARY KEY CHECK (length(number) = 19),
    identifier TEXT   NOT NULL CHECK (length(identifier) IN (10, 11)),
    ground     TEXT   NOT NULL CHECK (ground IN ('lost', 'stolen', 'codes-disclosed', 'card-not-received', 'codes-not-received', 'defective')),
    opened_at  BIGINT NOT NULL,
    looked_at  BIGINT,
    telephone  TEXT   CHECK (length(telephone) BETWEEN 1 AND 64),
    email      TEXT   CHECK (length(email) BETWEEN 1 AND 254),
    outcome    TEXT   CHECK (outcome IN ('opposed', 'dismissed')),
    receipt    TEXT   REFERENCES opposition_declarations (receipt),
    reason     TEXT   CHECK (length(reason) BETWEEN 1 AND 500),
    closed_at  BIGINT,
    closed_by  TEXT,
    CHECK ((outcome IS NULL) = (closed_at IS NULL)),
    CHECK ((outcome IS NULL) = (closed_by IS NULL)),
    CHECK ((coalesce(outcome, '') = 'opposed') = (receipt IS NOT NULL)),
    CHECK ((coalesce(outcome, '') = 'dismissed') = (reason IS NOT NULL)),
    CHECK (outcome IS NULL OR (telephone IS NULL AND email IS NULL)),
    CHECK (looked_at IS NOT NULL OR (telephone IS NULL AND email IS NULL))
);
INSERT INTO opposition_tickets_of_more SELECT number, identifier, ground, opened_at, looked_at, telephone, email, outcome, receipt, reason,
    closed_at, closed_by FROM opposition_tickets;
DROP TABLE opposition_tickets;
ALTER TABLE opposition_tickets_of_more RENAME TO opposition_tickets;
-- However often it is declared.
CREATE UNIQUE INDEX opposition_tickets_one_open ON opposition_tickets (identifier) WHERE outcome IS NULL;

CREATE TRIGGER opposition_tickets_begin_open BEFORE INSERT ON opposition_tickets
WHEN NEW.outcome IS NOT NULL OR NEW.looked_at IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'a ticket begins as open'); END;
CREATE TRIGGER opposition_tickets_are_closed_once BEFORE UPDATE ON opposition_tickets
WHEN OLD.outcome IS NOT NULL OR NEW.number <> OLD.number OR NEW.identifier <> OLD.identifier OR NEW.ground <> OLD.ground
  OR NEW.opened_at <> OLD.opened_at
BEGIN SELECT RAISE(ABORT, 'a ticket is closed once, and nothing else of it is ever changed'); END;
CREATE TRIGGER opposition_tickets_are_never_deleted BEFORE DELETE ON opposition_tickets
BEGIN SELECT RAISE(ABORT, 'a ticket is never deleted'); END;
CREATE TRIGGER opposition_tickets_are_never_replaced BEFORE INSERT ON opposition_tickets
WHEN EXISTS (SELECT 1 FROM opposition_tickets WHERE rowid = NEW.rowid OR number = NEW.number
    OR (identifier = NEW.identifier AND outcome IS NULL AND NEW.outcome IS NULL))
BEGIN SELECT RAISE(ABORT, 'UNIQUE constraint failed: opposition_tickets are never replaced'); END;
CREATE TRIGGER opposition_tickets_keep_their_rowid BEFORE UPDATE ON opposition_tickets WHEN NEW.rowid <> OLD.rowid
BEGIN SELECT RAISE(ABORT, 'a row is never moved'); END;
