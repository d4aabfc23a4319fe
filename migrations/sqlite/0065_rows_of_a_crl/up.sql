-- What a complete CRL says of each certificate, and what the log says of it, in the order in which it stands there: read
-- from these indexes alone, beside which no row is looked up. Nothing asked for the index by date.
DROP INDEX certificates_revoked;
CREATE INDEX certificates_revoked
    ON certificates (issuer, serial, not_after, revoked_at, revocation_reason) WHERE status = 'revoked';
CREATE INDEX certificate_status_events_revocations
    ON certificate_status_events (issuer, serial, sequence, reason, occurred_at, since) WHERE event = 'revoked';
