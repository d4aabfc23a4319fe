-- Owner: professional-registry. Only the worker writes these tables.

-- What other extracts say beside the exercises, a row a subject: diplomas and know-hows of a person, a mailbox.
CREATE TABLE register_supplements (
    source     TEXT   COLLATE "C" NOT NULL,
    -- IdNat_PS, or the address of the mailbox.
    subject    TEXT   COLLATE "C" NOT NULL,
    first_feed BIGINT NOT NULL,
    last_feed  BIGINT NOT NULL,
    ceased_at  BIGINT,
    -- A fingerprint of the lines that the row was made of; 0: not known.
    lines      BIGINT NOT NULL,
    -- JSON: the kept cells of each line.
    content    TEXT   NOT NULL,
    PRIMARY KEY (source, subject)
);

-- Civil status, and telephone and e-mail for correspondence, of the restricted feed: apart, for the worker alone.
CREATE TABLE register_identities (
    source     TEXT   COLLATE "C" NOT NULL,
    subject    TEXT   COLLATE "C" NOT NULL,
    first_feed BIGINT NOT NULL,
    last_feed  BIGINT NOT NULL,
    ceased_at  BIGINT,
    lines      BIGINT NOT NULL,
    content    TEXT   NOT NULL,
    PRIMARY KEY (source, subject)
);

GRANT SELECT ON register_supplements TO igc_web;
GRANT SELECT, INSERT, UPDATE ON register_supplements, register_identities TO igc_worker;
