-- Whoever has a certificate revoked names it, and not what it was asked for by.
CREATE INDEX certificate_requests_by_certificate ON certificate_requests (issuer, serial) WHERE issuer IS NOT NULL;
