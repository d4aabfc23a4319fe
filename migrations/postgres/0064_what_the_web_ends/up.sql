-- Owner: registration-authority. Makes no table.

-- A suspension ends by an opposition where the card is opposed: else it would read as active, its certificates held for good.
CREATE FUNCTION card_suspensions_end_with_their_card() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM cards c WHERE c.number = NEW.card_number AND c.status = 'opposed') THEN
        RAISE EXCEPTION 'a suspension ends by an opposition of its card' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER card_suspensions_end_with_their_card BEFORE UPDATE OF outcome ON card_suspensions FOR EACH ROW
WHEN (NEW.outcome = 'opposed') EXECUTE FUNCTION card_suspensions_end_with_their_card();

-- An officer confirms a lapse by opposing the card. That the register supports a card again only the worker says: whoever owns the
-- pages would keep the card of who has left it.
CREATE FUNCTION web_only_confirms_lapses() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT acts_for_the_worker() AND (NEW.status <> 'confirmed' OR NOT EXISTS (SELECT 1 FROM cards c
            WHERE c.number = NEW.card_number AND c.status = 'opposed')) THEN
        RAISE EXCEPTION 'the web role settles a lapse by an opposition alone' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER card_lapses_web_only_confirms BEFORE UPDATE ON card_lapses FOR EACH ROW
EXECUTE FUNCTION web_only_confirms_lapses();
