-- Owner: registration-authority.

-- What an officer's search compares: family name and given name in capital letters without accents, words parted by one space.
-- The names that stood are taken from where the likeness of names is looked for, which leaves out particles, and otherwise as the
-- database itself puts letters into capitals.
ALTER TABLE card_orders ADD COLUMN search_name TEXT NOT NULL DEFAULT '';
UPDATE card_orders SET search_name = coalesce((SELECT min(p.name) FROM order_places p WHERE p.order_number = card_orders.number),
    upper(family_name || ' ' || given_name));
CREATE INDEX card_orders_by_name ON card_orders (status, search_name, number);
CREATE INDEX card_orders_by_profession ON card_orders (status, profession, submitted_at, number);
CREATE INDEX order_flags_by_level ON order_flags (level, order_number, order_version);

-- Who is on an order, for a few minutes: so that two do not read the same one. It keeps nobody from deciding; the order's
-- version does.
CREATE TABLE order_leases (
    order_number TEXT   NOT NULL PRIMARY KEY REFERENCES card_orders (number),
    officer      TEXT   NOT NULL CHECK (officer <> ''),
    since        BIGINT NOT NULL,
    until        BIGINT NOT NULL CHECK (until > since)
);
CREATE INDEX order_leases_by_officer ON order_leases (officer, until);

-- Filters of the queue that an officer keeps under a name: the query of the address, as it is typed.
CREATE TABLE queue_views (
    officer  TEXT   NOT NULL REFERENCES officers (login),
    name     TEXT   NOT NULL CHECK (length(name) BETWEEN 1 AND 60),
    query    TEXT   NOT NULL CHECK (length(query) <= 500),
    saved_at BIGINT NOT NULL,
    PRIMARY KEY (officer, name)
);
