-- What stands for good is kept by the database too, whoever writes to it. Makes no table.

-- 1. Never replaced: a matter of SQLite alone. PostgreSQL has no REPLACE, and ON CONFLICT asks the update triggers.

-- 2. Never deleted.
CREATE TRIGGER certificate_status_counter_are_never_deleted BEFORE DELETE ON certificate_status_counter FOR EACH ROW
EXECUTE FUNCTION refuse('a counter is never deleted');
CREATE TRIGGER card_opposition_counter_are_never_deleted BEFORE DELETE ON card_opposition_counter FOR EACH ROW
EXECUTE FUNCTION refuse('a counter is never deleted');
CREATE TRIGGER number_counters_are_never_deleted BEFORE DELETE ON number_counters FOR EACH ROW
EXECUTE FUNCTION refuse('a counter is never deleted');
CREATE TRIGGER card_number_counter_are_never_deleted BEFORE DELETE ON card_number_counter FOR EACH ROW
EXECUTE FUNCTION refuse('a counter is never deleted');
CREATE TRIGGER issuance_epochs_are_never_deleted BEFORE DELETE ON issuance_epochs FOR EACH ROW
EXECUTE FUNCTION refuse('an epoch is never deleted');
CREATE TRIGGER register_feeds_are_never_deleted BEFORE DELETE ON register_feeds FOR EACH ROW
EXECUTE FUNCTION refuse('what was read is never deleted');
CREATE TRIGGER card_batches_are_never_deleted BEFORE DELETE ON card_batches FOR EACH ROW
EXECUTE FUNCTION refuse('a batch is never deleted');
CREATE TRIGGER officers_are_never_deleted BEFORE DELETE ON officers FOR EACH ROW
EXECUTE FUNCTION refuse('an officer ends, and is never deleted');
CREATE TRIGGER card_orders_are_never_deleted BEFORE DELETE ON card_orders FOR EACH ROW
EXECUTE FUNCTION refuse('card orders are never deleted');
CREATE TRIGGER certificate_requests_are_never_deleted BEFORE DELETE ON certificate_requests FOR EACH ROW
EXECUTE FUNCTION refuse('certificate requests are never deleted');
CREATE TRIGGER structure_names_are_never_deleted BEFORE DELETE ON structure_names FOR EACH ROW
EXECUTE FUNCTION refuse('the names of a structure are append-only');
CREATE TRIGGER opposition_declarations_are_never_deleted BEFORE DELETE ON opposition_declarations FOR EACH ROW
EXECUTE FUNCTION refuse('the declarations are append-only');
CREATE TRIGGER renewal_plans_are_never_deleted BEFORE DELETE ON renewal_plans FOR EACH ROW
EXECUTE FUNCTION refuse('renewal plans are never deleted');
CREATE TRIGGER renewal_plan_items_are_never_deleted BEFORE DELETE ON renewal_plan_items FOR EACH ROW
EXECUTE FUNCTION refuse('what was planned is never deleted');
CREATE TRIGGER outbox_are_never_deleted BEFORE DELETE ON outbox FOR EACH ROW
EXECUTE FUNCTION refuse('notices are never deleted');
CREATE TRIGGER crls_are_never_deleted BEFORE DELETE ON crls FOR EACH ROW
EXECUTE FUNCTION refuse('an issued CRL is never deleted');

-- A payload is erased by an event that says so, in the same transaction or before (store::audit::erase_payload).
CREATE INDEX audit_events_of_erasure ON audit_events (subject) WHERE action = 'audit.payload-erased';
CREATE FUNCTION audit_payloads_are_erased_by_an_event() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM audit_events
                   WHERE action = 'audit.payload-erased' AND subject = 'event ' || OLD.event_id) THEN
        RAISE EXCEPTION 'no event says that this payload is erased' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN OLD;
END $$;
CREATE TRIGGER audit_payloads_are_erased_by_an_event BEFORE DELETE ON audit_payloads
    FOR EACH ROW EXECUTE FUNCTION audit_payloads_are_erased_by_an_event();

-- 3. Never changed.
-- An enrolment is history: who held which right when decides what a decision is worth, then and today. A new role is
-- a new login.
CREATE TRIGGER officers_keep_who_they_are BEFORE UPDATE ON officers FOR EACH ROW
WHEN (NEW.login <> OLD.login OR NEW.display_name <> OLD.display_name OR NEW.role <> OLD.role
  OR NEW.enrolled_at <> OLD.enrolled_at OR (OLD.ended_at IS NOT NULL AND NEW.ended_at IS DISTINCT FROM OLD.ended_at))
