-- Owner: ca-core. Makes no table.

-- Nothing stays good over a compromised key but the certificate of a root, which nothing revokes: that somebody has its key is recorded all the same.
DROP TRIGGER compromised_keys_have_no_living_certificate;
CREATE TRIGGER compromised_keys_have_no_living_certificate BEFORE INSERT ON compromised_keys
WHEN EXISTS (SELECT 1 FROM certificates c WHERE c.spki_sha256 = NEW.spki_sha256
             AND c.status IN ('intended', 'signing', 'good') AND c.not_after > NEW.learnt_at - 1000
             AND NOT EXISTS (SELECT 1 FROM authorities a WHERE a.kind = 'root' AND a.parent = a.short_name
                             AND a.short_name = c.issuer AND a.serial = c.serial))
  OR EXISTS (SELECT 1 FROM certificates c WHERE c.rsa_modulus_sha256 = NEW.rsa_modulus_sha256
             AND c.status IN ('intended', 'signing', 'good') AND c.not_after > NEW.learnt_at - 1000
             AND NOT EXISTS (SELECT 1 FROM authorities a WHERE a.kind = 'root' AND a.parent = a.short_name
                             AND a.short_name = c.issuer AND a.serial = c.serial))
BEGIN SELECT RAISE(ABORT, 'a certificate over this key still lives'); END;
