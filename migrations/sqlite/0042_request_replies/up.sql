-- Owner: registration-authority.

-- What the API answered to an act that its caller may send again (Idempotency-Key), for two days: request is the SHA-256 of the
-- method, the address and the body, in hexadecimal. The answer names holders: it goes with its row.
CREATE TABLE request_replies (
    login    TEXT   NOT NULL,
    key      TEXT   NOT NULL CHECK (length(key) BETWEEN 1 AND 255),
    request  TEXT   NOT NULL CHECK (length(request) = 64),
    status   BIGINT NOT NULL CHECK (status BETWEEN 200 AND 299),
    location TEXT,
    etag     TEXT,
    body     TEXT   NOT NULL CHECK (length(body) <= 65536),
    kept_at  BIGINT NOT NULL,
    PRIMARY KEY (login, key)
) WITHOUT ROWID;
CREATE INDEX request_replies_by_age ON request_replies (kept_at);
