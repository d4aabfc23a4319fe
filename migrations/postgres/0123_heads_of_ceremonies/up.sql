-- Owner: store. Makes no table.

-- The heads of the transcript of a ceremony, as the audit trail was told them: one row a line; NULL where the payload was erased, or says none. The worker
-- may not read payloads, and holds the report of a ceremony that was signed against these. Payloads are written without spaces; one that is no JSON, which
-- whoever may add to the log can add, says nothing, as on SQLite, and stops nobody.
CREATE FUNCTION ceremony_heads(ceremony TEXT) RETURNS TABLE (head TEXT) LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS $$
    SELECT substring(p.payload FROM '"head":"([0-9a-f]+)"') FROM audit_events e LEFT JOIN audit_payloads p ON p.event_id = e.id
    WHERE e.action = 'ceremony.step' AND e.subject = 'ceremony ' || ceremony
$$;
REVOKE EXECUTE ON FUNCTION ceremony_heads(TEXT) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ceremony_heads(TEXT) TO igc_worker;
