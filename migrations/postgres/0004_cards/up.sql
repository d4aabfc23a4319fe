-- Owner: card.

CREATE TABLE card_number_counter (
    prefix TEXT   NOT NULL PRIMARY KEY,
    last   BIGINT NOT NULL
);

-- A batch of cards sent to one personalisation bureau.
CREATE TABLE card_batches (
    id          TEXT   NOT NULL PRIMARY KEY,
    bureau      TEXT   NOT NULL,
    status      TEXT   NOT NULL CHECK (status IN ('closed', 'returned')),
    closed_at   BIGINT NOT NULL,
    returned_at BIGINT,
    return_file_sha256 BYTEA,
    CHECK ((status = 'returned') = (returned_at IS NOT NULL)),
    CHECK ((status = 'returned') = (return_file_sha256 IS NOT NULL))
);

-- `exercise` is what the card is tied to: `profession:60` or a structure; never empty.
CREATE TABLE cards (
    number       TEXT    NOT NULL PRIMARY KEY CHECK (length(number) = 10),
    kind         TEXT    NOT NULL CHECK (kind IN ('CPS', 'CPF', 'CPE', 'CDE', 'CPA', 'CDA')),
    holder       TEXT    NOT NULL CHECK (holder <> ''),
    exercise     TEXT    NOT NULL CHECK (exercise <> ''),
    order_number TEXT    NOT NULL UNIQUE,
    replaces     TEXT    REFERENCES cards (number),
    temporary    BOOLEAN NOT NULL,
    status       TEXT    NOT NULL CHECK (status IN ('ordered', 'batched', 'personalised', 'certified',
                                                    'delivered', 'active', 'opposed', 'expired', 'cancelled')),
    batch        TEXT    REFERENCES card_batches (id),
    version      BIGINT  NOT NULL,
    ordered_at   BIGINT  NOT NULL,
    changed_at   BIGINT  NOT NULL,
    expires_at   BIGINT,
    opposed_at   BIGINT,
    CHECK ((status = 'opposed') = (opposed_at IS NOT NULL)),
    CHECK (status NOT IN ('batched', 'personalised', 'certified', 'delivered', 'active') OR batch IS NOT NULL),
    CHECK (status NOT IN ('certified', 'delivered', 'active', 'expired') OR expires_at IS NOT NULL)
);
-- One active card for each holder, kind and exercise (invariant 9).
CREATE UNIQUE INDEX cards_one_active ON cards (holder, kind, exercise) WHERE status = 'active' AND NOT temporary;
CREATE INDEX cards_by_holder ON cards (holder);
CREATE INDEX cards_expiring ON cards (expires_at) WHERE status = 'active';

CREATE TRIGGER cards_go_one_way BEFORE UPDATE OF status ON cards FOR EACH ROW
WHEN (NEW.status <> OLD.status AND NOT (
        (OLD.status = 'ordered'      AND NEW.status IN ('batched', 'cancelled', 'opposed'))
     OR (OLD.status = 'batched'      AND NEW.status IN ('personalised', 'ordered', 'cancelled', 'opposed'))
     OR (OLD.status = 'personalised' AND NEW.status IN ('certified', 'cancelled', 'opposed'))
     OR (OLD.status = 'certified'    AND NEW.status IN ('delivered', 'opposed', 'expired'))
     OR (OLD.status = 'delivered'    AND NEW.status IN ('active', 'opposed', 'expired'))
     OR (OLD.status = 'active'       AND NEW.status IN ('opposed', 'expired'))))
EXECUTE FUNCTION refuse('no such transition of a card: an opposition is definitive');
CREATE TRIGGER cards_are_never_deleted BEFORE DELETE ON cards FOR EACH ROW
EXECUTE FUNCTION refuse('cards are never deleted');

