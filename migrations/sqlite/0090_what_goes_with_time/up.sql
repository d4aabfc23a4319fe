-- Owner: registration-authority; of the last part professional-registry. Makes no table.

-- A ticket names a person whom somebody spoke of, and why an officer did nothing: it goes some time after it was closed, as notes do. One
-- that is open stays.
DROP TRIGGER opposition_tickets_are_never_deleted;
CREATE TRIGGER opposition_tickets_go_once_closed BEFORE DELETE ON opposition_tickets
WHEN OLD.outcome IS NULL
BEGIN SELECT RAISE(ABORT, 'an open ticket stays'); END;
CREATE INDEX opposition_tickets_by_end ON opposition_tickets (closed_at) WHERE closed_at IS NOT NULL;

-- The feed in whose light nobody was found to practise at the structure any more; null of one that is named, or was not looked for yet. What is
-- issued and what is looked at again ask this one column.
ALTER TABLE register_structures ADD COLUMN unnamed_since BIGINT CHECK (unnamed_since > 0);
