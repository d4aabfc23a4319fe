-- SQLite tells whoever asks that another connection has committed (`PRAGMA data_version`).
SELECT 1;
