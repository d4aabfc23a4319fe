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
CREATE TRIGGER crl_shards_keep_their_addresses BEFORE UPDATE ON crl_shards FOR EACH ROW
WHEN ((NEW.issuer, NEW.number, NEW.crl_url, NEW.delta_crl_url, NEW.opened_at)
      IS DISTINCT FROM (OLD.issuer, OLD.number, OLD.crl_url, OLD.delta_crl_url, OLD.opened_at))
EXECUTE FUNCTION refuse('a shard is never moved: certificates name its address');
CREATE TRIGGER crl_shards_are_never_deleted BEFORE DELETE ON crl_shards FOR EACH ROW
EXECUTE FUNCTION refuse('a shard is never deleted: certificates name its address');

-- Fixed at issuance. NULL: the certificate names the full CRL of its authority alone.
ALTER TABLE certificates ADD COLUMN shard BIGINT CHECK (shard > 0);
CREATE INDEX certificates_by_shard ON certificates (issuer, shard, serial) WHERE shard IS NOT NULL;
CREATE TRIGGER certificates_keep_their_shard BEFORE UPDATE OF shard ON certificates FOR EACH ROW
WHEN (NEW.shard IS DISTINCT FROM OLD.shard)
EXECUTE FUNCTION refuse('what was signed or revoked is never changed');

-- The lock makes an issuance and the end of its shard wait for each other; taking it needs the owner's rights.
CREATE FUNCTION certificate_is_of_an_open_shard() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
    PERFORM 1 FROM crl_shards WHERE issuer = NEW.issuer AND number = NEW.shard AND ended_at IS NULL FOR SHARE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'a certificate is of a shard that is open' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER certificates_are_of_an_open_shard BEFORE INSERT ON certificates FOR EACH ROW
WHEN (NEW.shard IS NOT NULL) EXECUTE FUNCTION certificate_is_of_an_open_shard();

GRANT SELECT ON crl_shards TO igc_web, igc_worker, igc_status;
GRANT INSERT ON crl_shards TO igc_worker;
GRANT UPDATE (ended_at) ON crl_shards TO igc_worker;
