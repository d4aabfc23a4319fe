-- Owner: coherence.

-- When what relying systems see was first seen, from outside, to say what it says: a certificate revoked in OCSP (number:
-- its place in the status log), a CRL or delta with this number, an opposition list up to this sequence (issuer '').
CREATE TABLE coherence_sightings (
    face    TEXT   NOT NULL CHECK (face IN ('ocsp', 'full', 'delta', 'list')),
    issuer  TEXT   NOT NULL,
    number  BIGINT NOT NULL CHECK (number > 0),
    seen_at BIGINT NOT NULL,
    PRIMARY KEY (face, issuer, number)
);
CREATE TRIGGER coherence_sightings_are_never_changed BEFORE UPDATE ON coherence_sightings FOR EACH ROW
EXECUTE FUNCTION refuse('what was seen first is never changed');
CREATE TRIGGER coherence_sightings_are_never_deleted BEFORE DELETE ON coherence_sightings FOR EACH ROW
EXECUTE FUNCTION refuse('what was seen first is never deleted');

GRANT SELECT, INSERT ON coherence_sightings TO igc_worker;
