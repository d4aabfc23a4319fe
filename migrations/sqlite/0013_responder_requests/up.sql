-- Owner: ca-core.

-- The narrow inbox of the status role: what it asks for when the certificate of an OCSP responder ends soon. A request
-- is written down before its key signs anything (invariant 3), its two signatures after. The worker trusts neither
-- row. Eight requests for each predecessor are the most: who owns the status role does not fill the table.
CREATE TABLE responder_requests (
    digest      BLOB   NOT NULL PRIMARY KEY CHECK (length(digest) = 32),
    authority   TEXT   NOT NULL REFERENCES authorities (short_name),
    predecessor TEXT   NOT NULL REFERENCES service_keys (name),
    attempt     BIGINT NOT NULL CHECK (attempt BETWEEN 1 AND 8),
    token       TEXT   NOT NULL CHECK (length(token) BETWEEN 1 AND 32),
    key_id      TEXT   NOT NULL CHECK (length(key_id) BETWEEN 2 AND 128),
    statement   BLOB   NOT NULL CHECK (length(statement) BETWEEN 1 AND 2048),
    UNIQUE (predecessor, attempt)
);

-- The signature of the new key over the statement, and that of the predecessor.
CREATE TABLE responder_request_proofs (
    digest        BLOB   NOT NULL PRIMARY KEY REFERENCES responder_requests (digest),
    possession    BLOB   NOT NULL CHECK (length(possession) BETWEEN 1 AND 1024),
    authorisation BLOB   NOT NULL CHECK (length(authorisation) BETWEEN 1 AND 1024)
);

-- What the worker refused, once and for good.
CREATE TABLE responder_refusals (
    digest     BLOB   NOT NULL PRIMARY KEY REFERENCES responder_requests (digest),
    code       TEXT   NOT NULL,
    why        TEXT   NOT NULL,
    refused_at BIGINT NOT NULL
);

-- What the worker certified. A predecessor has one successor: of two workers one draws the trial, and another trial
-- comes only after the certificate of the last one was given up before anybody saw it.
CREATE TABLE responder_certifications (
    predecessor TEXT   NOT NULL REFERENCES service_keys (name),
    trial       BIGINT NOT NULL CHECK (trial > 0),
    digest      BLOB   NOT NULL REFERENCES responder_requests (digest),
    ceremony    BLOB   NOT NULL CHECK (length(ceremony) = 32),
    issuer      TEXT   NOT NULL,
    serial      TEXT   NOT NULL,
    PRIMARY KEY (predecessor, trial),
    UNIQUE (issuer, serial),
    FOREIGN KEY (issuer, serial) REFERENCES certificates (issuer, serial)
);

-- The newest responder of an authority has a successor, and no other key has one.
CREATE TRIGGER responder_requests_follow_the_newest BEFORE INSERT ON responder_requests
WHEN NOT EXISTS (SELECT 1 FROM service_keys k WHERE k.name = NEW.predecessor AND k.authority = NEW.authority AND k.purpose = 'ocsp')
   OR EXISTS (SELECT 1 FROM service_keys k JOIN service_keys p ON p.name = NEW.predecessor
              WHERE k.authority = NEW.authority AND k.purpose = 'ocsp' AND k.created_at > p.created_at)
BEGIN SELECT RAISE(ABORT, 'a request follows the newest responder of its authority'); END;

CREATE TRIGGER responder_requests_are_never_changed BEFORE UPDATE ON responder_requests
BEGIN SELECT RAISE(ABORT, 'a request is never changed'); END;
CREATE TRIGGER responder_requests_are_never_deleted BEFORE DELETE ON responder_requests
BEGIN SELECT RAISE(ABORT, 'a request is never deleted'); END;
CREATE TRIGGER responder_request_proofs_are_never_changed BEFORE UPDATE ON responder_request_proofs
BEGIN SELECT RAISE(ABORT, 'a request is never changed'); END;
CREATE TRIGGER responder_request_proofs_are_never_deleted BEFORE DELETE ON responder_request_proofs
BEGIN SELECT RAISE(ABORT, 'a request is never deleted'); END;
CREATE TRIGGER responder_refusals_are_never_changed BEFORE UPDATE ON responder_refusals
BEGIN SELECT RAISE(ABORT, 'what was decided is never changed'); END;
CREATE TRIGGER responder_refusals_are_never_deleted BEFORE DELETE ON responder_refusals
BEGIN SELECT RAISE(ABORT, 'what was decided is never deleted'); END;
CREATE TRIGGER responder_certifications_are_never_changed BEFORE UPDATE ON responder_certifications
BEGIN SELECT RAISE(ABORT, 'what was decided is never changed'); END;
CREATE TRIGGER responder_certifications_are_never_deleted BEFORE DELETE ON responder_certifications
BEGIN SELECT RAISE(ABORT, 'what was decided is never deleted'); END;

-- REPLACE deletes without asking the delete triggers.
CREATE TRIGGER responder_requests_are_never_replaced BEFORE INSERT ON responder_requests
WHEN EXISTS (SELECT 1 FROM responder_requests WHERE rowid = NEW.rowid OR digest = NEW.digest
    OR (predecessor = NEW.predecessor AND attempt = NEW.attempt))
BEGIN SELECT RAISE(ABORT, 'UNIQUE constraint failed: responder_requests are never replaced'); END;
CREATE TRIGGER responder_request_proofs_are_never_replaced BEFORE INSERT ON responder_request_proofs
WHEN EXISTS (SELECT 1 FROM responder_request_proofs WHERE rowid = NEW.rowid OR digest = NEW.digest)
BEGIN SELECT RAISE(ABORT, 'UNIQUE constraint failed: responder_request_proofs are never replaced'); END;
CREATE TRIGGER responder_refusals_are_never_replaced BEFORE INSERT ON responder_refusals
WHEN EXISTS (SELECT 1 FROM responder_refusals WHERE rowid = NEW.rowid OR digest = NEW.digest)
BEGIN SELECT RAISE(ABORT, 'UNIQUE constraint failed: responder_refusals are never replaced'); END;
CREATE TRIGGER responder_certifications_are_never_replaced BEFORE INSERT ON responder_certifications
WHEN EXISTS (SELECT 1 FROM responder_certifications WHERE rowid = NEW.rowid OR (predecessor = NEW.predecessor AND trial = NEW.trial)
    OR (issuer = NEW.issuer AND serial = NEW.serial))
BEGIN SELECT RAISE(ABORT, 'UNIQUE constraint failed: responder_certifications are never replaced'); END;