CREATE TRIGGER cards_begin_as_ordered BEFORE INSERT ON cards FOR EACH ROW
WHEN (NEW.status <> 'ordered')
EXECUTE FUNCTION refuse('a card begins as ordered');
CREATE TRIGGER cards_keep_what_was_ordered BEFORE UPDATE ON cards FOR EACH ROW
WHEN (NEW.number <> OLD.number OR NEW.kind <> OLD.kind OR NEW.holder <> OLD.holder OR NEW.exercise <> OLD.exercise
  OR NEW.order_number <> OLD.order_number OR NEW.temporary <> OLD.temporary OR NEW.ordered_at <> OLD.ordered_at
  OR NEW.replaces IS DISTINCT FROM OLD.replaces OR NEW.version < OLD.version
  OR (OLD.expires_at IS NOT NULL AND NEW.expires_at IS DISTINCT FROM OLD.expires_at)
  OR (OLD.opposed_at IS NOT NULL AND NEW.opposed_at IS DISTINCT FROM OLD.opposed_at))
EXECUTE FUNCTION refuse('what a card was ordered and certified for is never changed');
CREATE TRIGGER card_batches_are_returned_once BEFORE UPDATE ON card_batches FOR EACH ROW
WHEN (OLD.status = 'returned')
EXECUTE FUNCTION refuse('a returned batch is never changed');

-- The public keys made inside the chips: the chip's proof that it made the key for this card, and the bureau's
-- attestation of both. The worker verifies the two again before it certifies: whoever can write a row here can
-- make a proof, and no attestation.
CREATE TABLE card_keys (
    card_number TEXT   NOT NULL REFERENCES cards (number),
    key_usage   TEXT   NOT NULL CHECK (key_usage IN ('authentication', 'signature')),
    batch       TEXT   NOT NULL REFERENCES card_batches (id),
    public_key  BYTEA  NOT NULL UNIQUE,
    proof       BYTEA  NOT NULL,
    attestation BYTEA  NOT NULL,
    received_at BIGINT NOT NULL,
    PRIMARY KEY (card_number, key_usage)
);

CREATE TRIGGER card_keys_are_never_changed BEFORE UPDATE ON card_keys FOR EACH ROW
EXECUTE FUNCTION refuse('the keys of a card are never changed');
CREATE TRIGGER card_keys_are_never_deleted BEFORE DELETE ON card_keys FOR EACH ROW
EXECUTE FUNCTION refuse('the keys of a card are never deleted');

-- Which certificates a card carries; written with the certificate's intention.
CREATE TABLE card_certificates (
    issuer      TEXT NOT NULL,
    serial      TEXT NOT NULL,
    card_number TEXT NOT NULL REFERENCES cards (number),
    key_usage   TEXT NOT NULL CHECK (key_usage IN ('authentication', 'signature')),
    PRIMARY KEY (issuer, serial),
    FOREIGN KEY (issuer, serial) REFERENCES certificates (issuer, serial)
);
CREATE INDEX card_certificates_by_card ON card_certificates (card_number);

CREATE TRIGGER card_certificates_are_never_changed BEFORE UPDATE ON card_certificates FOR EACH ROW
EXECUTE FUNCTION refuse('the certificates of a card are never changed');
CREATE TRIGGER card_certificates_are_never_deleted BEFORE DELETE ON card_certificates FOR EACH ROW
EXECUTE FUNCTION refuse('the certificates of a card are never deleted');

-- The opposition list: card, date, sequence; never a name, never a ground.
CREATE TABLE card_opposition_counter (
    id   BIGINT NOT NULL PRIMARY KEY CHECK (id = 1),
    last BIGINT NOT NULL
);
INSERT INTO card_opposition_counter (id, last) VALUES (1, 0);
CREATE TRIGGER card_opposition_counter_grows BEFORE UPDATE ON card_opposition_counter FOR EACH ROW
WHEN (NEW.last <> OLD.last + 1)
EXECUTE FUNCTION refuse('the opposition counter only grows, one by one');
CREATE TABLE card_oppositions (
    sequence    BIGINT NOT NULL PRIMARY KEY CHECK (sequence > 0),
    card_number TEXT   NOT NULL UNIQUE REFERENCES cards (number),
    opposed_at  BIGINT NOT NULL
);
CREATE TRIGGER card_oppositions_are_never_changed BEFORE UPDATE ON card_oppositions FOR EACH ROW
EXECUTE FUNCTION refuse('the opposition list is append-only');
CREATE TRIGGER card_oppositions_are_never_deleted BEFORE DELETE ON card_oppositions FOR EACH ROW
EXECUTE FUNCTION refuse('the opposition list is append-only');
