-- Owner: professional-registry. A person is one row, with all of his exercises in it (decision 25): an import of millions
-- of lines writes a row a person, and a next one reads a number a person to know that nothing changed.
ALTER TABLE professionals
    DROP CONSTRAINT professionals_first_feed_fkey,
    DROP CONSTRAINT professionals_last_feed_fkey,
    -- Compared as bytes, as on SQLite, whatever the server's language is; a prefix of a name is found by the index.
    ALTER COLUMN id_nat TYPE TEXT COLLATE "C",
    ALTER COLUMN family_name TYPE TEXT COLLATE "C",
    ALTER COLUMN given_name TYPE TEXT COLLATE "C",
    -- A fingerprint of the lines that the row was made of; 0: not known, so the next feed writes the row anew.
    ADD COLUMN lines BIGINT NOT NULL DEFAULT 0,
    -- JSON: each exercise of a profession, with the activities in it.
    ADD COLUMN exercises TEXT NOT NULL DEFAULT '[]';
UPDATE professionals SET exercises = coalesce((
    SELECT json_agg(json_build_object('profession', e.profession, 'category', e.category,
        'family_name', e.practice_name, 'given_name', e.practice_given,
        'know_how', json_build_array(e.know_how_type, e.know_how), 'ceased_at', e.ceased_at,
        'activities', coalesce((SELECT json_agg(json_build_array(a.structure, a.mode, a.sector)
                ORDER BY a.structure, a.mode, a.sector) FROM activities a
            WHERE a.id_nat = e.id_nat AND a.profession = e.profession AND a.category = e.category), '[]'))
        ORDER BY e.profession, e.category)
    FROM exercises e WHERE e.id_nat = professionals.id_nat)::text, '[]');
ALTER TABLE professionals ALTER COLUMN lines DROP DEFAULT, ALTER COLUMN exercises DROP DEFAULT;
DROP TABLE activities;
DROP TABLE exercises;
ALTER TABLE register_structures DROP CONSTRAINT register_structures_last_feed_fkey,
    ALTER COLUMN technical_id TYPE TEXT COLLATE "C";

-- How many transactions the import of this feed has committed: who writes must know the number, so that of two imports
-- one goes on.
ALTER TABLE register_feeds ADD COLUMN writes BIGINT NOT NULL DEFAULT 0;
GRANT UPDATE (writes) ON register_feeds TO igc_worker;
