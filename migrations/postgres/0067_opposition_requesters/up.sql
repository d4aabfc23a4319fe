-- Owner: registration-authority.

-- Who asked for an opposition, beside who wrote it down (`declared_by`); nothing of what was declared before this. `requested_by` is
-- an IdNat_PS, an agent's login, or an actor as the trail names him.
ALTER TABLE opposition_declarations ADD COLUMN requester TEXT
    CHECK (requester IN ('holder', 'structure', 'authorised-person', 'employing-professional', 'authority', 'register'));
ALTER TABLE opposition_declarations ADD COLUMN requested_by TEXT CHECK (requested_by <> '');
ALTER TABLE opposition_declarations ADD COLUMN mandate TEXT REFERENCES structure_mandates (number);

-- What whoever speaks for a structure asks for from its page, until the worker has judged it.
CREATE TABLE opposition_requests (
    id           TEXT   NOT NULL PRIMARY KEY CHECK (length(id) = 32),
    card_number  TEXT   NOT NULL REFERENCES cards (number),
    structure    TEXT   NOT NULL CHECK (structure <> ''),
    ground       TEXT   NOT NULL CHECK (ground IN (
        'lost', 'stolen', 'codes-disclosed', 'card-not-received', 'codes-not-received', 'defective', 'replaced', 'renewed',
        'structure-changed', 'data-changed', 'end-of-activity', 'retired', 'deceased', 'struck-off', 'sanction', 'breach-of-terms')),
    requested_by TEXT   NOT NULL REFERENCES officers (login),
    mandate      TEXT   NOT NULL REFERENCES structure_mandates (number),
    requested_at BIGINT NOT NULL,
    outcome      TEXT   CHECK (outcome IN ('opposed', 'refused')),
    refusal      TEXT   CHECK (refusal <> ''),
    rule         TEXT   CHECK (rule <> ''),
    receipt      TEXT   REFERENCES opposition_declarations (receipt),
    answered_at  BIGINT,
    CHECK ((outcome IS NULL) = (answered_at IS NULL)),
    CHECK ((coalesce(outcome, '') = 'opposed') = (receipt IS NOT NULL)),
    CHECK ((coalesce(outcome, '') = 'refused') = (refusal IS NOT NULL)),
    CHECK (rule IS NULL OR refusal IS NOT NULL)
);
CREATE UNIQUE INDEX opposition_requests_one_open ON opposition_requests (card_number) WHERE outcome IS NULL;
CREATE INDEX opposition_requests_by_structure ON opposition_requests (structure, requested_at);

CREATE TRIGGER opposition_declarations_say_who_asked BEFORE INSERT ON opposition_declarations FOR EACH ROW
WHEN (NEW.requester IS NULL OR NEW.requested_by IS NULL
  OR (NEW.requester = 'structure' AND NEW.mandate IS NULL)
  OR (NEW.requester = 'authorised-person' AND NEW.mandate IS NULL AND NEW.declared_by NOT LIKE 'holder:%')
  OR (NEW.requester IN ('holder', 'authority', 'register') AND NEW.mandate IS NOT NULL))
EXECUTE FUNCTION refuse('a declaration says who asked for it');

-- A mandate opposes the cards of its structure, and only while it stands.
CREATE FUNCTION mandate_stands_for_card(its_number TEXT, its_card TEXT, at BIGINT) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT 1 FROM structure_mandates m
        JOIN cards c ON c.number = its_card AND c.exercise = 'structure:' || m.structure
        WHERE m.number = its_number AND (m.until IS NULL OR m.until > at)
          AND NOT EXISTS (SELECT 1 FROM structure_mandate_ends e WHERE e.mandate = m.number AND e.ended_at <= at)
          AND EXISTS (SELECT 1 FROM decisions d WHERE d.subject_kind = 'structure-mandate' AND d.subject_number = m.number
                AND d.decision = 'approve')
          AND NOT EXISTS (SELECT 1 FROM decisions d WHERE d.subject_kind = 'structure-mandate' AND d.subject_number = m.number
                AND d.decision = 'refuse'))
$$;
CREATE FUNCTION opposition_declarations_are_of_who_may_ask() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.requester = 'holder' OR (NEW.requester = 'authorised-person' AND NEW.mandate IS NULL))
 AND NOT EXISTS (SELECT 1 FROM cards c WHERE c.number = NEW.card_number AND c.holder = NEW.requested_by) THEN
        RAISE EXCEPTION 'a holder opposes his own cards' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.requester IN ('structure', 'authorised-person', 'employing-professional')
 AND NOT EXISTS (SELECT 1 FROM cards c WHERE c.number = NEW.card_number AND c.kind IN ('CPE', 'CDE', 'CPA', 'CDA')) THEN
        RAISE EXCEPTION 'a structure or an employer opposes cards of the staff' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.mandate IS NOT NULL AND NOT mandate_stands_for_card(NEW.mandate, NEW.card_number, NEW.received_at) THEN
        RAISE EXCEPTION 'no mandate for the structure of this card stands' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER opposition_declarations_are_of_who_may_ask BEFORE INSERT ON opposition_declarations FOR EACH ROW
EXECUTE FUNCTION opposition_declarations_are_of_who_may_ask();
CREATE FUNCTION opposition_requests_rest_on_a_mandate() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT mandate_stands_for_card(NEW.mandate, NEW.card_number, NEW.requested_at)
  OR NOT EXISTS (SELECT 1 FROM structure_mandates m WHERE m.number = NEW.mandate AND m.login = NEW.requested_by
        AND m.structure = NEW.structure) THEN
        RAISE EXCEPTION 'no mandate of this agent for the structure of this card stands' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER opposition_requests_rest_on_a_mandate BEFORE INSERT ON opposition_requests FOR EACH ROW
EXECUTE FUNCTION opposition_requests_rest_on_a_mandate();

CREATE TRIGGER opposition_requests_begin_unanswered BEFORE INSERT ON opposition_requests FOR EACH ROW
WHEN (NEW.outcome IS NOT NULL)
EXECUTE FUNCTION refuse('a request begins without an answer');
CREATE TRIGGER opposition_requests_are_answered_once BEFORE UPDATE ON opposition_requests FOR EACH ROW
WHEN (OLD.outcome IS NOT NULL OR NEW.id <> OLD.id OR NEW.card_number <> OLD.card_number OR NEW.structure <> OLD.structure
  OR NEW.ground <> OLD.ground OR NEW.requested_by <> OLD.requested_by OR NEW.mandate <> OLD.mandate
  OR NEW.requested_at <> OLD.requested_at)
EXECUTE FUNCTION refuse('a request is answered once, and nothing else of it is ever changed');
CREATE TRIGGER opposition_requests_are_never_deleted BEFORE DELETE ON opposition_requests FOR EACH ROW
EXECUTE FUNCTION refuse('a request for an opposition is never deleted');

-- The web role asks and reads; the worker judges and answers.
GRANT INSERT (id, card_number, structure, ground, requested_by, mandate, requested_at) ON opposition_requests TO igc_web;
GRANT SELECT ON opposition_requests TO igc_web, igc_worker;
GRANT UPDATE (outcome, refusal, rule, receipt, answered_at) ON opposition_requests TO igc_worker;
