-- Owner: ca-core. Makes no table.

-- Nothing stays good over a compromised key but the certificate of a root, which nothing revokes: that somebody has its key is recorded all the same.
CREATE OR REPLACE FUNCTION compromised_key_has_no_living_certificate() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('compromised_keys'), 0);
    IF EXISTS (SELECT 1 FROM certificates c
               WHERE (c.spki_sha256 = NEW.spki_sha256 OR c.rsa_modulus_sha256 = NEW.rsa_modulus_sha256)
                 AND c.status IN ('intended', 'signing', 'good') AND c.not_after > NEW.learnt_at - 1000
                 AND NOT EXISTS (SELECT 1 FROM authorities a WHERE a.kind = 'root' AND a.parent = a.short_name
                                 AND a.short_name = c.issuer AND a.serial = c.serial)) THEN
        RAISE EXCEPTION 'a certificate over this key still lives' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
