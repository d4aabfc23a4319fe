-- Owner: crl-publisher.

-- Every CRL that was published. A base and the delta issued with it share a number.
CREATE TABLE crls (
    issuer       TEXT   NOT NULL REFERENCES authorities (short_name),
    scope        TEXT   NOT NULL,
    kind         TEXT   NOT NULL CHECK (kind IN ('full', 'delta')),
    number       BIGINT NOT NULL CHECK (number > 0),
    base_number  BIGINT,
    this_update  BIGINT NOT NULL,
    next_update  BIGINT NOT NULL,
    entries      BIGINT NOT NULL,
    log_sequence BIGINT NOT NULL,
    der          BYTEA  NOT NULL,
    recorded_at  BIGINT NOT NULL,
    PRIMARY KEY (issuer, scope, kind, number),
    CHECK (this_update < next_update),
    CHECK ((kind = 'delta') = (base_number IS NOT NULL)),
    CHECK (base_number IS NULL OR base_number <= number)
);
CREATE FUNCTION crls_grow() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.number <= (SELECT coalesce(max(number), 0) FROM crls
                    WHERE issuer = NEW.issuer AND scope = NEW.scope AND kind = NEW.kind) THEN
        RAISE EXCEPTION 'a CRL number never goes back' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER crls_grow BEFORE INSERT ON crls FOR EACH ROW EXECUTE FUNCTION crls_grow();
CREATE TRIGGER crls_are_never_changed BEFORE UPDATE ON crls FOR EACH ROW
EXECUTE FUNCTION refuse('a published CRL is never changed');
