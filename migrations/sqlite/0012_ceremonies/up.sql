-- Owner: ca-core.

-- The authorities whose end was decided at a ceremony. From then on they sign their last CRL and nothing
-- else; its nextUpdate lies past `covered_until`, the end of the last certificate they gave (RFC 5280 §5).
CREATE TABLE authority_ends (
    authority     TEXT   NOT NULL PRIMARY KEY REFERENCES authorities (short_name),
    covered_until BIGINT NOT NULL,
    decided_at    BIGINT NOT NULL
);
CREATE TRIGGER authority_ends_are_never_changed BEFORE UPDATE ON authority_ends
BEGIN SELECT RAISE(ABORT, 'an authority that has ended is never taken up again'); END;
CREATE TRIGGER authority_ends_are_never_deleted BEFORE DELETE ON authority_ends
BEGIN SELECT RAISE(ABORT, 'an authority that has ended is never taken up again'); END;
CREATE TRIGGER authority_ends_are_never_replaced BEFORE INSERT ON authority_ends
WHEN EXISTS (SELECT 1 FROM authority_ends WHERE rowid = NEW.rowid OR authority = NEW.authority)
BEGIN SELECT RAISE(ABORT, 'UNIQUE constraint failed: authority_ends are never replaced'); END;
CREATE TRIGGER certificates_have_a_living_issuer BEFORE INSERT ON certificates
WHEN EXISTS (SELECT 1 FROM authority_ends WHERE authority = NEW.issuer)
BEGIN SELECT RAISE(ABORT, 'an authority that has ended gives no certificate'); END;

-- A ceremony that is taken up after a crash certifies the key that stands: where the certificate of the
-- first attempt was settled and never seen, the authority's row names the next one. Nothing else changes.
DROP TRIGGER IF EXISTS authorities_are_never_changed;
CREATE TRIGGER authorities_are_never_changed BEFORE UPDATE ON authorities
WHEN NEW.short_name <> OLD.short_name OR NEW.kind <> OLD.kind OR NEW.parent <> OLD.parent
  OR NEW.public_key <> OLD.public_key OR NEW.token <> OLD.token OR NEW.key_id <> OLD.key_id
  OR NEW.serial_prefix IS NOT OLD.serial_prefix OR NEW.created_at <> OLD.created_at
  OR NOT EXISTS (SELECT 1 FROM certificates WHERE issuer = OLD.parent AND serial = OLD.serial
                 AND status IN ('abandoned', 'revoked') AND der IS NULL)
BEGIN SELECT RAISE(ABORT, 'an authority is never changed'); END;
