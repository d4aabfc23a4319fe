-- Owner: professional-registry. Makes no table.

-- What a feed changed, as the report of its import said it: JSON, numbers of persons. NULL of a feed that was imported before this was kept.
ALTER TABLE register_feeds ADD COLUMN difference TEXT CHECK (length(difference) BETWEEN 2 AND 1000);
GRANT UPDATE (difference) ON register_feeds TO igc_worker;
