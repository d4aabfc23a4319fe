-- Owner: store.

-- Texts stand in the order of their octets here anyway.
SELECT 1;
