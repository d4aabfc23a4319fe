-- Owner: professional-registry. Makes no table.

-- Who has left the restricted feed is still to be told of the end of what he holds: telephone and e-mail stand until that is over.
CREATE INDEX register_identities_gone ON register_identities (subject)
WHERE source = 'rass-psc-personne-activite' AND ceased_at IS NOT NULL AND content <> '[]';
