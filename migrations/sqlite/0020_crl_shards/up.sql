-- Owner: ca-core.

-- The shards of an authority's CRL: each is a scope of its own, with a CRL at an address of its own. The addresses
-- stand in the certificates of the shard and in its CRLs, so that they are fixed with it. From `ended_at` on no
-- certificate is of it any more and it has no CRL, until it is opened again.
CREATE TABLE crl_shards (
    issuer        TEXT   NOT NULL REFERENCES authorities (short_name),
    number        BIGINT NOT NULL CHECK (number BETWEEN 1 AND 256),
    crl_url       TEXT   NOT NULL,
    delta_crl_url TEXT   NOT NULL,
    opened_at     BIGINT NOT NULL,
    ended_at      BIGINT,
    PRIMARY KEY (issuer, number),
    UNIQUE (crl_url),
    UNIQUE (delta_crl_url)
);
CREATE TRIGGER crl_shards_keep_their_addresses BEFORE UPDATE ON crl_shards
WHEN NEW.issuer <> OLD.issuer OR NEW.number <> OLD.number OR NEW.crl_url <> OLD.crl_url
  OR NEW.delta_crl_url <> OLD.delta_crl_url OR NEW.opened_at <> OLD.opened_at OR NEW.rowid <> OLD.rowid
BEGIN SELECT RAISE(ABORT, 'a shard is never moved: certificates name its address'); END;
CREATE TRIGGER crl_shards_are_never_deleted BEFORE DELETE ON crl_shards
BEGIN SELECT RAISE(ABORT, 'a shard is never deleted: certificates name its address'); END;
CREATE TRIGGER crl_shards_are_never_replaced BEFORE INSERT ON crl_shards
WHEN EXISTS (SELECT 1 FROM crl_shards WHERE rowid = NEW.rowid OR (issuer = NEW.issuer AND number = NEW.number)
    OR crl_url = NEW.crl_url OR delta_crl_url = NEW.delta_crl_url)
BEGIN SELECT RAISE(ABORT, 'UNIQUE constraint failed: crl_shards are never replaced'); END;

-- Fixed at issuance. NULL: the certificate names the full CRL of its authority alone.
ALTER TABLE certificates ADD COLUMN shard BIGINT CHECK (shard > 0);
CREATE INDEX certificates_by_shard ON certificates (issuer, shard, serial) WHERE shard IS NOT NULL;
CREATE TRIGGER certificates_keep_their_shard BEFORE UPDATE OF shard ON certificates
WHEN NEW.shard IS NOT OLD.shard
BEGIN SELECT RAISE(ABORT, 'what was signed or revoked is never changed'); END;
CREATE TRIGGER certificates_are_of_an_open_shard BEFORE INSERT ON certificates
WHEN NEW.shard IS NOT NULL AND NOT EXISTS (SELECT 1 FROM crl_shards
    WHERE issuer = NEW.issuer AND number = NEW.shard AND ended_at IS NULL)
BEGIN SELECT RAISE(ABORT, 'a certificate is of a shard that is open'); END;
