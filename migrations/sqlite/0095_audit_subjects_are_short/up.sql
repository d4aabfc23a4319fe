-- Owner: store. Makes no table.

-- What an event is about is named in 1024 octets at most. An index of PostgreSQL takes no entry of 2704: one event that somebody wrote by hand
-- would keep the sequencer from giving any other its place, and with the log everything stops.
CREATE TRIGGER audit_events_have_short_subjects BEFORE INSERT ON audit_events
WHEN length(CAST(NEW.subject AS BLOB)) > 1024
BEGIN SELECT RAISE(ABORT, 'the subject of an event has 1024 octets at most'); END;
