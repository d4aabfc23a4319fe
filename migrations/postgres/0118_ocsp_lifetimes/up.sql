-- Owner: coherence.

-- How long an OCSP answer may be used, since when: a worker writes a row when it begins under another configuration than the one
-- before. What was answered then is told from it for good. Milliseconds.
CREATE TABLE ocsp_lifetimes (
    since    BIGINT NOT NULL PRIMARY KEY,
    lifetime BIGINT NOT NULL CHECK (lifetime > 0)
);
CREATE TRIGGER ocsp_lifetimes_are_never_changed BEFORE UPDATE ON ocsp_lifetimes FOR EACH ROW
EXECUTE FUNCTION refuse('how long answers lasted is never changed');
CREATE TRIGGER ocsp_lifetimes_are_never_deleted BEFORE DELETE ON ocsp_lifetimes FOR EACH ROW
EXECUTE FUNCTION refuse('how long answers lasted is never deleted');

GRANT SELECT, INSERT ON ocsp_lifetimes TO igc_worker;