EXECUTE FUNCTION refuse('an officer ends once, and nothing else of him is ever changed');
CREATE TRIGGER structure_names_are_never_changed BEFORE UPDATE ON structure_names FOR EACH ROW
EXECUTE FUNCTION refuse('the names of a structure are append-only');
CREATE TRIGGER opposition_declarations_are_never_changed BEFORE UPDATE ON opposition_declarations FOR EACH ROW
EXECUTE FUNCTION refuse('the declarations are append-only');
CREATE TRIGGER renewal_plan_items_keep_what_was_planned BEFORE UPDATE ON renewal_plan_items FOR EACH ROW
WHEN (NEW.plan <> OLD.plan OR NEW.card_number <> OLD.card_number OR NEW.outcome <> OLD.outcome
  OR NEW.exclusion IS DISTINCT FROM OLD.exclusion
  OR (OLD.order_number IS NOT NULL AND NEW.order_number IS DISTINCT FROM OLD.order_number))
EXECUTE FUNCTION refuse('what was planned is never changed');
CREATE TRIGGER outbox_keeps_what_is_told BEFORE UPDATE ON outbox FOR EACH ROW
WHEN (NEW.id <> OLD.id OR NEW.recipient <> OLD.recipient OR NEW.notice <> OLD.notice OR NEW.subject <> OLD.subject
  OR NEW.created_at <> OLD.created_at OR (OLD.sent_at IS NOT NULL AND NEW.sent_at IS DISTINCT FROM OLD.sent_at))
EXECUTE FUNCTION refuse('a notice is sent once, and never changed');
CREATE TRIGGER issuance_epochs_end_once BEFORE UPDATE ON issuance_epochs FOR EACH ROW
WHEN (NEW.epoch <> OLD.epoch OR NEW.opened_at <> OLD.opened_at OR OLD.closed_at IS NOT NULL)
EXECUTE FUNCTION refuse('an epoch is never opened again');
CREATE TRIGGER register_feeds_are_read_once BEFORE UPDATE ON register_feeds FOR EACH ROW
WHEN (NEW.id <> OLD.id OR NEW.source <> OLD.source OR NEW.file_name <> OLD.file_name
  OR NEW.extracted_at <> OLD.extracted_at OR NEW.sequence <> OLD.sequence OR OLD.status = 'complete')
EXECUTE FUNCTION refuse('a feed that was read is never changed');
CREATE TRIGGER card_batches_keep_where_they_went BEFORE UPDATE ON card_batches FOR EACH ROW
WHEN (NEW.id <> OLD.id OR NEW.bureau <> OLD.bureau OR NEW.closed_at <> OLD.closed_at)
EXECUTE FUNCTION refuse('what was sent to a bureau is never changed');
CREATE TRIGGER number_counters_grow BEFORE UPDATE ON number_counters FOR EACH ROW
WHEN (NEW.series <> OLD.series OR NEW.last NOT IN (OLD.last, OLD.last + 1))
EXECUTE FUNCTION refuse('a counter only grows, one by one');
CREATE TRIGGER card_number_counter_grows BEFORE UPDATE ON card_number_counter FOR EACH ROW
WHEN (NEW.prefix <> OLD.prefix OR NEW.last NOT IN (OLD.last, OLD.last + 1))
EXECUTE FUNCTION refuse('a counter only grows, one by one');
-- The three triggers below stood before, over fewer columns.
DROP TRIGGER certificates_keep_what_was_signed ON certificates;
CREATE TRIGGER certificates_keep_what_was_signed BEFORE UPDATE ON certificates FOR EACH ROW
WHEN (NEW.issuer <> OLD.issuer OR NEW.serial <> OLD.serial OR NEW.profile <> OLD.profile OR NEW.epoch <> OLD.epoch
  OR NEW.evidence_kind <> OLD.evidence_kind OR NEW.evidence_digest <> OLD.evidence_digest
  OR NEW.spki_sha256 <> OLD.spki_sha256 OR NEW.tbs <> OLD.tbs OR NEW.not_before <> OLD.not_before
  OR NEW.not_after <> OLD.not_after OR NEW.prepared_at <> OLD.prepared_at
  OR (NEW.der IS DISTINCT FROM OLD.der AND NOT (OLD.status = 'signing' AND NEW.status = 'good'))
  OR (NEW.settled_at IS DISTINCT FROM OLD.settled_at AND NEW.status = OLD.status)
  OR (OLD.status = 'revoked' AND (NEW.revoked_at <> OLD.revoked_at OR NEW.revocation_reason <> OLD.revocation_reason)))
