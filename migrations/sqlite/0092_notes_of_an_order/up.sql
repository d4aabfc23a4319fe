-- Owner: registration-authority. Makes no table.

-- An order has two hundred notes at most: what its dossier shows has a bound, whoever writes them.
CREATE TRIGGER order_notes_have_an_end BEFORE INSERT ON order_notes
WHEN (SELECT count(*) FROM order_notes n WHERE n.order_number = NEW.order_number) >= 200
BEGIN SELECT RAISE(ABORT, 'full: an order has two hundred notes at most'); END;
