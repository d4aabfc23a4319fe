-- Owner: store. Makes no table.

-- What an event is about is named in 1024 octets at most. An index of PostgreSQL takes no entry of 2704: one event that somebody wrote by hand
-- would keep the sequencer from giving any other its place, and with the log everything stops. What stands already is not read through for it.
ALTER TABLE audit_events ADD CONSTRAINT audit_events_have_short_subjects CHECK (octet_length(subject) <= 1024) NOT VALID;
