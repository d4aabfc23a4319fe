-- Owner: registration-authority. Makes no table.

-- What an officer is told of what was decided in his name leaves before everything else: whoever owns the web role may fill the
-- outbox, and can put nothing ahead. Only the worker says that a notice leaves first.
ALTER TABLE outbox ADD COLUMN leaves_first BOOLEAN NOT NULL DEFAULT FALSE;
CREATE INDEX outbox_due ON outbox (leaves_first DESC, created_at, id) WHERE sent_at IS NULL AND failed_at IS NULL;
-- Those that the worker had named before there was this.
UPDATE outbox SET leaves_first = TRUE WHERE sent_at IS NULL AND failed_at IS NULL AND id IN
    (SELECT told_at_once FROM decision_digest_lines UNION SELECT digest FROM decision_digest_lines);

-- The whole of a row was the web role's to write: also when it left, and how often it was tried.
REVOKE INSERT ON outbox FROM igc_web;
GRANT INSERT (id, recipient, notice, subject, created_at) ON outbox TO igc_web;
