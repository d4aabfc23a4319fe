-- Notices are sent. One is taken by a worker for a time before the server is asked; what the server does not accept is
-- tried again, and dead after so many attempts: `failed_at`. `last_error` is a stable code, never what a server said.
ALTER TABLE outbox ADD COLUMN attempts BIGINT NOT NULL DEFAULT 0 CHECK (attempts >= 0);
ALTER TABLE outbox ADD COLUMN taken_until BIGINT;
ALTER TABLE outbox ADD COLUMN next_attempt_at BIGINT;
ALTER TABLE outbox ADD COLUMN failed_at BIGINT;
ALTER TABLE outbox ADD COLUMN last_error TEXT;
CREATE INDEX outbox_dead ON outbox (failed_at) WHERE failed_at IS NOT NULL;

CREATE TRIGGER outbox_is_sent_or_dead BEFORE UPDATE ON outbox FOR EACH ROW
WHEN (NEW.sent_at IS NOT NULL AND NEW.failed_at IS NOT NULL)
EXECUTE FUNCTION refuse('a notice is sent once, and never changed');

GRANT UPDATE (attempts, taken_until, next_attempt_at, failed_at, last_error) ON outbox TO igc_worker;
