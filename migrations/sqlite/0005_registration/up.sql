-- Owner: registration-authority.

CREATE TABLE number_counters (
    series TEXT   NOT NULL PRIMARY KEY,
    last   BIGINT NOT NULL
);

CREATE TABLE officers (
    login        TEXT   NOT NULL PRIMARY KEY CHECK (login <> ''),
    display_name TEXT   NOT NULL,
    role         TEXT   NOT NULL CHECK (role IN ('certification-agent', 'registration-officer', 'revocation-officer',
                                                 'administrator', 'auditor')),
    enrolled_at  BIGINT NOT NULL,
    ended_at     BIGINT
);

-- A card order. `version` grows with each change of what would be approved.
CREATE TABLE card_orders (
    number          TEXT   NOT NULL PRIMARY KEY,
    version         BIGINT NOT NULL CHECK (version > 0),
    kind            TEXT   NOT NULL CHECK (kind IN ('CPS', 'CPF', 'CPE', 'CDE', 'CPA', 'CDA')),
    holder          TEXT   NOT NULL,
    profession      TEXT   NOT NULL,
    category        TEXT   NOT NULL,
    family_name     TEXT   NOT NULL,
    given_name      TEXT   NOT NULL,
    origin          TEXT   NOT NULL CHECK (origin IN ('officer', 'plan')),
    replaces        TEXT,
    plan            TEXT,
    submitted_by    TEXT   NOT NULL CHECK (submitted_by <> ''),
    submitted_at    BIGINT NOT NULL,
    status          TEXT   NOT NULL CHECK (status IN ('submitted', 'approved', 'refused', 'withdrawn', 'ordered')),
    changed_at      BIGINT NOT NULL,
    register_feed   TEXT   NOT NULL,
    register_record TEXT   NOT NULL,
    CHECK ((origin = 'plan') = (plan IS NOT NULL))
);
CREATE INDEX card_orders_queue ON card_orders (status, submitted_at, number);
CREATE INDEX card_orders_by_holder ON card_orders (holder);
CREATE UNIQUE INDEX card_orders_one_open ON card_orders (holder, kind, profession)
    WHERE status IN ('submitted', 'approved');

-- A request for a software certificate.
CREATE TABLE certificate_requests (
    number       TEXT   NOT NULL PRIMARY KEY,
    version      BIGINT NOT NULL CHECK (version > 0),
    profile      TEXT   NOT NULL,
    structure    TEXT   NOT NULL,
    common_name  TEXT   NOT NULL,
    dns_names    TEXT   NOT NULL,
    csr          BLOB   NOT NULL,
    public_key   BLOB   NOT NULL,
    submitted_by TEXT   NOT NULL CHECK (submitted_by <> ''),
    submitted_at BIGINT NOT NULL,
    status       TEXT   NOT NULL CHECK (status IN ('submitted', 'approved', 'refused', 'withdrawn', 'issued')),
    changed_at   BIGINT NOT NULL,
    issuer       TEXT,
    serial       TEXT,
    CHECK ((status = 'issued') = (issuer IS NOT NULL)),
    CHECK ((issuer IS NULL) = (serial IS NULL)),
    FOREIGN KEY (issuer, serial) REFERENCES certificates (issuer, serial)
);

-- One standing decision per version and person, never the submitter's own (invariant 9).
CREATE TABLE decisions (
    subject_kind    TEXT   NOT NULL CHECK (subject_kind IN ('card-order', 'certificate-request', 'renewal-plan')),
    subject_number  TEXT   NOT NULL,
    subject_version BIGINT NOT NULL,
    decided_by      TEXT   NOT NULL CHECK (decided_by <> ''),
    decision        TEXT   NOT NULL CHECK (decision IN ('approve', 'refuse')),
    reason_code     TEXT,
    reason_text     TEXT,
    decided_at      BIGINT NOT NULL,
    proof_kind      TEXT   NOT NULL CHECK (proof_kind IN ('demo')),
    proof           BLOB   NOT NULL,
    PRIMARY KEY (subject_kind, subject_number, subject_version, decided_by),
    CHECK (decision = 'approve' OR reason_code IS NOT NULL)
);
CREATE TRIGGER decisions_are_never_ones_own BEFORE INSERT ON decisions
WHEN EXISTS (SELECT 1 FROM card_orders o WHERE NEW.subject_kind = 'card-order'
                AND o.number = NEW.subject_number AND o.submitted_by = NEW.decided_by)
  OR EXISTS (SELECT 1 FROM certificate_requests r WHERE NEW.subject_kind = 'certificate-request'
                AND r.number = NEW.subject_number AND r.submitted_by = NEW.decided_by)
  OR EXISTS (SELECT 1 FROM renewal_plans p WHERE NEW.subject_kind = 'renewal-plan'
                AND p.id = NEW.subject_number AND p.planned_by = NEW.decided_by)
