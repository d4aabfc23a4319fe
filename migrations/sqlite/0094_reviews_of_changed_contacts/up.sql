-- Owner: registration-authority. Makes no table.

-- When the contact of who opposed his card by himself had last changed in the register, where that was lately: the one-time code of an
-- opposition goes there. The worker alone reads it, so it writes it beside the look that an officer takes.
ALTER TABLE reviews ADD COLUMN contact_changed_at BIGINT;
