-- Owner: registration-authority.

-- A holder opposes his card, with a code or without, for every ground that the table of requesters gives him (domain.md §4.2): one that
-- does not work or was never received, too.
ALTER TABLE holder_declarations DROP CONSTRAINT holder_declarations_ground_check,
    ADD CONSTRAINT holder_declarations_ground_check CHECK (ground IN ('lost', 'stolen', 'codes-disclosed', 'card-not-received', 'codes-not-received', 'defective'));
ALTER TABLE opposition_tickets DROP CONSTRAINT opposition_tickets_ground_check,
    ADD CONSTRAINT opposition_tickets_ground_check CHECK (ground IN ('lost', 'stolen', 'codes-disclosed', 'card-not-received', 'codes-not-received', 'defective'));
