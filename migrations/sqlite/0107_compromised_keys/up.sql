-- Owner: ca-core.

-- Keys that are known to be compromised, whatever became of their certificates: learnt after those had ended otherwise, or of a key that was
-- never certified here. `known_by`: `key` where the key itself was shown, with its modulus where it is RSA; `digest` where nobody has shown
-- more than SHA-256 of its SubjectPublicKeyInfo.
CREATE TABLE compromised_keys (
    spki_sha256        BLOB   NOT NULL CHECK (length(spki_sha256) = 32),
    known_by           TEXT   NOT NULL CHECK (known_by IN ('key', 'digest')),
    rsa_modulus_sha256 BLOB   CHECK (length(rsa_modulus_sha256) = 32),
    learnt_at          BIGINT NOT NULL,
    source             TEXT   NOT NULL CHECK (length(source) BETWEEN 1 AND 500),
    recorded_by        TEXT   NOT NULL CHECK (recorded_by <> ''),
    PRIMARY KEY (spki_sha256, known_by),
    CHECK (known_by = 'key' OR rsa_modulus_sha256 IS NULL)
) WITHOUT ROWID;
CREATE INDEX compromised_keys_by_rsa_modulus ON compromised_keys (rsa_modulus_sha256) WHERE rsa_modulus_sha256 IS NOT NULL;

CREATE TRIGGER compromised_keys_are_never_replaced BEFORE INSERT ON compromised_keys
WHEN EXISTS (SELECT 1 FROM compromised_keys WHERE spki_sha256 = NEW.spki_sha256 AND known_by = NEW.known_by)
BEGIN SELECT RAISE(ABORT, 'UNIQUE constraint failed: compromised_keys are never replaced'); END;
CREATE TRIGGER compromised_keys_are_never_changed BEFORE UPDATE ON compromised_keys
BEGIN SELECT RAISE(ABORT, 'that a key is compromised is never changed'); END;
CREATE TRIGGER compromised_keys_are_never_deleted BEFORE DELETE ON compromised_keys
BEGIN SELECT RAISE(ABORT, 'that a key is compromised is never deleted'); END;

-- Nothing stays good over a compromised key: what is valid over it ends before the key is recorded.
CREATE TRIGGER compromised_keys_have_no_living_certificate BEFORE INSERT ON compromised_keys
WHEN EXISTS (SELECT 1 FROM certificates WHERE spki_sha256 = NEW.spki_sha256
             AND status IN ('intended', 'signing', 'good') AND not_after > NEW.learnt_at - 1000)
  OR EXISTS (SELECT 1 FROM certificates WHERE rsa_modulus_sha256 = NEW.rsa_modulus_sha256
             AND status IN ('intended', 'signing', 'good') AND not_after > NEW.learnt_at - 1000)
BEGIN SELECT RAISE(ABORT, 'a certificate over this key still lives'); END;

-- And none comes after it.
CREATE TRIGGER certificates_have_no_compromised_key BEFORE INSERT ON certificates
WHEN EXISTS (SELECT 1 FROM compromised_keys WHERE spki_sha256 = NEW.spki_sha256)
  OR EXISTS (SELECT 1 FROM compromised_keys WHERE rsa_modulus_sha256 = NEW.rsa_modulus_sha256)
BEGIN SELECT RAISE(ABORT, 'a compromised key is certified for nobody'); END;
