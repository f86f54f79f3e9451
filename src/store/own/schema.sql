-- foldback's own store, schema 5. One SQLite file; `application_id` is 0x666F6C64 ("fold"), `user_version` is 5.

PRAGMA application_id = 1718578276;
PRAGMA user_version = 5;

-- One row an event, in the order they were appended. Rows are never changed and never removed.
CREATE TABLE events (
    -- Place in the whole store; only grows, may have gaps.
    position       INTEGER PRIMARY KEY,
    aggregate_id   TEXT    NOT NULL,
    -- Kind of the aggregate; empty where there is none. Category and id together name an aggregate.
    category       TEXT    NOT NULL,
    -- Place in the aggregate; the first event is 1.
    version        INTEGER NOT NULL CHECK (version > 0),
    event_id       TEXT    NOT NULL,
    event_type     TEXT    NOT NULL,
    schema_version TEXT,
    -- JSON as TEXT, byte for byte; anything else as BLOB, and content_type says what it is.
    data           ANY     NOT NULL,
    -- JSON as TEXT; NULL where there is none.
    metadata       ANY,
    -- RFC 3339 in UTC with exactly nine digits of a second (2026-03-02T14:34:12.201000000Z), so that the order of the
    -- bytes is the order of time; NULL where the store that an event was imported from does not record it.
    recorded_at    TEXT CHECK (length(recorded_at) = 30),
    -- Media type of data; NULL is application/json.
    content_type   TEXT,
    -- BLAKE3 over the hash of the event before and all columns above: see chain.rs.
    hash           BLOB    NOT NULL CHECK (length(hash) = 32)
) STRICT;

CREATE UNIQUE INDEX events_by_aggregate ON events (category, aggregate_id, version);
CREATE UNIQUE INDEX events_by_event_id ON events (event_id);
CREATE INDEX events_by_time ON events (recorded_at);
CREATE INDEX events_by_type ON events (event_type);

CREATE TRIGGER events_are_never_changed BEFORE UPDATE ON events
BEGIN
    SELECT RAISE(ABORT, 'events are immutable: a recorded event cannot be changed; append a correcting event instead');
END;

CREATE TRIGGER events_are_never_removed BEFORE DELETE ON events
BEGIN
    SELECT RAISE(ABORT, 'events are immutable: a recorded event cannot be removed; append a correcting event instead');
END;

-- INSERT OR REPLACE removes the row in its way without asking the trigger above. FAIL and not ABORT: nothing is written yet
-- that would have to be undone, and SQLite keeps no journal of each statement for it.
CREATE TRIGGER events_are_never_replaced BEFORE INSERT ON events
WHEN EXISTS (SELECT 1 FROM events WHERE position >= NEW.position)
    OR EXISTS (SELECT 1 FROM events WHERE event_id = NEW.event_id)
    OR EXISTS (
        SELECT 1 FROM events
        WHERE category = NEW.category AND aggregate_id = NEW.aggregate_id AND version = NEW.version
    )
BEGIN
    SELECT RAISE(FAIL, 'events are immutable: a new event needs a position above all others, an event_id and a version that are not there yet');
END;

-- States that were stored so that they need not be folded again; never trusted, always comparable with a replay.
CREATE TABLE snapshots (
    aggregate_id TEXT    NOT NULL,
    category     TEXT    NOT NULL,
    version      INTEGER NOT NULL,
    -- Who folded it: a reducer's name, or the layout of the store that it was imported from.
    reducer      TEXT    NOT NULL,
    state        TEXT    NOT NULL,
    -- NULL where the store that it was imported from does not record it.
    recorded_at  TEXT    CHECK (length(recorded_at) = 30),
    PRIMARY KEY (category, aggregate_id, version, reducer)
) STRICT, WITHOUT ROWID;

-- Read models that are fed from this store.
CREATE TABLE projections (
    name       TEXT PRIMARY KEY,
    -- running, paused, rebuilding or failed.
    status     TEXT NOT NULL,
    created_at TEXT NOT NULL CHECK (length(created_at) = 30),
    updated_at TEXT NOT NULL CHECK (length(updated_at) = 30),
    -- Which rows are shown: those of this generation. 0: its rows are kept elsewhere, and only its checkpoint is known.
    generation INTEGER NOT NULL DEFAULT 0,
    -- The newest generation that was ever begun: no two rebuilds have the same.
    begun      INTEGER NOT NULL DEFAULT 0,
    -- What stopped it, where it failed.
    error      TEXT,
    -- What tells the definition from others that the rows that are shown are made by; NULL where nobody wrote it down.
    definition TEXT,
    -- What tells the chain of upcasters from others that events went through; NULL where they went through none.
    chain      TEXT
) STRICT, WITHOUT ROWID;

