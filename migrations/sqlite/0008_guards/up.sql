-- What stands for good is kept by the database too, whoever writes to it. Makes no table.

-- 1. Never replaced. INSERT OR REPLACE and UPDATE OR REPLACE delete the row in their way and ask no delete trigger
-- where PRAGMA recursive_triggers is off, as it is in the sqlite3 program. So a row that would take another's place,
-- by any of its keys or by its rowid, is refused, in SQLite's own words: callers know a taken key by them. (NEW.rowid
-- is -1 where the statement names none.)
CREATE TRIGGER audit_events_are_never_replaced BEFORE INSERT ON audit_events
WHEN EXISTS (SELECT 1 FROM audit_events WHERE rowid = NEW.rowid OR id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'UNIQUE constraint failed: audit_events are never replaced'); END;
CREATE TRIGGER audit_payloads_are_never_replaced BEFORE INSERT ON audit_payloads
WHEN EXISTS (SELECT 1 FROM audit_payloads WHERE rowid = NEW.rowid OR event_id = NEW.event_id)
BEGIN SELECT RAISE(ABORT, 'UNIQUE constraint failed: audit_payloads are never replaced'); END;
CREATE TRIGGER audit_leaves_are_never_replaced BEFORE INSERT ON audit_leaves
WHEN EXISTS (SELECT 1 FROM audit_leaves WHERE rowid = NEW.rowid
    OR sequence = NEW.sequence
    OR event_id = NEW.event_id)
BEGIN SELECT RAISE(ABORT, 'UNIQUE constraint failed: audit_leaves are never replaced'); END;
CREATE TRIGGER audit_checkpoints_are_never_replaced BEFORE INSERT ON audit_checkpoints
WHEN EXISTS (SELECT 1 FROM audit_checkpoints WHERE rowid = NEW.rowid OR tree_size = NEW.tree_size)
BEGIN SELECT RAISE(ABORT, 'UNIQUE constraint failed: audit_checkpoints are never replaced'); END;
CREATE TRIGGER authorities_are_never_replaced BEFORE INSERT ON authorities
WHEN EXISTS (SELECT 1 FROM authorities WHERE rowid = NEW.rowid OR short_name = NEW.short_name)
BEGIN SELECT RAISE(ABORT, 'UNIQUE constraint failed: authorities are never replaced'); END;
CREATE TRIGGER service_keys_are_never_replaced BEFORE INSERT ON service_keys
WHEN EXISTS (SELECT 1 FROM service_keys WHERE rowid = NEW.rowid OR name = NEW.name)
BEGIN SELECT RAISE(ABORT, 'UNIQUE constraint failed: service_keys are never replaced'); END;
CREATE TRIGGER issuance_epochs_are_never_replaced BEFORE INSERT ON issuance_epochs
WHEN EXISTS (SELECT 1 FROM issuance_epochs WHERE rowid = NEW.rowid OR epoch = NEW.epoch)
BEGIN SELECT RAISE(ABORT, 'UNIQUE constraint failed: issuance_epochs are never replaced'); END;
DROP TRIGGER certificates_are_never_replaced;
CREATE TRIGGER certificates_are_never_replaced BEFORE INSERT ON certificates
WHEN EXISTS (SELECT 1 FROM certificates WHERE rowid = NEW.rowid OR (issuer = NEW.issuer AND serial = NEW.serial))
BEGIN SELECT RAISE(ABORT, 'UNIQUE constraint failed: certificates are never replaced'); END;
CREATE TRIGGER certificate_status_counter_are_never_replaced BEFORE INSERT ON certificate_status_counter
WHEN EXISTS (SELECT 1 FROM certificate_status_counter WHERE rowid = NEW.rowid OR id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'UNIQUE constraint failed: certificate_status_counter are never replaced'); END;
CREATE TRIGGER certificate_status_events_are_never_replaced BEFORE INSERT ON certificate_status_events
WHEN EXISTS (SELECT 1 FROM certificate_status_events WHERE rowid = NEW.rowid
    OR sequence = NEW.sequence
    OR (issuer = NEW.issuer AND serial = NEW.serial))
