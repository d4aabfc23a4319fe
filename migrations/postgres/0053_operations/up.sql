-- Owner: ca-core.

-- What each job of the worker did last, for whoever looks at how things stand. Nothing rests on it: a row is written
-- over, once a minute where nothing changed, at once where something did. `trouble` is a stable code.
CREATE TABLE job_runs (
    job            TEXT   NOT NULL PRIMARY KEY CHECK (length(job) BETWEEN 1 AND 64),
    began_at       BIGINT NOT NULL,
    took_ms        BIGINT NOT NULL CHECK (took_ms >= 0),
    outcome        TEXT   NOT NULL CHECK (outcome IN ('done', 'partly', 'failed')),
    trouble        TEXT   CHECK (length(trouble) BETWEEN 1 AND 100),
    troubled_since BIGINT,
    CHECK ((outcome = 'failed') = (trouble IS NOT NULL)),
    CHECK ((outcome = 'done') = (troubled_since IS NULL))
);

-- How many certificates end in a month.
CREATE INDEX certificates_ending ON certificates (not_after) WHERE status = 'good';

GRANT SELECT, INSERT, UPDATE ON job_runs TO igc_worker;

-- web: the operations and diagnostic pages read how things stand. Of the outbox neither to whom nor about whom; of what
-- was signed neither digest nor intention; of an audit event nothing but its moment.
GRANT SELECT ON job_runs, signing_ledgers, signing_alarms, signing_acknowledgements, responder_requests,
    responder_request_proofs, responder_refusals, audit_pending, audit_leaves, audit_checkpoints TO igc_web;
GRANT SELECT (id, occurred_at) ON audit_events TO igc_web;
GRANT SELECT (id, created_at, sent_at, attempts, next_attempt_at, failed_at, last_error) ON outbox TO igc_web;
