-- Owner: store.

-- SQLite has no roles: every process that opens the file is one trust domain (SECURITY.md says so).
SELECT 1;
