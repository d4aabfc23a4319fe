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
    der          BLOB   NOT NULL,
    recorded_at  BIGINT NOT NULL,
    PRIMARY KEY (issuer, scope, kind, number),
    CHECK (this_update < next_update),
    CHECK ((kind = 'delta') = (base_number IS NOT NULL)),
    CHECK (base_number IS NULL OR base_number <= number)
);
CREATE TRIGGER crls_grow BEFORE INSERT ON crls
WHEN NEW.number <= (SELECT coalesce(max(number), 0) FROM crls
                    WHERE issuer = NEW.issuer AND scope = NEW.scope AND kind = NEW.kind)
BEGIN SELECT RAISE(ABORT, 'a CRL number never goes back'); END;
CREATE TRIGGER crls_are_never_changed BEFORE UPDATE ON crls
BEGIN SELECT RAISE(ABORT, 'a published CRL is never changed'); END;
