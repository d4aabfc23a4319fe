-- Owner: registration-authority. Makes no table.

-- A suspension ends by an opposition where the card is opposed: else it would read as active, its certificates held for good.
CREATE TRIGGER card_suspensions_end_with_their_card BEFORE UPDATE OF outcome ON card_suspensions
WHEN NEW.outcome = 'opposed' AND NOT EXISTS (SELECT 1 FROM cards c WHERE c.number = NEW.card_number AND c.status = 'opposed')
BEGIN SELECT RAISE(ABORT, 'a suspension ends by an opposition of its card'); END;
