-- Owner: registration-authority.

-- A document that an applicant or an officer attached to an order: what it is, and the digest by which the trail names it. It stays
-- as long as the order.
CREATE TABLE order_documents (
    id           TEXT   NOT NULL PRIMARY KEY CHECK (length(id) = 32),
    order_number TEXT   NOT NULL REFERENCES card_orders (number),
    place        BIGINT NOT NULL CHECK (place BETWEEN 1 AND 10),
    kind         TEXT   NOT NULL CHECK (kind IN ('pdf', 'jpeg', 'png')),
    octets       BIGINT NOT NULL CHECK (octets BETWEEN 1 AND 2097152),
    sha256       TEXT   NOT NULL CHECK (length(sha256) = 64),
    attached_by  TEXT   NOT NULL CHECK (attached_by <> ''),
    attached_at  BIGINT NOT NULL,
    UNIQUE (order_number, place)
);

-- The document itself and what its file was called, apart: they tell of a person, and go some time after the order is closed.
CREATE TABLE order_document_contents (
    document TEXT  NOT NULL PRIMARY KEY REFERENCES order_documents (id),
    name     TEXT  NOT NULL CHECK (name <> ''),
    content  BYTEA NOT NULL CHECK (length(content) BETWEEN 1 AND 2097152)
);

CREATE FUNCTION order_documents_come_before_the_decision() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM card_orders o WHERE o.number = NEW.order_number AND o.status IN ('submitted', 'waiting')) THEN
        RAISE EXCEPTION 'a document is attached to an order that waits for its decision'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER order_documents_come_before_the_decision BEFORE INSERT ON order_documents FOR EACH ROW
EXECUTE FUNCTION order_documents_come_before_the_decision();
CREATE TRIGGER order_documents_are_never_changed BEFORE UPDATE ON order_documents FOR EACH ROW
EXECUTE FUNCTION refuse('that a document was attached is append-only');
CREATE TRIGGER order_documents_are_never_deleted BEFORE DELETE ON order_documents FOR EACH ROW
EXECUTE FUNCTION refuse('that a document was attached is append-only');
CREATE TRIGGER order_document_contents_are_never_changed BEFORE UPDATE ON order_document_contents FOR EACH ROW
EXECUTE FUNCTION refuse('a document stands as it was attached');
CREATE FUNCTION order_document_contents_go_after_their_order() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM order_documents d JOIN card_orders o ON o.number = d.order_number
            WHERE d.id = OLD.document AND o.status IN ('submitted', 'waiting', 'approved')) THEN
        RAISE EXCEPTION 'the documents of an open order stay' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN OLD;
END $$;
CREATE TRIGGER order_document_contents_go_after_their_order BEFORE DELETE ON order_document_contents FOR EACH ROW
EXECUTE FUNCTION order_document_contents_go_after_their_order();

-- The web role attaches and reads; neither it nor the worker takes one away: the owner does, as with notes.
GRANT SELECT, INSERT ON order_documents, order_document_contents TO igc_web;
