-- Owner: store. Makes no table.

-- On SQLite every role reads the payloads of the audit trail: the heads of ceremonies are read from them.
SELECT 1;
