-- A second reading may come of the directory, asked about one person: `asked_at` is when it was asked last,
-- `second_answer` the SHA-256 of an answer that says again what the first feed said, `second_ground` why, where that is
-- said. Makes no table.
ALTER TABLE card_lapses ADD COLUMN asked_at BIGINT;
ALTER TABLE card_lapses ADD COLUMN second_answer TEXT CHECK (length(second_answer) = 64);
ALTER TABLE card_lapses ADD COLUMN second_ground TEXT CHECK (second_ground IS NULL
    OR (second_ground IN ('deceased', 'retired', 'struck-off') AND second_answer IS NOT NULL));

DROP TRIGGER card_lapses_need_a_second_reading;
CREATE TRIGGER card_lapses_need_a_second_reading BEFORE UPDATE OF status ON card_lapses
WHEN NEW.status = 'confirmed' AND NEW.settled_by LIKE 'job:revalidation%' AND OLD.second_answer IS NULL
 AND NOT EXISTS (SELECT 1 FROM register_feeds f
        WHERE f.sequence = NEW.second_sequence AND f.id = NEW.second_feed AND f.status = 'complete'
          AND f.sequence > OLD.first_sequence)
BEGIN SELECT RAISE(ABORT, 'one reading opposes no card: a later complete feed, or the directory, says it again'); END;
CREATE TRIGGER card_lapses_keep_their_answer BEFORE UPDATE ON card_lapses
WHEN OLD.second_answer IS NOT NULL
 AND (NEW.second_answer IS NOT OLD.second_answer OR NEW.second_ground IS NOT OLD.second_ground)
BEGIN SELECT RAISE(ABORT, 'a second reading is never changed'); END;
-- An answer is there before the card is opposed for it, in a row of its own time.
CREATE TRIGGER card_lapses_are_answered_while_open BEFORE UPDATE ON card_lapses
WHEN OLD.second_answer IS NULL AND NEW.second_answer IS NOT NULL AND (NEW.status <> 'open' OR NEW.asked_at IS NULL)
BEGIN SELECT RAISE(ABORT, 'the directory answers about a lapse that is open'); END;
CREATE TRIGGER card_lapses_begin_without_an_answer BEFORE INSERT ON card_lapses
WHEN NEW.second_answer IS NOT NULL OR NEW.asked_at IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'the directory answers about a lapse that is open'); END;
