-- Owner: registration-authority. Makes no table.

-- An order has two hundred notes at most: what its dossier shows has a bound, whoever writes them. Two who write at once take turns.
CREATE FUNCTION order_notes_have_an_end() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(92, hashtext(NEW.order_number));
    IF (SELECT count(*) FROM order_notes n WHERE n.order_number = NEW.order_number) >= 200 THEN
        RAISE EXCEPTION 'full: an order has two hundred notes at most' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER order_notes_have_an_end BEFORE INSERT ON order_notes FOR EACH ROW EXECUTE FUNCTION order_notes_have_an_end();
