-- A second reading may come of the directory, asked about one person: `asked_at` is when it was asked last,
-- `second_answer` the SHA-256 of an answer that says again what the first feed said, `second_ground` why, where that is
-- said. Makes no table.
ALTER TABLE card_lapses ADD COLUMN asked_at BIGINT;
ALTER TABLE card_lapses ADD COLUMN second_answer TEXT CHECK (length(second_answer) = 64);
ALTER TABLE card_lapses ADD COLUMN second_ground TEXT CHECK (second_ground IS NULL
    OR (second_ground IN ('deceased', 'retired', 'struck-off') AND second_answer IS NOT NULL));

CREATE OR REPLACE FUNCTION card_lapses_need_a_second_reading() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.status = 'confirmed' AND NEW.settled_by LIKE 'job:revalidation%' AND OLD.second_answer IS NULL
     AND NOT EXISTS (SELECT 1 FROM register_feeds f
        WHERE f.sequence = NEW.second_sequence AND f.id = NEW.second_feed AND f.status = 'complete'
          AND f.sequence > OLD.first_sequence) THEN
        RAISE EXCEPTION 'one reading opposes no card: a later complete feed, or the directory, says it again' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER card_lapses_keep_their_answer BEFORE UPDATE ON card_lapses FOR EACH ROW
WHEN (OLD.second_answer IS NOT NULL
  AND (NEW.second_answer IS DISTINCT FROM OLD.second_answer OR NEW.second_ground IS DISTINCT FROM OLD.second_ground))
EXECUTE FUNCTION refuse('a second reading is never changed');
-- An answer is there before the card is opposed for it, in a row of its own time.
CREATE TRIGGER card_lapses_are_answered_while_open BEFORE UPDATE ON card_lapses FOR EACH ROW
WHEN (OLD.second_answer IS NULL AND NEW.second_answer IS NOT NULL AND (NEW.status <> 'open' OR NEW.asked_at IS NULL))
EXECUTE FUNCTION refuse('the directory answers about a lapse that is open');
CREATE TRIGGER card_lapses_begin_without_an_answer BEFORE INSERT ON card_lapses FOR EACH ROW
WHEN (NEW.second_answer IS NOT NULL OR NEW.asked_at IS NOT NULL)
EXECUTE FUNCTION refuse('the directory answers about a lapse that is open');

GRANT UPDATE (asked_at, second_answer, second_ground) ON card_lapses TO igc_worker;
