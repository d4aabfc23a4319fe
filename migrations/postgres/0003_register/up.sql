-- Owner: professional-registry. Only the worker writes these tables.

-- One file of the national register, read once. Its digest is the evidence for what follows from it.
CREATE TABLE register_feeds (
    id            TEXT   NOT NULL PRIMARY KEY CHECK (length(id) = 64),
    source        TEXT   NOT NULL,
    file_name     TEXT   NOT NULL,
    extracted_at  BIGINT NOT NULL,
    imported_at   BIGINT NOT NULL,
    status        TEXT   NOT NULL CHECK (status IN ('importing', 'complete')),
    sequence      BIGINT NOT NULL UNIQUE CHECK (sequence > 0),
    rows_read     BIGINT NOT NULL,
    rows_rejected BIGINT NOT NULL
);

-- A person of the register. `id_nat` is IdNat_PS: type digit and identifier (8 + RPPS).
CREATE TABLE professionals (
    id_nat      TEXT   NOT NULL PRIMARY KEY,
    family_name TEXT   NOT NULL,
    given_name  TEXT   NOT NULL,
    civility    TEXT   NOT NULL,
    first_feed  BIGINT NOT NULL REFERENCES register_feeds (sequence),
    last_feed   BIGINT NOT NULL REFERENCES register_feeds (sequence),
    ceased_at   BIGINT
);
CREATE INDEX professionals_by_name ON professionals (family_name, given_name);

-- The exercise of one profession by one person: what a card is tied to.
CREATE TABLE exercises (
    id_nat          TEXT   NOT NULL REFERENCES professionals (id_nat),
    profession      TEXT   NOT NULL,
    category        TEXT   NOT NULL,
    practice_name   TEXT   NOT NULL,
    practice_given  TEXT   NOT NULL,
    know_how_type   TEXT   NOT NULL,
    know_how        TEXT   NOT NULL,
    last_feed       BIGINT NOT NULL REFERENCES register_feeds (sequence),
    ceased_at       BIGINT,
    PRIMARY KEY (id_nat, profession, category)
);

-- One line of the extract: where and how an exercise takes place.
CREATE TABLE activities (
    id_nat              TEXT   NOT NULL,
    profession          TEXT   NOT NULL,
    category            TEXT   NOT NULL,
    line_sha256         BYTEA  NOT NULL CHECK (length(line_sha256) = 32),
    mode                TEXT   NOT NULL,
    sector              TEXT   NOT NULL,
    structure           TEXT   NOT NULL,
    last_feed           BIGINT NOT NULL REFERENCES register_feeds (sequence),
    PRIMARY KEY (id_nat, line_sha256),
    FOREIGN KEY (id_nat, profession, category) REFERENCES exercises (id_nat, profession, category)
);
CREATE INDEX activities_by_structure ON activities (structure);

-- A place of practice, known by its technical identifier (letter and number: F…, C…, R…).
CREATE TABLE register_structures (
    technical_id     TEXT   NOT NULL PRIMARY KEY,
    siret            TEXT   NOT NULL,
    siren            TEXT   NOT NULL,
    finess           TEXT   NOT NULL,
    finess_legal     TEXT   NOT NULL,
    corporate_name   TEXT   NOT NULL,
    department_code  TEXT   NOT NULL,
    department_label TEXT   NOT NULL,
    last_feed        BIGINT NOT NULL REFERENCES register_feeds (sequence)
);
