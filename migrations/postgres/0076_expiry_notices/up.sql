-- Owner: registration-authority.

-- Of which card it was told that it is about to end, and how many days before.
CREATE TABLE card_expiry_notices (
    card_number TEXT   NOT NULL REFERENCES cards (number),
    days        BIGINT NOT NULL CHECK (days IN (60, 30, 7)),
    told_at     BIGINT NOT NULL,
    PRIMARY KEY (card_number, days)
);
CREATE TRIGGER card_expiry_notices_are_never_changed BEFORE UPDATE ON card_expiry_notices FOR EACH ROW
EXECUTE FUNCTION refuse('what was told stays told');
CREATE TRIGGER card_expiry_notices_are_never_deleted BEFORE DELETE ON card_expiry_notices FOR EACH ROW
EXECUTE FUNCTION refuse('what was told stays told');

GRANT SELECT, INSERT ON card_expiry_notices TO igc_worker;
