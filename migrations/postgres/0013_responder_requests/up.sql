-- Owner: ca-core.

-- The narrow inbox of the status role: what it asks for when the certificate of an OCSP responder ends soon. A request
-- is written down before its key signs anything (invariant 3), its two signatures after. The worker trusts neither
-- row. Eight requests for each predecessor are the most: who owns the status role does not fill the table.
CREATE TABLE responder_requests (
    digest      BYTEA  NOT NULL PRIMARY KEY CHECK (octet_length(digest) = 32),
    authority   TEXT   NOT NULL REFERENCES authorities (short_name),
    predecessor TEXT   NOT NULL REFERENCES service_keys (name),
    attempt     BIGINT NOT NULL CHECK (attempt BETWEEN 1 AND 8),
    token       TEXT   NOT NULL CHECK (length(token) BETWEEN 1 AND 32),
    key_id      TEXT   NOT NULL CHECK (length(key_id) BETWEEN 2 AND 128),
    statement   BYTEA  NOT NULL CHECK (octet_length(statement) BETWEEN 1 AND 2048),
    UNIQUE (predecessor, attempt)
);

-- The signature of the new key over the statement, and that of the predecessor.
CREATE TABLE responder_request_proofs (
    digest        BYTEA  NOT NULL PRIMARY KEY REFERENCES responder_requests (digest),
    possession    BYTEA  NOT NULL CHECK (octet_length(possession) BETWEEN 1 AND 1024),
    authorisation BYTEA  NOT NULL CHECK (octet_length(authorisation) BETWEEN 1 AND 1024)
);

-- What the worker refused, once and for good.
CREATE TABLE responder_refusals (
    digest     BYTEA  NOT NULL PRIMARY KEY REFERENCES responder_requests (digest),
    code       TEXT   NOT NULL,
    why        TEXT   NOT NULL,
    refused_at BIGINT NOT NULL
);

-- What the worker certified. A predecessor has one successor: of two workers one draws the trial, and another trial
-- comes only after the certificate of the last one was given up before anybody saw it.
CREATE TABLE responder_certifications (
    predecessor TEXT   NOT NULL REFERENCES service_keys (name),
    trial       BIGINT NOT NULL CHECK (trial > 0),
    digest      BYTEA  NOT NULL REFERENCES responder_requests (digest),
    ceremony    BYTEA  NOT NULL CHECK (octet_length(ceremony) = 32),
    issuer      TEXT   NOT NULL,
    serial      TEXT   NOT NULL,
    PRIMARY KEY (predecessor, trial),
    UNIQUE (issuer, serial),
    FOREIGN KEY (issuer, serial) REFERENCES certificates (issuer, serial)
);

-- The newest responder of an authority has a successor, and no other key has one.
CREATE FUNCTION responder_request_follows_the_newest() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM service_keys k WHERE k.name = NEW.predecessor
                   AND k.authority = NEW.authority AND k.purpose = 'ocsp')
       OR EXISTS (SELECT 1 FROM service_keys k JOIN service_keys p ON p.name = NEW.predecessor
                  WHERE k.authority = NEW.authority AND k.purpose = 'ocsp' AND k.created_at > p.created_at) THEN
        RAISE EXCEPTION 'a request follows the newest responder of its authority'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER responder_requests_follow_the_newest BEFORE INSERT ON responder_requests FOR EACH ROW
EXECUTE FUNCTION responder_request_follows_the_newest();

CREATE TRIGGER responder_requests_are_never_changed BEFORE UPDATE ON responder_requests FOR EACH ROW
EXECUTE FUNCTION refuse('a request is never changed');
CREATE TRIGGER responder_requests_are_never_deleted BEFORE DELETE ON responder_requests FOR EACH ROW
EXECUTE FUNCTION refuse('a request is never deleted');
CREATE TRIGGER responder_request_proofs_are_never_changed BEFORE UPDATE ON responder_request_proofs FOR EACH ROW
EXECUTE FUNCTION refuse('a request is never changed');
CREATE TRIGGER responder_request_proofs_are_never_deleted BEFORE DELETE ON responder_request_proofs FOR EACH ROW
EXECUTE FUNCTION refuse('a request is never deleted');
CREATE TRIGGER responder_refusals_are_never_changed BEFORE UPDATE ON responder_refusals FOR EACH ROW
EXECUTE FUNCTION refuse('what was decided is never changed');
CREATE TRIGGER responder_refusals_are_never_deleted BEFORE DELETE ON responder_refusals FOR EACH ROW
EXECUTE FUNCTION refuse('what was decided is never deleted');
CREATE TRIGGER responder_certifications_are_never_changed BEFORE UPDATE ON responder_certifications FOR EACH ROW
EXECUTE FUNCTION refuse('what was decided is never changed');
CREATE TRIGGER responder_certifications_are_never_deleted BEFORE DELETE ON responder_certifications FOR EACH ROW
EXECUTE FUNCTION refuse('what was decided is never deleted');

-- The status role puts in and reads; the web role does not even see it.
GRANT SELECT, INSERT ON responder_requests, responder_request_proofs TO igc_status;
GRANT SELECT ON responder_refusals, responder_certifications TO igc_status;
GRANT SELECT ON responder_requests, responder_request_proofs TO igc_worker;
GRANT SELECT, INSERT ON responder_refusals, responder_certifications TO igc_worker;

-- The worker records the responders that it has certified on request; every other service key is a ceremony's.
GRANT INSERT ON service_keys TO igc_worker;
CREATE FUNCTION worker_records_what_was_asked_for() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_user = 'igc_worker' AND (NEW.purpose <> 'ocsp' OR NOT EXISTS (
            SELECT 1 FROM responder_certifications c JOIN responder_requests r ON r.digest = c.digest
            WHERE (c.issuer, c.serial, r.token, r.key_id) = (NEW.authority, NEW.serial, NEW.token, NEW.key_id))) THEN
        RAISE EXCEPTION 'the worker records responders that were asked for, and no other service key'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER service_keys_of_the_worker BEFORE INSERT ON service_keys FOR EACH ROW
EXECUTE FUNCTION worker_records_what_was_asked_for();
