-- Owner: registration-authority.

-- Of which card it was told that it is about to end, and how many days before.
CREATE TABLE card_expiry_notices (
    card_number TEXT   NOT NULL REFERENCES cards (number),
    days        BIGINT NOT NULL CHECK (days IN (60, 30, 7)),
    told_at     BIGINT NOT NULL,
    PRIMARY KEY (card_number, days)
) WITHOUT ROWID;
CREATE TRIGGER card_expiry_notices_are_never_replaced BEFORE INSERT ON card_expiry_notices
WHEN EXISTS (SELECT 1 FROM card_expiry_notices WHERE card_number = NEW.card_number AND days = NEW.days)
BEGIN SELECT RAISE(ABORT, 'UNIQUE constraint failed: card_expiry_notices are never replaced'); END;
CREATE TRIGGER card_expiry_notices_are_never_changed BEFORE UPDATE ON card_expiry_notices
BEGIN SELECT RAISE(ABORT, 'what was told stays told'); END;
CREATE TRIGGER card_expiry_notices_are_never_deleted BEFORE DELETE ON card_expiry_notices
BEGIN SELECT RAISE(ABORT, 'what was told stays told'); END;
