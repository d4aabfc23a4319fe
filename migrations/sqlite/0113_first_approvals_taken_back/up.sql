-- Owner: registration-authority. Makes no table.

-- SQLite keeps back only what took effect: which role asks, and when, it does not know (SECURITY.md).
SELECT 1;