BEGIN SELECT RAISE(ABORT, 'self-approval: nobody decides on what he submitted'); END;
CREATE TRIGGER decisions_are_on_the_current_version BEFORE INSERT ON decisions
WHEN (NEW.subject_kind = 'card-order' AND NOT EXISTS (SELECT 1 FROM card_orders o
                WHERE o.number = NEW.subject_number AND o.version = NEW.subject_version))
  OR (NEW.subject_kind = 'certificate-request' AND NOT EXISTS (SELECT 1 FROM certificate_requests r
                WHERE r.number = NEW.subject_number AND r.version = NEW.subject_version))
BEGIN SELECT RAISE(ABORT, 'stale: the decision is on a version that is not the current one'); END;
CREATE TRIGGER decisions_are_never_changed BEFORE UPDATE ON decisions
BEGIN SELECT RAISE(ABORT, 'decisions are append-only'); END;
CREATE TRIGGER decisions_are_never_deleted BEFORE DELETE ON decisions
BEGIN SELECT RAISE(ABORT, 'decisions are append-only'); END;

-- Approved means that somebody else approved this very version.
CREATE TRIGGER card_orders_begin_as_submitted BEFORE INSERT ON card_orders
WHEN NEW.status <> 'submitted'
BEGIN SELECT RAISE(ABORT, 'a card order begins as submitted'); END;
CREATE TRIGGER card_orders_go_one_way BEFORE UPDATE OF status ON card_orders
WHEN NEW.status <> OLD.status AND NOT (
        (OLD.status = 'submitted' AND NEW.status IN ('approved', 'refused', 'withdrawn'))
     OR (OLD.status = 'approved'  AND NEW.status IN ('ordered', 'withdrawn')))
BEGIN SELECT RAISE(ABORT, 'no such transition of a card order'); END;
CREATE TRIGGER card_orders_need_a_decision BEFORE UPDATE OF status ON card_orders
WHEN NEW.status = 'approved' AND OLD.status <> 'approved'
 AND NOT EXISTS (SELECT 1 FROM decisions d WHERE d.decision = 'approve'
        AND ((NEW.origin = 'officer' AND d.subject_kind = 'card-order' AND d.subject_number = NEW.number
              AND d.subject_version = NEW.version AND d.decided_by <> NEW.submitted_by)
          OR (NEW.origin = 'plan' AND d.subject_kind = 'renewal-plan' AND d.subject_number = NEW.plan
              AND d.decided_by <> NEW.submitted_by)))
BEGIN SELECT RAISE(ABORT, 'self-approval: a card order is approved by another person''s decision'); END;
CREATE TRIGGER card_orders_keep_their_submitter BEFORE UPDATE ON card_orders
WHEN NEW.submitted_by <> OLD.submitted_by OR NEW.number <> OLD.number
  OR (OLD.status <> 'submitted' AND (NEW.version <> OLD.version OR NEW.holder <> OLD.holder OR NEW.kind <> OLD.kind
      OR NEW.profession <> OLD.profession OR NEW.family_name <> OLD.family_name OR NEW.given_name <> OLD.given_name))
BEGIN SELECT RAISE(ABORT, 'what was decided on is never changed'); END;

CREATE TRIGGER certificate_requests_begin_as_submitted BEFORE INSERT ON certificate_requests
WHEN NEW.status <> 'submitted'
BEGIN SELECT RAISE(ABORT, 'a certificate request begins as submitted'); END;
CREATE TRIGGER certificate_requests_go_one_way BEFORE UPDATE OF status ON certificate_requests
WHEN NEW.status <> OLD.status AND NOT (
        (OLD.status = 'submitted' AND NEW.status IN ('approved', 'refused', 'withdrawn'))
     OR (OLD.status = 'approved'  AND NEW.status IN ('issued', 'withdrawn')))
BEGIN SELECT RAISE(ABORT, 'no such transition of a certificate request'); END;
CREATE TRIGGER certificate_requests_need_a_decision BEFORE UPDATE OF status ON certificate_requests
WHEN NEW.status = 'approved' AND OLD.status <> 'approved'
 AND NOT EXISTS (SELECT 1 FROM decisions d WHERE d.decision = 'approve' AND d.subject_kind = 'certificate-request'
              AND d.subject_number = NEW.number AND d.subject_version = NEW.version
              AND d.decided_by <> NEW.submitted_by)