EXECUTE FUNCTION refuse('what was signed or revoked is never changed');
DROP TRIGGER card_orders_keep_their_submitter ON card_orders;
CREATE TRIGGER card_orders_keep_their_submitter BEFORE UPDATE ON card_orders FOR EACH ROW
WHEN (NEW.number <> OLD.number OR NEW.kind <> OLD.kind OR NEW.holder <> OLD.holder OR NEW.profession <> OLD.profession
  OR NEW.origin <> OLD.origin OR NEW.replaces IS DISTINCT FROM OLD.replaces OR NEW.plan IS DISTINCT FROM OLD.plan
  OR NEW.submitted_by <> OLD.submitted_by OR NEW.submitted_at <> OLD.submitted_at
  OR ((NEW.category <> OLD.category OR NEW.family_name <> OLD.family_name OR NEW.given_name <> OLD.given_name
       OR NEW.register_feed <> OLD.register_feed OR NEW.register_record <> OLD.register_record)
      AND (OLD.status <> 'submitted' OR NEW.version = OLD.version))
  OR NEW.version NOT IN (OLD.version, OLD.version + 1) OR (NEW.version <> OLD.version AND OLD.status <> 'submitted'))
EXECUTE FUNCTION refuse('what was decided on is never changed');
DROP TRIGGER certificate_requests_keep_their_submitter ON certificate_requests;
CREATE TRIGGER certificate_requests_keep_their_submitter BEFORE UPDATE ON certificate_requests FOR EACH ROW
WHEN (NEW.number <> OLD.number OR NEW.version <> OLD.version OR NEW.profile <> OLD.profile
  OR NEW.structure <> OLD.structure OR NEW.common_name <> OLD.common_name OR NEW.dns_names <> OLD.dns_names
  OR NEW.csr <> OLD.csr OR NEW.public_key <> OLD.public_key OR NEW.submitted_by <> OLD.submitted_by
  OR NEW.submitted_at <> OLD.submitted_at
  OR (OLD.status = 'issued' AND (NEW.issuer <> OLD.issuer OR NEW.serial <> OLD.serial)))
EXECUTE FUNCTION refuse('what was decided on is never changed');
-- Nothing is slipped into a plan that was decided on.
CREATE FUNCTION renewal_plan_items_are_of_a_proposal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- Waits for a decision that is being made.
    PERFORM 1 FROM renewal_plans WHERE id = NEW.plan AND status = 'proposed' FOR SHARE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'what was planned is never changed' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER renewal_plan_items_are_of_a_proposal BEFORE INSERT ON renewal_plan_items
    FOR EACH ROW EXECUTE FUNCTION renewal_plan_items_are_of_a_proposal();

-- 4. The roles' rights, narrowed to what the code of each process does. tests/golden/database-rights.txt is the whole list.
-- status reads what is public anyway: no holder, no card's certificates, no run of the worker.
REVOKE SELECT ON cards, card_certificates, issuance_epochs FROM igc_status;

-- web: orders, requests, decisions and oppositions.
REVOKE UPDATE ON certificate_requests FROM igc_web;
GRANT UPDATE (status, changed_at) ON certificate_requests TO igc_web;
REVOKE UPDATE ON card_orders, number_counters, card_opposition_counter, certificate_status_counter FROM igc_web;
GRANT UPDATE (version, category, family_name, given_name, status, changed_at, register_feed, register_record)
    ON card_orders TO igc_web;
GRANT UPDATE (last) ON number_counters, card_opposition_counter, certificate_status_counter TO igc_web;

-- worker: it decides nothing, enrols nobody, makes no authority, erases nothing and deletes no CRL.
REVOKE INSERT ON decisions, structure_names, certificate_requests, officers, authorities, service_keys FROM igc_worker;
REVOKE UPDATE ON officers FROM igc_worker;
REVOKE SELECT, DELETE ON audit_payloads FROM igc_worker;
REVOKE DELETE ON crls FROM igc_worker;
REVOKE UPDATE ON register_feeds, issuance_epochs, certificates, certificate_status_counter, card_opposition_counter,
    cards, card_batches, card_number_counter, number_counters, card_orders, certificate_requests, renewal_plans,
    renewal_plan_items, outbox FROM igc_worker;
GRANT UPDATE (imported_at, status, rows_read, rows_rejected) ON register_feeds TO igc_worker;
GRANT UPDATE (lease_until, closed_at) ON issuance_epochs TO igc_worker;
GRANT UPDATE (status, der, settled_at, revoked_at, revocation_reason) ON certificates TO igc_worker;
GRANT UPDATE (last) ON certificate_status_counter, card_opposition_counter, card_number_counter, number_counters
    TO igc_worker;
GRANT UPDATE (status, batch, version, changed_at, expires_at, opposed_at) ON cards TO igc_worker;
GRANT UPDATE (status, returned_at, return_file_sha256) ON card_batches TO igc_worker;
GRANT UPDATE (status, changed_at) ON card_orders TO igc_worker;
GRANT UPDATE (status, changed_at, issuer, serial) ON certificate_requests TO igc_worker;
GRANT UPDATE (status) ON renewal_plans TO igc_worker;
GRANT UPDATE (order_number) ON renewal_plan_items TO igc_worker;
GRANT UPDATE (sent_at) ON outbox TO igc_worker;
