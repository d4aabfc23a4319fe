-- What somebody who owns the database file can do: take the guard away, and rewrite who did what.
DROP TRIGGER audit_events_are_never_changed;
UPDATE audit_events SET actor = 'officer:somebody.else'
WHERE id = (SELECT id FROM audit_events WHERE action = 'order.approved' ORDER BY id LIMIT 1);
