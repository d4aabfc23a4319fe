-- Owner: coherence.

-- When what relying systems see was first seen, from outside, to say what it says: a certificate revoked in OCSP (number:
-- its place in the status log), a CRL or delta of this scope with this number, an opposition list up to this sequence
-- (issuer ''). Only CRLs have a scope, as `crls` has it; elsewhere it is ''.
CREATE TABLE coherence_sightings (
    face    TEXT   NOT NULL CHECK (face IN ('ocsp', 'full', 'delta', 'list')),
    issuer  TEXT   NOT NULL,
    scope   TEXT   NOT NULL CHECK ((scope <> '') = (face IN ('full', 'delta'))),
    number  BIGINT NOT NULL CHECK (number > 0),
    seen_at BIGINT NOT NULL,
    PRIMARY KEY (face, issuer, scope, number)
);
CREATE TRIGGER coherence_sightings_are_never_changed BEFORE UPDATE ON coherence_sightings FOR EACH ROW
EXECUTE FUNCTION refuse('what was seen first is never changed');
CREATE TRIGGER coherence_sightings_are_never_deleted BEFORE DELETE ON coherence_sightings FOR EACH ROW
EXECUTE FUNCTION refuse('what was seen first is never deleted');

GRANT SELECT, INSERT ON coherence_sightings TO igc_worker;
