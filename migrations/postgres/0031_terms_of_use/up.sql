-- Owner: registration-authority.

-- That the holder of a card has accepted the terms of use: which version, when, by what path, and who wrote it down. Kept for
-- good: it is evidence against either.
CREATE TABLE terms_acceptances (
    card_number TEXT   NOT NULL REFERENCES cards (number),
    terms       TEXT   NOT NULL CHECK (terms <> ''),
    path        TEXT   NOT NULL CHECK (path IN ('paper', 'counter', 'online')),
    accepted_at BIGINT NOT NULL,
    recorded_by TEXT   NOT NULL CHECK (recorded_by <> ''),
    recorded_at BIGINT NOT NULL,
    PRIMARY KEY (card_number, terms),
    CHECK (accepted_at <= recorded_at)
);

CREATE TRIGGER terms_acceptances_are_never_changed BEFORE UPDATE ON terms_acceptances FOR EACH ROW
EXECUTE FUNCTION refuse('an acceptance stands');
CREATE TRIGGER terms_acceptances_are_never_deleted BEFORE DELETE ON terms_acceptances FOR EACH ROW
EXECUTE FUNCTION refuse('an acceptance stands');

-- A demonstration's worker hands cards over, and the holders it plays accept.
GRANT SELECT, INSERT ON terms_acceptances TO igc_worker;
