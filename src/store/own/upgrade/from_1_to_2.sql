-- What schema 2 has and schema 1 had not: projections with rows, rebuilds, and dead letters by generation.

ALTER TABLE projections ADD COLUMN generation INTEGER NOT NULL DEFAULT 0;
ALTER TABLE projections ADD COLUMN begun INTEGER NOT NULL DEFAULT 0;
ALTER TABLE projections ADD COLUMN error TEXT;

CREATE TABLE projection_rows (
    projection TEXT    NOT NULL,
    generation INTEGER NOT NULL,
    key        TEXT    NOT NULL,
    row        TEXT    NOT NULL,
    PRIMARY KEY (projection, generation, key)
) STRICT, WITHOUT ROWID;
CREATE TABLE rebuilds (
    projection TEXT PRIMARY KEY,
    generation INTEGER NOT NULL,
    position   INTEGER NOT NULL,
    started_at TEXT    NOT NULL CHECK (length(started_at) = 30),
    updated_at TEXT    NOT NULL CHECK (length(updated_at) = 30)
) STRICT, WITHOUT ROWID;

ALTER TABLE dead_letters RENAME TO dead_letters_before;

CREATE TABLE dead_letters (
    projection TEXT    NOT NULL,
    generation INTEGER NOT NULL,
    position   INTEGER NOT NULL,
    error      TEXT    NOT NULL,
    attempts   INTEGER NOT NULL DEFAULT 1,
    failed_at  TEXT    NOT NULL CHECK (length(failed_at) = 30),
    PRIMARY KEY (projection, generation, position)
) STRICT, WITHOUT ROWID;

INSERT INTO dead_letters (projection, generation, position, error, attempts, failed_at)
SELECT projection, 0, position, error, attempts, failed_at FROM dead_letters_before;

DROP TABLE dead_letters_before;

PRAGMA user_version = 2;
