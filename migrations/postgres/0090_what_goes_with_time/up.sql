-- Owner: registration-authority; of the last part professional-registry. Makes no table.

-- A ticket names a person whom somebody spoke of, and why an officer did nothing: it goes some time after it was closed, as notes do. One
-- that is open stays.
DROP TRIGGER opposition_tickets_are_never_deleted ON opposition_tickets;
CREATE TRIGGER opposition_tickets_go_once_closed BEFORE DELETE ON opposition_tickets FOR EACH ROW
WHEN (OLD.outcome IS NULL)
EXECUTE FUNCTION refuse('an open ticket stays');
CREATE INDEX opposition_tickets_by_end ON opposition_tickets (closed_at) WHERE closed_at IS NOT NULL;

-- Neither the web role nor the worker takes one away: the owner does, as with notes and the payloads of events.

-- The feed in whose light nobody was found to practise at the structure any more; null of one that is named, or was not looked for yet. What is
-- issued and what is looked at again ask this one column.
ALTER TABLE register_structures ADD COLUMN unnamed_since BIGINT CHECK (unnamed_since > 0);