BEGIN SELECT RAISE(ABORT, 'UNIQUE constraint failed: certificate_status_events are never replaced'); END;
CREATE TRIGGER register_feeds_are_never_replaced BEFORE INSERT ON register_feeds
WHEN EXISTS (SELECT 1 FROM register_feeds WHERE rowid = NEW.rowid OR id = NEW.id OR sequence = NEW.sequence)
BEGIN SELECT RAISE(ABORT, 'UNIQUE constraint failed: register_feeds are never replaced'); END;
CREATE TRIGGER card_batches_are_never_replaced BEFORE INSERT ON card_batches
WHEN EXISTS (SELECT 1 FROM card_batches WHERE rowid = NEW.rowid OR id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'UNIQUE constraint failed: card_batches are never replaced'); END;
CREATE TRIGGER cards_are_never_replaced BEFORE INSERT ON cards
WHEN EXISTS (SELECT 1 FROM cards WHERE rowid = NEW.rowid
    OR number = NEW.number
    OR order_number = NEW.order_number
    OR (holder = NEW.holder AND kind = NEW.kind AND exercise = NEW.exercise
     AND status = 'active' AND NOT temporary AND NEW.status = 'active' AND NOT NEW.temporary))
BEGIN SELECT RAISE(ABORT, 'UNIQUE constraint failed: cards are never replaced'); END;
CREATE TRIGGER card_keys_are_never_replaced BEFORE INSERT ON card_keys
WHEN EXISTS (SELECT 1 FROM card_keys WHERE rowid = NEW.rowid
    OR (card_number = NEW.card_number AND key_usage = NEW.key_usage)
    OR public_key = NEW.public_key)
BEGIN SELECT RAISE(ABORT, 'UNIQUE constraint failed: card_keys are never replaced'); END;
CREATE TRIGGER card_certificates_are_never_replaced BEFORE INSERT ON card_certificates
WHEN EXISTS (SELECT 1 FROM card_certificates WHERE rowid = NEW.rowid OR (issuer = NEW.issuer AND serial = NEW.serial))
BEGIN SELECT RAISE(ABORT, 'UNIQUE constraint failed: card_certificates are never replaced'); END;
CREATE TRIGGER card_opposition_counter_are_never_replaced BEFORE INSERT ON card_opposition_counter
WHEN EXISTS (SELECT 1 FROM card_opposition_counter WHERE rowid = NEW.rowid OR id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'UNIQUE constraint failed: card_opposition_counter are never replaced'); END;
DROP TRIGGER card_oppositions_are_never_replaced;
CREATE TRIGGER card_oppositions_are_never_replaced BEFORE INSERT ON card_oppositions
WHEN EXISTS (SELECT 1 FROM card_oppositions WHERE rowid = NEW.rowid
    OR sequence = NEW.sequence
    OR card_number = NEW.card_number)
BEGIN SELECT RAISE(ABORT, 'UNIQUE constraint failed: card_oppositions are never replaced'); END;
CREATE TRIGGER officers_are_never_replaced BEFORE INSERT ON officers
WHEN EXISTS (SELECT 1 FROM officers WHERE rowid = NEW.rowid OR login = NEW.login)
BEGIN SELECT RAISE(ABORT, 'UNIQUE constraint failed: officers are never replaced'); END;
CREATE TRIGGER card_orders_are_never_replaced BEFORE INSERT ON card_orders
WHEN EXISTS (SELECT 1 FROM card_orders WHERE rowid = NEW.rowid
    OR number = NEW.number
    OR (holder = NEW.holder AND kind = NEW.kind AND profession = NEW.profession
     AND status IN ('submitted', 'approved') AND NEW.status IN ('submitted', 'approved')))
BEGIN SELECT RAISE(ABORT, 'UNIQUE constraint failed: card_orders are never replaced'); END;
CREATE TRIGGER certificate_requests_are_never_replaced BEFORE INSERT ON certificate_requests
WHEN EXISTS (SELECT 1 FROM certificate_requests WHERE rowid = NEW.rowid OR number = NEW.number)
BEGIN SELECT RAISE(ABORT, 'UNIQUE constraint failed: certificate_requests are never replaced'); END;
CREATE TRIGGER decisions_are_never_replaced BEFORE INSERT ON decisions
WHEN EXISTS (SELECT 1 FROM decisions WHERE rowid = NEW.rowid
    OR (subject_kind = NEW.subject_kind AND subject_number = NEW.subject_number
     AND subject_version = NEW.subject_version AND decided_by = NEW.decided_by))
