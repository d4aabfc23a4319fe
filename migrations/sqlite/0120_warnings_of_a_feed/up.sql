-- Owner: professional-registry. Makes no table.

-- What a feed changes more of than one day usually brings, as the report of its import says it: JSON. Like `difference` it is written when the
-- import begins, since one that was broken off and taken up finds less left to change. NULL of a feed from before this was kept.
ALTER TABLE register_feeds ADD COLUMN warnings TEXT CHECK (length(warnings) BETWEEN 2 AND 1000);
