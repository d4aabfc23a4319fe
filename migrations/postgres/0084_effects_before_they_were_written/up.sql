-- Owner: registration-authority. Makes no table.

-- Of what was decided before effects were written down (0063) nothing said that it had taken effect, so that nothing kept whoever owns the
-- pages from having a holder told a second time, or from taking such a decision back. What had its decision then and waits for nothing has
-- taken effect, unless the worker refused it; when exactly was kept nowhere, so it is dated by the decision.
INSERT INTO decisions_in_effect (order_number, order_version, took_effect_at)
SELECT o.number, o.version, max(d.decided_at)
FROM card_orders o
JOIN decisions d ON d.subject_kind = 'card-order' AND d.subject_number = o.number AND d.subject_version = o.version
WHERE o.status IN ('approved', 'refused', 'ordered')
  AND NOT EXISTS (SELECT 1 FROM decisions_in_effect e WHERE e.order_number = o.number AND e.order_version = o.version)
  AND NOT EXISTS (SELECT 1 FROM decisions_pending p WHERE p.order_number = o.number AND p.order_version = o.version)
  AND NOT EXISTS (SELECT 1 FROM decision_retractions r WHERE r.subject_kind = 'card-order' AND r.subject_number = o.number
        AND r.subject_version = o.version)
  AND NOT EXISTS (SELECT 1 FROM decision_receipts t WHERE t.subject_kind = 'card-order' AND t.subject_number = o.number
        AND t.subject_version = o.version AND t.refusal IS NOT NULL)
GROUP BY o.number, o.version;