BEGIN SELECT RAISE(ABORT, 'UNIQUE constraint failed: decisions are never replaced'); END;
CREATE TRIGGER structure_names_are_never_replaced BEFORE INSERT ON structure_names
WHEN EXISTS (SELECT 1 FROM structure_names WHERE rowid = NEW.rowid OR (structure = NEW.structure AND name = NEW.name))
BEGIN SELECT RAISE(ABORT, 'UNIQUE constraint failed: structure_names are never replaced'); END;
CREATE TRIGGER opposition_declarations_are_never_replaced BEFORE INSERT ON opposition_declarations
WHEN EXISTS (SELECT 1 FROM opposition_declarations WHERE rowid = NEW.rowid
    OR receipt = NEW.receipt
    OR card_number = NEW.card_number)
BEGIN SELECT RAISE(ABORT, 'UNIQUE constraint failed: opposition_declarations are never replaced'); END;
CREATE TRIGGER renewal_plans_are_never_replaced BEFORE INSERT ON renewal_plans
WHEN EXISTS (SELECT 1 FROM renewal_plans WHERE rowid = NEW.rowid OR id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'UNIQUE constraint failed: renewal_plans are never replaced'); END;
CREATE TRIGGER renewal_plan_items_are_never_replaced BEFORE INSERT ON renewal_plan_items
WHEN EXISTS (SELECT 1 FROM renewal_plan_items WHERE rowid = NEW.rowid
    OR (plan = NEW.plan AND card_number = NEW.card_number))
BEGIN SELECT RAISE(ABORT, 'UNIQUE constraint failed: renewal_plan_items are never replaced'); END;
CREATE TRIGGER outbox_are_never_replaced BEFORE INSERT ON outbox
WHEN EXISTS (SELECT 1 FROM outbox WHERE rowid = NEW.rowid OR id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'UNIQUE constraint failed: outbox are never replaced'); END;
CREATE TRIGGER crls_are_never_replaced BEFORE INSERT ON crls
WHEN EXISTS (SELECT 1 FROM crls WHERE rowid = NEW.rowid
    OR (issuer = NEW.issuer AND scope = NEW.scope AND kind = NEW.kind AND number = NEW.number))
BEGIN SELECT RAISE(ABORT, 'UNIQUE constraint failed: crls are never replaced'); END;
-- Whoever begins a counter that was begun meanwhile finds it there: nothing is inserted, and nothing is wrong.
CREATE TRIGGER number_counters_are_never_replaced BEFORE INSERT ON number_counters
WHEN EXISTS (SELECT 1 FROM number_counters WHERE rowid = NEW.rowid OR series = NEW.series)
BEGIN SELECT RAISE(IGNORE); END;
CREATE TRIGGER card_number_counter_are_never_replaced BEFORE INSERT ON card_number_counter
WHEN EXISTS (SELECT 1 FROM card_number_counter WHERE rowid = NEW.rowid OR prefix = NEW.prefix)
BEGIN SELECT RAISE(IGNORE); END;
-- An update takes another row's place by a key that may change: the active card's, and the rowid.
CREATE TRIGGER cards_take_no_place BEFORE UPDATE OF status ON cards
WHEN NEW.status = 'active' AND NOT NEW.temporary AND EXISTS (SELECT 1 FROM cards
        WHERE holder = NEW.holder AND kind = NEW.kind AND exercise = NEW.exercise
          AND status = 'active' AND NOT temporary AND number <> NEW.number)
