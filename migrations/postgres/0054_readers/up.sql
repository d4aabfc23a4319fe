-- The auditor's page reads the leaves of the audit trail, by subject and with the hashes that prove them; no payload.
GRANT SELECT ON audit_events, audit_subjects, audit_subtrees TO igc_web;

-- What one person was told: which notice about what, on the page of a holder.
CREATE INDEX outbox_by_recipient ON outbox (recipient, created_at);
GRANT SELECT (recipient, notice, subject) ON outbox TO igc_web;
