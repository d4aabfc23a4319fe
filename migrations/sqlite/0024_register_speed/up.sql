-- Owner: professional-registry. A person is one row, with all of his exercises in it (decision 25): an import of millions
-- of lines writes a row a person, and a next one reads a number a person to know that nothing changed.
CREATE TABLE professionals_whole (
    id_nat      TEXT   NOT NULL PRIMARY KEY,
    family_name TEXT   NOT NULL,
    given_name  TEXT   NOT NULL,
    civility    TEXT   NOT NULL,
    first_feed  BIGINT NOT NULL,
    last_feed   BIGINT NOT NULL,
    ceased_at   BIGINT,
    -- A fingerprint of the lines that the row was made of; 0: not known, so the next feed writes the row anew.
    lines       BIGINT NOT NULL,
    -- JSON: each exercise of a profession, with the activities in it.
    exercises   TEXT   NOT NULL
) WITHOUT ROWID;
INSERT INTO professionals_whole
SELECT p.id_nat, p.family_name, p.given_name, p.civility, p.first_feed, p.last_feed, p.ceased_at, 0,
    (SELECT json_group_array(json(one)) FROM (
        SELECT json_object('profession', e.profession, 'category', e.category, 'family_name', e.practice_name,
            'given_name', e.practice_given, 'know_how', json_array(e.know_how_type, e.know_how),
            'ceased_at', e.ceased_at,
            'activities', json((SELECT json_group_array(json(place)) FROM (
                SELECT json_array(a.structure, a.mode, a.sector) AS place FROM activities a
                WHERE a.id_nat = e.id_nat AND a.profession = e.profession AND a.category = e.category
                ORDER BY a.structure, a.mode, a.sector)))) AS one
        FROM exercises e WHERE e.id_nat = p.id_nat ORDER BY e.profession, e.category))
FROM professionals p ORDER BY p.id_nat;
DROP TABLE activities;
DROP TABLE exercises;
DROP TABLE professionals;
ALTER TABLE professionals_whole RENAME TO professionals;
CREATE INDEX professionals_by_name ON professionals (family_name, given_name);

CREATE TABLE register_structures_by_key (
    technical_id     TEXT   NOT NULL PRIMARY KEY,
    siret            TEXT   NOT NULL,
    siren            TEXT   NOT NULL,
    finess           TEXT   NOT NULL,
    finess_legal     TEXT   NOT NULL,
    corporate_name   TEXT   NOT NULL,
    department_code  TEXT   NOT NULL,
    department_label TEXT   NOT NULL,
    last_feed        BIGINT NOT NULL
) WITHOUT ROWID;
INSERT INTO register_structures_by_key SELECT * FROM register_structures ORDER BY technical_id;
DROP TABLE register_structures;
ALTER TABLE register_structures_by_key RENAME TO register_structures;

-- How many transactions the import of this feed has committed: who writes must know the number, so that of two imports
-- one goes on.
ALTER TABLE register_feeds ADD COLUMN writes BIGINT NOT NULL DEFAULT 0;
