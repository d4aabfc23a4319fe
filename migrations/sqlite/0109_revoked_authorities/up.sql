-- Owner: ca-core.

-- An authority whose certificate was revoked at a ceremony gives none any more, as one that has ended.
DROP TRIGGER certificates_have_a_living_issuer;
CREATE TRIGGER certificates_have_a_living_issuer BEFORE INSERT ON certificates
WHEN EXISTS (SELECT 1 FROM authority_ends WHERE authority = NEW.issuer)
  OR EXISTS (SELECT 1 FROM authorities
             JOIN certificates AS its ON its.issuer = authorities.parent AND its.serial = authorities.serial
             WHERE authorities.short_name = NEW.issuer AND its.status = 'revoked' AND its.der IS NOT NULL)
BEGIN SELECT RAISE(ABORT, 'an authority that has ended or is revoked gives no certificate'); END;
