-- Owner: registration-authority.

-- For whom an entry in the register asks for a card that cannot be ordered, and by which rule: tried again after a delay that grows, and
-- shown to officers. It goes once somebody has ordered it, or nobody tries any more.
CREATE TABLE entry_refusals (
    holder     TEXT   NOT NULL CHECK (holder <> ''),
    kind       TEXT   NOT NULL CHECK (kind IN ('CPS', 'CPF')),
    profession TEXT   NOT NULL CHECK (profession <> ''),
    -- The stable code of the refusal.
    code       TEXT   NOT NULL CHECK (code <> ''),
    tries      BIGINT NOT NULL CHECK (tries > 0),
    refused_at BIGINT NOT NULL,
    next_at    BIGINT NOT NULL,
    PRIMARY KEY (holder, kind, profession),
    CHECK (next_at > refused_at)
);
CREATE INDEX entry_refusals_by_time ON entry_refusals (refused_at);

-- The worker's job tries and notes; officers read it on a page.
GRANT SELECT, INSERT, UPDATE, DELETE ON entry_refusals TO igc_worker;
GRANT SELECT ON entry_refusals TO igc_web;
