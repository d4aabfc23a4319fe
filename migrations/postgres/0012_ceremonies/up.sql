-- Owner: ca-core.

-- The authorities whose end was decided at a ceremony. From then on they sign their last CRL and nothing
-- else; its nextUpdate lies past `covered_until`, the end of the last certificate they gave (RFC 5280 §5).
CREATE TABLE authority_ends (
    authority     TEXT   NOT NULL PRIMARY KEY REFERENCES authorities (short_name),
    covered_until BIGINT NOT NULL,
    decided_at    BIGINT NOT NULL
);
CREATE TRIGGER authority_ends_are_never_changed BEFORE UPDATE ON authority_ends FOR EACH ROW
EXECUTE FUNCTION refuse('an authority that has ended is never taken up again');
CREATE TRIGGER authority_ends_are_never_deleted BEFORE DELETE ON authority_ends FOR EACH ROW
EXECUTE FUNCTION refuse('an authority that has ended is never taken up again');

-- The lock makes an issuance and the decision wait for each other; taking it needs the owner's rights.
CREATE FUNCTION certificate_has_a_living_issuer() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
    PERFORM 1 FROM authorities WHERE short_name = NEW.issuer FOR KEY SHARE;
    IF EXISTS (SELECT 1 FROM authority_ends WHERE authority = NEW.issuer) THEN
        RAISE EXCEPTION 'an authority that has ended gives no certificate'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER certificates_have_a_living_issuer BEFORE INSERT ON certificates FOR EACH ROW
EXECUTE FUNCTION certificate_has_a_living_issuer();

-- A ceremony that is taken up after a crash certifies the key that stands: where the certificate of the
-- first attempt was settled and never seen, the authority's row names the next one. Nothing else changes.
CREATE FUNCTION authority_keeps_its_key() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.short_name, NEW.kind, NEW.parent, NEW.public_key, NEW.token, NEW.key_id, NEW.serial_prefix, NEW.created_at)
        IS DISTINCT FROM
       (OLD.short_name, OLD.kind, OLD.parent, OLD.public_key, OLD.token, OLD.key_id, OLD.serial_prefix, OLD.created_at)
       OR NOT EXISTS (SELECT 1 FROM certificates WHERE issuer = OLD.parent AND serial = OLD.serial
                      AND status IN ('abandoned', 'revoked') AND der IS NULL) THEN
        RAISE EXCEPTION 'an authority is never changed' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
DROP TRIGGER IF EXISTS authorities_are_never_changed ON authorities;
CREATE TRIGGER authorities_are_never_changed BEFORE UPDATE ON authorities FOR EACH ROW
EXECUTE FUNCTION authority_keeps_its_key();

GRANT SELECT ON authority_ends TO igc_web, igc_worker, igc_status;
