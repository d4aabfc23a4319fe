-- Owner: ca-core.

-- How the signer's process of the worker works, and whether its tokens answer, for whoever looks at how things stand. Nothing rests on
-- it: rows are written over. Waits are in microseconds; `trouble` is a stable code.
CREATE TABLE signer_processes (
    kind           TEXT   NOT NULL PRIMARY KEY CHECK (kind IN ('issuing', 'answers')),
    since          BIGINT NOT NULL,
    starts         BIGINT NOT NULL CHECK (starts >= 0),
    signatures     BIGINT NOT NULL CHECK (signatures >= 0),
    last_signed_at BIGINT,
    p50_us         BIGINT CHECK (p50_us >= 0),
    p99_us         BIGINT CHECK (p99_us >= p50_us),
    told_at        BIGINT NOT NULL,
    CHECK ((p50_us IS NULL) = (p99_us IS NULL))
);

CREATE TABLE signer_tokens (
    kind           TEXT   NOT NULL REFERENCES signer_processes (kind),
    token          TEXT   NOT NULL CHECK (length(token) BETWEEN 1 AND 32),
    asked_at       BIGINT NOT NULL,
    trouble        TEXT   CHECK (length(trouble) BETWEEN 1 AND 100),
    troubled_since BIGINT,
    PRIMARY KEY (kind, token),
    CHECK ((trouble IS NULL) = (troubled_since IS NULL))
);

-- web: the operations and diagnostic pages. status: its figures for monitoring, beside those of its own signer.
GRANT SELECT, INSERT, UPDATE ON signer_processes TO igc_worker;
GRANT SELECT, INSERT, UPDATE, DELETE ON signer_tokens TO igc_worker;
GRANT SELECT ON signer_processes, signer_tokens TO igc_web, igc_status;
