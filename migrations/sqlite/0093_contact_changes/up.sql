-- Owner: professional-registry. Only the worker writes and reads it: what it says of a person stands in the restricted feed.

-- When a feed last changed somebody's telephone or e-mail for correspondence, and which; neither of them stands here. Whoever takes a card
-- over has both changed first.
CREATE TABLE register_contact_changes (
    subject    TEXT   NOT NULL PRIMARY KEY,
    -- Whose sequence in register_feeds.
    feed       BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    what       TEXT   NOT NULL CHECK (what IN ('telephone', 'email', 'both'))
) WITHOUT ROWID;
