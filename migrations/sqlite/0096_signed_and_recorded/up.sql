-- Owner: ca-core.

-- The reports of ceremonies, before their signature: what the audit key signed as one can be read.
CREATE TABLE ceremony_reports (
    -- As its key signs it: SHA-256 or SHA-384.
    digest      BLOB   NOT NULL PRIMARY KEY CHECK (length(digest) IN (32, 48)),
    ceremony    TEXT   NOT NULL,
    report      BLOB   NOT NULL,
    recorded_at BIGINT NOT NULL
);
CREATE TRIGGER ceremony_reports_are_never_changed BEFORE UPDATE ON ceremony_reports
BEGIN SELECT RAISE(ABORT, 'a report is never changed'); END;
CREATE TRIGGER ceremony_reports_are_never_deleted BEFORE DELETE ON ceremony_reports
BEGIN SELECT RAISE(ABORT, 'a report is never deleted'); END;
-- REPLACE deletes without asking the delete triggers.
CREATE TRIGGER ceremony_reports_are_never_replaced BEFORE INSERT ON ceremony_reports
WHEN EXISTS (SELECT 1 FROM ceremony_reports WHERE rowid = NEW.rowid OR digest = NEW.digest)
BEGIN SELECT RAISE(ABORT, 'UNIQUE constraint failed: ceremony_reports are never replaced'); END;

-- CRLs that were signed and are recorded nowhere, since another one took their number.
CREATE TABLE signing_superseded (
    ledger   TEXT   NOT NULL,
    sequence BIGINT NOT NULL,
    -- The subject of the one that did.
    taken_by TEXT   NOT NULL,
    found_at BIGINT NOT NULL,
    PRIMARY KEY (ledger, sequence)
);
CREATE TRIGGER signing_superseded_are_never_changed BEFORE UPDATE ON signing_superseded
BEGIN SELECT RAISE(ABORT, 'what became of a signature is never changed'); END;
CREATE TRIGGER signing_superseded_are_never_deleted BEFORE DELETE ON signing_superseded
BEGIN SELECT RAISE(ABORT, 'what became of a signature is never deleted'); END;
CREATE TRIGGER signing_superseded_are_never_replaced BEFORE INSERT ON signing_superseded
WHEN EXISTS (SELECT 1 FROM signing_superseded
             WHERE rowid = NEW.rowid OR (ledger = NEW.ledger AND sequence = NEW.sequence))
BEGIN SELECT RAISE(ABORT, 'UNIQUE constraint failed: signing_superseded are never replaced'); END;

-- A line is awaited until its CRL stands, another one took its place, or there is an alarm about it. The subject is
-- `crl ISSUER [SCOPE] KIND NUMBER`: its parts are cut out, so that one row is looked up.
CREATE TRIGGER signing_awaited_stay_until_they_are_explained BEFORE DELETE ON signing_awaited
WHEN NOT EXISTS (SELECT 1 FROM signing_alarms WHERE ledger = OLD.ledger AND sequence = OLD.sequence)
 AND NOT EXISTS (SELECT 1 FROM signing_superseded WHERE ledger = OLD.ledger AND sequence = OLD.sequence)
 AND NOT EXISTS (
    SELECT 1 FROM
        (SELECT issuer, rest, CAST(substr(rest, length(rtrim(rest, '0123456789')) + 1) AS INTEGER) AS number
         FROM (SELECT substr(OLD.subject, 5, instr(substr(OLD.subject, 5), ' ') - 1) AS issuer,
                      substr(OLD.subject, 5 + instr(substr(OLD.subject, 5), ' ')) AS rest)) AS said
    JOIN crls ON crls.issuer = said.issuer AND crls.kind IN ('full', 'delta') AND crls.number = said.number
             AND crls.scope = CASE WHEN rest LIKE 'shard-%' THEN substr(rest, 1, instr(rest, ' ') - 1) ELSE 'all' END
    WHERE rest IN (kind || ' ' || crls.number, scope || ' ' || kind || ' ' || crls.number))
BEGIN SELECT RAISE(ABORT, 'a signature is awaited until its record stands'); END;
