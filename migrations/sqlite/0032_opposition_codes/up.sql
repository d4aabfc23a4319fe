-- Owner: registration-authority.

-- The opposition code of a certified card. A row without a verifier waits for its code, which the worker draws; the code
-- is in the letter to the holder and nowhere else, `verifier` is what a key of the HSM makes of it. A card is locked for a
-- time after some failures, and `failures` begins again.
CREATE TABLE opposition_codes (
    card_number  TEXT   NOT NULL PRIMARY KEY REFERENCES cards (number),
    due_at       BIGINT NOT NULL,
    verifier     BLOB   CHECK (length(verifier) = 32),
    mac_key      TEXT,
    letter       TEXT   CHECK (length(letter) = 32),
    made_at      BIGINT,
    failures     BIGINT NOT NULL DEFAULT 0 CHECK (failures >= 0),
    locked_until BIGINT,
    CHECK ((verifier IS NULL) = (mac_key IS NULL)),
    CHECK ((verifier IS NULL) = (letter IS NULL)),
    CHECK ((verifier IS NULL) = (made_at IS NULL))
);
CREATE INDEX opposition_codes_due ON opposition_codes (card_number) WHERE verifier IS NULL;
-- What lives already gets a code, as what is certified from now on.
INSERT INTO opposition_codes (card_number, due_at)
SELECT number, changed_at FROM cards WHERE status IN ('certified', 'delivered', 'active');

-- What a holder declares with his code at the public page, until the worker has looked. `identifier` is a card's number or
-- an RPPS number as it was typed; of the code there is a digest, and that only until the answer.
CREATE TABLE holder_declarations (
    id              TEXT   NOT NULL PRIMARY KEY CHECK (length(id) = 32),
    identifier      TEXT   NOT NULL CHECK (length(identifier) IN (10, 11)),
    code_digest     BLOB   CHECK (length(code_digest) = 32),
    ground          TEXT   NOT NULL CHECK (ground IN ('lost', 'stolen', 'codes-disclosed')),
    received_at     BIGINT NOT NULL,
    outcome         TEXT   CHECK (outcome IN ('opposed', 'not-recognised')),
    receipt         TEXT   REFERENCES opposition_declarations (receipt),
    status_sequence BIGINT,
    answered_at     BIGINT,
    CHECK ((outcome IS NULL) = (answered_at IS NULL)),
    CHECK ((outcome IS NULL) = (code_digest IS NOT NULL)),
    CHECK ((coalesce(outcome, '') = 'opposed') = (receipt IS NOT NULL)),
    CHECK ((receipt IS NULL) = (status_sequence IS NULL))
);
CREATE INDEX holder_declarations_waiting ON holder_declarations (received_at, id) WHERE outcome IS NULL;
CREATE INDEX holder_declarations_answered ON holder_declarations (answered_at) WHERE outcome IS NOT NULL;

CREATE TRIGGER opposition_codes_are_never_deleted BEFORE DELETE ON opposition_codes
BEGIN SELECT RAISE(ABORT, 'an opposition code is never deleted'); END;
CREATE TRIGGER opposition_codes_are_made_once BEFORE UPDATE ON opposition_codes
WHEN NEW.card_number <> OLD.card_number OR NEW.due_at <> OLD.due_at
  OR (OLD.verifier IS NOT NULL AND (NEW.verifier IS NOT OLD.verifier OR NEW.mac_key IS NOT OLD.mac_key
      OR NEW.letter IS NOT OLD.letter OR NEW.made_at IS NOT OLD.made_at))
BEGIN SELECT RAISE(ABORT, 'an opposition code is made once, and never changed'); END;
CREATE TRIGGER opposition_codes_are_never_replaced BEFORE INSERT ON opposition_codes
WHEN EXISTS (SELECT 1 FROM opposition_codes WHERE rowid = NEW.rowid OR card_number = NEW.card_number)
BEGIN SELECT RAISE(ABORT, 'UNIQUE constraint failed: opposition_codes are never replaced'); END;
CREATE TRIGGER opposition_codes_keep_their_rowid BEFORE UPDATE ON opposition_codes WHEN NEW.rowid <> OLD.rowid
BEGIN SELECT RAISE(ABORT, 'a row is never moved'); END;

CREATE TRIGGER holder_declarations_begin_unanswered BEFORE INSERT ON holder_declarations
WHEN NEW.outcome IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'a declaration begins without an answer'); END;
CREATE TRIGGER holder_declarations_are_answered_once BEFORE UPDATE ON holder_declarations
WHEN OLD.outcome IS NOT NULL OR NEW.id <> OLD.id OR NEW.identifier <> OLD.identifier OR NEW.ground <> OLD.ground
  OR NEW.received_at <> OLD.received_at
BEGIN SELECT RAISE(ABORT, 'a declaration is answered once, and nothing else of it is ever changed'); END;
CREATE TRIGGER holder_declarations_are_not_deleted_unanswered BEFORE DELETE ON holder_declarations
WHEN OLD.outcome IS NULL
BEGIN SELECT RAISE(ABORT, 'a declaration is answered before it is deleted'); END;
CREATE TRIGGER holder_declarations_are_never_replaced BEFORE INSERT ON holder_declarations
WHEN EXISTS (SELECT 1 FROM holder_declarations WHERE rowid = NEW.rowid OR id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'UNIQUE constraint failed: holder_declarations are never replaced'); END;
CREATE TRIGGER holder_declarations_keep_their_rowid BEFORE UPDATE ON holder_declarations WHEN NEW.rowid <> OLD.rowid
BEGIN SELECT RAISE(ABORT, 'a row is never moved'); END;