BEGIN SELECT RAISE(ABORT, 'UNIQUE constraint failed: one active card for each holder, kind and exercise'); END;
CREATE TRIGGER certificates_keep_their_rowid BEFORE UPDATE ON certificates WHEN NEW.rowid <> OLD.rowid
BEGIN SELECT RAISE(ABORT, 'a row is never moved'); END;
CREATE TRIGGER certificate_status_counter_keep_their_rowid BEFORE UPDATE ON certificate_status_counter
WHEN NEW.rowid <> OLD.rowid OR NEW.id <> OLD.id
BEGIN SELECT RAISE(ABORT, 'a row is never moved'); END;
CREATE TRIGGER cards_keep_their_rowid BEFORE UPDATE ON cards WHEN NEW.rowid <> OLD.rowid
BEGIN SELECT RAISE(ABORT, 'a row is never moved'); END;
CREATE TRIGGER card_opposition_counter_keep_their_rowid BEFORE UPDATE ON card_opposition_counter
WHEN NEW.rowid <> OLD.rowid OR NEW.id <> OLD.id
BEGIN SELECT RAISE(ABORT, 'a row is never moved'); END;
CREATE TRIGGER card_batches_keep_their_rowid BEFORE UPDATE ON card_batches WHEN NEW.rowid <> OLD.rowid
BEGIN SELECT RAISE(ABORT, 'a row is never moved'); END;
CREATE TRIGGER card_orders_keep_their_rowid BEFORE UPDATE ON card_orders WHEN NEW.rowid <> OLD.rowid
BEGIN SELECT RAISE(ABORT, 'a row is never moved'); END;
CREATE TRIGGER certificate_requests_keep_their_rowid BEFORE UPDATE ON certificate_requests WHEN NEW.rowid <> OLD.rowid
BEGIN SELECT RAISE(ABORT, 'a row is never moved'); END;
CREATE TRIGGER renewal_plans_keep_their_rowid BEFORE UPDATE ON renewal_plans WHEN NEW.rowid <> OLD.rowid
BEGIN SELECT RAISE(ABORT, 'a row is never moved'); END;
CREATE TRIGGER officers_keep_their_rowid BEFORE UPDATE ON officers WHEN NEW.rowid <> OLD.rowid
BEGIN SELECT RAISE(ABORT, 'a row is never moved'); END;
CREATE TRIGGER renewal_plan_items_keep_their_rowid BEFORE UPDATE ON renewal_plan_items WHEN NEW.rowid <> OLD.rowid
BEGIN SELECT RAISE(ABORT, 'a row is never moved'); END;
CREATE TRIGGER outbox_keep_their_rowid BEFORE UPDATE ON outbox WHEN NEW.rowid <> OLD.rowid
BEGIN SELECT RAISE(ABORT, 'a row is never moved'); END;
CREATE TRIGGER issuance_epochs_keep_their_rowid BEFORE UPDATE ON issuance_epochs WHEN NEW.rowid <> OLD.rowid
BEGIN SELECT RAISE(ABORT, 'a row is never moved'); END;
CREATE TRIGGER register_feeds_keep_their_rowid BEFORE UPDATE ON register_feeds WHEN NEW.rowid <> OLD.rowid
BEGIN SELECT RAISE(ABORT, 'a row is never moved'); END;
CREATE TRIGGER number_counters_keep_their_rowid BEFORE UPDATE ON number_counters WHEN NEW.rowid <> OLD.rowid
BEGIN SELECT RAISE(ABORT, 'a row is never moved'); END;
CREATE TRIGGER card_number_counter_keep_their_rowid BEFORE UPDATE ON card_number_counter WHEN NEW.rowid <> OLD.rowid
BEGIN SELECT RAISE(ABORT, 'a row is never moved'); END;

-- 2. Never deleted.
CREATE TRIGGER certificate_status_counter_are_never_deleted BEFORE DELETE ON certificate_status_counter
BEGIN SELECT RAISE(ABORT, 'a counter is never deleted'); END;
CREATE TRIGGER card_opposition_counter_are_never_deleted BEFORE DELETE ON card_opposition_counter
BEGIN SELECT RAISE(ABORT, 'a counter is never deleted'); END;
CREATE TRIGGER number_counters_are_never_deleted BEFORE DELETE ON number_counters
BEGIN SELECT RAISE(ABORT, 'a counter is never deleted'); END;
CREATE TRIGGER card_number_counter_are_never_deleted BEFORE DELETE ON card_number_counter
BEGIN SELECT RAISE(ABORT, 'a counter is never deleted'); END;
CREATE TRIGGER issuance_epochs_are_never_deleted BEFORE DELETE ON issuance_epochs
BEGIN SELECT RAISE(ABORT, 'an epoch is never deleted'); END;
CREATE TRIGGER register_feeds_are_never_deleted BEFORE DELETE ON register_feeds
BEGIN SELECT RAISE(ABORT, 'what was read is never deleted'); END;
CREATE TRIGGER card_batches_are_never_deleted BEFORE DELETE ON card_batches
BEGIN SELECT RAISE(ABORT, 'a batch is never deleted'); END;
CREATE TRIGGER officers_are_never_deleted BEFORE DELETE ON officers
BEGIN SELECT RAISE(ABORT, 'an officer ends, and is never deleted'); END;
CREATE TRIGGER card_orders_are_never_deleted BEFORE DELETE ON card_orders
BEGIN SELECT RAISE(ABORT, 'card orders are never deleted'); END;
CREATE TRIGGER certificate_requests_are_never_deleted BEFORE DELETE ON certificate_requests
BEGIN SELECT RAISE(ABORT, 'certificate requests are never deleted'); END;
CREATE TRIGGER structure_names_are_never_deleted BEFORE DELETE ON structure_names
BEGIN SELECT RAISE(ABORT, 'the names of a structure are append-only'); END;
CREATE TRIGGER opposition_declarations_are_never_deleted BEFORE DELETE ON opposition_declarations
BEGIN SELECT RAISE(ABORT, 'the declarations are append-only'); END;
CREATE TRIGGER renewal_plans_are_never_deleted BEFORE DELETE ON renewal_plans
BEGIN SELECT RAISE(ABORT, 'renewal plans are never deleted'); END;
CREATE TRIGGER renewal_plan_items_are_never_deleted BEFORE DELETE ON renewal_plan_items
BEGIN SELECT RAISE(ABORT, 'what was planned is never deleted'); END;
CREATE TRIGGER outbox_are_never_deleted BEFORE DELETE ON outbox
BEGIN SELECT RAISE(ABORT, 'notices are never deleted'); END;
CREATE TRIGGER crls_are_never_deleted BEFORE DELETE ON crls
BEGIN SELECT RAISE(ABORT, 'an issued CRL is never deleted'); END;