BEGIN SELECT RAISE(ABORT, 'self-approval: a certificate request is approved by another person''s decision'); END;
CREATE TRIGGER certificate_requests_keep_their_submitter BEFORE UPDATE ON certificate_requests
WHEN NEW.submitted_by <> OLD.submitted_by OR NEW.number <> OLD.number
  OR (OLD.status <> 'submitted' AND (NEW.version <> OLD.version OR NEW.csr <> OLD.csr
      OR NEW.profile <> OLD.profile OR NEW.structure <> OLD.structure OR NEW.dns_names <> OLD.dns_names))
BEGIN SELECT RAISE(ABORT, 'what was decided on is never changed'); END;

-- The names a structure may have certified, each with who allowed it.
CREATE TABLE structure_names (
    structure   TEXT   NOT NULL,
    name        TEXT   NOT NULL CHECK (name = lower(name)),
    approved_by TEXT   NOT NULL,
    approved_at BIGINT NOT NULL,
    PRIMARY KEY (structure, name)
);

-- Who declared a card lost or stolen, and why: never published.
CREATE TABLE opposition_declarations (
    receipt     TEXT   NOT NULL PRIMARY KEY,
    card_number TEXT   NOT NULL UNIQUE REFERENCES cards (number),
    ground      TEXT   NOT NULL,
    declared_by TEXT   NOT NULL,
    received_at BIGINT NOT NULL
);

-- What renewal found and what became of it.
CREATE TABLE renewal_plans (
    id         TEXT   NOT NULL PRIMARY KEY,
    planned_by TEXT   NOT NULL,
    planned_at BIGINT NOT NULL,
    horizon    BIGINT NOT NULL,
    status     TEXT   NOT NULL CHECK (status IN ('proposed', 'approved', 'applied'))
);
CREATE TABLE renewal_plan_items (
    plan         TEXT NOT NULL REFERENCES renewal_plans (id),
    card_number  TEXT NOT NULL REFERENCES cards (number),
    outcome      TEXT NOT NULL CHECK (outcome IN ('renew', 'excluded')),
    exclusion    TEXT,
    order_number TEXT REFERENCES card_orders (number),
    PRIMARY KEY (plan, card_number),
    CHECK ((outcome = 'excluded') = (exclusion IS NOT NULL))
);
CREATE TRIGGER renewal_plans_begin_as_proposed BEFORE INSERT ON renewal_plans
WHEN NEW.status <> 'proposed'
BEGIN SELECT RAISE(ABORT, 'a renewal plan begins as proposed'); END;
CREATE TRIGGER renewal_plans_go_one_way BEFORE UPDATE OF status ON renewal_plans
WHEN NEW.status <> OLD.status AND NOT (
        (OLD.status = 'proposed' AND NEW.status = 'approved')
     OR (OLD.status = 'approved' AND NEW.status = 'applied'))
BEGIN SELECT RAISE(ABORT, 'no such transition of a renewal plan'); END;
CREATE TRIGGER renewal_plans_keep_their_planner BEFORE UPDATE ON renewal_plans
WHEN NEW.id <> OLD.id OR NEW.planned_by <> OLD.planned_by OR NEW.planned_at <> OLD.planned_at
  OR NEW.horizon <> OLD.horizon
BEGIN SELECT RAISE(ABORT, 'what was planned is never changed'); END;
CREATE TRIGGER renewal_plans_need_a_decision BEFORE UPDATE OF status ON renewal_plans
WHEN NEW.status = 'approved' AND OLD.status <> 'approved'
 AND NOT EXISTS (SELECT 1 FROM decisions d WHERE d.decision = 'approve' AND d.subject_kind = 'renewal-plan'
              AND d.subject_number = NEW.id AND d.decided_by <> NEW.planned_by)
BEGIN SELECT RAISE(ABORT, 'self-approval: a renewal plan is approved by another person''s decision'); END;

-- What is to be told to whom; a job sends it.
CREATE TABLE outbox (
    id         TEXT   NOT NULL PRIMARY KEY,
    recipient  TEXT   NOT NULL,
    notice     TEXT   NOT NULL,
    subject    TEXT   NOT NULL,
    created_at BIGINT NOT NULL,
    sent_at    BIGINT
);
CREATE INDEX outbox_unsent ON outbox (created_at) WHERE sent_at IS NULL;
