-- One database role for each process, with the least it needs (architecture, "Processes").
-- They cannot log in: the login role of an installation is a member and says SET ROLE.
DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['igc_web', 'igc_worker', 'igc_status'] LOOP
        IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = name) THEN
            EXECUTE format('CREATE ROLE %I NOLOGIN', name);
        END IF;
        EXECUTE format('GRANT %I TO CURRENT_USER', name);
        EXECUTE format('GRANT USAGE ON SCHEMA %I TO %I', current_schema(), name);
    END LOOP;
END $$;

-- Everyone reads the state; the audit payloads, the requests' grounds and the outbox stay with those who need them.
GRANT SELECT ON authorities, service_keys, certificates, certificate_status_events, certificate_status_counter,
    cards, card_certificates, card_oppositions, card_opposition_counter, crls, issuance_epochs
    TO igc_web, igc_worker, igc_status;
GRANT SELECT ON register_feeds, professionals, exercises, activities, register_structures,
    card_batches, card_keys, card_number_counter,
    number_counters, officers, card_orders, certificate_requests, decisions, structure_names,
    opposition_declarations, renewal_plans, renewal_plan_items
    TO igc_web, igc_worker;

-- Every process that changes something leaves its event.
GRANT INSERT ON audit_events, audit_payloads, audit_pending TO igc_web, igc_worker;

-- web: orders, decisions, oppositions, notices.
GRANT INSERT ON card_orders, certificate_requests, decisions, opposition_declarations, outbox, number_counters TO igc_web;
GRANT UPDATE ON card_orders, certificate_requests, number_counters TO igc_web;
GRANT UPDATE (status) ON renewal_plans TO igc_web;
GRANT INSERT ON card_oppositions, certificate_status_events TO igc_web;
GRANT UPDATE ON card_opposition_counter, certificate_status_counter TO igc_web;
GRANT UPDATE (status, opposed_at, changed_at, version) ON cards TO igc_web;
GRANT UPDATE (status, settled_at, revoked_at, revocation_reason) ON certificates TO igc_web;

-- worker: the only writer of the register, of certificates and of what a card is certified for.
GRANT SELECT ON audit_events, audit_payloads, audit_pending, audit_leaves, audit_checkpoints, outbox TO igc_worker;
GRANT INSERT ON audit_leaves, audit_checkpoints TO igc_worker;
GRANT DELETE ON audit_pending, audit_payloads TO igc_worker;
GRANT INSERT, UPDATE ON register_feeds, professionals, exercises, activities, register_structures TO igc_worker;
GRANT DELETE ON activities TO igc_worker;
GRANT INSERT ON authorities, service_keys TO igc_worker;
GRANT INSERT, UPDATE ON issuance_epochs, certificates TO igc_worker;
GRANT INSERT ON certificate_status_events, card_oppositions TO igc_worker;
GRANT UPDATE ON certificate_status_counter, card_opposition_counter TO igc_worker;
GRANT INSERT, UPDATE ON cards, card_batches, card_number_counter TO igc_worker;
GRANT INSERT ON card_keys, card_certificates TO igc_worker;
GRANT INSERT, UPDATE ON number_counters, officers, card_orders, certificate_requests, renewal_plans,
    renewal_plan_items, outbox TO igc_worker;
GRANT INSERT ON decisions, structure_names, opposition_declarations TO igc_worker;
GRANT INSERT, DELETE ON crls TO igc_worker;

-- The web role may end a certificate or a card; it can never make one good.
CREATE FUNCTION web_only_revokes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_user = 'igc_web' AND NEW.status NOT IN ('revoked', 'abandoned', 'opposed') THEN
        RAISE EXCEPTION 'the web role may only revoke and oppose' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF current_user = 'igc_web' AND TG_TABLE_NAME = 'certificates' AND NOT EXISTS (
            SELECT 1 FROM card_certificates c
            WHERE c.issuer = to_jsonb(NEW) ->> 'issuer' AND c.serial = to_jsonb(NEW) ->> 'serial') THEN
        RAISE EXCEPTION 'the web role ends certificates of cards, and no others'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER certificates_web_only_revokes BEFORE UPDATE OF status ON certificates
    FOR EACH ROW EXECUTE FUNCTION web_only_revokes();
CREATE TRIGGER cards_web_only_opposes BEFORE UPDATE OF status ON cards
    FOR EACH ROW EXECUTE FUNCTION web_only_revokes();