-- A payload is erased by an event that says so, in the same transaction or before (store::audit::erase_payload).
CREATE INDEX audit_events_of_erasure ON audit_events (subject) WHERE action = 'audit.payload-erased';
CREATE TRIGGER audit_payloads_are_erased_by_an_event BEFORE DELETE ON audit_payloads
WHEN NOT EXISTS (SELECT 1 FROM audit_events
                 WHERE action = 'audit.payload-erased' AND subject = 'event ' || OLD.event_id)
BEGIN SELECT RAISE(ABORT, 'no event says that this payload is erased'); END;

-- 3. Never changed.
-- An enrolment is history: who held which right when decides what a decision is worth, then and today. A new role is
-- a new login.
CREATE TRIGGER officers_keep_who_they_are BEFORE UPDATE ON officers
WHEN NEW.login <> OLD.login OR NEW.display_name <> OLD.display_name OR NEW.role <> OLD.role
  OR NEW.enrolled_at <> OLD.enrolled_at OR (OLD.ended_at IS NOT NULL AND NEW.ended_at IS NOT OLD.ended_at)
BEGIN SELECT RAISE(ABORT, 'an officer ends once, and nothing else of him is ever changed'); END;
CREATE TRIGGER structure_names_are_never_changed BEFORE UPDATE ON structure_names
BEGIN SELECT RAISE(ABORT, 'the names of a structure are append-only'); END;
CREATE TRIGGER opposition_declarations_are_never_changed BEFORE UPDATE ON opposition_declarations
BEGIN SELECT RAISE(ABORT, 'the declarations are append-only'); END;
CREATE TRIGGER renewal_plan_items_keep_what_was_planned BEFORE UPDATE ON renewal_plan_items
WHEN NEW.plan <> OLD.plan OR NEW.card_number <> OLD.card_number OR NEW.outcome <> OLD.outcome
  OR NEW.exclusion IS NOT OLD.exclusion
  OR (OLD.order_number IS NOT NULL AND NEW.order_number IS NOT OLD.order_number)
BEGIN SELECT RAISE(ABORT, 'what was planned is never changed'); END;
CREATE TRIGGER outbox_keeps_what_is_told BEFORE UPDATE ON outbox
WHEN NEW.id <> OLD.id OR NEW.recipient <> OLD.recipient OR NEW.notice <> OLD.notice OR NEW.subject <> OLD.subject
  OR NEW.created_at <> OLD.created_at OR (OLD.sent_at IS NOT NULL AND NEW.sent_at IS NOT OLD.sent_at)
BEGIN SELECT RAISE(ABORT, 'a notice is sent once, and never changed'); END;
CREATE TRIGGER issuance_epochs_end_once BEFORE UPDATE ON issuance_epochs
WHEN NEW.epoch <> OLD.epoch OR NEW.opened_at <> OLD.opened_at OR OLD.closed_at IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'an epoch is never opened again'); END;
CREATE TRIGGER register_feeds_are_read_once BEFORE UPDATE ON register_feeds
WHEN NEW.id <> OLD.id OR NEW.source <> OLD.source OR NEW.file_name <> OLD.file_name
  OR NEW.extracted_at <> OLD.extracted_at OR NEW.sequence <> OLD.sequence OR OLD.status = 'complete'
