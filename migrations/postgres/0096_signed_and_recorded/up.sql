-- Owner: ca-core.

-- The reports of ceremonies, before their signature: what the audit key signed as one can be read.
CREATE TABLE ceremony_reports (
    -- As its key signs it: SHA-256 or SHA-384.
    digest      BYTEA  NOT NULL PRIMARY KEY CHECK (length(digest) IN (32, 48)),
    ceremony    TEXT   NOT NULL,
    report      BYTEA  NOT NULL,
    recorded_at BIGINT NOT NULL
);
CREATE TRIGGER ceremony_reports_are_never_changed BEFORE UPDATE ON ceremony_reports FOR EACH ROW
EXECUTE FUNCTION refuse('a report is never changed');
CREATE TRIGGER ceremony_reports_are_never_deleted BEFORE DELETE ON ceremony_reports FOR EACH ROW
EXECUTE FUNCTION refuse('a report is never deleted');

-- CRLs that were signed and are recorded nowhere, since another one took their number.
CREATE TABLE signing_superseded (
    ledger   TEXT   NOT NULL,
    sequence BIGINT NOT NULL,
    -- The subject of the one that did.
    taken_by TEXT   NOT NULL,
    found_at BIGINT NOT NULL,
    PRIMARY KEY (ledger, sequence)
);
CREATE TRIGGER signing_superseded_are_never_changed BEFORE UPDATE ON signing_superseded FOR EACH ROW
EXECUTE FUNCTION refuse('what became of a signature is never changed');
CREATE TRIGGER signing_superseded_are_never_deleted BEFORE DELETE ON signing_superseded FOR EACH ROW
EXECUTE FUNCTION refuse('what became of a signature is never deleted');

-- A line is awaited until its CRL stands, another one took its place, or there is an alarm about it. The subject is
-- `crl ISSUER [SCOPE] KIND NUMBER`.
CREATE FUNCTION signing_awaited_stay() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    word TEXT[] := string_to_array(OLD.subject, ' ');
    last INTEGER := cardinality(word);
    said BIGINT := CASE WHEN word[last] ~ '^[0-9]{1,18}$' THEN word[last]::BIGINT END;
BEGIN
    IF EXISTS (SELECT 1 FROM signing_alarms WHERE ledger = OLD.ledger AND sequence = OLD.sequence)
        OR EXISTS (SELECT 1 FROM signing_superseded WHERE ledger = OLD.ledger AND sequence = OLD.sequence)
        OR (last IN (4, 5) AND EXISTS (
            SELECT 1 FROM crls
            WHERE issuer = word[2] AND scope = CASE last WHEN 4 THEN 'all' ELSE word[3] END
              AND kind = word[last - 1] AND number = said))
    THEN RETURN OLD;
    END IF;
    RAISE EXCEPTION 'a signature is awaited until its record stands' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER signing_awaited_stay_until_they_are_explained BEFORE DELETE ON signing_awaited FOR EACH ROW
EXECUTE FUNCTION signing_awaited_stay();

GRANT SELECT ON ceremony_reports TO igc_worker;
GRANT SELECT, INSERT ON signing_superseded TO igc_worker;
-- As they read the alarms.
GRANT SELECT ON signing_superseded TO igc_status, igc_web;
