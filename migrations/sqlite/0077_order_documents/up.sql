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
    document TEXT NOT NULL PRIMARY KEY REFERENCES order_documents (id),
    name     TEXT NOT NULL CHECK (name <> ''),
    content  BLOB NOT NULL CHECK (length(content) BETWEEN 1 AND 2097152)
);

CREATE TRIGGER order_documents_come_before_the_decision BEFORE INSERT ON order_documents
WHEN NOT EXISTS (SELECT 1 FROM card_orders o WHERE o.number = NEW.order_number AND o.status IN ('submitted', 'waiting'))
BEGIN SELECT RAISE(ABORT, 'a document is attached to an order that waits for its decision'); END;
CREATE TRIGGER order_documents_are_never_replaced BEFORE INSERT ON order_documents
WHEN EXISTS (SELECT 1 FROM order_documents WHERE rowid = NEW.rowid OR id = NEW.id
    OR (order_number = NEW.order_number AND place = NEW.place))
BEGIN SELECT RAISE(ABORT, 'UNIQUE constraint failed: order_documents are never replaced'); END;
CREATE TRIGGER order_documents_are_never_changed BEFORE UPDATE ON order_documents
BEGIN SELECT RAISE(ABORT, 'that a document was attached is append-only'); END;
CREATE TRIGGER order_documents_are_never_deleted BEFORE DELETE ON order_documents
BEGIN SELECT RAISE(ABORT, 'that a document was attached is append-only'); END;
CREATE TRIGGER order_document_contents_are_never_replaced BEFORE INSERT ON order_document_contents
WHEN EXISTS (SELECT 1 FROM order_document_contents WHERE rowid = NEW.rowid OR document = NEW.document)
BEGIN SELECT RAISE(ABORT, 'UNIQUE constraint failed: order_document_contents are never replaced'); END;
CREATE TRIGGER order_document_contents_are_never_changed BEFORE UPDATE ON order_document_contents
BEGIN SELECT RAISE(ABORT, 'a document stands as it was attached'); END;
CREATE TRIGGER order_document_contents_go_after_their_order BEFORE DELETE ON order_document_contents
WHEN EXISTS (SELECT 1 FROM order_documents d JOIN card_orders o ON o.number = d.order_number
        WHERE d.id = OLD.document AND o.status IN ('submitted', 'waiting', 'approved'))
BEGIN SELECT RAISE(ABORT, 'the documents of an open order stay'); END;