BEGIN SELECT RAISE(ABORT, 'a feed that was read is never changed'); END;
CREATE TRIGGER card_batches_keep_where_they_went BEFORE UPDATE ON card_batches
WHEN NEW.id <> OLD.id OR NEW.bureau <> OLD.bureau OR NEW.closed_at <> OLD.closed_at
BEGIN SELECT RAISE(ABORT, 'what was sent to a bureau is never changed'); END;
CREATE TRIGGER number_counters_grow BEFORE UPDATE ON number_counters
WHEN NEW.series <> OLD.series OR NEW.last NOT IN (OLD.last, OLD.last + 1)
BEGIN SELECT RAISE(ABORT, 'a counter only grows, one by one'); END;
CREATE TRIGGER card_number_counter_grows BEFORE UPDATE ON card_number_counter
WHEN NEW.prefix <> OLD.prefix OR NEW.last NOT IN (OLD.last, OLD.last + 1)
BEGIN SELECT RAISE(ABORT, 'a counter only grows, one by one'); END;
-- The three triggers below stood before, over fewer columns.
DROP TRIGGER certificates_keep_what_was_signed;
CREATE TRIGGER certificates_keep_what_was_signed BEFORE UPDATE ON certificates
WHEN NEW.issuer <> OLD.issuer OR NEW.serial <> OLD.serial OR NEW.profile <> OLD.profile OR NEW.epoch <> OLD.epoch
  OR NEW.evidence_kind <> OLD.evidence_kind OR NEW.evidence_digest <> OLD.evidence_digest
  OR NEW.spki_sha256 <> OLD.spki_sha256 OR NEW.tbs <> OLD.tbs OR NEW.not_before <> OLD.not_before
  OR NEW.not_after <> OLD.not_after OR NEW.prepared_at <> OLD.prepared_at
  OR (NEW.der IS NOT OLD.der AND NOT (OLD.status = 'signing' AND NEW.status = 'good'))
  OR (NEW.settled_at IS NOT OLD.settled_at AND NEW.status = OLD.status)
  OR (OLD.status = 'revoked' AND (NEW.revoked_at <> OLD.revoked_at OR NEW.revocation_reason <> OLD.revocation_reason))
BEGIN SELECT RAISE(ABORT, 'what was signed or revoked is never changed'); END;
DROP TRIGGER card_orders_keep_their_submitter;
CREATE TRIGGER card_orders_keep_their_submitter BEFORE UPDATE ON card_orders
WHEN NEW.number <> OLD.number OR NEW.kind <> OLD.kind OR NEW.holder <> OLD.holder OR NEW.profession <> OLD.profession
  OR NEW.origin <> OLD.origin OR NEW.replaces IS NOT OLD.replaces OR NEW.plan IS NOT OLD.plan
  OR NEW.submitted_by <> OLD.submitted_by OR NEW.submitted_at <> OLD.submitted_at
  OR ((NEW.category <> OLD.category OR NEW.family_name <> OLD.family_name OR NEW.given_name <> OLD.given_name
       OR NEW.register_feed <> OLD.register_feed OR NEW.register_record <> OLD.register_record)
      AND (OLD.status <> 'submitted' OR NEW.version = OLD.version))
  OR NEW.version NOT IN (OLD.version, OLD.version + 1) OR (NEW.version <> OLD.version AND OLD.status <> 'submitted')
BEGIN SELECT RAISE(ABORT, 'what was decided on is never changed'); END;
DROP TRIGGER certificate_requests_keep_their_submitter;
CREATE TRIGGER certificate_requests_keep_their_submitter BEFORE UPDATE ON certificate_requests
WHEN NEW.number <> OLD.number OR NEW.version <> OLD.version OR NEW.profile <> OLD.profile
  OR NEW.structure <> OLD.structure OR NEW.common_name <> OLD.common_name OR NEW.dns_names <> OLD.dns_names
  OR NEW.csr <> OLD.csr OR NEW.public_key <> OLD.public_key OR NEW.submitted_by <> OLD.submitted_by
  OR NEW.submitted_at <> OLD.submitted_at
  OR (OLD.status = 'issued' AND (NEW.issuer <> OLD.issuer OR NEW.serial <> OLD.serial))
BEGIN SELECT RAISE(ABORT, 'what was decided on is never changed'); END;
-- Nothing is slipped into a plan that was decided on.
CREATE TRIGGER renewal_plan_items_are_of_a_proposal BEFORE INSERT ON renewal_plan_items
WHEN NOT EXISTS (SELECT 1 FROM renewal_plans WHERE id = NEW.plan AND status = 'proposed')
BEGIN SELECT RAISE(ABORT, 'what was planned is never changed'); END;
