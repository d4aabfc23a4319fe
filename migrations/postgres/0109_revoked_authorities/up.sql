-- Owner: ca-core.

-- An authority whose certificate was revoked at a ceremony gives none any more, as one that has ended. The lock makes an
-- issuance wait for the revocation, and the other way round.
CREATE OR REPLACE FUNCTION certificate_has_a_living_issuer() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
    PERFORM 1 FROM authorities WHERE short_name = NEW.issuer FOR KEY SHARE;
    IF EXISTS (SELECT 1 FROM authority_ends WHERE authority = NEW.issuer)
       OR EXISTS (SELECT 1 FROM authorities
                  JOIN certificates AS its ON its.issuer = authorities.parent AND its.serial = authorities.serial
                  WHERE authorities.short_name = NEW.issuer AND its.status = 'revoked' AND its.der IS NOT NULL) THEN
        RAISE EXCEPTION 'an authority that has ended or is revoked gives no certificate'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
