-- Owner: registration-authority.

-- What an officer decided at one moment: the rows of a bulk, for the page that names them and takes them back together.
CREATE INDEX decisions_by_officer ON decisions (decided_by, decided_at);
