-- Owner: professional-registry. Makes no table.
-- Who was born on the day of somebody: the third of the kept cells of a person's first line in the restricted feed.
CREATE INDEX register_identities_by_birth ON register_identities (json_extract(content, '$[0][2]'))
    WHERE source = 'rass-psc-personne-activite' AND ceased_at IS NULL;