-- How far each projection has come.
CREATE TABLE checkpoints (
    name       TEXT PRIMARY KEY,
    position   INTEGER NOT NULL,
    -- When it last moved; NULL where the store that it was imported from does not record it.
    updated_at TEXT    CHECK (length(updated_at) = 30)
) STRICT, WITHOUT ROWID;

-- Where each checkpoint has been, so that lag can be looked at in the past: every place of the last minute, then those by
-- the second that tell most, after an hour by the minute, after a day by the hour.
CREATE TABLE checkpoint_history (
    name       TEXT    NOT NULL,
    updated_at TEXT    NOT NULL CHECK (length(updated_at) = 30),
    position   INTEGER NOT NULL,
    -- By how long a time it was put together with others: 0, then 1, 60 or 3600 seconds.
    seconds    INTEGER NOT NULL DEFAULT 0,
    -- At how many other places it had been in that time, since the row before, which are not kept.
    left_out   INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (name, updated_at, position)
) STRICT, WITHOUT ROWID;

CREATE INDEX checkpoint_history_by_age ON checkpoint_history (name, seconds, updated_at);

CREATE TRIGGER checkpoints_start_their_history AFTER INSERT ON checkpoints
WHEN NEW.updated_at IS NOT NULL
BEGIN
    INSERT OR IGNORE INTO checkpoint_history (name, updated_at, position)
    VALUES (NEW.name, NEW.updated_at, NEW.position);
END;

CREATE TRIGGER checkpoints_keep_their_history AFTER UPDATE ON checkpoints
WHEN NEW.updated_at IS NOT NULL
BEGIN
    INSERT OR IGNORE INTO checkpoint_history (name, updated_at, position)
    VALUES (NEW.name, NEW.updated_at, NEW.position);
END;

-- What projections know: one row a key. A rebuild writes rows of a generation of its own, beside those that are shown.
CREATE TABLE projection_rows (
    projection TEXT    NOT NULL,
    generation INTEGER NOT NULL,
    key        TEXT    NOT NULL,
    -- A JSON value.
    row        TEXT    NOT NULL,
    PRIMARY KEY (projection, generation, key)
) STRICT, WITHOUT ROWID;

-- Rebuilds that are under way: they take the place of the rows that are shown when they have come as far.
CREATE TABLE rebuilds (
    projection TEXT PRIMARY KEY,
    generation INTEGER NOT NULL,
    -- The last position it handled.
    position   INTEGER NOT NULL,
    started_at TEXT    NOT NULL CHECK (length(started_at) = 30),
    updated_at TEXT    NOT NULL CHECK (length(updated_at) = 30),
    -- Until when those that are shown stand still, so that these come as far.
    held_until TEXT    CHECK (length(held_until) = 30),
    -- When somebody went on with it last, and from which position; NULL where nobody did.
    resumed_at TEXT    CHECK (length(resumed_at) = 30),
    resumed_from INTEGER,
    -- What its rows are made by, as in projections.
    definition TEXT,
    chain      TEXT
) STRICT, WITHOUT ROWID;

-- Events that a projection could not handle and stepped over.
CREATE TABLE dead_letters (
    projection TEXT    NOT NULL,
    -- Of which rows: those that are shown, or those of a rebuild.
    generation INTEGER NOT NULL,
    position   INTEGER NOT NULL,
    error      TEXT    NOT NULL,
    attempts   INTEGER NOT NULL DEFAULT 1,
    failed_at  TEXT    NOT NULL CHECK (length(failed_at) = 30),
    PRIMARY KEY (projection, generation, position)
) STRICT, WITHOUT ROWID;

-- What was measured, one row a sample.
CREATE TABLE metric_samples (
    metric     TEXT NOT NULL,
    sampled_at TEXT NOT NULL CHECK (length(sampled_at) = 30),
    -- What it was measured on, such as a projection's name; empty for the whole store.
    subject    TEXT NOT NULL DEFAULT '',
    -- In the metric's own unit; where many were measured, what 99 of 100 did not exceed.
    value      REAL NOT NULL,
    -- How many seconds up to sampled_at it stands for: 1, and 60 or 3600 where older samples were put together.
    seconds    INTEGER NOT NULL DEFAULT 1,
    -- How the values were spread, in millionths of the unit: an HDR histogram, V2; NULL where it was one value.
    spread     BLOB,
    PRIMARY KEY (metric, subject, sampled_at)
) STRICT, WITHOUT ROWID;

CREATE INDEX metric_samples_by_age ON metric_samples (seconds, sampled_at);
