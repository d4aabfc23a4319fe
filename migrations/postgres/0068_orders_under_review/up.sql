-- Owner: registration-authority.

-- Which officer took an order up, in which version, and when: an order is under review while his lease lasts, and this is what is left of
-- it afterwards.
CREATE TABLE order_examinations (
    order_number  TEXT   NOT NULL REFERENCES card_orders (number),
    order_version BIGINT NOT NULL CHECK (order_version > 0),
    officer       TEXT   NOT NULL CHECK (officer <> ''),
    begun_at      BIGINT NOT NULL,
    PRIMARY KEY (order_number, begun_at, officer)
);

CREATE TRIGGER order_examinations_are_never_changed BEFORE UPDATE ON order_examinations FOR EACH ROW
EXECUTE FUNCTION refuse('what was looked at is never changed');
CREATE TRIGGER order_examinations_are_never_deleted BEFORE DELETE ON order_examinations FOR EACH ROW
EXECUTE FUNCTION refuse('what was looked at is never deleted');

-- The web role alone knows who opens a page.
GRANT SELECT, INSERT ON order_examinations TO igc_web;
