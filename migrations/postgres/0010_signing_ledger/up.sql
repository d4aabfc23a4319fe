-- Owner: ca-core.

-- What is about to be signed and has no row of its own yet: CRLs, lists, checkpoints. Written in a
-- committed transaction before the signer is asked (invariant 3). A certificate's own row is its intention.
CREATE TABLE signing_intents (
    digest      BYTEA  NOT NULL CHECK (length(digest) IN (32, 48)),
    signing_key TEXT   NOT NULL,
    subject     TEXT   NOT NULL,
    intended_at BIGINT NOT NULL,
    PRIMARY KEY (digest, signing_key)
);
CREATE TRIGGER signing_intents_are_never_changed BEFORE UPDATE ON signing_intents FOR EACH ROW
EXECUTE FUNCTION refuse('an intention is never changed');
CREATE TRIGGER signing_intents_are_never_deleted BEFORE DELETE ON signing_intents FOR EACH ROW
EXECUTE FUNCTION refuse('an intention is never deleted');

-- How far each ledger of signed digests was held against the intentions.
CREATE TABLE signing_ledgers (
    ledger        TEXT   NOT NULL PRIMARY KEY,
    kind          TEXT   NOT NULL CHECK (kind IN ('issuing', 'answers')),
    place         TEXT   NOT NULL,
    position      BIGINT NOT NULL,
    sequence      BIGINT NOT NULL,
    chain         BYTEA  NOT NULL CHECK (length(chain) = 32),
    reconciled_at BIGINT NOT NULL
);
CREATE TRIGGER signing_ledgers_only_grow BEFORE UPDATE ON signing_ledgers FOR EACH ROW
WHEN (NEW.sequence < OLD.sequence OR NEW.ledger <> OLD.ledger OR NEW.kind <> OLD.kind)
EXECUTE FUNCTION refuse('a ledger only grows');
CREATE TRIGGER signing_ledgers_are_never_deleted BEFORE DELETE ON signing_ledgers FOR EACH ROW
EXECUTE FUNCTION refuse('a ledger is never forgotten');

-- What the ledgers show that nobody intended, and ledgers that contradict themselves: found once.
CREATE TABLE signing_alarms (
    ledger   TEXT   NOT NULL,
    sequence BIGINT NOT NULL,
    what     TEXT   NOT NULL,
    found_at BIGINT NOT NULL,
    PRIMARY KEY (ledger, sequence)
);
CREATE TRIGGER signing_alarms_are_never_changed BEFORE UPDATE ON signing_alarms FOR EACH ROW
EXECUTE FUNCTION refuse('an alarm is never changed');
CREATE TRIGGER signing_alarms_are_never_deleted BEFORE DELETE ON signing_alarms FOR EACH ROW
EXECUTE FUNCTION refuse('an alarm is never deleted');

GRANT SELECT ON signing_intents, signing_ledgers, signing_alarms TO igc_worker;
GRANT INSERT ON signing_intents, signing_alarms TO igc_worker;
GRANT INSERT, UPDATE ON signing_ledgers TO igc_worker;
GRANT SELECT ON signing_ledgers, signing_alarms TO igc_status;
