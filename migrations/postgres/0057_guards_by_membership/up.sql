-- Owner: registration-authority. Makes no table.

-- For which orders an officer is there is a part of who he is: two administrators signed for it.
DROP TRIGGER officers_keep_who_they_are ON officers;
CREATE TRIGGER officers_keep_who_they_are BEFORE UPDATE ON officers FOR EACH ROW
WHEN (NEW.login <> OLD.login OR NEW.display_name <> OLD.display_name OR NEW.role <> OLD.role OR NEW.scope <> OLD.scope
  OR NEW.enrolled_at <> OLD.enrolled_at OR (OLD.ended_at IS NOT NULL AND NEW.ended_at IS DISTINCT FROM OLD.ended_at))
EXECUTE FUNCTION refuse('an officer ends once, and nothing else of him is ever changed');

-- What the web role may not do nobody does but a member of the worker's role (the owner is one): a process says `SET ROLE
-- igc_web`, and could take that back, so that who asks has the name of its login, and the web role's rights.
CREATE FUNCTION acts_for_the_worker() RETURNS boolean LANGUAGE sql STABLE AS
$$ SELECT pg_has_role(current_user, 'igc_worker', 'MEMBER') $$;
CREATE OR REPLACE FUNCTION web_only_revokes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF acts_for_the_worker() THEN
        RETURN NEW;
    END IF;
    IF NEW.status NOT IN ('revoked', 'abandoned', 'opposed') THEN
        RAISE EXCEPTION 'the web role may only revoke and oppose' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF TG_TABLE_NAME = 'certificates' AND NOT EXISTS (
            SELECT 1 FROM card_certificates c
            WHERE c.issuer = to_jsonb(NEW) ->> 'issuer' AND c.serial = to_jsonb(NEW) ->> 'serial') THEN
        RAISE EXCEPTION 'the web role ends certificates of cards, and no others'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
CREATE OR REPLACE FUNCTION web_only_forgets_contacts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT acts_for_the_worker() AND (NEW.telephone IS NOT NULL AND NEW.telephone IS DISTINCT FROM OLD.telephone
            OR NEW.email IS NOT NULL AND NEW.email IS DISTINCT FROM OLD.email) THEN
        RAISE EXCEPTION 'the web role names no contact' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
CREATE OR REPLACE FUNCTION certificate_status_events_go_one_way() RETURNS trigger LANGUAGE plpgsql AS $$
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
    IF NEW.event = 'released' AND NOT acts_for_the_worker() THEN
        RAISE EXCEPTION 'the web role releases nothing' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
CREATE OR REPLACE FUNCTION web_only_holds() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT acts_for_the_worker() AND (
            (OLD.held_at IS NOT NULL AND NEW.held_at IS NULL AND NEW.status <> 'revoked')
            OR NOT EXISTS (SELECT 1 FROM card_certificates c WHERE c.issuer = NEW.issuer AND c.serial = NEW.serial)) THEN
        RAISE EXCEPTION 'the web role may only hold, and only certificates of cards'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
CREATE OR REPLACE FUNCTION card_suspensions_are_lifted_by_two() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT count(*) FROM decisions d WHERE d.subject_kind = 'suspension-lift'
        AND d.subject_number = OLD.number AND d.decision = 'approve'
        AND d.subject_version = 1 + (SELECT count(*) FROM decisions r WHERE r.subject_kind = 'suspension-lift'
                AND r.subject_number = OLD.number AND r.decision = 'refuse')) < 2 THEN
        RAISE EXCEPTION 'two officers lift a suspension' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NOT acts_for_the_worker() THEN
        RAISE EXCEPTION 'the web role lifts nothing' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
