-- Owner: ca-core.

-- The certification authorities of the installation, as the key ceremony left them.
-- Its own certificate is the row (parent, serial) of `certificates`.
CREATE TABLE authorities (
    short_name    TEXT   NOT NULL PRIMARY KEY,
    kind          TEXT   NOT NULL CHECK (kind IN ('root', 'issuing')),
    parent        TEXT   NOT NULL REFERENCES authorities (short_name),
    serial        TEXT   NOT NULL,
    public_key    BLOB   NOT NULL,
    token         TEXT   NOT NULL,
    key_id        TEXT   NOT NULL,
    serial_prefix BLOB,
    created_at    BIGINT NOT NULL,
    CHECK ((kind = 'root') = (parent = short_name)),
    CHECK (kind = 'root' OR length(serial_prefix) = 8)
);

-- Keys that sign something other than certificates: OCSP answers, lists, audit checkpoints.
CREATE TABLE service_keys (
    name       TEXT   NOT NULL PRIMARY KEY,
    purpose    TEXT   NOT NULL CHECK (purpose IN ('ocsp', 'list', 'audit')),
    authority  TEXT   REFERENCES authorities (short_name),
    serial     TEXT,
    token      TEXT   NOT NULL,
    key_id     TEXT   NOT NULL,
    public_key BLOB   NOT NULL,
    created_at BIGINT NOT NULL,
    CHECK ((purpose = 'audit') = (authority IS NULL)),
    CHECK ((authority IS NULL) = (serial IS NULL))
);

-- One run of one worker. An epoch whose lease has passed, or that is closed, is dead.
CREATE TABLE issuance_epochs (
    epoch       BIGINT NOT NULL PRIMARY KEY CHECK (epoch > 0),
    opened_at   BIGINT NOT NULL,
    lease_until BIGINT NOT NULL,
    closed_at   BIGINT
);

-- Every certificate there is, ever was, or was meant to be (invariant 3).
CREATE TABLE certificates (
    issuer            TEXT   NOT NULL REFERENCES authorities (short_name),
    serial            TEXT   NOT NULL CHECK (serial <> '' AND serial = upper(serial)),
    profile           TEXT   NOT NULL,
    status            TEXT   NOT NULL CHECK (status IN ('intended', 'signing', 'good', 'revoked', 'abandoned')),
    epoch             BIGINT NOT NULL REFERENCES issuance_epochs (epoch),
    evidence_kind     TEXT   NOT NULL CHECK (evidence_kind IN ('officer', 'register-feed', 'plan', 'ceremony')),
    evidence_digest   BLOB   NOT NULL CHECK (length(evidence_digest) = 32),
    spki_sha256       BLOB   NOT NULL CHECK (length(spki_sha256) = 32),
    tbs               BLOB   NOT NULL,
    der               BLOB,
    not_before        BIGINT NOT NULL,
    not_after         BIGINT NOT NULL,
    prepared_at       BIGINT NOT NULL,
    settled_at        BIGINT,
    revoked_at        BIGINT,
    revocation_reason TEXT,
    PRIMARY KEY (issuer, serial),
    CHECK (not_before < not_after),
    CHECK (status <> 'good' OR der IS NOT NULL),
    CHECK (status NOT IN ('intended', 'signing', 'abandoned') OR der IS NULL),
    CHECK ((status = 'revoked') = (revoked_at IS NOT NULL)),
    CHECK ((revoked_at IS NULL) = (revocation_reason IS NULL))
);
CREATE INDEX certificates_by_key ON certificates (spki_sha256);
CREATE INDEX certificates_unsettled ON certificates (epoch) WHERE status IN ('intended', 'signing');
CREATE INDEX certificates_revoked ON certificates (issuer, revoked_at) WHERE status = 'revoked';

CREATE TRIGGER certificates_begin_as_intended BEFORE INSERT ON certificates
WHEN NEW.status <> 'intended'
BEGIN SELECT RAISE(ABORT, 'a certificate begins as intended'); END;
-- REPLACE deletes without asking the delete triggers (PRAGMA recursive_triggers is off by default).
CREATE TRIGGER certificates_are_never_replaced BEFORE INSERT ON certificates
WHEN EXISTS (SELECT 1 FROM certificates WHERE issuer = NEW.issuer AND serial = NEW.serial)
BEGIN SELECT RAISE(ABORT, 'UNIQUE constraint failed: a serial number is given once'); END;
CREATE TRIGGER certificates_go_one_way BEFORE UPDATE OF status ON certificates
WHEN NOT ((OLD.status = 'intended' AND NEW.status IN ('signing', 'abandoned'))
       OR (OLD.status = 'signing' AND NEW.status IN ('good', 'revoked'))
       OR (OLD.status = 'good' AND NEW.status = 'revoked'))
