-- Owner: ca-core.

-- Keys that are known to be compromised, whatever became of their certificates: learnt after those had ended otherwise, or of a key that was
-- never certified here. `known_by`: `key` where the key itself was shown, with its modulus where it is RSA; `digest` where nobody has shown
-- more than SHA-256 of its SubjectPublicKeyInfo.
CREATE TABLE compromised_keys (
    spki_sha256        BYTEA  NOT NULL CHECK (octet_length(spki_sha256) = 32),
    known_by           TEXT   NOT NULL CHECK (known_by IN ('key', 'digest')),
    rsa_modulus_sha256 BYTEA  CHECK (octet_length(rsa_modulus_sha256) = 32),
    learnt_at          BIGINT NOT NULL,
    source             TEXT   NOT NULL CHECK (length(source) BETWEEN 1 AND 500),
    recorded_by        TEXT   NOT NULL CHECK (recorded_by <> ''),
    PRIMARY KEY (spki_sha256, known_by),
    CHECK (known_by = 'key' OR rsa_modulus_sha256 IS NULL)
);
CREATE INDEX compromised_keys_by_rsa_modulus ON compromised_keys (rsa_modulus_sha256) WHERE rsa_modulus_sha256 IS NOT NULL;

CREATE TRIGGER compromised_keys_are_never_changed BEFORE UPDATE ON compromised_keys FOR EACH ROW
EXECUTE FUNCTION refuse('that a key is compromised is never changed');
CREATE TRIGGER compromised_keys_are_never_deleted BEFORE DELETE ON compromised_keys FOR EACH ROW
EXECUTE FUNCTION refuse('that a key is compromised is never deleted');

-- Nothing stays good over a compromised key: what is valid over it ends before the key is recorded, and none comes after it. Whoever
-- records waits for every certificate that is being prepared, and the other way round: neither would see the other otherwise.
CREATE FUNCTION compromised_key_has_no_living_certificate() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('compromised_keys'), 0);
    IF EXISTS (SELECT 1 FROM certificates
               WHERE (spki_sha256 = NEW.spki_sha256 OR rsa_modulus_sha256 = NEW.rsa_modulus_sha256)
                 AND status IN ('intended', 'signing', 'good') AND not_after > NEW.learnt_at - 1000) THEN
        RAISE EXCEPTION 'a certificate over this key still lives' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER compromised_keys_have_no_living_certificate BEFORE INSERT ON compromised_keys FOR EACH ROW
EXECUTE FUNCTION compromised_key_has_no_living_certificate();

CREATE FUNCTION certificate_has_no_compromised_key() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
    PERFORM pg_advisory_xact_lock_shared(hashtext('compromised_keys'), 0);
    IF EXISTS (SELECT 1 FROM compromised_keys
               WHERE spki_sha256 = NEW.spki_sha256 OR rsa_modulus_sha256 = NEW.rsa_modulus_sha256) THEN
        RAISE EXCEPTION 'a compromised key is certified for nobody' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER certificates_have_no_compromised_key BEFORE INSERT ON certificates FOR EACH ROW
EXECUTE FUNCTION certificate_has_no_compromised_key();

-- The owner records; the worker and the pages ask before they certify, or take a request.
GRANT SELECT ON compromised_keys TO igc_web, igc_worker;
