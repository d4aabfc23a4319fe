-- Owner: ca-core.

-- A certificate may be held, which says "do not rely on it for now", and released again, where an installation allows
-- that (docs/decisions/0033-holds.md).
ALTER TABLE certificate_status_events DROP CONSTRAINT certificate_status_events_event_check;
-- Under which date what is published shows it, where that is earlier: since when a certificate that is revoked had
-- been held.
ALTER TABLE certificate_status_events ADD COLUMN since BIGINT;
ALTER TABLE certificate_status_events
    ADD CHECK (event IN ('revoked', 'held', 'released')),
    ADD CHECK ((event = 'held') = (reason = 'certificateHold')),
    ADD CHECK ((event = 'released') = (reason = 'removeFromCRL')),
    ADD CHECK (since IS NULL OR (event = 'revoked' AND since < occurred_at));
-- What is not final: few rows, beside which those of revocations are looked up as before.
CREATE INDEX certificate_status_events_holds
    ON certificate_status_events (issuer, serial, sequence) WHERE event <> 'revoked';

-- Nothing follows a revocation; a hold follows no hold, and a release nothing but a hold. The role of the web may hold
-- and never release.
CREATE FUNCTION certificate_status_events_go_one_way() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM certificate_status_events
               WHERE issuer = NEW.issuer AND serial = NEW.serial AND event = 'revoked')
       OR (NEW.event = 'held') = coalesce((
               SELECT event = 'held' FROM certificate_status_events
               WHERE issuer = NEW.issuer AND serial = NEW.serial AND event <> 'revoked'
               ORDER BY sequence DESC LIMIT 1), FALSE) THEN
        RAISE EXCEPTION 'no such event: nothing un-revokes, and only what is held is released'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF current_user = 'igc_web' AND NEW.event = 'released' THEN
        RAISE EXCEPTION 'the web role releases nothing' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER certificate_status_events_go_one_way BEFORE INSERT ON certificate_status_events FOR EACH ROW
WHEN (NEW.event <> 'revoked') EXECUTE FUNCTION certificate_status_events_go_one_way();

-- Since when it is held; it is `good` all the while.
ALTER TABLE certificates ADD COLUMN held_at BIGINT CHECK (held_at IS NULL OR status = 'good');
CREATE TRIGGER certificates_keep_the_date_of_their_hold BEFORE UPDATE ON certificates FOR EACH ROW
WHEN ((OLD.held_at IS NOT NULL AND NEW.held_at IS NOT NULL AND NEW.held_at <> OLD.held_at)
   OR (OLD.held_at IS NOT NULL AND NEW.status = 'revoked' AND NEW.revoked_at > OLD.held_at))
EXECUTE FUNCTION refuse('a hold is never moved: what is revoked while it is held is so since its hold');

GRANT UPDATE (held_at) ON certificates TO igc_web, igc_worker;
CREATE FUNCTION web_only_holds() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_user = 'igc_web' AND (
            (OLD.held_at IS NOT NULL AND NEW.held_at IS NULL AND NEW.status <> 'revoked')
            OR NOT EXISTS (SELECT 1 FROM card_certificates c WHERE c.issuer = NEW.issuer AND c.serial = NEW.serial)) THEN
        RAISE EXCEPTION 'the web role may only hold, and only certificates of cards'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER certificates_web_only_holds BEFORE UPDATE OF held_at ON certificates
    FOR EACH ROW EXECUTE FUNCTION web_only_holds();
