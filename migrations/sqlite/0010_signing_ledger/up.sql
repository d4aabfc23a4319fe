-- Owner: ca-core.

-- What is about to be signed and has no row of its own yet: CRLs, lists, checkpoints. Written in a
-- committed transaction before the signer is asked (invariant 3). A certificate's own row is its intention.
CREATE TABLE signing_intents (
    digest      BLOB   NOT NULL CHECK (length(digest) IN (32, 48)),
    signing_key TEXT   NOT NULL,
    subject     TEXT   NOT NULL,
    intended_at BIGINT NOT NULL,
    PRIMARY KEY (digest, signing_key)
);
CREATE TRIGGER signing_intents_are_never_changed BEFORE UPDATE ON signing_intents
BEGIN SELECT RAISE(ABORT, 'an intention is never changed'); END;
CREATE TRIGGER signing_intents_are_never_deleted BEFORE DELETE ON signing_intents
BEGIN SELECT RAISE(ABORT, 'an intention is never deleted'); END;

-- How far each ledger of signed digests was held against the intentions.
CREATE TABLE signing_ledgers (
    ledger        TEXT   NOT NULL PRIMARY KEY,
    kind          TEXT   NOT NULL CHECK (kind IN ('issuing', 'answers')),
    place         TEXT   NOT NULL,
    position      BIGINT NOT NULL,
    sequence      BIGINT NOT NULL,
    chain         BLOB   NOT NULL CHECK (length(chain) = 32),
    reconciled_at BIGINT NOT NULL
);
CREATE TRIGGER signing_ledgers_only_grow BEFORE UPDATE ON signing_ledgers
WHEN NEW.sequence < OLD.sequence OR NEW.ledger <> OLD.ledger OR NEW.kind <> OLD.kind
BEGIN SELECT RAISE(ABORT, 'a ledger only grows'); END;
CREATE TRIGGER signing_ledgers_are_never_deleted BEFORE DELETE ON signing_ledgers
BEGIN SELECT RAISE(ABORT, 'a ledger is never forgotten'); END;

-- What the ledgers show that nobody intended, and ledgers that contradict themselves: found once.
CREATE TABLE signing_alarms (
    ledger   TEXT   NOT NULL,
    sequence BIGINT NOT NULL,
    what     TEXT   NOT NULL,
    found_at BIGINT NOT NULL,
    PRIMARY KEY (ledger, sequence)
);
CREATE TRIGGER signing_alarms_are_never_changed BEFORE UPDATE ON signing_alarms
BEGIN SELECT RAISE(ABORT, 'an alarm is never changed'); END;
CREATE TRIGGER signing_alarms_are_never_deleted BEFORE DELETE ON signing_alarms
BEGIN SELECT RAISE(ABORT, 'an alarm is never deleted'); END;

-- REPLACE deletes without asking the delete triggers.
CREATE TRIGGER signing_intents_are_never_replaced BEFORE INSERT ON signing_intents
WHEN EXISTS (SELECT 1 FROM signing_intents
             WHERE rowid = NEW.rowid OR (digest = NEW.digest AND signing_key = NEW.signing_key))
BEGIN SELECT RAISE(ABORT, 'UNIQUE constraint failed: signing_intents are never replaced'); END;
CREATE TRIGGER signing_ledgers_are_never_replaced BEFORE INSERT ON signing_ledgers
WHEN EXISTS (SELECT 1 FROM signing_ledgers WHERE rowid = NEW.rowid OR ledger = NEW.ledger)
BEGIN SELECT RAISE(ABORT, 'UNIQUE constraint failed: signing_ledgers are never replaced'); END;
CREATE TRIGGER signing_alarms_are_never_replaced BEFORE INSERT ON signing_alarms
WHEN EXISTS (SELECT 1 FROM signing_alarms
             WHERE rowid = NEW.rowid OR (ledger = NEW.ledger AND sequence = NEW.sequence))
BEGIN SELECT RAISE(ABORT, 'UNIQUE constraint failed: signing_alarms are never replaced'); END;
CREATE TRIGGER signing_ledgers_keep_their_rowid BEFORE UPDATE ON signing_ledgers WHEN NEW.rowid <> OLD.rowid
BEGIN SELECT RAISE(ABORT, 'a row is never moved'); END;
