-- Owner: crl-publisher. Makes no table.

-- How far each CRL reached into the status log, and when: what dates the entries of the next ones. No row of a CRL is read
-- for it: each is kept for good.
CREATE INDEX crls_by_cut ON crls (issuer, scope, log_sequence, this_update);
