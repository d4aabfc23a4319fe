-- Owner: registration-authority.

-- A declaration that nobody proved: somebody says that a card is lost. It changes no status; an officer calls back the
-- contact that the register knows, and opposes the card or dismisses the declaration. The worker copies that contact here
-- while the ticket is open, for the officers, who read no other one. `identifier` is a card's number or an RPPS number.
CREATE TABLE opposition_tickets (
    number     TEXT   NOT NULL PRIMARY KEY CHECK (length(number) = 19),
    identifier TEXT   NOT NULL CHECK (length(identifier) IN (10, 11)),
    ground     TEXT   NOT NULL CHECK (ground IN ('lost', 'stolen', 'codes-disclosed')),
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