BEGIN SELECT RAISE(ABORT, 'no such transition of a certificate: nothing un-revokes'); END;
CREATE TRIGGER certificates_keep_what_was_signed BEFORE UPDATE ON certificates
WHEN NEW.tbs <> OLD.tbs OR (OLD.der IS NOT NULL AND NEW.der IS NOT OLD.der)
  OR NEW.issuer <> OLD.issuer OR NEW.serial <> OLD.serial
  OR (OLD.status = 'revoked' AND (NEW.revoked_at <> OLD.revoked_at OR NEW.revocation_reason <> OLD.revocation_reason))
BEGIN SELECT RAISE(ABORT, 'what was signed or revoked is never changed'); END;
CREATE TRIGGER certificates_are_never_deleted BEFORE DELETE ON certificates
BEGIN SELECT RAISE(ABORT, 'certificates are never deleted'); END;

-- The status log: OCSP, deltas and lists are cut from it (invariant 8).
-- `certificate_status_counter` is taken and held to the commit, so sequence order is commit order.
CREATE TABLE certificate_status_counter (
    id   BIGINT NOT NULL PRIMARY KEY CHECK (id = 1),
    last BIGINT NOT NULL
);
INSERT INTO certificate_status_counter (id, last) VALUES (1, 0);

CREATE TABLE certificate_status_events (
    sequence    BIGINT NOT NULL PRIMARY KEY CHECK (sequence > 0),
    issuer      TEXT   NOT NULL,
    serial      TEXT   NOT NULL,
    event       TEXT   NOT NULL CHECK (event IN ('revoked')),
    reason      TEXT   NOT NULL,
    occurred_at BIGINT NOT NULL,
    FOREIGN KEY (issuer, serial) REFERENCES certificates (issuer, serial)
);
CREATE UNIQUE INDEX certificate_status_events_revoke_once
    ON certificate_status_events (issuer, serial) WHERE event = 'revoked';

CREATE TRIGGER certificate_status_events_are_never_changed BEFORE UPDATE ON certificate_status_events
BEGIN SELECT RAISE(ABORT, 'the status log is append-only'); END;
CREATE TRIGGER certificate_status_events_are_never_deleted BEFORE DELETE ON certificate_status_events
BEGIN SELECT RAISE(ABORT, 'the status log is append-only'); END;
CREATE TRIGGER certificate_status_events_grow BEFORE INSERT ON certificate_status_events
WHEN NEW.sequence <= (SELECT coalesce(max(sequence), 0) FROM certificate_status_events)
BEGIN SELECT RAISE(ABORT, 'the status log only grows'); END;
-- `last = last` takes the row's lock without drawing a number.
CREATE TRIGGER certificate_status_counter_grows BEFORE UPDATE ON certificate_status_counter
WHEN NEW.last NOT IN (OLD.last, OLD.last + 1)
BEGIN SELECT RAISE(ABORT, 'the status counter only grows, one by one'); END;
CREATE TRIGGER certificate_status_events_are_drawn BEFORE INSERT ON certificate_status_events
WHEN NEW.sequence <> (SELECT last FROM certificate_status_counter WHERE id = 1)
BEGIN SELECT RAISE(ABORT, 'a status event takes the number its transaction has drawn'); END;

-- What a ceremony made is never changed: another key under the same name is another authority.
CREATE TRIGGER authorities_are_never_changed BEFORE UPDATE ON authorities
BEGIN SELECT RAISE(ABORT, 'an authority is never changed'); END;
CREATE TRIGGER authorities_are_never_deleted BEFORE DELETE ON authorities
BEGIN SELECT RAISE(ABORT, 'an authority is never deleted'); END;
CREATE TRIGGER service_keys_are_never_changed BEFORE UPDATE ON service_keys
BEGIN SELECT RAISE(ABORT, 'a service key is never changed'); END;
CREATE TRIGGER service_keys_are_never_deleted BEFORE DELETE ON service_keys
BEGIN SELECT RAISE(ABORT, 'a service key is never deleted'); END;
