-- Owner: registration-authority. Makes no table.

-- A mandate is ended by the refusal of its next version, whatever rows stand beside it: one that nobody signed, in whosever name, is in no true
-- end's way.
DROP TRIGGER decisions_are_on_the_current_version;
CREATE TRIGGER decisions_are_on_the_current_version BEFORE INSERT ON decisions
WHEN (NEW.subject_kind = 'card-order' AND NOT EXISTS (SELECT 1 FROM card_orders o
                WHERE o.number = NEW.subject_number AND o.version = NEW.subject_version))
  OR (NEW.subject_kind = 'certificate-request' AND NOT EXISTS (SELECT 1 FROM certificate_requests r
                WHERE r.number = NEW.subject_number AND r.version = NEW.subject_version))
  OR (NEW.subject_kind = 'register-feed' AND NEW.subject_version IS NOT (SELECT max(h.version) FROM register_holds h
                WHERE h.feed = NEW.subject_number))
  OR (NEW.subject_kind = 'officer-enrolment' AND (NEW.subject_version <> 1 OR NOT EXISTS (SELECT 1
                FROM officer_enrolments e WHERE e.number = NEW.subject_number)))
  OR (NEW.subject_kind = 'suspension-lift' AND (NOT EXISTS (SELECT 1 FROM card_suspensions c
                WHERE c.number = NEW.subject_number AND c.outcome IS NULL)
        OR NEW.subject_version <> 1 + (SELECT count(*) FROM decisions d WHERE d.subject_kind = 'suspension-lift'
                AND d.subject_number = NEW.subject_number AND d.decision = 'refuse')))
  OR (NEW.subject_kind = 'structure-mandate' AND (NOT EXISTS (SELECT 1 FROM structure_mandates m WHERE m.number = NEW.subject_number)
        OR (NEW.subject_version <> 1 AND (NEW.subject_version <> 1 + (SELECT max(v.subject_version) FROM decisions v
                WHERE v.subject_kind = 'structure-mandate' AND v.subject_number = NEW.subject_number)
            OR NEW.decision <> 'refuse' OR NOT EXISTS (SELECT 1
                FROM decisions d WHERE d.subject_kind = 'structure-mandate' AND d.subject_number = NEW.subject_number
                AND d.subject_version = 1 AND d.decision = 'approve')))))
BEGIN SELECT RAISE(ABORT, 'stale: the decision is on a version that is not the current one'); END;
