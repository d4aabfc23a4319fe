-- Owner: crl-publisher. Makes no table.

-- Each delta asks for the oldest complete CRL that has not ended: a few of all that were ever made.
CREATE INDEX crls_by_end ON crls (issuer, scope, kind, next_update, number);
