-- Owner: professional-registry. Only the worker writes and reads it: what it says of a person stands in the restricted feed.

-- When a feed last changed somebody's telephone or e-mail for correspondence, and which; neither of them stands here. Whoever takes a card
-- over has both changed first.
CREATE TABLE register_contact_changes (
    subject    TEXT   COLLATE "C" NOT NULL PRIMARY KEY,
    -- Whose sequence in register_feeds.
    feed       BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    what       TEXT   NOT NULL CHECK (what IN ('telephone', 'email', 'both'))
);

GRANT SELECT, INSERT, UPDATE ON register_contact_changes TO igc_worker;
