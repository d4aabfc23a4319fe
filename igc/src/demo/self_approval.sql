-- What somebody with access to the database could try: to approve, in the submitter's own name,
-- an order that waits. The database refuses it.
INSERT INTO decisions (subject_kind, subject_number, subject_version, decided_by, decision,
                       decided_at, proof_kind, proof)
SELECT 'card-order', number, version, submitted_by, 'approve', submitted_at, 'demo', public_key
FROM card_orders, (SELECT public_key FROM authorities LIMIT 1) AS some_bytes
WHERE status = 'submitted';
