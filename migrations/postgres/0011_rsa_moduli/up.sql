-- Makes no table. Whoever knows the primes of an RSA modulus has every key over it, whatever its exponent; so a key
-- is known again by its modulus too. NULL: no RSA key, or a certificate prepared before this column was there.
ALTER TABLE certificates ADD COLUMN rsa_modulus_sha256 BYTEA CHECK (octet_length(rsa_modulus_sha256) = 32);
CREATE INDEX certificates_by_rsa_modulus ON certificates (rsa_modulus_sha256) WHERE rsa_modulus_sha256 IS NOT NULL;
CREATE TRIGGER certificates_keep_their_modulus BEFORE UPDATE OF rsa_modulus_sha256 ON certificates FOR EACH ROW
WHEN (NEW.rsa_modulus_sha256 IS DISTINCT FROM OLD.rsa_modulus_sha256)
EXECUTE FUNCTION refuse('what was signed or revoked is never changed');
