-- Owner: professional-registry. Makes no table.

-- How many lines a feed has after its header, known when its import begins: rows_read says how far it is. NULL of a feed from before.
ALTER TABLE register_feeds ADD COLUMN rows_in_file BIGINT CHECK (rows_in_file >= 0);
