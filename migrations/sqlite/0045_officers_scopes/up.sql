-- For which orders an officer is there: professions and structures, as `profession:10 structure:F0B0193488`; empty for all. What two
-- administrators sign for says it; the officer's row follows. Makes no table.
ALTER TABLE officers ADD COLUMN scope TEXT NOT NULL DEFAULT '' CHECK (length(scope) <= 2000);
ALTER TABLE officer_enrolments ADD COLUMN scope TEXT NOT NULL DEFAULT '' CHECK (length(scope) <= 2000);
